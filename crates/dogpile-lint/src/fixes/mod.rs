//! Fixes: which are offered, and making them.
//!
//! A fix is written by `dogpile-fix` and believed by nobody: it is made in memory, the files are linted again, and the
//! repaired program, the real one, has to survive the explorer ([`gate`]). Runs that neither make fixes nor write a report
//! that shows them do nothing of this.

mod disk;
mod gate;
mod settle;

use crate::baseline;
use crate::check::Run;
use crate::cli::{CheckArgs, Target};
use crate::exit::Exit;
use crate::input::InputFile;
use crate::output::{self, say};
use crate::pipeline::{Options, Outcome};
use crate::warm::Warm;
use dogpile_fix::Desk;
use dogpile_report::{Entry, Fix, counted};
use dogpile_source::SourceMap;
use gate::{Gate, Key};
use settle::settle;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Makes the fixes of a run, or shows them as a patch. `Some`: that was all that was asked for.
///
/// # Errors
/// The patch cannot be written, or the baseline cannot be used.
pub(crate) fn mend(args: &CheckArgs, run: &mut Run<'_>) -> anyhow::Result<Option<Exit>> {
    run.progress.phase("trying fixes");
    let outcome = std::mem::take(&mut run.outcome);
    let asked: BTreeSet<Key> =
        outcome.entries.iter().filter(|e| e.counts()).map(|e| gate::key(&outcome.sources, e)).collect();
    let reported: BTreeSet<Key> = outcome.entries.iter().map(|e| gate::key(&outcome.sources, e)).collect();
    let settled = settle(outcome, run.files, run.options, args.fix.unsafe_fixes, &asked);
    run.progress.end();
    if args.limit.diff == Some(None) {
        let pairs: Vec<_> = disk::changed(run.files, &settled.files).collect();
        let text_of = |file: &InputFile| file.text.clone().unwrap_or_else(|| "".into());
        let patch: String =
            pairs.iter().map(|(old, new)| dogpile_fix::patch(&old.path, &text_of(old), &text_of(new))).collect();
        let file = args.out.output.iter().find(|target| target.format.is_none()).and_then(Target::path);
        if output::write_code(&patch, file)? {
            say(
                "warning: control characters of the code are shown as others; `--output FILE` writes the patch as it is",
            );
        }
        if !patch.is_empty() {
            say(&format!("Would fix {}", told(settled.fixed, pairs.len())));
        }
        return Ok(Some(if patch.is_empty() { Exit::Clean } else { Exit::Findings }));
    }
    let written = disk::write(run.files, &settled.files, &disk::roots(run.cwd, &args.reach.paths));
    for (path, why) in &written.refused {
        say(&format!("error: {}: {why}", dogpile_report::clean(path)));
    }
    if !written.refused.is_empty() {
        if written.files > 0 {
            say(&format!("{} had been written by then", counted(written.files, "file")));
        }
        return Ok(Some(Exit::CouldNotRun));
    }
    run.outcome = settled.outcome;
    if settled.fixed > 0 {
        say(&format!("Fixed {}", told(settled.fixed, written.files)));
        // What is left was found anew, in other texts.
        (run.complete)(&mut run.outcome);
        baseline::apply(args, run)?;
        if let Some(changes) = run.changes {
            // Lines have moved: what was reported before is reported still.
            let is_reported = |sources: &SourceMap, entry: &Entry| reported.contains(&gate::key(sources, entry));
            changes.keep(&mut run.outcome, run.cwd, &is_reported);
        }
    }
    Ok(None)
}

fn told(fixes: usize, files: usize) -> String {
    format!("{} in {}", counted(fixes, "finding"), counted(files, "file"))
}

/// What the writers propose for each entry, nothing of it tried.
pub(crate) fn proposals(outcome: &Outcome, files: &[InputFile], options: &Options<'_>) -> Vec<(usize, Fix)> {
    let go_version = |path: &str| {
        let file = files.iter().find(|file| file.path == path)?;
        options.packages.go_version(file.disk.as_deref().unwrap_or(Path::new(path)))
    };
    let desk = Desk {
        sources: &outcome.sources,
        models: options.models,
        lifecycles: &outcome.lifecycles,
        lease_ms: options.config.fix_ttl_ms,
        go_version: &go_version,
    };
    let entries = outcome.entries.iter().enumerate().filter(|(_, entry)| entry.counts());
    entries
        .flat_map(|(at, entry)| dogpile_fix::offers(&desk, &entry.finding).into_iter().map(move |fix| (at, fix)))
        .collect()
}

/// Puts the fixes that hold into the entries of a report.
pub(crate) fn offer(outcome: &mut Outcome, files: &[InputFile], options: &Options<'_>) {
    let offers = Offers { files, options, warm: None, stop: &AtomicBool::new(false) };
    for (at, fix) in offers.find(outcome, &|_| true) {
        if let Some(entry) = outcome.entries.get_mut(at) {
            entry.fixes.push(fix);
        }
    }
}

/// What fixes are offered on.
pub(crate) struct Offers<'o> {
    /// The files of the run.
    pub files: &'o [InputFile],
    /// How they are judged.
    pub options: &'o Options<'o>,
    /// What the run over them left, if it left something.
    pub warm: Option<&'o Mutex<Warm>>,
    /// Set once nobody wants to know any more.
    pub stop: &'o AtomicBool,
}

impl Offers<'_> {
    /// The fixes that hold, for those entries that are `asked` about: safe ones first.
    pub(crate) fn find(&self, outcome: &Outcome, asked: &dyn Fn(&Entry) -> bool) -> Vec<(usize, Fix)> {
        let mut open = proposals(outcome, self.files, self.options);
        open.retain(|(at, _)| outcome.entries.get(*at).is_some_and(asked));
        let gate = Gate { files: self.files, options: self.options, warm: self.warm, stop: self.stop };
        let mut good: Vec<(usize, Fix)> = Vec::new();
        while !open.is_empty() {
            let wave = gate::wave(outcome, &open);
            let tried: BTreeSet<usize> = wave.iter().copied().collect();
            for at in gate.hold(outcome, &open, wave).all() {
                good.push(open[at].clone());
            }
            let mut n = 0;
            open.retain(|_| (!tried.contains(&n), n += 1).0);
        }
        good.sort_by_key(|(at, fix)| (*at, !fix.safe));
        good
    }
}
