//! `dogpile-lint check`.

use crate::baseline::{self, Seen};
use crate::bounded::{self, Trees};
use crate::cache::{self, Folder, Known, gather, recalled};
use crate::changes::Changes;
use crate::cli::CheckArgs;
use crate::config::{self, Config, Found};
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::fixes;
use crate::input::{InputFile, endings};
use crate::latency::parse_latency;
use crate::load::{KEPT_ONCE, LoadOptions, Loaded, Overlays, load};
use crate::meta_rules::slugs;
use crate::output::say;
use crate::pipeline::{ANALYSIS_FAILED, Options, Outcome, STACK, lint, triggers};
use crate::progress::Progress;
use crate::reports;
use crate::suggest::near_path;
use crate::walk::{WalkOptions, Walked, absolute, as_in, shown, walk};
use crate::warm::Warm;
use anyhow::{Context as _, anyhow, bail};
use dogpile_models::Catalog;
use dogpile_report::{Level, ProblemKind, clean, counted};
use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::ThreadPoolBuilder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, thread};

/// A run that is linted, and nothing has been done with it.
pub(crate) struct Run<'a> {
    /// What was found.
    pub outcome: Outcome,
    /// The configuration, and where it lies.
    pub found: &'a Found,
    /// Where we are.
    pub cwd: &'a Path,
    /// What was looked at.
    pub seen: Seen,
    /// What was linted.
    pub files: &'a [InputFile],
    /// How.
    pub options: &'a Options<'a>,
    /// Adds what walking and reading found to an outcome.
    pub complete: &'a dyn Fn(&mut Outcome),
    /// What changed, where only that is asked about.
    pub changes: Option<&'a Changes>,
    threads: usize,
    begun: Instant,
    walk_time: Duration,
    read_time: Duration,
    /// To be dropped before anything is printed.
    pub progress: Progress,
}

/// Lints, reports, and says how it ended.
///
/// # Errors
/// When it could not run.
pub(crate) fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    reports::check(&args.out)?;
    linted(args, |mut run| {
        // A part of a tree tells what it saw to those who see the others, too: a finding of it may be none.
        if args.shards.shard.is_some() {
            return Ok(Exit::Clean);
        }
        baseline::apply(args, &mut run)?;
        if let Some(changes) = run.changes {
            changes.limit(&mut run.outcome, run.cwd);
        }
        if args.fix.wanted() {
            if let Some(exit) = fixes::mend(args, &mut run)? {
                return Ok(exit);
            }
        } else if args.out.shows_fixes() {
            fixes::offer(&mut run.outcome, run.files, run.options);
        }
        let linted = run.begun.elapsed();
        let proven = if args.confirm { Some(confirm(&mut run.outcome, &args.proof, &run.progress)) } else { None };
        let proof_time = run.begun.elapsed() - linted;
        // The report comes on a clean terminal.
        drop(run.progress);
        reports::write(&args.out, run.cwd, &run.outcome)?;
        if args.stats {
            let (walk, read, all) =
                (run.walk_time.as_millis(), run.read_time.as_millis(), run.begun.elapsed().as_millis());
            if let Some(proven) = &proven {
                say(&format!("{} proven in {} ms", counted(proven.findings, "finding"), proof_time.as_millis()));
            }
            say(&format!("{} threads, {walk} ms to walk, {read} ms to read and filter, {all} ms", run.threads));
        }
        if let Some(proven) = proven {
            if let Some(complaint) = &proven.no_server {
                say(&format!("{}: {}", if proven.useless { "error" } else { "warning" }, clean(complaint)));
            }
            if proven.useless {
                return Ok(Exit::CouldNotRun);
            }
        }
        Ok(exit(args, &run.found.config, &run.outcome))
    })
}

/// `dogpile-lint merge`: lints with what shards found out.
///
/// # Errors
/// When it could not run.
pub(crate) fn merge(args: &CheckArgs) -> anyhow::Result<Exit> {
    if args.shards.facts.is_none() || args.shards.shard.is_some() {
        bail!("merge takes the folder of what shards found out: `dogpile-lint merge --facts DIR [PATHS]`");
    }
    check(args)
}

