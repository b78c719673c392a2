//! Everything that reads what others wrote, as functions from bytes that must neither panic nor hang, with where their
//! first inputs come from and how inputs are changed.
//!
//! `fuzz/` gives them to libFuzzer, the suite gives them a few thousand inputs that are the same each time. A target
//! panics where a promise is broken; what an input is refused with does not matter.

mod change;
mod seeds;
mod sources;
mod texts;

pub use change::change;
pub use seeds::{broke, seeds, write_seeds};

/// A reader under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its fuzz target.
    pub name: &'static str,
    /// Reads one input.
    pub run: fn(&[u8]),
    /// Files that are inputs already: folders of the workspace and the endings that count in there.
    pub from: &'static [(&'static str, &'static [&'static str])],
    /// Inputs that no file has.
    pub written: &'static [&'static str],
}

const GO: &[(&str, &[&str])] = &[("fixtures", &["go"])];
const TS: &[(&str, &[&str])] = &[("fixtures", &["ts", "tsx", "js", "mjs"])];
const RUST: &[(&str, &[&str])] = &[("fixtures", &["rs"])];

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "go", run: sources::go, from: GO, written: &[] },
    Target { name: "typescript", run: sources::typescript, from: TS, written: &[] },
    Target { name: "rust", run: sources::rust, from: RUST, written: &[] },
    Target { name: "lint_go", run: sources::lint_go, from: GO, written: &[] },
    Target { name: "lint_typescript", run: sources::lint_typescript, from: TS, written: &[] },
    Target { name: "lint_rust", run: sources::lint_rust, from: RUST, written: &[] },
    Target { name: "fix_go", run: sources::fix_go, from: GO, written: &[] },
    Target { name: "fix_typescript", run: sources::fix_typescript, from: TS, written: &[] },
    Target { name: "fix_rust", run: sources::fix_rust, from: RUST, written: &[] },
    Target { name: "tree", run: sources::tree, from: &[], written: sources::TREES },
    Target { name: "ir", run: texts::ir, from: &[("fixtures/ir", &["lir"])], written: &[] },
    Target {
        name: "config",
        run: texts::config,
        from: &[("docs", &["toml"]), ("fixtures", &["toml"])],
        written: texts::CONFIGS,
    },
    Target { name: "latency", run: texts::latency, from: &[("docs/examples", &["json"])], written: texts::LATENCIES },
    Target { name: "models", run: texts::models, from: &[("crates/models/clients", &["toml"])], written: &[] },
    Target {
        name: "lua",
        run: texts::lua,
        from: &[
            ("crates/redis/tests/scripts", &["lua"]),
            ("crates/redis/src/script", &["lua"]),
            ("fixtures", &["lua"]),
        ],
        written: texts::SCRIPTS,
    },
    Target { name: "resp", run: texts::resp, from: &[], written: texts::REPLIES },
    Target { name: "baseline", run: texts::baseline, from: &[], written: texts::BASELINES },
    Target { name: "replay", run: texts::replay, from: &[], written: texts::RECORDS },
    Target { name: "transport", run: texts::transport, from: &[], written: texts::MESSAGES },
    Target { name: "patch", run: texts::patch, from: &[], written: texts::PATCHES },
    Target { name: "comment", run: texts::comment, from: &[], written: texts::COMMENTS },
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Reads one input; an unknown target reads nothing.
pub fn run(name: &str, input: &[u8]) {
    if let Some(target) = target(name) {
        (target.run)(input);
    }
}

/// Changes an input in place for a fuzzer that gives its buffer; the new length. `None`: it should change bytes as it
/// knows to, as it does in one case of four.
#[must_use]
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32) -> Option<usize> {
    if seed.is_multiple_of(4) {
        return None;
    }
    let new = change(&String::from_utf8_lossy(data.get(..size)?), u64::from(seed));
    let length = new.len().min(most).min(data.len());
    data.get_mut(..length)?.copy_from_slice(&new.as_bytes()[..length]);
    Some(length)
}
