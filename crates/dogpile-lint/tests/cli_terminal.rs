//! What a real terminal gets: colours, links, and a bar for those who wait.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod trees;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use trees::{FAULTY, Tree};

/// Far more than anything here takes.
const ENOUGH: Duration = Duration::from_secs(60);

/// Runs the program under `script`, which gives it a terminal for standard output and standard error.
fn on_terminal(tree: &Tree, args: &str, env: &[(&str, &str)]) -> Child {
    let line = format!("{} {args}", env!("CARGO_BIN_EXE_dogpile-lint"));
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-f", "-c", &line, "/dev/null"]).env_clear().current_dir(tree.path());
    script
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh");
    script.envs(env.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    script.spawn().expect("`script` of util-linux")
}

fn seen(tree: &Tree, args: &str, env: &[(&str, &str)]) -> String {
    let output = on_terminal(tree, args, env).wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn tree() -> Tree {
    Tree::new(&[("a.go", FAULTY)])
}

const LINK: &str = "\x1b]8;;https://";

#[test]
fn colours_and_links_come_and_can_be_refused() {
    let tree = tree();
    let plain = seen(&tree, "", &[]);
    assert!(plain.contains("\x1b[") && plain.contains("warning"), "{plain:?}");
    assert!(!plain.contains(LINK), "this terminal is not known to take links: {plain:?}");
    let linked = seen(&tree, "", &[("FORCE_HYPERLINK", "1")]);
    let page = "malformed-annotation.md\x1b\\malformed-annotation\x1b]8;;\x1b\\";
    assert!(linked.contains(LINK) && linked.contains(page), "{linked:?}");
    assert!(seen(&tree, "", &[("VTE_VERSION", "6800")]).contains(LINK), "a terminal that is known to take them");
    for refused in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
        let out = seen(&tree, "", &[refused, ("FORCE_HYPERLINK", "1")]);
        assert!(!out.contains('\x1b'), "{refused:?}: {out:?}");
    }
    assert!(!seen(&tree, "--color never", &[("FORCE_HYPERLINK", "1")]).contains('\x1b'));
    assert!(seen(&tree, "--color always", &[("NO_COLOR", "1")]).contains("\x1b["));
}

#[test]
fn pipes_get_colours_only_on_demand() {
    let tree = tree();
    let piped = |env: &[(&str, &str)]| {
        let mut run = trees::command(&tree.path(), &[]);
        trees::ended(run.envs(env.iter().copied()).output().expect("runs")).out
    };
    assert!(!piped(&[("TERM", "xterm-256color"), ("VTE_VERSION", "6800")]).contains('\x1b'));
    for forced in [("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")] {
        assert!(piped(&[forced]).contains("\x1b["), "{forced:?}");
        assert!(!piped(&[forced, ("NO_COLOR", "1")]).contains('\x1b'), "NO_COLOR wins");
    }
    assert!(!piped(&[("CLICOLOR_FORCE", "0")]).contains('\x1b'));
}

/// A run that is held up for as long as we like: it reads latencies from a pipe that nobody has written to yet.
struct Held {
    tree: Tree,
    pipe: PathBuf,
}

impl Held {
    fn new() -> Self {
        let tree = tree();
        let pipe = tree.path().join("latency");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        Self { tree, pipe }
    }

    /// Opens the pipe, which waits until the program has opened it, too.
    fn opened(&self) -> std::fs::File {
        OpenOptions::new().write(true).open(&self.pipe).expect("a pipe")
    }

    /// Holds the run until it has shown `sign`, or as long as `patience` says, and gives all that was shown.
    fn shows(&self, args: &str, env: &[(&str, &str)], sign: &str, patience: Duration) -> String {
        let mut child = on_terminal(&self.tree, args, env);
        let bytes = reader(child.stdout.take().expect("piped"));
        let mut pipe = self.opened();
        let (begun, mut out) = (Instant::now(), String::new());
        while !out.contains(sign) && begun.elapsed() < patience {
            if let Ok(some) = bytes.recv_timeout(Duration::from_millis(50)) {
                out.push_str(&some);
            }
        }
        pipe.write_all(b"{}").expect("a reader");
        drop(pipe);
        out.extend(bytes.iter());
        child.wait().expect("it ends");
        out
    }
}

fn reader(mut stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            let _ = sender.send(String::from_utf8_lossy(&buffer[..n]).into_owned());
        }
    });
    receiver
}

#[test]
fn who_waits_sees_a_bar_and_nothing_of_it_is_left() {
    let out = Held::new().shows("--latency latency --color never", &[], "reading files", ENOUGH);
    let (bar, report) = out.rsplit_once("\x1b[2K").expect("the bar's line is cleared");
    assert!(bar.contains("reading files"), "{out:?}");
    assert!(!report.contains("reading files") && !report.contains("following"), "{out:?}");
    assert!(report.contains("warning[malformed-annotation]") && report.contains("1 warning"), "{out:?}");
}

/// What is printed comes on a clean line, whatever the command.
#[test]
fn every_command_takes_its_bar_away_before_it_speaks() {
    for (args, said) in [
        ("locks --latency latency", "no lock, flight or cache miss was found"),
        ("baseline update --latency latency", "1 finding (1 added, 0 dropped)"),
    ] {
        let out = Held::new().shows(args, &[], "reading files", ENOUGH);
        let (bar, rest) = out.rsplit_once("\x1b[2K").expect("the bar's line is cleared");
        assert!(bar.contains("reading files") && rest.contains(said), "{args}: {out:?}");
    }
}

#[test]
fn nobody_who_does_not_look_gets_a_bar() {
    // Longer than the second after which a bar would come.
    let patience = Duration::from_millis(1600);
    for refused in [("CI", "true"), ("TERM", "dumb")] {
        let out = Held::new().shows("--latency latency --color never", &[refused], "reading files", patience);
        assert!(!out.contains('\x1b') && out.contains("1 warning"), "{refused:?}: {out:?}");
    }
    let held = Held::new();
    let mut piped = trees::command(&held.tree.path(), &["--latency", "latency"]);
    let child = piped.env("TERM", "xterm").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    let mut pipe = held.opened();
    thread::sleep(patience);
    pipe.write_all(b"{}").expect("a reader");
    drop(pipe);
    let run = trees::ended(child.wait_with_output().expect("it ends"));
    assert_eq!(run.err, "", "a pipe gets no bar");
    assert!(run.out.contains("1 warning"), "{run:?}");
}

#[test]
fn quick_runs_show_no_bar() {
    let tree = tree();
    // A machine that is busy may make any run a long one: one that was quick is what we ask for.
    for _ in 0..20 {
        let begun = Instant::now();
        let out = seen(&tree, "--color never", &[]);
        assert!(out.contains("1 warning"), "{out:?}");
        if begun.elapsed() < Duration::from_secs(1) {
            assert!(!out.contains('\x1b'), "{out:?}");
            return;
        }
    }
    panic!("no run was quick");
}
