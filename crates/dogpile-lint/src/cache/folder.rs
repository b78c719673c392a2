//! Where packs lie.

use super::pack::MAX_PACK;
use super::{ENDING, Known, Pack};
use anyhow::{Context as _, anyhow};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// All packs together take no more bytes than that: the ones that were written longest ago go first.
const MAX_FOLDER: u64 = 1 << 30;
/// One that is being written, or that nobody came to finish.
const UNFINISHED: &str = ".dogpile-facts-part";
/// A tree of fewer parsed files is read again sooner than a pack is looked after.
const FEWEST: usize = 32;

/// The pack of one tree.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: PathBuf,
    file: PathBuf,
    terms: u64,
}

impl Folder {
    /// For the tree that these paths name. `None`: there is no place for packs.
    pub(crate) fn open(given: Option<&Path>, paths: &[PathBuf], terms: u64) -> Option<Self> {
        let folder = given.map(Path::to_owned).or_else(usual)?;
        let mut hasher = DefaultHasher::new();
        (paths, terms).hash(&mut hasher);
        let file = folder.join(format!("{:016x}{ENDING}", hasher.finish()));
        Some(Self { folder, file, terms })
    }

    /// What is known. A pack that cannot be read is as good as none: everything in it can be found out again.
    pub(crate) fn load(&self) -> Known {
        let readable = fs::metadata(&self.file).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_PACK);
        let bytes = readable.then(|| fs::read(&self.file).ok()).flatten();
        Known::new(bytes.and_then(|bytes| Pack::from_bytes(&bytes, self.terms).ok()))
    }

    /// Writes a pack down, if it is worth it.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub(crate) fn save(&self, pack: &Pack) -> anyhow::Result<()> {
        if pack.facts.len() < FEWEST {
            return Ok(());
        }
        let bytes = pack.to_bytes(self.terms)?;
        let told = || format!("what was found out about this tree cannot be kept in {}", self.folder.display());
        if bytes.len() as u64 > MAX_PACK {
            return Err(anyhow!("it takes more than {} MB", MAX_PACK >> 20)).with_context(told);
        }
        fs::create_dir_all(&self.folder).with_context(told)?;
        let mut file = tempfile::Builder::new().suffix(UNFINISHED).tempfile_in(&self.folder).with_context(told)?;
        file.write_all(&bytes).with_context(told)?;
        file.persist(&self.file).with_context(told)?;
        self.make_room();
        Ok(())
    }

    /// Packs are hardly ever worth an error: whoever cannot remove one leaves it to the next.
    fn make_room(&self) {
        let mut packs: Vec<(SystemTime, u64, PathBuf)> = packs(&self.folder).collect();
        packs.sort();
        let mut all: u64 = packs.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in packs {
            if all <= MAX_FOLDER {
                break;
            }
            if path != self.file && fs::remove_file(&path).is_ok() {
                all -= size;
            }
        }
    }
}

/// The folder of the user's caches, as the system has it.
pub(super) fn usual() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(ours) = named("DOGPILE_LINT_CACHE_DIR") {
        return Some(ours);
    }
    let caches = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Caches"))
    } else {
        named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")))
    };
    caches.map(|caches| caches.join("dogpile-lint"))
}

/// When they were written, how large they are, and where they lie. What a killed run left behind is one of them.
fn packs(folder: &Path) -> impl Iterator<Item = (SystemTime, u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let path = entry.path();
        let name = path.file_name()?.to_string_lossy().into_owned();
        let ours = name.ends_with(ENDING) || name.ends_with(UNFINISHED);
        let meta = entry.metadata().ok().filter(|meta| meta.is_file() && ours)?;
        Some((meta.modified().ok()?, meta.len(), path))
    })
}

/// Removes every pack of a folder; tells how many there were, and how many bytes.
///
/// # Errors
/// When one cannot be removed.
pub(super) fn clean(folder: &Path) -> anyhow::Result<(usize, u64)> {
    let (mut count, mut bytes) = (0, 0);
    for (_, size, path) in packs(folder) {
        fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        count += 1;
        bytes += size;
    }
    Ok((count, bytes))
}
