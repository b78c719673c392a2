//! The HTML report in a real browser: what the program wrote, opened in a headless Chromium (`browser/check.mjs`).
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start a browser")]

mod trees;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use trees::{CLEAN, Run, Tree, command, ended};

/// Rules whose schedules are of every kind: leases that end, pauses, crashes, lost commands, hang-ups, waiters, flights.
const FIXTURES: [&str; 13] = [
    "fixtures/brittle-renewal/direct.go",
    "fixtures/cancelled-release/direct.go",
    "fixtures/leaked-lock/direct.go",
    "fixtures/leaked-lock/early.rs",
    "fixtures/leaked-lock/quorum.ts",
    "fixtures/lock-without-expiry/direct.go",
    "fixtures/lost-lease-ignored/direct.go",
    "fixtures/missed-wakeup/caller.go",
    "fixtures/poisoned-flight/do_chan.go",
    "fixtures/ttl-below-p99/annotation.go",
    "fixtures/unconditional-release/by_name.ts",
    "fixtures/unconditional-release/callback.js",
    "fixtures/unconditional-release/releaser.go",
];

/// A lock whose every text tries to be markup, to reorder what is read or to steer a terminal.
const HOSTILE: &str = "package app

import (
\t\"context\"
\t\"time\"

\t\"github.com/redis/go-redis/v9\"
)

// dogpile: ignore
func sweep(ctx context.Context, rdb *redis.Client) error {
\ttoken := \"</script><img src=x onerror=hacked=1>\" // \u{202e}\u{2066}\u{7}\u{1b}[31m
\twon, err := rdb.SetNX(ctx, \"</script><img src=x onerror='hacked=1'>\", token, 30*time.Second).Result()
\tif err != nil || !won { /* <b id=main> &lt; */
\t\treturn err
\t}
\tdefer rdb.Del(context.WithoutCancel(ctx), \"</script><img src=x onerror='hacked=1'>\") // \u{200b}]]>--><script>hacked=1</script>
\treturn work(ctx)
}
";

#[test]
fn in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let tree = Tree::new(&[("bad/<b id=x>&'.go", HOSTILE), ("bad/clean.go", CLEAN), ("empty/clean.go", CLEAN)]);
    tree.write("bad/latin<img src=x>.go", b"package a\n// SetNX caf\xe9\n");
    let out = |name: &str| tree.path().join(name).to_string_lossy().into_owned();
    let confirm = |folder: &Path, paths: &[&str], format: &str, to: &str| {
        let args = [&["confirm", "--format", format, "--output", to], paths].concat();
        confirmed(folder, &args)
    };
    for (format, to) in [("html", out("report.html")), ("json", out("report.json"))] {
        assert_eq!(confirm(&root, &FIXTURES, format, &to).code, Some(1));
    }
    let hostile = confirm(&tree.path(), &["bad"], "html", &out("hostile.html"));
    assert_eq!(hostile.code, Some(1), "{hostile:?}");
    assert_eq!(confirm(&tree.path(), &["empty"], "html", &out("empty.html")).code, Some(0));

    // The same report has the same bytes.
    let twice = [out("once.html"), out("again.html")].map(|to| {
        let run = confirm(&root, &["--no-server", "fixtures/lost-lease-ignored"], "html", &to);
        assert_eq!(run.code, Some(1), "{run:?}");
        fs::read_to_string(to).unwrap()
    });
    assert!(twice[0].contains("fixtures/lost-lease-ignored/direct.go"), "a report without its findings");
    assert!(twice[0] == twice[1], "the same report, and other bytes");

    let looked = Command::new("node")
        .arg("check.mjs")
        .arg(chromium())
        .args(["report.html", "report.json", "hostile.html", "empty.html"].map(out))
        .arg(&root)
        .current_dir(browser())
        .output()
        .expect("node");
    let said = String::from_utf8_lossy(&looked.stdout);
    assert!(looked.status.success(), "{said}{}", String::from_utf8_lossy(&looked.stderr));
}

/// Findings are proven on a server, where the PATH has one.
fn confirmed(folder: &Path, args: &[&str]) -> Run {
    let path = std::env::var_os("PATH").unwrap_or_default();
    ended(command(folder, args).env("PATH", path).output().expect("the program runs"))
}

/// Debian's name of it, and others'.
fn chromium() -> &'static str {
    let starts = |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    let names = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    names.iter().find(starts).expect("a Chromium: apt-get install chromium")
}

/// A folder with the script and the packages of its lock file, kept between runs. None of them brings a browser.
fn browser() -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let folder = dogpile_testing::installed::npm("browser", &from);
    dogpile_testing::installed::copy(&["check.mjs", "page.mjs"].map(|name| from.join(name)), &folder);
    folder
}
