//! The language server and clients that do not keep to the protocol.

mod wire;

use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A server and its pipes.
struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dogpile-lint"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    fn say(&mut self, text: &str) {
        wire::say(self.input.as_mut().expect("open"), text);
    }

    /// The next message.
    fn hear(&mut self) -> serde_json::Value {
        wire::hear(&mut self.output)
    }

    fn code(&mut self) -> i64 {
        self.hear()["error"]["code"].as_i64().expect("an error")
    }

    fn initialize(&mut self) {
        self.say(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#);
        assert_eq!(self.hear()["result"]["serverInfo"]["name"], "dogpile-lint");
    }

    fn end(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn what_is_broken_is_told_and_passed_over() {
    let mut server = Server::start();
    server.initialize();
    for broken in ["Content-Length: 5\r\n\r\n{\"a\":", "Content-Length: nine\r\n\r\n", "Length: 9\r\n\r\n"] {
        server.raw(broken.as_bytes());
        assert_eq!(server.code(), -32700, "{broken}");
    }
    for odd in ["[]", "3", "null", "{}", r#"{"id":{},"method":"x"}"#, r#"{"id":4}"#] {
        server.say(odd);
        assert_eq!(server.code(), -32600, "{odd}");
    }
    // Nothing is said of notifications, whatever they are; the next request is answered.
    for quiet in [
        r#"{"method":"no/such"}"#,
        r#"{"method":"textDocument/didOpen"}"#,
        r#"{"method":"textDocument/didOpen","params":{"textDocument":{"uri":7}}}"#,
        r#"{"method":"workspace/didChangeWatchedFiles","params":{"changes":[{}]}}"#,
        r#"{"method":"workspace/didChangeWorkspaceFolders","params":{}}"#,
        r#"{"method":"$/cancelRequest","params":{"id":99}}"#,
        r#"{"id":99,"result":null}"#,
    ] {
        server.say(quiet);
    }
    server.say(r#"{"id":"a","method":"no/such"}"#);
    let answer = server.hear();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&"a".into(), &(-32601).into()));
    for odd in [r#"{"id":2,"method":"textDocument/hover"}"#, r#"{"id":2,"method":"textDocument/codeAction","params":[]}"#] {
        server.say(odd);
        assert_eq!(server.hear()["result"], serde_json::Value::Null, "{odd}");
    }
    let large = format!(r#"{{"id":3,"method":"no/such","params":"{}"}}"#, "x".repeat(20 << 20));
    server.say(&large);
    assert_eq!(server.code(), -32601);
    server.say(r#"{"id":4,"method":"shutdown"}"#);
    assert_eq!(server.hear()["id"], 4);
    server.say(r#"{"id":5,"method":"textDocument/hover"}"#);
    assert_eq!(server.code(), -32600);
    server.say(r#"{"method":"exit"}"#);
    assert_eq!(server.end(), Some(0));
}

#[test]
fn how_it_ends_is_told_by_its_exit_code() {
    let early = Server::start();
    assert_eq!(early.end(), Some(1), "the client is gone");
    let mut without_shutdown = Server::start();
    without_shutdown.initialize();
    without_shutdown.say(r#"{"method":"exit"}"#);
    assert_eq!(without_shutdown.end(), Some(1));
    let mut half = Server::start();
    half.raw(b"Content-Length: 100\r\n\r\n{");
    assert_eq!(half.end(), Some(1));
}
