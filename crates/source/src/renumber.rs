//! Files by another run's numbers: what is read back names them by the numbers that they had when it was written.

use crate::FileId;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

thread_local! {
    static NUMBERS: RefCell<Option<Arc<BTreeMap<FileId, FileId>>>> = const { RefCell::new(None) };
}

/// Reads something in which each file goes by its number of then; `numbers` tells those of now. Whatever names another
/// file cannot be read.
pub fn renumbered<R>(numbers: Arc<BTreeMap<FileId, FileId>>, read: impl FnOnce() -> R) -> R {
    let outer = NUMBERS.replace(Some(numbers));
    let result = read();
    NUMBERS.set(outer);
    result
}

impl Serialize for FileId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FileId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let then = Self(u32::deserialize(deserializer)?);
        NUMBERS.with_borrow(|numbers| match numbers {
            Some(numbers) => numbers.get(&then).copied().ok_or_else(|| Error::custom("a file that is not among these")),
            None => Ok(then),
        })
    }
}
