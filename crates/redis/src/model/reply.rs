//! Replies of the model, and how a command fails.

/// A reply as a RESP2 client sees it. The null bulk and the null array are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RespReply {
    /// `:n`
    Int(i64),
    /// `$…`
    Bulk(Vec<u8>),
    /// `$-1` or `*-1`
    Nil,
    /// `+…`
    Status(String),
    /// `-CODE …`
    Error(String),
    /// `*…`
    Array(Vec<RespReply>),
}

impl RespReply {
    pub(crate) fn ok() -> Self {
        RespReply::Status("OK".to_owned())
    }

    pub(crate) fn bulk(text: impl Into<Vec<u8>>) -> Self {
        RespReply::Bulk(text.into())
    }

    pub(crate) fn flag(yes: bool) -> Self {
        RespReply::Int(i64::from(yes))
    }

    pub(crate) fn count(n: usize) -> Self {
        RespReply::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

/// The model does not know this command, or this form of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model of Redis has no {0}")]
pub struct Unmodelled(pub String);

/// Why a command stopped: the server answers with an error, or we do not know.
#[derive(Debug)]
pub(super) enum Stop {
    Says(String),
    Unmodelled(String),
}

pub(super) type Out = Result<RespReply, Stop>;

pub(super) fn says(text: &str) -> Stop {
    Stop::Says(text.to_owned())
}

pub(super) fn wrong_type() -> Stop {
    says("WRONGTYPE Operation against a key holding the wrong kind of value")
}

pub(super) fn syntax() -> Stop {
    says("ERR syntax error")
}

pub(super) fn not_integer() -> Stop {
    says("ERR value is not an integer or out of range")
}

pub(super) fn arity(name: &str) -> Stop {
    Stop::Says(format!("ERR wrong number of arguments for '{}' command", name.to_ascii_lowercase()))
}

pub(super) fn invalid_expire(name: &str) -> Stop {
    Stop::Says(format!("ERR invalid expire time in '{}' command", name.to_ascii_lowercase()))
}
