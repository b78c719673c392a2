//! How deeply what is read back may be nested: a reader calls itself for each level, and a few bytes are enough for one.

use serde::de::Error;
use std::cell::Cell;

/// Front ends nest a fifth as deeply at most.
const DEEPEST: u32 = 1_000;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Reads something that may hold more of its kind.
///
/// # Errors
/// Those of the reader, and one for what is nested too deeply.
pub fn deeper<T, E: Error>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let depth = DEPTH.get();
    if depth >= DEEPEST {
        return Err(E::custom("nested too deeply"));
    }
    DEPTH.set(depth + 1);
    let result = read();
    DEPTH.set(depth);
    result
}
