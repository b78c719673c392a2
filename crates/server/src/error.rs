//! What can go wrong with a server, told apart so that a report can say which.

use std::path::PathBuf;
use std::time::Duration;

use crate::acl_line;

/// Why a server could not be used, or could not be used any longer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// No server was given and none is installed.
    #[error("no Redis found to start: looked for {}", looked_for.join(", "))]
    NoBinary {
        /// Programs and files that were looked for, in order.
        looked_for: Vec<String>,
    },
    /// A server is installed, and it did not come up.
    #[error("{} did not start: {}", binary.display(), last_line(log))]
    NotStarted {
        /// The program that was run.
        binary: PathBuf,
        /// The last lines it said, or what the system said of it.
        log: Vec<String>,
    },
    /// The text is no address of a Redis server.
    #[error("{url}: not the address of a Redis server: {why}")]
    WrongUrl {
        /// The address, without its password.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody listens there.
    #[error("{address}: no connection: {why}")]
    Refused {
        /// Where a connection was tried.
        address: String,
        /// What the system said.
        why: String,
    },
    /// Somebody listens there who does not speak RESP.
    #[error("{address}: not a Redis server: it said {said:?}")]
    NotRedis {
        /// Where it listens.
        address: String,
        /// The beginning of what it said.
        said: String,
    },
    /// The server wants a password and got none (NOAUTH).
    #[error("{address}: the server wants a password, give it as redis://user:password@host")]
    PasswordMissing {
        /// Which server.
        address: String,
    },
    /// The server does not accept the password that was given (WRONGPASS).
    #[error("{address}: the server does not accept the user or the password: {said}")]
    PasswordWrong {
        /// Which server.
        address: String,
        /// The server's line.
        said: String,
    },
    /// The user may not run this command, or not with this key (NOPERM).
    #[error("no permission for {command}: {said}; enough would be: {}", acl_line())]
    NoPermission {
        /// The command that was refused.
        command: String,
        /// The server's line.
        said: String,
    },
    /// The server is a replica that takes no writes (READONLY).
    #[error("the server is a read-only replica and refused {command}: give the primary's address")]
    ReadOnly {
        /// The command that was refused.
        command: String,
    },
    /// The server does not hold the script of an EVALSHA (NOSCRIPT).
    #[error("the server does not hold the script that {command} names by its hash")]
    NoScript {
        /// The command that was refused.
        command: String,
    },
    /// Another error reply where none may come.
    #[error("the server answered {command} with {said:?}")]
    Said {
        /// The command.
        command: String,
        /// The server's line.
        said: String,
    },
    /// The connection ended in the middle: the server ended, or cut it.
    #[error("the server went away at {command}: {why}")]
    Gone {
        /// The command whose reply never came; it may or may not have been executed.
        command: String,
        /// What the system said.
        why: String,
    },
    /// No reply within the link's time. The command may or may not have been executed.
    #[error("no reply to {command} within {} ms", after.as_millis())]
    TimedOut {
        /// The command that was waited for.
        command: String,
        /// How long.
        after: Duration,
    },
    /// This link was cut, on purpose or by an earlier error.
    #[error("the connection is cut, {command} was not sent")]
    Cut {
        /// The command that was not sent.
        command: String,
    },
    /// The server is on another machine, and nobody said that it may be used.
    #[error("{address} is not this machine: say --i-own-this-server if it is yours to test on")]
    NotLoopback {
        /// Where the address leads.
        address: String,
    },
    /// Our own guard rail: not sent. Mostly for given servers.
    #[error("{command} is not sent, by our own guard rail: {why}")]
    Guarded {
        /// The command.
        command: String,
        /// Which rule it breaks.
        why: String,
    },
}

/// How servers say within a script that its user may not: before Redis 7, in 7.0, from 7.2 on and in Valkey.
const SCRIPTS_REFUSALS: [&str; 3] = ["-NOPERM ", "The user executing the script can't", "ACL failure in script"];

fn last_line(log: &[String]) -> &str {
    log.last().map_or("it said nothing", String::as_str)
}

impl ServerError {
    /// What an error reply says of the server rather than of the program: a password, a permission, a replica, a
    /// script it does not hold. `None` for every other error reply: those are the program's own business.
    ///
    /// [`Link::call`](crate::Link::call) gives error replies as replies, because programs go on after them
    /// (NOSCRIPT, then EVAL); whoever finds one that the program did not expect asks here what it means.
    pub fn of_reply(words: &[Vec<u8>], said: &str) -> Option<ServerError> {
        let command = spoken(words);
        Some(match said.split(' ').next().unwrap_or_default() {
            "NOAUTH" => ServerError::PasswordMissing { address: "the server".to_owned() },
            "WRONGPASS" => ServerError::PasswordWrong { address: "the server".to_owned(), said: said.to_owned() },
            "NOPERM" => ServerError::NoPermission { command, said: said.to_owned() },
            "READONLY" => ServerError::ReadOnly { command },
            "NOSCRIPT" => ServerError::NoScript { command },
            "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "MISCONF" | "OOM" | "BUSY" | "MOVED" | "ASK" | "TRYAGAIN" => {
                ServerError::Said { command, said: said.to_owned() }
            }
            // What a command inside a script was refused for; the code is in the line's middle before Redis 7, and some
            // servers put it in words only.
            "ERR" if said.contains("-READONLY ") => ServerError::ReadOnly { command },
            "ERR" if SCRIPTS_REFUSALS.iter().any(|words| said.contains(words)) => {
                ServerError::NoPermission { command, said: said.to_owned() }
            }
            _ => return None,
        })
    }

    /// As [`ServerError::of_reply`], where no error reply is acceptable at all.
    pub(crate) fn refused(words: &[Vec<u8>], said: &str) -> ServerError {
        ServerError::of_reply(words, said)
            .unwrap_or_else(|| ServerError::Said { command: spoken(words), said: said.to_owned() })
    }
}

/// A command as an error names it: its name and first key, never a value, never a password.
pub(crate) fn spoken(words: &[Vec<u8>]) -> String {
    let Some(name) = words.first() else { return "an empty command".to_owned() };
    let name = String::from_utf8_lossy(name).to_ascii_uppercase();
    let shown = match name.as_str() {
        "AUTH" | "HELLO" => None,
        "EVAL" | "EVALSHA" => words.get(3),
        _ => words.get(1),
    };
    match shown {
        Some(word) => {
            let word = String::from_utf8_lossy(word);
            // The run's prefix differs from run to run, and says nothing.
            let bare =
                word.strip_prefix("dpl:{").and_then(|rest| rest.split_once("}:")).map_or(&*word, |(_, bare)| bare);
            let short: String = bare.chars().take(60).collect();
            format!("{name} {}", short.escape_debug())
        }
        None => name,
    }
}
