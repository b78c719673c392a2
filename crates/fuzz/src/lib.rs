//! Everything that reads what others wrote, as functions from bytes that must neither panic nor hang, with where their
//! first inputs come from and how inputs are changed.
//!
//! `fuzz/` gives them to libFuzzer, the suite gives them a few thousand inputs that are the same each time. A target
//! panics where a promise is broken; what an input is refused with does not matter.

mod change;
mod packs;
mod seeds;
mod sources;
mod texts;

pub use seeds::{broke, seeds, write_seeds};

use change::change;

/// A reader under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its fuzz target.
    pub name: &'static str,
    /// Reads one input.
    pub run: fn(&[u8]),
    /// Files that are inputs already: folders of the workspace and the endings that count in there.
    pub from: Files,
    /// Inputs that no file has.
    pub written: &'static [&'static str],
    /// Inputs that are made.
    pub made: fn() -> Vec<Vec<u8>>,
    /// Changes an input; the same for the same number.
    pub change: fn(&[u8], u64) -> Vec<u8>,
}

type Files = &'static [(&'static str, &'static [&'static str])];

const GO: Files = &[("fixtures", &["go"])];
const TS: Files = &[("fixtures", &["ts", "tsx", "js", "mjs"])];
const RUST: Files = &[("fixtures", &["rs"])];

/// One that reads text.
const fn text(name: &'static str, run: fn(&[u8]), from: Files, written: &'static [&'static str]) -> Target {
    Target { name, run, from, written, made: Vec::new, change: change_text }
}

/// One that reads bytes which runs make.
const fn made(
    name: &'static str,
    run: fn(&[u8]),
    made: fn() -> Vec<Vec<u8>>,
    change: fn(&[u8], u64) -> Vec<u8>,
) -> Target {
    Target { name, run, from: &[], written: &[], made, change }
}

fn change_text(input: &[u8], seed: u64) -> Vec<u8> {
    change(&String::from_utf8_lossy(input), seed).into_bytes()
}

/// All of them.
pub const TARGETS: &[Target] = &[
    text("go", sources::go, GO, &[]),
    text("typescript", sources::typescript, TS, &[]),
    text("rust", sources::rust, RUST, &[]),
    text("lint_go", sources::lint_go, GO, &[]),
    text("lint_typescript", sources::lint_typescript, TS, &[]),
    text("lint_rust", sources::lint_rust, RUST, &[]),
    text("fix_go", sources::fix_go, GO, &[]),
    text("fix_typescript", sources::fix_typescript, TS, &[]),
    text("fix_rust", sources::fix_rust, RUST, &[]),
    text("tree", sources::tree, &[], sources::TREES),
    text("ir", texts::ir, &[("fixtures/ir", &["lir"])], &[]),
    text("config", texts::config, &[("docs", &["toml"]), ("fixtures", &["toml"])], texts::CONFIGS),
    text("latency", texts::latency, &[("docs/examples", &["json"])], texts::LATENCIES),
    text("models", texts::models, &[("crates/models/clients", &["toml"])], &[]),
    text(
        "lua",
        texts::lua,
        &[("crates/redis/tests/scripts", &["lua"]), ("crates/redis/src/script", &["lua"]), ("fixtures", &["lua"])],
        texts::SCRIPTS,
    ),
    text("resp", texts::resp, &[], texts::REPLIES),
    text("baseline", texts::baseline, &[], texts::BASELINES),
    text("replay", texts::replay, &[], texts::RECORDS),
    text("transport", texts::transport, &[], texts::MESSAGES),
    text("patch", texts::patch, &[], texts::PATCHES),
    text("comment", texts::comment, &[], texts::COMMENTS),
    made("pack", packs::pack, packs::kept, packs::change_pack),
    made("recall", packs::recall, packs::kept, packs::change_pack),
    made("merge", packs::merge, packs::parts, packs::change_parts),
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

/// Changes an input of a target in place, for a fuzzer that gives its buffer; the new length. `None`: it should change bytes
/// as it knows to, as it does in one case of four.
#[must_use]
pub fn mutate(name: &str, data: &mut [u8], size: usize, most: usize, seed: u32) -> Option<usize> {
    if seed.is_multiple_of(4) {
        return None;
    }
    let new = (target(name)?.change)(data.get(..size)?, u64::from(seed));
    let length = new.len().min(most).min(data.len());
    data.get_mut(..length)?.copy_from_slice(&new[..length]);
    Some(length)
}
