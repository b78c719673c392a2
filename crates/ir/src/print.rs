//! The textual form (`.lir`). (Replaced by the full printer.)
use crate::Module;

/// Prints a module.
#[must_use]
pub fn print_module(module: &Module) -> String {
    format!("module {}\n", module.package)
}
