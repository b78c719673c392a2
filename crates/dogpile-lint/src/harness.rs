//! `dogpile-lint harness`: a finding as a test of its own.

use crate::check::{Run, linted};
use crate::cli::HarnessArgs;
use crate::exit::Exit;
use crate::input;
use crate::output::{say, write};
use anyhow::{anyhow, bail};
use dogpile_emit::{Harness, Language, Request, emit};
use dogpile_harness::explore::{Answer, Bounds, Limits};
use dogpile_harness::judge::{Opinion, judge, try_repair};
use dogpile_harness::lower::Subject;
use dogpile_ir::Lang;
use dogpile_models::is_javascript;
use dogpile_report::{Entry, clean};
use dogpile_source::Span;
use std::path::Path;

/// A fingerprint may be cut off after so many digits.
const SHORTEST: usize = 6;

/// Writes the harness of one finding.
///
/// # Errors
/// There is no such finding, or no schedule that breaks its protocol.
pub(crate) fn harness(args: &HarnessArgs) -> anyhow::Result<Exit> {
    // Before anything is done for it.
    let file = file(args)?;
    linted(&args.check, |run| {
        let harness = written(args, &run)?;
        drop(run.progress);
        if file.is_none() {
            say(&format!("save it as {}", clean(&harness.file)));
        }
        write(&harness.text, file)?;
        Ok(Exit::Clean)
    })
}

fn written(args: &HarnessArgs, run: &Run<'_>) -> anyhow::Result<Harness> {
    let outcome = &run.outcome;
    let place = |span: Span| format!("{}:{}", outcome.sources.path(span), outcome.sources.start(span).line);
    let named = |entry: &&Entry| {
        let by_print = args.finding.len() >= SHORTEST && entry.fingerprint.starts_with(&args.finding);
        by_print || format!("{}:{}", entry.finding.rule, place(entry.finding.primary)) == args.finding
    };
    let mut all = outcome.entries.iter().filter(named);
    let entry = match (all.next(), all.next()) {
        (Some(entry), None) => entry,
        (Some(_), Some(_)) => bail!("several findings are called `{}`: give more of the fingerprint", args.finding),
        (None, _) => {
            bail!(
                "no finding is called `{}`; type rule:path:line, or a fingerprint that `dogpile-lint --format json` gives",
                args.finding
            )
        }
    };
    let finding = &entry.finding;
    let rule =
        dogpile_rules::find(finding.rule).ok_or_else(|| anyhow!("`{}` is not about a protocol", finding.rule))?;
    let proof = &args.check.proof;
    let limits = Limits { crashes: proof.crashes, pauses: proof.pauses };
    let bounds = Bounds { clients: usize::from(proof.clients), limits, ..Bounds::default() };
    let found = match judge(&outcome.lifecycles, rule, &finding.session, finding.primary, &bounds) {
        Opinion::Broken(found) => found,
        Opinion::Computed => bail!("{} states a number, and no schedule: there is nothing to replay", rule.slug),
        Opinion::Holds { states, .. } => bail!("no schedule breaks it: {states} states, all there are"),
        Opinion::Unknown { why, .. } => bail!("its code could not be made into a program: {why}"),
    };
    let subject = Subject::find(&outcome.lifecycles, rule.subject(), &finding.session, finding.primary);
    let subject = subject.ok_or_else(|| anyhow!("its lifecycle was not kept"))?;
    let trial = try_repair(&subject, rule, finding.primary, found.claim, &bounds);
    let trial = trial.ok_or_else(|| anyhow!("{} has no repair that could be tried", rule.slug))?;
    if let Answer::Broken { breach, .. } = &trial.answer {
        bail!("with {} it breaks, too: {}", trial.what, breach.says);
    }
    let at = place(finding.primary);
    let (path, line) =
        (outcome.sources.path(finding.primary), |text: &str| text.strip_prefix("package ").map(str::to_owned));
    let source = outcome.sources.get(finding.primary.file);
    let package = source.and_then(|file| (1..=file.line_count()).find_map(|n| line(file.line_text(n))));
    // A test beside the code, and not part of it.
    let package = package.and_then(|rest| rest.split_whitespace().next().map(|name| format!("{name}_test")));
    let request = Request {
        language: language(path),
        client: subject.client(),
        rule: rule.slug,
        message: &finding.message,
        at: &at,
        found: &found,
        trial: &trial,
        place: &place,
        package: package.as_deref().unwrap_or("harness_test"),
    };
    Ok(emit(&request)?)
}

/// Where it goes; a harness has a form of its own.
fn file(args: &HarnessArgs) -> anyhow::Result<Option<&Path>> {
    match args.check.out.output.as_slice() {
        [] => Ok(None),
        [target] if target.format.is_none() => Ok(target.path()),
        _ => bail!("a harness goes into one file: `--output FILE`"),
    }
}

fn language(path: &str) -> Language {
    match input::language(path) {
        Some(Lang::Go) => Language::Go,
        Some(Lang::Rust) => Language::Rust,
        _ if is_javascript(path) => Language::JavaScript,
        _ => Language::TypeScript,
    }
}
