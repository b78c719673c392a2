//! The managers: installed once, when the first test asks.

use dogpile_testing::installed::{npm, pip};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hooks")
}

/// npm packages. Scripts of packages are not run: theirs would set up hooks in this repository.
pub(crate) static NODE: LazyLock<PathBuf> = LazyLock::new(|| npm("hooks/node", &manifests()));

/// Programs of a Python of its own.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| pip("hooks/python", &manifests()));
