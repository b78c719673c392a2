//! What runs leave for each other: packs of a small tree of three languages, changed inside and made right again outside,
//! for a checksum keeps out what chance does to a file, and hides from a fuzzer what lies behind.

use crate::change::{Dice, change};
use crate::sources::{checked, deep};
use dogpile_lint::fuzzing::packs;

/// The tree that they are about.
const TREE: &[(&str, &str)] = &[
    ("api/go.mod", include_str!("../../../fixtures/monorepo/shop/api/go.mod")),
    ("api/internal/stock/keys.go", include_str!("../../../fixtures/monorepo/shop/api/internal/stock/keys.go")),
    ("api/internal/stock/post.go", include_str!("../../../fixtures/monorepo/shop/api/internal/stock/post.go")),
    ("api/internal/stock/reserve.go", include_str!("../../../fixtures/monorepo/shop/api/internal/stock/reserve.go")),
    ("web/package.json", include_str!("../../../fixtures/monorepo/shop/web/package.json")),
    ("web/src/keys.ts", include_str!("../../../fixtures/monorepo/shop/web/src/keys.ts")),
    ("web/src/recount.ts", include_str!("../../../fixtures/monorepo/shop/web/src/recount.ts")),
    ("web/src/shelf.ts", include_str!("../../../fixtures/monorepo/shop/web/src/shelf.ts")),
    ("worker/Cargo.toml", include_str!("../../../fixtures/monorepo/shop/worker/Cargo.toml")),
    ("worker/src/keys.rs", include_str!("../../../fixtures/monorepo/shop/worker/src/keys.rs")),
    ("worker/src/lib.rs", include_str!("../../../fixtures/monorepo/shop/worker/src/lib.rs")),
];
/// How many machines share the tree where it is merged.
const SHARDS: usize = 2;
/// Longest run of one thing said over and over, in bytes.
const LONGEST_RUN: usize = 60_000;
/// Bytes that lengths, numbers and choices begin with.
const ODD: &[&[u8]] = &[
    &[0],
    &[1],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
];

fn tree() -> Vec<(String, String)> {
    TREE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The reader: it gives back all of a pack or nothing of it, however long it says that its parts are.
pub(crate) fn pack(input: &[u8]) {
    deep(|| {
        if packs::read(input).is_some() {
            assert!(packs::read(&input[..input.len() - 1]).is_none(), "a pack that was cut off is believed");
            let mut damaged = input.to_vec();
            damaged[input.len() / 2] ^= 4;
            assert!(packs::read(&damaged).is_none(), "a pack that is damaged is believed");
        }
        let right = packs::sealed(input);
        let Some(written) = packs::read(&right) else { return };
        assert_eq!(packs::read(&written).as_ref(), Some(&written), "what was written is read as something else");
        let cut = packs::sealed(&right[..right.len() - 1]);
        assert!(packs::read(&cut).is_none(), "a pack without its end is believed");
        let longer = packs::sealed(&[&right[..], &[0]].concat());
        assert!(packs::read(&longer).is_none(), "a pack with something behind its end is believed");
    });
}

/// A run that is given a pack which nobody wrote.
pub(crate) fn recall(input: &[u8]) {
    checked(packs::lint_knowing(&tree(), &[packs::sealed(input)]));
}

/// A run that merges what lies in a folder.
pub(crate) fn merge(input: &[u8]) {
    let files: Vec<(String, Vec<u8>)> =
        unpacked(input).into_iter().map(|(name, pack)| (name, packs::sealed(&pack))).collect();
    if let Ok(result) = packs::merge(&tree(), &files) {
        checked(result);
    }
}

/// What runs over the tree keep: all of it, and without what was told in the end, so that the rest counts.
pub(crate) fn kept() -> Vec<Vec<u8>> {
    let whole = packs::written(&tree());
    let untold = packs::untold(&whole);
    vec![whole, untold]
}

/// What a folder of shards has: all of them, and one of several.
pub(crate) fn parts() -> Vec<Vec<u8>> {
    let parts = packs::shards(&tree(), SHARDS);
    vec![packed(&parts), packed(&parts[..1]), packed(&[])]
}

/// Changes a pack: mostly within one of the things that it holds, so that all around it is still read.
pub(crate) fn change_pack(pack: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    changed(pack, &mut dice)
}

/// Changes a folder of shards: one of its files, or what it is called.
pub(crate) fn change_parts(folder: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut files = unpacked(folder);
    if files.is_empty() {
        files = unpacked(&parts()[0]);
    }
    let at = dice.below(files.len());
    match dice.below(12) {
        0 => files[at].0 = format!("{}-of-{}.dogpile-facts", dice.below(4), dice.below(4)),
        1 => files[at].0 = change(&files[at].0, dice.roll()),
        2 => drop(files.remove(at)),
        3 => {
            let other = dice.below(files.len());
            files[at].1 = files[other].1.clone();
        }
        _ => files[at].1 = changed(&files[at].1, &mut dice),
    }
    packed(&files)
}

fn changed(pack: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut pack = pack.to_vec();
    for _ in 0..=dice.below(3) {
        if dice.below(4) == 0 {
            damage(&mut pack, dice);
        } else {
            let which = dice.below(usize::MAX);
            pack = packs::changed(&pack, which, |part| damage(part, dice));
        }
    }
    pack
}

/// One change of bytes.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let longest = 1 << dice.below(8);
    let end = (at + 1 + dice.below(longest)).min(bytes.len());
    match dice.below(8) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        2 | 3 => drop(bytes.splice(at..end, ODD[dice.below(ODD.len())].iter().copied())),
        4 => drop(bytes.splice(at..end, [])),
        5 => {
            let part = bytes[at..end].to_vec();
            let to = dice.below(bytes.len() + 1);
            drop(bytes.splice(to..to, part));
        }
        6 => {
            // Depth costs a reader more than length.
            let part = bytes[at..end].to_vec();
            let run = part.iter().copied().cycle().take(if part.is_empty() { 0 } else { dice.below(LONGEST_RUN) });
            drop(bytes.splice(at..at, run.collect::<Vec<u8>>()));
        }
        _ => bytes.truncate(at),
    }
}

/// Files by name, one behind the other.
fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, pack) in files {
        let (name, length) = (&name.as_bytes()[..name.len().min(255)], u32::try_from(pack.len()).unwrap_or(0));
        bytes.push(u8::try_from(name.len()).unwrap_or(0));
        bytes.extend(name);
        bytes.extend(length.to_le_bytes());
        bytes.extend(pack);
    }
    bytes
}

/// The same again; of the last one what there is.
fn unpacked(mut bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at((*length as usize).min(rest.len()));
        let Some((length, rest)) = rest.split_first_chunk() else { break };
        let (pack, rest) = rest.split_at((u32::from_le_bytes(*length) as usize).min(rest.len()));
        files.push((String::from_utf8_lossy(name).into_owned(), pack.to_vec()));
        bytes = rest;
    }
    files
}
