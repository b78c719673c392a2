//! What to offer to whoever owns a given server.

use crate::guard::{ALLOWED, Since};

/// The line that makes a user who may do all that is ever done on a given server and nothing else: the allow-list of
/// our own guard rail, enforced by the server too. Good for Redis 6.2 and every Valkey.
///
/// `HELLO` and `AUTH` need no permission. `SELECT` is for addresses that name a database.
pub fn acl_line() -> String {
    let commands: Vec<String> = ALLOWED
        .iter()
        .filter(|(_, since)| *since == Since::Redis62)
        .map(|(name, _)| format!("+{}", name.to_ascii_lowercase()))
        .collect();
    format!("ACL SETUSER dogpile reset on >PASSWORD ~dpl:* resetchannels &dpl:* {} +select", commands.join(" "))
}
