//! Messages of the Language Server Protocol as a client writes and reads them.

use std::io::{BufRead, Write};

/// Writes a message.
pub(crate) fn say(to: &mut impl Write, text: &str) {
    let said = write!(to, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| to.flush());
    said.expect("the server listens");
}

/// The next message.
pub(crate) fn hear(from: &mut impl BufRead) -> serde_json::Value {
    let mut length = 0;
    loop {
        let mut line = String::new();
        assert_ne!(from.read_line(&mut line).expect("a pipe"), 0, "the server is gone");
        match line.trim().strip_prefix("Content-Length: ") {
            Some(said) => length = said.parse().expect("a number"),
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).expect("a message");
    serde_json::from_slice(&body).expect("JSON")
}