/// Lints, and does something with what was found.
///
/// # Errors
/// When it could not run.
pub(crate) fn linted<T: Send>(
    args: &CheckArgs,
    then: impl FnOnce(Run<'_>) -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let begun = Instant::now();
    let progress = Progress::new();
    progress.phase("reading files");
    let cwd = env::current_dir().context("the current folder cannot be found")?;
    let mut limit = args.limit.clone();
    // Without a revision it asks for a patch of the fixes.
    limit.diff = limit.diff.filter(|rev| rev.is_some() || !args.fix.wanted());
    let changes = Changes::find(&limit, &cwd, &args.reach.paths)?;
    let paths = if args.reach.paths.is_empty() { vec![PathBuf::from(".")] } else { args.reach.paths.clone() };
    let found = configuration(&cwd, &paths, args.reach.config.as_deref())?;
    // Whoever changed a wrapper changed its callers' locks: all of the tree is linted.
    let paths = match &changes {
        Some(changes) => vec![changes.root(found.root())],
        None => paths,
    };
    let latency = args.reach.latency.as_deref().map(read_latency).transpose()?.unwrap_or_default();
    // It is asked to the end of the program: taking it down would be for nothing.
    let models: &Catalog = Box::leak(Box::new(Catalog::with_users(&found.config.models)?));
    let threads = args.reach.threads.map_or_else(|| thread::available_parallelism().map_or(1, Into::into), usize::from);

    let lint_table = &found.config.lint;
    let walk_options = WalkOptions {
        include_tests: args.reach.include_tests || lint_table.include_tests == Some(true),
        include_vendored: args.reach.include_vendored || lint_table.include_vendored == Some(true),
        exclude: found.root().map(Path::to_owned).zip(excluded(&lint_table.exclude)?),
        threads,
    };
    let load_options = LoadOptions {
        max_file_size: args.max_file_size,
        include_generated: args.reach.include_generated || lint_table.include_generated == Some(true),
        kept: KEPT_ONCE,
        index: changes.as_ref().and_then(Changes::index),
    };
    let idle = changes.as_ref().is_some_and(Changes::are_idle);
    let mut walked = if idle { Walked::default() } else { walk(&paths, &cwd, &walk_options)? };
    if let Some(index) = load_options.index.filter(|_| !idle) {
        as_in(index, &mut walked, &paths, &cwd, &walk_options);
    }
    let walk_time = begun.elapsed();
    // Each thread has to be started, and helps little with what is in one file: 512 locks take as long with one as with two.
    let threads = threads.min(walked.candidates.len()).max(1);
    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().context("no threads")?;
    // Everything that recurses over code runs in the pool, for the size of its stacks; so does dropping it.
    let roots: Vec<PathBuf> = paths.iter().map(|path| absolute(&cwd, path)).collect();
    pool.install(|| {
        let triggers = triggers(models, &found.config);
        let trees = Trees::around(&cwd, roots.iter().map(PathBuf::as_path));
        let loaded = load(&walked.candidates, &triggers, load_options, &Overlays::new(), &trees, &cwd);
        let read_time = begun.elapsed() - walk_time;
        if changes.is_none() {
            warn_of_nothing(&walked, &loaded);
        }
        progress.phase("following locks");
        let options = Options {
            models,
            config: &found.config,
            triggers: &triggers,
            latency: &latency,
            packages: &loaded.packages,
            in_memory: &[],
            include_tests: walk_options.include_tests,
            pedantic: args.pedantic,
            min_level: args.min_level.map(Level::from).or(lint_table.min_level).unwrap_or(Level::Note),
            no_prefilter: args.no_prefilter,
            stats: args.stats,
            max_file_size: args.max_file_size,
            changes: changes.as_ref(),
            touches: changes.is_some(),
            shard: args.shards.shard,
        };
        let mut outcome = linted_with_known(&loaded.files, &options, args, &roots)?;
        let complete = |outcome: &mut Outcome| complete(outcome, &walked, &loaded);
        complete(&mut outcome);
        let seen = Seen::new(roots, &loaded.files, &outcome);
        let (files, options) = (&loaded.files[..], &options);
        then(Run {
            outcome,
            found: &found,
            cwd: &cwd,
            seen,
            files,
            options,
            complete: &complete,
            changes: changes.as_ref(),
            threads,
            begun,
            walk_time,
            read_time,
            progress,
        })
    })
}

/// Lints with what earlier runs over these folders, or shards of this one, found out, and keeps what is new.
///
/// # Errors
/// When facts of shards cannot be read or written.
fn linted_with_known(
    files: &[InputFile],
    options: &Options<'_>,
    args: &CheckArgs,
    roots: &[PathBuf],
) -> anyhow::Result<Outcome> {
    let terms = cache::terms(options);
    let mut warm = Warm::default();
    let mut run = |known: Known| recalled(files, options, known, &mut warm);
    if let Some(facts) = &args.shards.facts {
        let Some(shard) = args.shards.shard else { return Ok(run(gather(facts, terms)?)) };
        let outcome = run(Known::default());
        let path = shard.save(facts, &warm.pack(), terms)?;
        say(&format!(
            "{} parsed; what was found out is in {}",
            counted(outcome.summary.files_analysed, "file"),
            path.display()
        ));
        return Ok(outcome);
    }
    let folder = (!args.reach.no_cache).then(|| Folder::open(args.reach.cache_dir.as_deref(), roots, terms)).flatten();
    let Some(folder) = folder else { return Ok(lint(files, options)) };
    let outcome = run(folder.load());
    if let Some(Err(error)) = warm.news().map(|pack| folder.save(&pack)) {
        say(&format!("warning: {}; --no-cache keeps nothing", clean(&format!("{error:#}"))));
    }
    Ok(outcome)
}

/// The configuration for these paths.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn configuration(cwd: &Path, paths: &[PathBuf], explicit: Option<&Path>) -> anyhow::Result<Found> {
    let file = match explicit {
        Some(file) => {
            Some(there(cwd, file, "file", "leave --config out, or type `dogpile-lint init` to write a dogpile.toml")?)
        }
        None => nearest(cwd, paths),
    };
    let Some(file) = file else { return Ok(Found::default()) };
    let leaves = || {
        let roots: Vec<PathBuf> = paths.iter().map(|path| absolute(cwd, path)).collect();
        !Trees::around(cwd, roots.iter().map(PathBuf::as_path)).hold(&file)
    };
    if explicit.is_none() && file.is_symlink() && leaves() {
        bail!("{} is a link that leads out of the tree; name the file with --config", shown(cwd, &file));
    }
    Ok(config::load(&file, &shown(cwd, &file), &slugs())?)
}

