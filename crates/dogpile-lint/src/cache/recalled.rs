//! Runs that know what others found out.

use super::Known;
use crate::guard::guarded;
use crate::input::InputFile;
use crate::pipeline::{Options, Outcome, lint_again};
use crate::warm::Warm;
use dogpile_report::ProblemKind;
use std::sync::atomic::AtomicBool;

/// Lints with what other runs wrote down; what this one finds out is in `warm`. Should it end badly, which only what no run
/// wrote can make it do, all is found out anew.
pub(crate) fn recalled(files: &[InputFile], options: &Options<'_>, known: Known, warm: &mut Warm) -> Outcome {
    let mut run = |known: Known| {
        *warm = Warm::default();
        warm.known = Some(known);
        lint_again(files, options, Some(warm), &AtomicBool::new(false)).unwrap_or_default()
    };
    if !known.is_empty()
        && let Ok(outcome) = guarded(|| run(known))
        && outcome.problems.iter().all(|problem| problem.kind != ProblemKind::Bug)
    {
        return outcome;
    }
    run(Known::default())
}
