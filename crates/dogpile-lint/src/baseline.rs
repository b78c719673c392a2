//! Baselines: which file, what of it is still there, and how it is written.

use crate::bounded;
use crate::check::{Run, linted};
use crate::cli::{BaselineCommand, CheckArgs};
use crate::config::{FILE_NAME, Found};
use crate::exit::Exit;
use crate::input::InputFile;
use crate::output::{self, say};
use crate::pipeline::{ANALYSIS_FAILED, Outcome};
use crate::walk::{absolute, shown};
use anyhow::{Context as _, anyhow, bail};
use dogpile_report::{Baseline, Entry, Gone, KnownFinding, Level, Standing, clean, counted};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Name of the file where nobody gives it another one.
const DEFAULT_NAME: &str = "dogpile-baseline.jsonl";

/// What a run looked at: of nothing else can be said that it is gone.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    roots: Vec<PathBuf>,
    files: BTreeSet<PathBuf>,
    failed: bool,
}

impl Seen {
    /// Files under these roots; those that were not understood whole may hold more than was found.
    pub(crate) fn new(roots: Vec<PathBuf>, files: &[InputFile], outcome: &Outcome) -> Self {
        let doubtful: BTreeSet<&str> = outcome.problems.iter().map(|p| p.path.as_str()).collect();
        let sure = files.iter().filter(|file| !doubtful.contains(file.path.as_str()));
        let failed = outcome.problems.iter().any(|p| p.reason == ANALYSIS_FAILED);
        Self { roots, files: sure.filter_map(|file| file.disk.clone()).collect(), failed }
    }

    /// Whether a file was looked at whole, or would have been if it were there.
    fn has(&self, file: &Path) -> bool {
        !self.failed
            && self.roots.iter().any(|root| file.starts_with(root))
            && (self.files.contains(file) || !file.exists())
    }
}

/// Where a baseline lies.
struct Place {
    file: PathBuf,
    shown: String,
}

impl Place {
    /// The file that is meant: by the option, else by the configuration.
    fn find(args: &CheckArgs, found: &Found, cwd: &Path) -> anyhow::Result<Option<Self>> {
        let file = match (&args.limit.baseline, &found.config.lint.baseline, found.root()) {
            (Some(file), ..) => absolute(cwd, file),
            // What a linted tree names may not lead out of it: the file is written, too.
            (None, Some(name), Some(root)) => {
                let plain =
                    Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
                let file = root.join(name).components().collect::<PathBuf>();
                let real = |path: &Path| path.canonicalize().ok();
                let within =
                    file.ancestors().find_map(real).zip(real(root)).is_none_or(|(file, root)| file.starts_with(root));
                if !plain || !within {
                    bail!("[lint] baseline = {name:?} lies outside the folder of {FILE_NAME}");
                }
                file
            }
            _ => return Ok(None),
        };
        let shown = clean(&shown(cwd, &file)).into_owned();
        Ok(Some(Self { file, shown }))
    }

