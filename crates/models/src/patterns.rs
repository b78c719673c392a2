//! Which clients' patterns a package fits. Every name of a tree is held against all of them, and most fit none.

use crate::models::ClientId;
use crate::names::Pattern;
use rustc_hash::FxHashMap as HashMap;

/// So many bytes tell most packages apart: `github.com/redis`.
const START: usize = 16;

/// See the module.
#[derive(Clone, Default)]
pub(crate) struct Patterns {
    /// By the first bytes of the packages that fit.
    by_start: HashMap<[u8; START], Vec<(Pattern, ClientId)>>,
    /// Those that begin with less than that, or with a wildcard.
    short: Vec<(Pattern, ClientId)>,
}

impl Patterns {
    pub(crate) fn add(&mut self, pattern: &str, id: ClientId) {
        let read = Pattern::new(pattern);
        let list = match start(pattern.find('*').map_or(pattern, |at| &pattern[..at])) {
            Some(start) => self.by_start.entry(start).or_default(),
            None => &mut self.short,
        };
        list.push((read, id));
    }

    /// The clients of all patterns that a package fits.
    pub(crate) fn fitting(&self, package: &str) -> impl Iterator<Item = ClientId> {
        self.near(package).filter(move |(pattern, _)| pattern.fits(package)).map(|(_, id)| *id)
    }

    /// Of those that name a package from its beginning.
    pub(crate) fn fitting_whole(&self, package: &str) -> impl Iterator<Item = ClientId> {
        self.near(package)
            .filter(move |(pattern, _)| !matches!(pattern, Pattern::Tail(_)) && pattern.fits(package))
            .map(|(_, id)| *id)
    }

    fn near(&self, package: &str) -> impl Iterator<Item = &(Pattern, ClientId)> {
        let started = start(package).and_then(|start| self.by_start.get(&start));
        started.into_iter().flatten().chain(&self.short)
    }
}

fn start(package: &str) -> Option<[u8; START]> {
    package.as_bytes().first_chunk().copied()
}
