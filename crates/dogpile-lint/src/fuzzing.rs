//! Readers of this room, for those who give them what nobody would write. No part of what the program offers.

pub mod packs;

use crate::changes::read_patch;
use crate::config;
use crate::latency::parse_latency;
use crate::lsp::count_messages;
use crate::memory::proposed;
use crate::meta_rules::slugs;
use crate::replay::recorded;
use std::ops::Range;

/// Reads a `dogpile.toml`, and shows it.
pub fn config(text: &str) {
    if let Ok((config, _)) = config::parse(config::FILE_NAME, text, &slugs()) {
        let _ = config::settings(&config, Some(config::FILE_NAME), &[]);
    }
}

/// Lints files and writes every fix of what is found, none of which is tried: the path and the bytes that each edit
/// replaces.
#[must_use]
pub fn fixes(files: &[(String, String)]) -> Vec<(String, Range<usize>)> {
    proposed(files)
}

/// Reads a latency file.
pub fn latency(text: &str) {
    let _ = parse_latency(text);
}

/// Reads a report that is to be replayed.
pub fn replay(text: &str) {
    let _ = recorded("report.json", text);
}

/// Reads what an editor sends; how many messages it was.
#[must_use]
pub fn transport(bytes: &[u8]) -> usize {
    count_messages(bytes)
}

/// Reads what git says of a change.
pub fn patch(bytes: &[u8]) {
    read_patch(bytes);
}
