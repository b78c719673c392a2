//! `confirm`, `check --confirm` and `replay`, with real servers in every state.
#![allow(clippy::disallowed_methods, reason = "tests make files and read the PATH")]

mod trees;

use dogpile_redis::RespReply;
use dogpile_server::{Choice, Redis};
use serde_json::Value;
use trees::{LOCKED, Run, Tree, command, ended};

fn tree() -> Tree {
    Tree::new(&[("app.go", LOCKED)])
}

fn private() -> Redis {
    Redis::open(&Choice::Private).expect("these tests need a redis-server on the PATH")
}

/// The program finds what the PATH offers.
fn run(tree: &Tree, args: &[&str]) -> Run {
    let path = std::env::var_os("PATH").unwrap_or_default();
    ended(command(&tree.path(), args).env("PATH", path).output().expect("the program runs"))
}

/// Says something to a private server as its owner.
fn tell(redis: &Redis, words: &str) -> RespReply {
    let words: Vec<Vec<u8>> = words.split(' ').map(|w| w.as_bytes().to_vec()).collect();
    redis.connect().expect("a connection").call(&words).expect("a reply")
}

fn verdict(run: &Run) -> Value {
    let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {run:?}"));
    json["findings"][0]["verdict"].clone()
}

#[test]
fn a_private_server_is_started_and_confirms() {
    let tree = tree();
    let text = run(&tree, &["confirm"]);
    assert_eq!(text.code, Some(1), "{text:?}");
    for said in [
        "confirmed on redis ",
        "A frees the lock that B holds",
        "DEL lock:sweep → 1   app.go:20",
        "compare-and-delete in one script: none found",
    ] {
        assert!(text.out.contains(said), "no {said:?} in {}", text.out);
    }
    assert_eq!(run(&tree, &["check", "--confirm"]).out, text.out, "check --confirm is the same");
    let verdict = verdict(&run(&tree, &["confirm", "--format", "json"]));
    assert_eq!(verdict["evidence"], "server");
    assert_eq!(verdict["invariant"], "I2");
    assert_eq!(verdict["repaired"]["holds"], true);
    let schedule = verdict["schedule"].as_array().expect("a schedule");
    let sarif: Value = serde_json::from_str(&run(&tree, &["confirm", "--format", "sarif"]).out).expect("SARIF");
    let flow = &sarif["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(flow.as_array().map(Vec::len), Some(schedule.len()), "one location a step");
    assert_eq!(sarif["runs"][0]["results"][0]["properties"]["verdict"]["evidence"], "server");
}

#[test]
fn without_a_server_the_model_is_named() {
    let tree = tree();
    // No PATH: no binary.
    let text = tree.run(&["confirm"]);
    assert_eq!(text.code, Some(1), "{text:?}");
    assert!(text.out.contains("confirmed on the model only") && text.err.contains("on the model only"), "{text:?}");
    let verdict = verdict(&run(&tree, &["confirm", "--no-server", "--format", "json"]));
    assert_eq!((verdict["evidence"].as_str(), verdict["server"].is_null()), (Some("model"), true));
}

#[test]
fn a_given_server_is_used_and_left_as_it_was() {
    let (tree, owner) = (tree(), private());
    let url = owner.url().expect("a URL");
    let verdict = verdict(&run(&tree, &["confirm", "--server", &url, "--format", "json"]));
    assert_eq!(verdict["evidence"], "server", "{verdict}");
    assert_eq!(tell(&owner, "DBSIZE"), RespReply::Int(0), "nothing is left behind");
}

/// A server that cannot be used: exit code 2, the reason in words, and no finding called confirmed.
fn refused(url: &str, extra: &[&str], said: &str) {
    let tree = tree();
    let args: Vec<&str> =
        ["confirm", "--format", "json", "--server", url].into_iter().chain(extra.iter().copied()).collect();
    let run = run(&tree, &args);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains(said), "no {said:?} in {}", run.err);
    let verdict = verdict(&run);
    assert_eq!(verdict["evidence"], "inconclusive", "{verdict}");
    assert!(verdict["outcome"].as_str().is_some_and(|o| o.starts_with("the server could not be used: ")), "{verdict}");
}

#[test]
fn nobody_listens() {
    refused("redis://127.0.0.1:1", &[], "127.0.0.1:1");
}

#[test]
fn a_url_that_is_none() {
    refused("http://localhost", &[], "http");
}

#[test]
fn somebody_elses_server() {
    refused("redis://192.0.2.1:6379", &[], "--i-own-this-server");
}

#[test]
fn a_password_is_missing() {
    let owner = private();
    let url = owner.url().expect("a URL");
    tell(&owner, "CONFIG SET requirepass secret");
    refused(&url, &[], "password");
}

#[test]
fn a_replica_takes_no_writes() {
    let owner = private();
    let url = owner.url().expect("a URL");
    tell(&owner, "REPLICAOF 127.0.0.1 1");
    refused(&url, &[], "replica");
}

#[test]
fn a_user_may_not_eval() {
    let owner = private();
    let url = owner.url().expect("a URL");
    tell(&owner, "ACL SETUSER default -eval -evalsha");
    refused(&url, &[], "EVAL");
}

#[test]
fn a_user_may_not_set() {
    let (tree, owner) = (tree(), private());
    let url = owner.url().expect("a URL");
    tell(&owner, "ACL SETUSER default -set");
    let run = run(&tree, &["confirm", "--server", &url, "--format", "json"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(verdict(&run)["evidence"], "inconclusive");
}

#[test]
fn a_schedule_is_replayed_and_a_changed_reply_is_seen() {
    let tree = tree();
    let report = run(&tree, &["confirm", "--format", "json"]).out;
    tree.write("report.json", report.as_bytes());
    let again = run(&tree, &["replay", "report.json"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.out.contains("as recorded, step by step: A frees the lock that B holds"), "{}", again.out);
    let other = report.replacen("\"reply\": \"OK\"", "\"reply\": \"nil\"", 1);
    assert_ne!(other, report);
    tree.write("other.json", other.as_bytes());
    let differs = run(&tree, &["replay", "other.json"]);
    assert_eq!(differs.code, Some(2), "{differs:?}");
    assert!(differs.out.contains("step 1 differs: nil on record, OK now"), "{}", differs.out);
    tree.write("none.json", b"{}");
    assert_eq!(run(&tree, &["replay", "none.json"]).code, Some(2));
}

#[test]
fn what_a_comment_allows_is_not_proven() {
    let allowed = LOCKED
        .replace("sweep", "other")
        .replace("\tdefer rdb", "\t// dogpile: allow unconditional-release -- one writer\n\tdefer rdb");
    let tree = Tree::new(&[("a/app.go", LOCKED), ("b/other.go", &allowed)]);
    let run = tree.run(&["confirm", "--no-server", "--stats", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {run:?}"));
    let proven: Vec<(bool, bool)> = json["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| (f.get("suppressed").is_some_and(|s| !s.is_null()), f.get("verdict").is_some_and(|v| !v.is_null())))
        .collect();
    assert_eq!(proven, [(false, true), (true, false)], "{run:?}");
    assert!(run.err.contains("1 finding proven in "), "{}", run.err);
}
