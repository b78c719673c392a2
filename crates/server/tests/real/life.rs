//! Servers come up, and leave nothing behind however the run ends.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dogpile_server::{Choice, Redis, ServerError};

use crate::servers::{call, connect, each, folder, int, kill, ok, open, private, runs};

#[test]
fn a_private_server_is_gone_when_dropped() {
    each(|choice| {
        let redis = open(choice);
        let (pid, folder) = (redis.pid().expect("a process"), folder(&redis));
        assert!(redis.is_private() && runs(pid) && folder.is_dir(), "{redis:?}");
        let kind = if *choice == Choice::Private { "redis " } else { "valkey " };
        let number = redis.version().strip_prefix(kind).unwrap_or_else(|| panic!("{}", redis.version()));
        assert!(number.split('.').count() == 3, "{number}");
        let mut link = connect(&redis);
        assert_eq!(call(&redis, &mut link, "SET @a 1"), ok());
        drop(redis);
        assert!(!runs(pid) && !folder.exists());
    });
}

#[test]
fn a_private_server_is_gone_after_a_panic() {
    each(|choice| {
        let mut left = None;
        let end = catch_unwind(AssertUnwindSafe(|| {
            let redis = open(choice);
            left = Some((redis.pid().expect("a process"), folder(&redis)));
            let _link = connect(&redis);
            panic!("on purpose");
        }));
        assert!(end.is_err());
        let (pid, folder) = left.expect("it came so far");
        assert!(!runs(pid) && !folder.exists());
    });
}

/// Not a test: what the next one starts and kills.
#[test]
#[ignore = "started by a_private_server_is_gone_after_a_kill"]
fn a_program_that_is_killed() {
    let redis = private();
    println!("pid {} folder {}", redis.pid().expect("a process"), folder(&redis).display());
    let mut end = String::new();
    std::io::stdin().read_line(&mut end).expect("a pipe that nobody closes");
}

#[test]
fn a_private_server_is_gone_after_a_kill() {
    let mut program = Command::new(std::env::current_exe().expect("this test"))
        .args(["--ignored", "--nocapture", "--exact", "life::a_program_that_is_killed"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test again");
    let lines = BufReader::new(program.stdout.take().expect("a pipe")).lines();
    let line = lines.map_while(Result::ok).find_map(|line| Some(line.split_once("pid ")?.1.to_owned()));
    let line = line.expect("it says where its server is");
    let (pid, folder) = line.split_once(" folder ").expect("both");
    let (pid, folder) = (pid.parse().expect("a number"), PathBuf::from(folder));
    assert!(runs(pid) && folder.is_dir());
    program.kill().expect("it runs");
    program.wait().expect("it ends");
    // The keeper is nobody's child now; it needs a moment that no event announces.
    let until = Instant::now() + Duration::from_secs(10);
    while (runs(pid) || folder.exists()) && Instant::now() < until {
        std::thread::yield_now();
    }
    assert!(!runs(pid) && !folder.exists(), "{pid} {}", folder.display());
}

#[test]
fn two_servers_and_two_runs_at_once_do_not_meet() {
    each(|choice| {
        let (one, other) = (open(choice), open(choice));
        assert_ne!(one.pid(), other.pid());
        assert_ne!(one.prefix(), other.prefix());
        drop(one);
        let mut link = connect(&other);
        assert_eq!(call(&other, &mut link, "PING"), dogpile_redis::RespReply::Status("PONG".to_owned()));
    });
}

#[test]
fn a_private_server_is_empty_again_when_cleared() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        call(&redis, &mut link, "MSET @a 1 b 2");
        redis.clear(&mut link).expect("cleared");
        assert_eq!(int(&call(&redis, &mut link, "DBSIZE")), 0);
    });
}

