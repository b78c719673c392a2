//! Modules by another run's numbers.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

thread_local! {
    static USED: RefCell<BTreeSet<u32>> = const { RefCell::new(BTreeSet::new()) };
    /// By the number of then.
    static NUMBERS: RefCell<Option<Arc<[Option<u32>]>>> = const { RefCell::new(None) };
}

/// Writes something, and tells the modules that it names.
pub(super) fn used<R>(write: impl FnOnce() -> R) -> (R, BTreeSet<u32>) {
    USED.set(BTreeSet::new());
    let result = write();
    (result, USED.take())
}

/// Reads something; whatever names a module that is not there now cannot be read.
pub(super) fn renumbered<R>(numbers: Arc<[Option<u32>]>, read: impl FnOnce() -> R) -> R {
    NUMBERS.set(Some(numbers));
    let result = read();
    NUMBERS.take();
    result
}

pub(crate) fn serialize<S: Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    USED.with_borrow_mut(|used| used.insert(*number));
    number.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let then = u32::deserialize(deserializer)?;
    let now = NUMBERS.with_borrow(|numbers| numbers.as_ref()?.get(then as usize).copied().flatten());
    now.ok_or_else(|| D::Error::custom("a module that is not among these"))
}
