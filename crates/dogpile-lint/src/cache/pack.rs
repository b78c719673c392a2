//! What one run leaves for others, in one file.

use super::facts::Fact;
use dogpile_analysis::Summaries;
use dogpile_ir::Lang;
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use thiserror::Error;

/// First bytes of a pack; the number is that of its form.
const MAGIC: &[u8; 8] = b"dogpile1";
/// What stands before its body, in bytes: those, what it holds for, and a checksum.
const HEAD: usize = 24;
/// Largest pack that is read, in bytes.
pub(crate) const MAX_PACK: u64 = 512 << 20;

/// Facts about files, and summaries of functions.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Pack {
    /// Translated files by path.
    pub facts: Vec<Arc<Fact>>,
    /// What was explored in each language.
    pub summaries: Vec<(Lang, Arc<Summaries>)>,
}

/// Why a pack cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum PackError {
    #[error("is no file of facts")]
    Foreign,
    #[error("was written by another version of dogpile-lint, or for another configuration")]
    OtherTerms,
    #[error("is damaged")]
    Damaged,
}

impl Pack {
    /// As bytes; `terms` tells what it holds for besides texts: the program and its options.
    ///
    /// # Errors
    /// Never, as far as we know; the format has a way to fail.
    pub(crate) fn to_bytes(&self, terms: u64) -> Result<Vec<u8>, PackError> {
        let body = postcard::to_allocvec(self).map_err(|_| PackError::Damaged)?;
        Ok(with_head(&body, terms))
    }

    /// From bytes.
    ///
    /// # Errors
    /// Whatever keeps it from being used.
    pub(crate) fn from_bytes(bytes: &[u8], terms: u64) -> Result<Self, PackError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(PackError::Foreign)?;
        let (theirs, rest) = rest.split_first_chunk().ok_or(PackError::Damaged)?;
        if u64::from_le_bytes(*theirs) != terms {
            return Err(PackError::OtherTerms);
        }
        let (written, body) = rest.split_first_chunk().ok_or(PackError::Damaged)?;
        // A disk that was full, a machine that went down: the analysis must not see what nobody wrote.
        if u64::from_le_bytes(*written) != sum(body) {
            return Err(PackError::Damaged);
        }
        whole(body).ok_or(PackError::Damaged)
    }

    /// The bytes of a pack, with the head that they should have.
    pub(crate) fn sealed(bytes: &[u8], terms: u64) -> Vec<u8> {
        with_head(bytes.get(HEAD..).unwrap_or_default(), terms)
    }

    /// Reads all that it holds, as a run does that needs all of it.
    pub(crate) fn read(&self) -> usize {
        let facts = self.facts.iter().filter(|fact| fact.read().is_some()).count();
        facts + self.summaries.iter().map(|(_, summaries)| summaries.readable()).sum::<usize>()
    }

    /// Changes one of the things that it holds as bytes: `which` of them, counted round and round.
    pub(crate) fn change(&mut self, which: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let facts = self.facts.iter_mut().filter_map(Arc::get_mut).map(Fact::bytes);
        let summaries = self.summaries.iter_mut().filter_map(|(_, summaries)| Arc::get_mut(summaries));
        let mut all: Vec<&mut Vec<u8>> = facts.chain(summaries.flat_map(Summaries::inner)).collect();
        let count = all.len().max(1);
        if let Some(bytes) = all.get_mut(which % count) {
            change(bytes);
        }
    }

    /// Forgets what was told in the end.
    pub(crate) fn forget_told(&mut self) {
        self.summaries.iter_mut().filter_map(|(_, summaries)| Arc::get_mut(summaries)).for_each(Summaries::forget_told);
    }
}

fn with_head(body: &[u8], terms: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + HEAD);
    bytes.extend(MAGIC);
    bytes.extend(terms.to_le_bytes());
    bytes.extend(sum(body).to_le_bytes());
    bytes.extend(body);
    bytes
}

/// Reads something of which there is nothing more and nothing less.
pub(super) fn whole<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Option<T> {
    postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty()).map(|(read, _)| read)
}

fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
