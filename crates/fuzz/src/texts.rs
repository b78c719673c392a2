//! Everything that is read and is no source code.

use dogpile_ir::{parse_module, print_module};
use dogpile_lint::fuzzing;
use dogpile_models::Catalog;
use dogpile_redis::{Limits, ScriptProbe, classify};
use dogpile_report::{Baseline, clean};
use dogpile_source::{FileId, parse_annotation, parse_duration_ms};

pub(crate) const CONFIGS: &[&str] = &[
    "[rules]\nleaked-lock = \"error\"\n\n[profile]\n\"lock:pay:*\" = \"correctness\"\n\n[latency]\n\"app.Recompute\" = \"24s\"\n\"/pay*\" = 2.5\n\n[fleet]\ninstances = 3\n",
    "[lint]\nexclude = [\"gen/**\", \"{a,b}/*.go\"]\ninclude-tests = true\nbaseline = \"known.jsonl\"\nfail-on = \"warning\"\nmin-level = \"note\"\n[models]\nfiles = [\"m.toml\"]\n[[wrapper]]\nfunction = \"app.Take\"\nacquires = { key = \"arg0\", ttl = \"30s\", held = \"true\" }\n[[wrapper]]\nfunction = \"app.Drop\"\nreleases = { key = \"arg0\" }\n",
];
pub(crate) const LATENCIES: &[&str] = &[
    "{\"app.A\": 1.5, \"app.B\": \"250ms\"}",
    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"function\":\"a\"},\"value\":[1712,\"24.5\"]},{\"metric\":{\"handler\":\"/p\"},\"values\":[[1,\"0.1\"],[3,\"NaN\"]]}]}}",
    "{\"status\":\"error\",\"error\":\"bad\"}",
];
pub(crate) const SCRIPTS: &[&str] = &[
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end",
    "local v = redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) if v then return 1 end return redis.call('pttl', KEYS[1])",
    "#!lua name=lib\nredis.register_function('f', function(keys, args) return redis.call('incr', keys[1]) end)",
    "return cjson.encode(cjson.decode(ARGV[1]))",
    "return string.rep(string.rep('a', 1e6), 1e6)",
    "return (string.rep('a', 5000)):find(string.rep('a?', 5000) .. string.rep('a', 5000))",
    "local function f(n) return 1 + f(n + 1) end return f(0)",
    "while true do pcall(error, {}) end",
    "local t = {} for i = 1, 1e9 do t[i] = i end return table.concat(t)",
    "return pcall(string.format, '%99999d', 1)",
    "local s = setmetatable({}, {__index = function(t, k) return t[k .. k] end}) return s.a",
    "return redis.call('eval', 'return 1', 0) .. redis.sha1hex(ARGV[1]) .. tostring(redis.pcall('nothing'))",
    "return table.unpack and 1 or unpack({}, 1, 1e8)",
    "return cjson.decode(string.rep('[', 100000))",
    "local a = {} a[1] = a return cjson.encode(a)",
];
pub(crate) const REPLIES: &[&str] = &[
    "+OK\r\n",
    "-ERR no\r\n",
    ":-3\r\n",
    "$-1\r\n",
    "*-1\r\n",
    "$4\r\na\r\nb\r\n",
    "*2\r\n$1\r\na\r\n*1\r\n-NO\r\n",
    "*1048576\r\n",
    "$67108864\r\nab",
    "HTTP/1.1 400 Bad Request\r\n",
    "*1\r\n*1\r\n*1\r\n:1\r\n",
];
pub(crate) const BASELINES: &[&str] = &[
    "{\"dogpile-lint baseline\":1}\n{\"path\":\"app/a.go\",\"line\":12,\"rule\":\"leaked-lock\",\"function\":\"F\",\"key\":\"lock:a\",\"story\":\"00112233445566778899aabbccddeeff\",\"text\":\"0011223344556677\",\"message\":\"m\",\"fingerprint\":\"x\"}\n",
    "{\"dogpile-lint baseline\":2}\n",
    "{\"dogpile-lint baseline\":1}\n<<<<<<< a\n",
];
pub(crate) const RECORDS: &[&str] = &[
    "{\"findings\":[{\"rule\":\"leaked-lock\",\"verdict\":{\"outcome\":\"confirmed\",\"schedule\":[{\"client\":\"A\",\"what\":\"takes\",\"commands\":[[\"SET\",\"k\",\"1\",\"NX\"]],\"fate\":\"arrives\",\"reply\":\"OK\"},{\"what\":\"time\",\"passes_ms\":100}]}}]}",
    "{\"verdict\":{\"schedule\":[{\"client\":\"\\u0000\",\"what\":\"\",\"commands\":[[]],\"passes_ms\":18446744073709551615}]}}",
];
pub(crate) const MESSAGES: &[&str] = &[
    "Content-Length: 7\r\n\r\n{\"n\":1}Content-Length: 7\r\n\r\n{\"n\":2}",
    "content-length:20\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{\"n\":0}Content-Length: 7\r\n\r\n{\"n\":1}",
    "Content-Length: 99999999999\r\n\r\nxx",
    "Content-Length: x\r\n\r\nLength: 3\r\n\r\n{}",
];
pub(crate) const PATCHES: &[&str] = &[
    "diff --git a/x.go b/x.go\nindex 1..2 100644\n--- a/x.go\n+++ b/x.go\n@@ -1,2 +3 @@ f\n-a\n-// dogpile: allow\n+b\n",
    "diff --git \"a/\\303\\251.go\" \"b/\\303\\251.go\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/\\303\\251\\t\\\".go\"\n@@ -0,0 +1,2 @@\n+a\n+b\n",
    "diff --git a/s b/s\nindex 1..2 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n* Unmerged path y.go\n",
];
pub(crate) const COMMENTS: &[&str] = &[
    "// dogpile: allow leaked-lock: it is meant",
    "/* dogpile: acquires key=arg0 ttl=30s held=\"true\" */",
    "# dogpile: p99 24s",
    "1h2m3.5s",
    "250ms",
    "9999999999999h",
    "-1s",
    "1e400s",
];

