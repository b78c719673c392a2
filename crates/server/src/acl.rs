//! What to offer to whoever owns a given server.

/// The line that makes a user who may do all that is ever done on a given server: what our own guard rail lets through,
/// with keys and channels held to the prefix by the server too. Good for Redis 6.2 and every Valkey.
///
/// `HELLO` and `AUTH` need no permission. `SELECT` is for addresses that name a database.
pub fn acl_line() -> &'static str {
    "ACL SETUSER dogpile reset on >PASSWORD ~dpl:* resetchannels &dpl:* +@string +@hash +@list +@set +@sortedset \
     +@transaction -@dangerous -@blocking +del +unlink +exists +type +ttl +pttl +expire +pexpire +expireat +pexpireat \
     +persist +publish +subscribe +unsubscribe +eval +evalsha +ping +echo +time +select"
}
