//! Messages on a pipe: a header that tells their length, and JSON.
//!
//! What is broken is told and passed over: the reader finds the next header, and only the end of the input ends it.

use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// A longer message is passed over, in bytes.
const LONGEST: usize = 256 << 20;
/// A header has no longer line, in bytes.
const LONGEST_LINE: u64 = 64 << 10;
const LENGTH: &str = "content-length:";

/// What was read.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// JSON.
    Message(Value),
    /// Something else; why.
    Broken(String),
    /// Nothing will come any more.
    End,
}

/// The reading end.
#[derive(Debug)]
pub(super) struct Wire<R> {
    input: R,
    /// What was read with a message and is none of it.
    left: Vec<u8>,
}

impl<R: BufRead> Wire<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, left: Vec::new() }
    }

    /// The next message. An input that cannot be read is at its end.
    pub(super) fn next(&mut self) -> Incoming {
        self.read().unwrap_or(Incoming::End)
    }

    fn read(&mut self) -> io::Result<Incoming> {
        let mut length: Option<Result<usize, String>> = None;
        let mut strange = None;
        loop {
            let Some(line) = self.line()? else { return Ok(Incoming::End) };
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if text.is_empty() {
                match (length.take(), strange.take()) {
                    (Some(Ok(length)), _) => return self.body(length),
                    (Some(Err(said)), _) => return Ok(Incoming::Broken(format!("{said:?} is no length"))),
                    (None, Some(strange)) => return Ok(Incoming::Broken(strange)),
                    (None, None) => {}
                }
                continue;
            }
            let lower = text.to_ascii_lowercase();
            if let Some(at) = lower.find(LENGTH) {
                let said = text[at + LENGTH.len()..].trim();
                length = Some(said.parse::<usize>().map_err(|_| said.to_owned()));
            } else if !lower.starts_with("content-type:") {
                strange = Some("a header without Content-Length".to_owned());
            }
        }
    }

    fn body(&mut self, length: usize) -> io::Result<Incoming> {
        if length > LONGEST {
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            let left = u64::try_from(self.left.len()).unwrap_or(u64::MAX).min(length);
            self.left.drain(..usize::try_from(left).unwrap_or(0));
            io::copy(&mut (&mut self.input).take(length - left), &mut io::sink())?;
            return Ok(Incoming::Broken(format!("{length} bytes are too many for a message")));
        }
        let mut body = std::mem::take(&mut self.left);
        if body.len() > length {
            self.left = body.split_off(length);
        }
        let missing = u64::try_from(length - body.len()).unwrap_or(u64::MAX);
        let read = (&mut self.input).take(missing).read_to_end(&mut body)?;
        if (read as u64) < missing {
            return Ok(Incoming::End);
        }
        let mut values = serde_json::Deserializer::from_slice(&body).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                // Where the header said too much, the next one begins in here.
                let rest = body.split_off(values.byte_offset());
                if rest.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    self.left.splice(0..0, rest);
                }
                Ok(Incoming::Message(value))
            }
            Some(Err(error)) => Ok(Incoming::Broken(format!("a message is no JSON: {error}"))),
            None => Ok(Incoming::Broken("a message is empty".to_owned())),
        }
    }

    /// A line of a header, cut where it is endless.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if let Some(end) = self.left.iter().position(|byte| *byte == b'\n') {
            line = self.left.drain(..=end).collect();
        } else {
            line.append(&mut self.left);
            (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        }
        Ok(if line.is_empty() { None } else { Some(line) })
    }
}

/// Writes a message.
pub(super) fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(bytes: &[u8]) -> Vec<Incoming> {
        let mut wire = Wire::new(bytes);
        std::iter::from_fn(|| Some(wire.next()).filter(|read| *read != Incoming::End)).collect()
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    fn said(n: u32) -> Incoming {
        Incoming::Message(json!({ "n": n }))
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        for text in ["a", "\u{1F600}\r\n"] {
            write(&mut bytes, &json!({ "text": text })).expect("a vector");
        }
        assert_eq!(all(&bytes), ["a", "\u{1F600}\r\n"].map(|text| Incoming::Message(json!({ "text": text }))));
    }

    #[test]
    fn the_next_message_is_found_behind_a_broken_one() {
        let next = framed("{\"n\":1}");
        for broken in [
            framed("{\"n\":"),
            framed("{\"n\":\"\u{1F600}"),
            framed("   "),
            "Content-Length: 3\r\n\r\n{\"n\":0}\r\n\r\n".to_owned(),
            "Content-Length: x\r\n\r\n".to_owned(),
            "Content-Length: -1\r\n\r\n".to_owned(),
            "Length: 3\r\n\r\n".to_owned(),
        ] {
            let read = all(format!("{broken}{next}").as_bytes());
            assert!(read.iter().any(|r| matches!(r, Incoming::Broken(_))), "{broken:?}: {read:?}");
            assert_eq!(read.last(), Some(&said(1)), "{broken:?}: {read:?}");
        }
        let bytes = [b"Content-Length: 2\r\n\r\n\xff\xfe", next.as_bytes()].concat();
        assert_eq!(all(&bytes).last(), Some(&said(1)));
    }

    #[test]
    fn a_length_that_says_too_much_loses_no_message() {
        let long = format!("Content-Length: 20\r\n\r\n{{\"n\":0}}{}{}", framed("{\"n\":1}"), framed("{\"n\":2}"));
        assert_eq!(all(long.as_bytes()), [said(0), said(1), said(2)]);
    }

    #[test]
    fn headers_may_say_more_and_inputs_may_end_anywhere() {
        let typed = "content-length:7\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{\"n\":3}";
        assert_eq!(all(typed.as_bytes()), [said(3)]);
        for end in 0..typed.len() {
            assert_eq!(all(&typed.as_bytes()[..end]), [], "{end}");
        }
        assert_eq!(all(b"Content-Length: 99999999999\r\n\r\nxx").len(), 1);
    }
}
