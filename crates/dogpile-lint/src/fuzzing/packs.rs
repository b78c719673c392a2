//! What runs leave for each other, read and changed by those who write what no run would.

use crate::cache::{Known, Pack, Shard, division, joined, recalled};
use crate::memory::{LintResult, linted};
use crate::warm::Warm;

/// What packs hold for here.
const TERMS: u64 = 7;

/// What a run over these files leaves for others.
#[must_use]
pub fn written(files: &[(String, String)]) -> Vec<u8> {
    kept(files, None)
}

/// What each of so many machines leaves, by the name of its file.
#[must_use]
pub fn shards(files: &[(String, String)], count: usize) -> Vec<(String, Vec<u8>)> {
    let shards = (1..=count).filter_map(|index| Shard::parse(&format!("{index}/{count}")).ok());
    shards.map(|shard| (shard.name(), kept(files, Some(shard)))).collect()
}

fn kept(files: &[(String, String)], shard: Option<Shard>) -> Vec<u8> {
    let mut warm = Warm::default();
    linted(files, shard, &mut |files, options| recalled(files, options, Known::default(), &mut warm));
    warm.pack().to_bytes(TERMS).unwrap_or_default()
}

/// A pack without what was told in the end: all that this was found out from counts then.
#[must_use]
pub fn untold(pack: &[u8]) -> Vec<u8> {
    let Ok(mut pack) = Pack::from_bytes(pack, TERMS) else { return Vec::new() };
    pack.forget_told();
    pack.to_bytes(TERMS).unwrap_or_default()
}

/// Makes the head of a pack right: what stands behind it is what was written.
#[must_use]
pub fn sealed(pack: &[u8]) -> Vec<u8> {
    Pack::sealed(pack, TERMS)
}

/// Changes one of the things that a pack holds, each of which is bytes by itself, and makes the head right. What is no
/// pack is changed as a whole.
#[must_use]
pub fn changed(pack: &[u8], which: usize, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    match Pack::from_bytes(&sealed(pack), TERMS) {
        Ok(mut pack) => {
            pack.change(which, change);
            pack.to_bytes(TERMS).unwrap_or_default()
        }
        Err(_) => {
            let mut pack = pack.to_vec();
            change(&mut pack);
            sealed(&pack)
        }
    }
}

/// Reads a pack and all that it holds; as it is written again.
#[must_use]
pub fn read(pack: &[u8]) -> Option<Vec<u8>> {
    let pack = Pack::from_bytes(pack, TERMS).ok()?;
    pack.read();
    pack.to_bytes(TERMS).ok()
}

/// Lints files with what these packs say of them.
#[must_use]
pub fn lint_knowing(files: &[(String, String)], packs: &[Vec<u8>]) -> LintResult {
    let known = Known::new(packs.iter().filter_map(|pack| Pack::from_bytes(pack, TERMS).ok()));
    linted(files, None, &mut |files, options| recalled(files, options, known.clone(), &mut Warm::default()))
}

/// Lints files with what lies in a folder of shards.
///
/// # Errors
/// When that is none.
pub fn merge(files: &[(String, String)], folder: &[(String, Vec<u8>)]) -> anyhow::Result<LintResult> {
    let division = division("folder", folder.iter().map(|(name, bytes)| (name.clone(), bytes)))?;
    let read = division.found.into_iter().map(|(shard, bytes)| (shard.name(), Pack::from_bytes(bytes, TERMS)));
    let (known, _) = joined(read);
    Ok(linted(files, None, &mut |files, options| recalled(files, options, known.clone(), &mut Warm::default())))
}