#[test]
fn a_server_that_ends_in_the_middle_is_told() {
    each(|choice| {
        let redis = open(choice);
        let (pid, folder) = (redis.pid().expect("a process"), folder(&redis));
        let mut link = connect(&redis);
        call(&redis, &mut link, "SET @a 1");
        kill(pid);
        let error = link.call(&[b"GET".to_vec(), b"x".to_vec()]).expect_err("nobody answers");
        assert!(matches!(error, ServerError::Gone { .. }), "{error}");
        assert!(error.to_string().starts_with("the server went away at GET x: "), "{error}");
        assert!(link.is_cut());
        let error = link.call(&[b"GET".to_vec(), b"x".to_vec()]).expect_err("nobody is there");
        assert!(matches!(error, ServerError::Cut { .. }), "{error}");
        // The system may take a moment more to close the socket that is listened on.
        match redis.connect().and_then(|mut late| late.call(&[b"PING".to_vec()])) {
            Err(ServerError::Refused { .. } | ServerError::Gone { .. }) => {}
            other => panic!("{other:?}"),
        }
        drop(redis);
        assert!(!folder.exists());
    });
}

#[test]
fn what_does_not_start_is_told_by_its_last_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = |name: &str, text: &str| {
        let path = folder.path().join(name);
        program(&path, text);
        Choice::PrivateFrom(path)
    };
    for (choice, last) in [
        (program("fails", "echo starting; echo 'no room for 3 keys' >&2; exit 1"), "no room for 3 keys"),
        (program("killed", "echo starting; kill -9 $$"), "starting"),
        (program("mute", "exit 0"), "it said nothing"),
        (Choice::PrivateFrom(folder.path().join("absent")), "not found"),
    ] {
        match Redis::open(&choice) {
            Err(error @ ServerError::NotStarted { .. }) => {
                let line = error.to_string();
                assert!(line.contains("did not start: ") && line.ends_with(last) && !line.contains('\n'), "{line}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_server_that_is_killed_while_it_starts_leaves_nothing() {
    // The real server, whose process is killed as soon as it has one: mostly before it is ready, not always.
    let folder = tempfile::tempdir().expect("a folder");
    let (path, note) = (folder.path().join("short-lived"), folder.path().join("note"));
    let note_to = note.display();
    let text = format!("echo $$ \"$6\" >'{note_to}'\nredis-server \"$@\" &\nserver=$!\nkill -9 $server\nwait $server");
    program(&path, &text);
    match Redis::open(&Choice::PrivateFrom(path)) {
        Err(ServerError::NotStarted { .. } | ServerError::Refused { .. } | ServerError::Gone { .. }) => {}
        other => panic!("{other:?}"),
    }
    let note = std::fs::read_to_string(note).expect("it came so far");
    let (pid, socket) = note.trim().split_once(' ').expect("both");
    let home = Path::new(socket).parent().expect("a folder");
    assert!(socket.ends_with("redis.sock") && !home.exists(), "{note}");
    assert!(!runs(pid.parse().expect("a number")), "{note}");
}

fn program(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("runnable");
}

/// Not a test: what a server costs. `cargo test -p dogpile-server --test real -- --ignored --nocapture measured`
#[test]
#[ignore = "a measurement"]
fn measured() {
    let median = |mut all: Vec<Duration>| {
        all.sort_unstable();
        (all[all.len() / 2], all[all.len() * 99 / 100])
    };
    fn timed(run: impl FnOnce()) -> Duration {
        let begun = Instant::now();
        run();
        begun.elapsed()
    }
    each(|choice| {
        let mut ends = Vec::new();
        let starts = (0..50).map(|_| {
            let begun = Instant::now();
            let redis = open(choice);
            let start = begun.elapsed();
            ends.push(timed(|| drop(redis)));
            start
        });
        let starts = median(starts.collect());
        let redis = open(choice);
        let mut link = connect(&redis);
        let get = crate::servers::words(&redis, "GET @lock");
        let trips = median((0..10_000).map(|_| timed(|| drop(link.call(&get)))).collect());
        let keys = [crate::servers::key(&redis, "lock")];
        call(&redis, &mut link, "SET @lock a PX 60000000");
        let jumps = median((0..5_000).map(|_| timed(|| drop(redis.warp(&mut link, &keys, 7)))).collect());
        let connects = median((0..500).map(|_| timed(|| drop(redis.connect()))).collect());
        let clears = median((0..500).map(|_| timed(|| redis.clear(&mut link).expect("cleared"))).collect());
        println!(
            "{} (median, p99): start {starts:?}, end {:?}, round trip {trips:?}, jump {jumps:?}, connection {connects:?}, \
             clear {clears:?}",
            redis.version(),
            median(ends)
        );
    });
}