/// A file, or another path, that somebody named, if it is there.
///
/// # Errors
/// When it is not: what was meant, or what to type instead.
pub(crate) fn there(cwd: &Path, file: &Path, what: &str, otherwise: &str) -> anyhow::Result<PathBuf> {
    let path = absolute(cwd, file);
    if path.exists() {
        return Ok(path);
    }
    let named = file.display().to_string();
    match near_path(cwd, &named) {
        Some(near) => bail!("no such {what}: {named}; did you mean `{near}`?"),
        None => bail!("no such {what}: {named}; {otherwise}"),
    }
}

/// The nearest file to all paths. Where they have different ones, the one above all of them holds.
fn nearest(cwd: &Path, paths: &[PathBuf]) -> Option<PathBuf> {
    let roots: Vec<PathBuf> = paths.iter().map(|path| absolute(cwd, path)).collect();
    let files: Vec<Option<PathBuf>> = roots.iter().map(|root| config::find(root)).collect();
    let first = files.first()?;
    if files.iter().all(|file| file == first) {
        return first.clone();
    }
    let mut common = roots.first()?.clone();
    while !roots.iter().all(|root| root.starts_with(&common)) {
        common.pop();
    }
    let file = config::find(&common);
    let name = file.as_ref().map_or_else(|| "no configuration".to_owned(), |f| shown(cwd, f));
    say(&format!("warning: these paths have different configurations; {} holds for all", clean(&name)));
    file
}

/// What the globs of a configuration leave out.
///
/// # Errors
/// When one of them is none.
pub(crate) fn excluded(globs: &[String]) -> anyhow::Result<Option<GlobSet>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(Glob::new(glob).map_err(|e| anyhow!("[lint] exclude = {glob:?} is no pattern: {}", e.kind()))?);
    }
    Ok(Some(set.build().map_err(|e| anyhow!("[lint] exclude has too many patterns: {}", e.kind()))?))
}

fn read_latency(file: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    let name = file.display();
    let cwd = env::current_dir().context("the current folder cannot be found")?;
    there(
        &cwd,
        file,
        "file",
        "it is the saved reply of a Prometheus query, or JSON like {\"example.com/app.Recompute\": 25}",
    )?;
    let text = bounded::named(file, bounded::RECORDS).with_context(|| format!("cannot read {name}"))?;
    parse_latency(&text).map_err(|e| anyhow!("{name}: {e}"))
}

fn warn_of_nothing(walked: &Walked, loaded: &Loaded) {
    if !walked.candidates.is_empty() || !walked.problems.is_empty() {
        let all_generated = loaded.files.is_empty() && loaded.problems.is_empty() && loaded.skipped_generated > 0;
        if all_generated {
            say("warning: only generated files among the paths (--include-generated looks at them)");
        }
        return;
    }
    if walked.skipped_tests > 0 {
        say("warning: only tests among the paths (--include-tests looks at them)");
    } else {
        say(&format!(
            "warning: nothing to lint among the paths: no {} file; type `dogpile-lint <folder with code>`",
            endings()
        ));
    }
}

/// Adds what walking and reading found.
pub(crate) fn complete(outcome: &mut Outcome, walked: &Walked, loaded: &Loaded) {
    let mut problems = walked.problems.clone();
    problems.extend(loaded.problems.iter().cloned());
    problems.append(&mut outcome.problems);
    problems.sort_by(|a, b| (&a.path, a.span, &a.message).cmp(&(&b.path, b.span, &b.message)));
    outcome.problems = problems;
    outcome.summary.files_seen = loaded.files.len() + loaded.problems.len();
    outcome.summary.skipped_generated = loaded.skipped_generated;
    outcome.summary.skipped_tests = walked.skipped_tests;
}

fn exit(args: &CheckArgs, config: &Config, outcome: &Outcome) -> Exit {
    let fail_on = args.fail_on.or(config.lint.fail_on).unwrap_or_default();
    if outcome.entries.iter().filter(|e| e.counts()).map(|e| e.finding.level).any(|level| fail_on.fails(level)) {
        return Exit::Findings;
    }
    if outcome.problems.iter().any(|p| p.reason == ANALYSIS_FAILED) {
        say("error: the analysis failed; this is a bug of dogpile-lint");
        return Exit::CouldNotRun;
    }
    let left_out = outcome.problems.iter().filter(|p| p.kind == ProblemKind::NotAnalysed).count();
    if left_out > 0 && outcome.summary.files_seen <= left_out {
        say("error: nothing could be analysed");
        return Exit::CouldNotRun;
    }
    Exit::Clean
}