pub(crate) fn ir(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(module) = parse_module(&text, FileId(0)) {
        let printed = print_module(&module);
        if let Ok(again) = parse_module(&printed, FileId(0)) {
            assert_eq!(print_module(&again), printed, "what was printed is read as something else");
        }
    }
}

pub(crate) fn config(input: &[u8]) {
    fuzzing::config(&String::from_utf8_lossy(input));
}

pub(crate) fn latency(input: &[u8]) {
    fuzzing::latency(&String::from_utf8_lossy(input));
}

pub(crate) fn models(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    let _ = Catalog::with_users_again(&[("own.toml".to_owned(), text)]);
}

/// Less than the program allows, so that more scripts are tried; the clock is left out of it.
pub(crate) fn lua(input: &[u8]) {
    let limits = Limits { instructions: 20_000, total_instructions: 200_000, memory: 2 << 20, ..Limits::default() };
    classify(&String::from_utf8_lossy(input), ScriptProbe::default(), limits);
}

pub(crate) fn resp(input: &[u8]) {
    let mut rest = input;
    // However long the input, every reply takes some of it.
    while !rest.is_empty() {
        match dogpile_server::read_reply(rest) {
            Some((_, left)) if left.len() < rest.len() => rest = left,
            Some(_) => panic!("a reply was read from nothing"),
            None => return,
        }
    }
}

pub(crate) fn baseline(input: &[u8]) {
    match Baseline::parse(&String::from_utf8_lossy(input)) {
        Ok(read) => {
            let written = read.text();
            let again = Baseline::parse(&written);
            assert_eq!(again.map(|b| b.text()).as_ref(), Ok(&written), "what was written is read as something else");
        }
        Err(error) => {
            let _ = clean(&error.to_string());
        }
    }
}

pub(crate) fn replay(input: &[u8]) {
    fuzzing::replay(&String::from_utf8_lossy(input));
}

pub(crate) fn transport(input: &[u8]) {
    // A message takes at least a line, or a byte of what a header said too much.
    assert!(fuzzing::transport(input) <= input.len(), "more messages than bytes");
}

pub(crate) fn patch(input: &[u8]) {
    fuzzing::patch(input);
}

pub(crate) fn comment(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = parse_duration_ms(&text);
    for line in text.lines() {
        let _ = parse_annotation(line);
    }
}
