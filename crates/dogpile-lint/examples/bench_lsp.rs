//! How long the language server takes to answer while somebody types. Needs a tree:
//!
//! ```text
//! cargo run --release -p dogpile-lint --example bench_lsp -- PROGRAM FOLDER FILE...
//! ```
//!
//! Each file is opened, and a comment is typed at its end, then in its middle, where what is below moves. Time is taken
//! from each change until the answer to a pull of the file's diagnostics; on Linux the processor's time is told, too, for a
//! machine that has other things to do.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a program for people who measure")]

#[path = "../tests/wire/mod.rs"]
mod wire;

use serde_json::{Value, json};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const EDITS: usize = 20;

struct Server {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: u64,
    process: u32,
}

impl Server {
    /// Processor time that the server took so far, in ms.
    fn worked(&self) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process)).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
        // A tick is 10 ms on every Linux there is.
        Some((ticks(11)? + ticks(12)?) * 10)
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let message = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        wire::say(&mut self.input, &message.to_string());
        loop {
            let message = wire::hear(&mut self.output);
            if message["id"] == self.asked && message.get("method").is_none() {
                return message["result"].clone();
            }
        }
    }

    fn tell(&mut self, method: &str, params: &Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        wire::say(&mut self.input, &message.to_string());
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn main() {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (Some(program), Some(folder)) = (args.next(), args.next()) else { panic!("PROGRAM FOLDER FILE...") };
    let folder = folder.canonicalize().expect("a folder");
    let mut child =
        Command::new(program).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let (input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut server = Server { input, output: BufReader::new(output), asked: 0, process: child.id() };
    let begun = Instant::now();
    let folders = json!([{ "uri": uri(&folder), "name": "tree" }]);
    server.ask("initialize", &json!({ "capabilities": {}, "workspaceFolders": folders }));
    server.ask("textDocument/diagnostic", &json!({ "textDocument": { "uri": uri(&folder) } }));
    println!("cold: {} ms, of the processor {} ms", begun.elapsed().as_millis(), server.worked().unwrap_or(0));
    for file in args {
        measure(&mut server, &folder.join(file));
    }
    server.ask("shutdown", &Value::Null);
    server.tell("exit", &Value::Null);
    let _ = child.wait();
}

/// What is typed.
#[derive(Clone, Copy)]
enum Typed {
    /// A letter in a comment at the end of the file: nothing moves.
    End,
    /// A line in the middle: what is below moves.
    Middle,
}

fn measure(server: &mut Server, path: &Path) {
    let text = std::fs::read_to_string(path).expect("a file");
    let document = json!({ "uri": uri(path) });
    let opened = json!({ "uri": uri(path), "languageId": "x", "version": 0, "text": text });
    server.tell("textDocument/didOpen", &json!({ "textDocument": opened }));
    let found = server.ask("textDocument/diagnostic", &json!({ "textDocument": document }));
    let found = found["items"].as_array().map_or(0, Vec::len);
    let middle = text.lines().collect::<Vec<_>>();
    let half = (middle.len() / 2..middle.len()).find(|i| middle[*i].starts_with('}')).map_or(middle.len(), |i| i + 1);
    for typed in [Typed::End, Typed::Middle] {
        let mut times: Vec<Duration> = Vec::new();
        let worked = server.worked().unwrap_or(0);
        for edit in 0..EDITS {
            let mut lines = middle.clone();
            let comment = format!("// {edit}");
            match typed {
                Typed::End => lines.push(&comment),
                Typed::Middle => lines.insert(half, &comment),
            }
            let changes = json!([{ "text": lines.join("\n") + "\n" }]);
            let begun = Instant::now();
            server.tell(
                "textDocument/didChange",
                &json!({ "textDocument": { "uri": uri(path), "version": edit + 1 }, "contentChanges": changes }),
            );
            server.ask("textDocument/diagnostic", &json!({ "textDocument": document }));
            times.push(begun.elapsed());
        }
        times.sort();
        let each = (server.worked().unwrap_or(0) - worked) / EDITS as u64;
        let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
        let place = match typed {
            Typed::End => "end",
            Typed::Middle => "middle",
        };
        println!(
            "{}: {found} findings, typed at its {place}: p50 {:.0} ms, p95 {:.0} ms, of the processor {} ms",
            path.display(),
            at(50),
            at(95),
            each
        );
    }
    server.tell("textDocument/didClose", &json!({ "textDocument": document }));
}
