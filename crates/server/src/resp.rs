//! RESP2, the protocol that every Redis and Valkey speaks unless asked otherwise.
//!
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/>

use std::io::{self, BufRead, Read};

use dogpile_redis::RespReply;

/// Longer strings than this are no reply to anything sent here.
const MAX_BULK: usize = 64 << 20;
/// More elements than this are no reply to anything sent here.
const MAX_ARRAY: usize = 1 << 20;
/// Deeper replies than this are no reply to anything sent here.
const MAX_DEPTH: usize = 64;
/// A line that is longer than this is no line of RESP.
const MAX_LINE: u64 = 64 << 10;

/// Why no reply could be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The connection ended, or waited too long.
    Io(io::Error),
    /// The other side does not speak RESP2; the beginning of what it said.
    NotResp(String),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Unread::Io(error)
    }
}

/// Appends a command.
pub(crate) fn write(out: &mut Vec<u8>, words: &[Vec<u8>]) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// Reads one reply.
pub(crate) fn read(from: &mut impl BufRead) -> Result<RespReply, Unread> {
    nested(from, MAX_DEPTH)
}

/// The reply that these bytes begin with, and what is left of them; `None`: they begin with none, or it is not all there.
#[must_use]
pub fn read_reply(mut bytes: &[u8]) -> Option<(RespReply, &[u8])> {
    let reply = read(&mut bytes).ok()?;
    Some((reply, bytes))
}

fn nested(from: &mut impl BufRead, depth: usize) -> Result<RespReply, Unread> {
    let line = line(from)?;
    let not = || Unread::NotResp(String::from_utf8_lossy(&line).chars().take(80).collect());
    let (kind, rest) = line.split_first().ok_or_else(not)?;
    let text = || String::from_utf8_lossy(rest).into_owned();
    let number = || std::str::from_utf8(rest).ok().and_then(|text| text.parse::<i64>().ok()).ok_or_else(not);
    // `None` is the null bulk and the null array.
    let length = |most: usize| match number()? {
        -1 => Ok(None),
        n => usize::try_from(n).ok().filter(|&n| n <= most).map(Some).ok_or_else(not),
    };
    Ok(match kind {
        b'+' => RespReply::Status(text()),
        b'-' => RespReply::Error(text()),
        b':' => RespReply::Int(number()?),
        b'$' => match length(MAX_BULK)? {
            None => RespReply::Nil,
            Some(len) => {
                let mut bytes = Vec::new();
                from.by_ref().take(len as u64 + 2).read_to_end(&mut bytes)?;
                if bytes.len() < len + 2 {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
                if !bytes.ends_with(b"\r\n") {
                    return Err(not());
                }
                bytes.truncate(len);
                RespReply::Bulk(bytes)
            }
        },
        b'*' => match length(MAX_ARRAY)? {
            None => RespReply::Nil,
            Some(_) if depth == 0 => return Err(not()),
            Some(len) => RespReply::Array((0..len).map(|_| nested(from, depth - 1)).collect::<Result<_, _>>()?),
        },
        _ => return Err(not()),
    })
}

/// A line without its CRLF.
fn line(from: &mut impl BufRead) -> Result<Vec<u8>, Unread> {
    let mut line = Vec::new();
    from.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    if !line.ends_with(b"\r\n") {
        return Err(match line.last() {
            Some(b'\n') => Unread::NotResp(String::from_utf8_lossy(&line).chars().take(80).collect()),
            _ if line.len() as u64 == MAX_LINE => Unread::NotResp("a line without end".to_owned()),
            _ => io::Error::from(io::ErrorKind::UnexpectedEof).into(),
        });
    }
    line.truncate(line.len() - 2);
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Result<RespReply, Unread> {
        read(&mut &*bytes)
    }

    #[test]
    fn every_kind_of_reply_is_read() {
        let bulk = |text: &str| RespReply::Bulk(text.as_bytes().to_vec());
        assert_eq!(one(b"+OK\r\n").unwrap(), RespReply::Status("OK".to_owned()));
        assert_eq!(one(b"-ERR no\r\n").unwrap(), RespReply::Error("ERR no".to_owned()));
        assert_eq!(one(b":-3\r\n").unwrap(), RespReply::Int(-3));
        assert_eq!(one(b"$-1\r\n").unwrap(), RespReply::Nil);
        assert_eq!(one(b"*-1\r\n").unwrap(), RespReply::Nil);
        assert_eq!(one(b"$0\r\n\r\n").unwrap(), bulk(""));
        assert_eq!(one(b"$4\r\na\r\nb\r\n").unwrap(), bulk("a\r\nb"));
        assert_eq!(one(b"*0\r\n").unwrap(), RespReply::Array(Vec::new()));
        assert_eq!(
            one(b"*2\r\n$1\r\na\r\n*1\r\n-NO\r\n").unwrap(),
            RespReply::Array(vec![bulk("a"), RespReply::Array(vec![RespReply::Error("NO".to_owned())])])
        );
    }

    #[test]
    fn what_is_no_reply_is_told_from_what_ended() {
        for not in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"\r\n",
            b"$9999999999\r\n",
            b"$-2\r\n",
            b":x\r\n",
            b"$1\r\nabc",
            b"SSH-2.0-x\n",
        ] {
            assert!(matches!(one(not), Err(Unread::NotResp(_))), "{:?}", String::from_utf8_lossy(not));
        }
        let deep = b"*1\r\n".repeat(1000);
        assert!(matches!(one(&deep), Err(Unread::NotResp(_))));
        for ended in [&b""[..], b"+O", b"$5\r\nab", b"*2\r\n:1\r\n"] {
            assert!(matches!(one(ended), Err(Unread::Io(_))), "{:?}", String::from_utf8_lossy(ended));
        }
    }

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        let mut out = Vec::new();
        write(&mut out, &[b"GET".to_vec(), b"a\r\nb".to_vec()]);
        assert_eq!(out, b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n");
    }
}
