//! A tree in parts, for several machines: each reads and explores a part, and writes down what it found; one reads all of
//! that and finds what a single run finds.

use super::pack::{MAX_PACK, Pack, PackError};
use super::{ENDING, Known};
use crate::output::say;
use anyhow::{Context as _, anyhow, bail};
use dogpile_report::{clean, counted};
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Most parts.
const MOST: usize = 1024;

/// One of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// From 1.
    index: usize,
    count: usize,
}

impl Shard {
    /// From `3/8`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (index, count) = text.split_once('/').ok_or("a shard is a number of how many, like 3/8")?;
        let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is no number"));
        let shard = Self { index: number(index)?, count: number(count)? };
        if shard.count > MOST {
            return Err(format!("there are no more than {MOST} shards"));
        }
        if shard.index == 0 || shard.index > shard.count {
            return Err(format!("shards of {} are numbered from 1 to {}", shard.count, shard.count));
        }
        Ok(shard)
    }

    /// Whether a package is in this part. Files of one package need each other: they stay together.
    pub(crate) fn takes(self, package: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        package.hash(&mut hasher);
        hasher.finish() % self.count as u64 == (self.index - 1) as u64
    }

    /// What its file is called.
    pub(crate) fn name(self) -> String {
        format!("{}-of-{}{ENDING}", self.index, self.count)
    }

    fn of_name(name: &str) -> Option<Self> {
        let (index, count) = name.strip_suffix(ENDING)?.split_once("-of-")?;
        Self::parse(&format!("{index}/{count}")).ok()
    }

    /// Writes down what this part found.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(self, folder: &Path, pack: &Pack, terms: u64) -> anyhow::Result<PathBuf> {
        let path = folder.join(self.name());
        let told = || format!("{} cannot be written", path.display());
        let bytes = pack.to_bytes(terms)?;
        if bytes.len() as u64 > MAX_PACK {
            return Err(anyhow!("it takes more than {} MB; use more shards", MAX_PACK >> 20)).with_context(told);
        }
        fs::create_dir_all(folder).with_context(told)?;
        let mut file = tempfile::NamedTempFile::new_in(folder).with_context(told)?;
        file.write_all(&bytes).with_context(told)?;
        file.persist(&path).with_context(told)?;
        Ok(path)
    }
}

/// The parts that lie in a folder.
#[derive(Debug)]
pub(crate) struct Division<T> {
    /// How many there should be.
    count: usize,
    /// Each with what it is found in, in their order.
    pub found: Vec<(Shard, T)>,
}

/// What of the files of a folder, by name, is parts of one tree.
///
/// # Errors
/// When there is none, or parts of different divisions lie together.
pub(crate) fn division<T>(folder: &str, files: impl IntoIterator<Item = (String, T)>) -> anyhow::Result<Division<T>> {
    let shards = files.into_iter().filter_map(|(name, file)| Some((Shard::of_name(&name)?, file)));
    let found: BTreeMap<(usize, usize), (Shard, T)> =
        shards.map(|(shard, file)| ((shard.count, shard.index), (shard, file))).collect();
    let Some((count, _)) = found.keys().next().copied() else {
        bail!("{folder} holds no facts; `dogpile-lint --shard 1/8 --facts {folder}` writes them")
    };
    if let Some((other, _)) = found.keys().find(|(other, _)| *other != count) {
        bail!("{folder} holds shards of {count} and of {other}: facts of one run belong in one folder");
    }
    Ok(Division { count, found: found.into_values().collect() })
}

impl<T> Division<T> {
    /// Those that are not there.
    fn missing(&self) -> Vec<String> {
        let there = |at: &usize| self.found.iter().any(|(shard, _)| shard.index == *at);
        (1..=self.count).filter(|at| !there(at)).map(|at| format!("{at}/{}", self.count)).collect()
    }
}

/// What parts found, and which are of no use, with the reasons.
pub(crate) fn joined(
    read: impl IntoIterator<Item = (String, Result<Pack, PackError>)>,
) -> (Known, Vec<(String, PackError)>) {
    let (mut packs, mut useless) = (Vec::new(), Vec::new());
    for (name, pack) in read {
        match pack {
            Ok(pack) => packs.push(pack),
            Err(why) => useless.push((name, why)),
        }
    }
    (Known::new(packs), useless)
}

/// What all parts found. Where one is missing or of no use, what it would have told is found out here, and that is said.
///
/// # Errors
/// When there is none, or a file cannot be read, or parts of different divisions lie together.
pub(crate) fn gather(folder: &Path, terms: u64) -> anyhow::Result<Known> {
    let told = || format!("{} cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(told)? {
        let path = entry.with_context(told)?.path();
        files.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()).map(|name| (name, path)));
    }
    let division = division(&folder.display().to_string(), files)?;
    let missing = division.missing();
    if !missing.is_empty() {
        say(&format!(
            "warning: {} missing ({}): read and explored here instead",
            counted(missing.len(), "shard"),
            missing.join(", ")
        ));
    }
    let mut read = Vec::new();
    for (_, path) in division.found {
        let size = fs::metadata(&path).with_context(told)?.len();
        let pack = if size > MAX_PACK {
            Err(PackError::Damaged)
        } else {
            let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            Pack::from_bytes(&bytes, terms)
        };
        read.push((path.display().to_string(), pack));
    }
    let (known, useless) = joined(read);
    for (path, why) in useless {
        say(&clean(&format!("warning: {path} {why}: read and explored here instead")));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_several() {
        assert_eq!(Shard::parse("3/8"), Ok(Shard { index: 3, count: 8 }));
        for wrong in ["", "3", "0/8", "9/8", "1/0", "a/8", "1/99999", "-1/2"] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
        let shard = Shard { index: 3, count: 8 };
        assert_eq!(Shard::of_name(&shard.name()), Some(shard));
    }

    #[test]
    fn every_package_is_in_one_shard() {
        let shards: Vec<Shard> = (1..=7).map(|index| Shard { index, count: 7 }).collect();
        for package in ["", "a", "example.com/shop/store", "src/app"] {
            assert_eq!(shards.iter().filter(|shard| shard.takes(package)).count(), 1, "{package}");
        }
    }
}