    fn read(&self) -> anyhow::Result<Option<Baseline>> {
        match bounded::text(&self.file, bounded::RECORDS) {
            Ok(text) => Ok(Some(Baseline::parse(&text).map_err(|e| anyhow!("{}:{e}", self.shown))?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read the baseline {}", self.shown)),
        }
    }

    fn missing(&self) -> anyhow::Error {
        let name = &self.shown;
        anyhow!("there is no baseline {name}: `dogpile-lint baseline update --baseline {name}` writes it")
    }

    /// Puts a baseline there, whole or not at all.
    fn write(&self, baseline: &Baseline) -> anyhow::Result<()> {
        output::write(&baseline.text(), Some(&self.file))
            .with_context(|| format!("the baseline {} is as it was", self.shown))
    }

    /// A file as the baseline names it, and where that is.
    fn named(&self, cwd: &Path, path: &str) -> String {
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        let path = cwd.join(path);
        let mut up = String::new();
        for above in folder.ancestors() {
            if let Ok(rest) = path.strip_prefix(above) {
                return up + &rest.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            }
            up.push_str("../");
        }
        path.to_string_lossy().into_owned()
    }

    fn lies(&self, name: &str) -> PathBuf {
        let mut path = self.file.parent().unwrap_or(Path::new("/")).to_owned();
        for part in Path::new(name).components() {
            if part == Component::ParentDir {
                path.pop();
            } else {
                path.push(part);
            }
        }
        path
    }
}

/// A baseline held against what a run found.
struct Compared {
    /// Of findings that are not suppressed, shown ones first: as the baseline writes them, and their entries.
    found: Vec<(KnownFinding, Option<usize>)>,
    /// How many of those are shown.
    shown: usize,
    /// Entries that a finding has that a comment allows.
    allowed: BTreeSet<usize>,
    /// Entries that no finding has, though their files were looked at.
    gone: BTreeSet<usize>,
}

impl Compared {
    fn new(baseline: &Baseline, place: &Place, run: &Run<'_>) -> Self {
        let outcome = &run.outcome;
        let known = |e: &Entry| {
            KnownFinding::of(e, place.named(run.cwd, outcome.sources.path(e.finding.primary)), &outcome.sources)
        };
        let open = |e: &&Entry| e.finding.suppressed.is_none();
        let mut found: Vec<KnownFinding> = outcome.entries.iter().filter(open).map(known).collect();
        let shown = found.len();
        found.extend(outcome.hidden.iter().filter(open).map(known));
        let suppressed: Vec<KnownFinding> =
            outcome.entries.iter().chain(&outcome.hidden).filter(|e| !open(e)).map(known).collect();
        let (first, second) = baseline.compare(&found, &suppressed);
        let allowed: BTreeSet<usize> = second.into_iter().flatten().collect();
        let used: BTreeSet<usize> = first.iter().flatten().chain(&allowed).copied().collect();
        // Rules that are off were not asked.
        let off: BTreeSet<&str> = outcome.rules.iter().filter(|r| r.level == Level::Off).map(|r| r.slug).collect();
        let looked_at =
            |entry: &KnownFinding| !off.contains(entry.rule.as_str()) && run.seen.has(&place.lies(&entry.path));
        let all = baseline.findings.iter().enumerate();
        let gone = all.filter(|(at, entry)| !used.contains(at) && looked_at(entry)).map(|(at, _)| at).collect();
        Self { found: found.into_iter().zip(first).collect(), shown, allowed, gone }
    }
}

/// Tells findings that the baseline knows from new ones, and what of it is gone.
///
/// # Errors
/// When there should be a baseline and it cannot be used.
pub(crate) fn apply(args: &CheckArgs, run: &mut Run<'_>) -> anyhow::Result<()> {
    let Some(place) = Place::find(args, run.found, run.cwd)? else { return Ok(()) };
    let baseline = place.read()?.ok_or_else(|| place.missing())?;
    let compared = Compared::new(&baseline, &place, run);
    let mut known = compared.found.iter().map(|(_, entry)| entry.is_some());
    let (entries, hidden) = (&mut run.outcome.entries, &mut run.outcome.hidden);
    for entry in entries.iter_mut().chain(hidden).filter(|e| e.finding.suppressed.is_none()) {
        entry.standing = if known.next() == Some(true) { Standing::Known } else { Standing::New };
    }
    // Reports start from the folder that we are in, as other paths of theirs do.
    let from_here = |known: &KnownFinding| Gone { path: shown(run.cwd, &place.lies(&known.path)), ..known.gone() };
    run.outcome.gone = compared.gone.iter().filter_map(|at| baseline.findings.get(*at)).map(from_here).collect();
    run.outcome.gone.sort_by(|a, b| (&a.path, a.line, &a.rule).cmp(&(&b.path, b.line, &b.rule)));
    Ok(())
}

/// `dogpile-lint baseline update` and `prune`.
///
/// # Errors
/// When it could not run.
pub(crate) fn run(command: &BaselineCommand) -> anyhow::Result<Exit> {
    let (args, prunes) = match command {
        BaselineCommand::Update(args) => (args, false),
        BaselineCommand::Prune(args) => (args, true),
    };
    if args.limit.diff.is_some() || args.limit.staged {
        bail!("a baseline is of all findings: --diff and --staged have no place here");
    }
    linted(args, |mut run| {
        run.progress.end();
        let configured = Place::find(args, run.found, run.cwd)?;
        let named = configured.is_some();
        let place = configured.unwrap_or_else(|| {
            let file = run.found.root().unwrap_or(run.cwd).join(DEFAULT_NAME);
            Place { shown: clean(&shown(run.cwd, &file)).into_owned(), file }
        });
        let old = place.read()?;
        if prunes && old.is_none() {
            return Err(place.missing());
        }
        if run.outcome.problems.iter().any(|p| p.reason == ANALYSIS_FAILED) {
            bail!("the analysis failed; the baseline stays as it is");
        }
        let old = old.unwrap_or_default();
        let compared = Compared::new(&old, &place, &run);
        say(&if prunes { pruned(&old, compared, &place)? } else { updated(&old, compared, &place)? });
        if !named {
            let name = &place.shown;
            say(&format!(
                "give --baseline {name}, or write `baseline = {DEFAULT_NAME:?}` under [lint] in {FILE_NAME}, so that it holds"
            ));
        }
        Ok(Exit::Clean)
    })
}

fn updated(old: &Baseline, compared: Compared, place: &Place) -> anyhow::Result<String> {
    let Compared { mut found, shown, allowed, gone } = compared;
    found.truncate(shown);
    let added = found.iter().filter(|(_, entry)| entry.is_none()).count();
    let used: BTreeSet<usize> = found.iter().filter_map(|(_, entry)| *entry).collect();
    // What was not looked at and what is only hidden stays.
    let kept = (0..old.findings.len()).filter(|at| !used.contains(at) && !allowed.contains(at) && !gone.contains(at));
    let new = old.updated(found, kept.collect::<Vec<_>>());
    place.write(&new)?;
    let dropped = gone.len() + allowed.len();
    Ok(format!("{}: {} ({added} added, {dropped} dropped)", place.shown, counted(new.findings.len(), "finding")))
}

fn pruned(old: &Baseline, compared: Compared, place: &Place) -> anyhow::Result<String> {
    let Compared { allowed, gone, .. } = compared;
    let keep = |at: &usize| !allowed.contains(at) && !gone.contains(at);
    let new = old.updated(Vec::new(), (0..old.findings.len()).filter(keep).collect::<Vec<_>>());
    if new.findings.len() < old.findings.len() {
        place.write(&new)?;
    }
    let why = [(gone.len(), "gone"), (allowed.len(), "allowed by a comment")];
    let why: Vec<String> = why.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
    let why = if why.is_empty() { "nothing is gone".to_owned() } else { format!("dropped: {}", why.join(", ")) };
    Ok(format!("{}: {}; {why}", place.shown, counted(new.findings.len(), "finding")))
}
