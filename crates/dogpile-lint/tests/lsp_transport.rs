//! The language server and clients that do not keep to the protocol.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

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
    for odd in
        [r#"{"id":2,"method":"textDocument/hover"}"#, r#"{"id":2,"method":"textDocument/codeAction","params":[]}"#]
    {
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

/// Every text that an editor shows: whatever key it stands under, an address or code that is written to a file apart.
fn shown(value: &serde_json::Value, key: &str, all: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if !["uri", "newText", "href"].contains(&key) => all.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| shown(item, key, all)),
        serde_json::Value::Object(fields) => fields.iter().for_each(|(key, item)| shown(item, key, all)),
        _ => {}
    }
}

#[test]
fn an_editor_is_told_plain_text() {
    let tree = tempfile::tempdir().expect("a folder");
    let root = tree.path().canonicalize().expect("there");
    let text = "package app\n\n// dogpile: allow RAW\n\nimport \"github.com/redis/go-redis/v9\"\n\nfunc sweep(ctx context.Context, rdb *redis.Client) error {\n\twon, err := rdb.SetNX(ctx, \"lock:RAW\", \"1\", 0).Result() // RAW\n\tif err != nil || !won {\n\t\treturn err\n\t}\n\tdefer rdb.Del(context.WithoutCancel(ctx), \"lock:RAW\")\n\treturn work(ctx)\n}\n";
    let raw = "\u{1b}[2J\u{9b}31m\u{202e}abc\u{2066}\u{8}\u{7f}";
    std::fs::write(root.join("go.mod"), "module m\u{1b}[2J\n").expect("a file");
    let file = root.join("a\u{1b}[31m\u{202e}.go");
    std::fs::write(&file, text.replace("RAW", raw)).expect("a file");
    let uri = |path: &std::path::Path| {
        format!(
            "file://{}",
            path.display().to_string().replace('\u{1b}', "%1B").replace('[', "%5B").replace('\u{202e}', "%E2%80%AE")
        )
    };
    let mut server = Server::start();
    let capabilities = serde_json::json!({ "textDocument": { "publishDiagnostics": { "relatedInformation": true }, "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } } } });
    let params = serde_json::json!({ "rootUri": uri(&root), "workspaceFolders": [{ "uri": uri(&root), "name": "m" }], "capabilities": capabilities });
    server.say(&serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string());
    server.hear();
    server.say(r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#);
    let open = serde_json::json!({ "textDocument": { "uri": uri(&file), "languageId": "go", "version": 1, "text": text.replace("RAW", raw) } });
    server.say(&serde_json::json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": open }).to_string());
    let mut heard = Vec::new();
    let diagnostics = loop {
        let message = server.hear();
        heard.push(message.clone());
        if message["method"] == "textDocument/publishDiagnostics"
            && message["params"]["diagnostics"].as_array().is_some_and(|all| !all.is_empty())
        {
            break message["params"]["diagnostics"].clone();
        }
    };
    let range = diagnostics[0]["range"].clone();
    let document = serde_json::json!({ "uri": uri(&file) });
    let hover = serde_json::json!({ "textDocument": document, "position": range["start"] });
    let actions =
        serde_json::json!({ "textDocument": document, "range": range, "context": { "diagnostics": diagnostics } });
    for (id, method, params) in [(2, "textDocument/hover", hover), (3, "textDocument/codeAction", actions)] {
        server.say(&serde_json::json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        loop {
            let message = server.hear();
            let answers = message["id"] == id;
            heard.push(message);
            if answers {
                break;
            }
        }
    }
    assert!(heard.iter().any(|message| message["result"]["contents"].is_object()), "{heard:?}");
    assert!(heard.iter().any(|message| message["result"].as_array().is_some_and(|all| !all.is_empty())), "{heard:?}");
    let mut all = Vec::new();
    heard.iter().for_each(|message| shown(message, "", &mut all));
    let hides =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(all.iter().any(|text| text.contains('\u{241b}')), "what steers is in the messages: {all:?}");
    let steering: Vec<&String> = all.iter().filter(|text| text.contains(hides)).collect();
    assert!(steering.is_empty(), "{steering:?}");
}
