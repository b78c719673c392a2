//! Which reports go where.

use crate::cli::{Format, OutputArgs};
use crate::meta_rules::TOOL;
use crate::output::{self, Staged, looks, say};
use crate::pipeline::Outcome;
use anyhow::bail;
use dogpile_report::{
    Looks, Report, problem_text, to_checkstyle, to_concise, to_github, to_gitlab, to_html, to_json, to_jsonl, to_junit,
    to_sarif, to_text,
};
use std::path::{MAIN_SEPARATOR, Path, PathBuf, absolute};

/// Every report that was asked for, and where it goes; `None`: standard output.
struct Plan<'a>(Vec<(Format, Option<&'a Path>)>);

impl<'a> Plan<'a> {
    /// Without a file of its own the report of `--format` goes to standard output.
    fn new(args: &'a OutputArgs) -> anyhow::Result<Self> {
        let mut plan: Vec<(Format, Option<&Path>)> = Vec::new();
        for target in &args.output {
            let file = target.path();
            if plan.iter().any(|(_, other)| place(*other) == place(file)) {
                let name = file.map_or_else(|| "standard output".to_owned(), |f| f.display().to_string());
                bail!("two reports go to {name}");
            }
            plan.push((target.format.unwrap_or(args.format), file));
        }
        if args.output.iter().filter(|target| target.format.is_none()).count() > 1 {
            bail!("only one --output can be a plain FILE; write FORMAT:FILE for the others");
        }
        let apart = args.output.iter().all(|target| target.format.is_some());
        if apart && plan.iter().all(|(_, file)| file.is_some()) {
            plan.push((args.format, None));
        }
        Ok(Self(plan))
    }
}

/// `x` and `./x` are one place.
fn place(file: Option<&Path>) -> Option<PathBuf> {
    file.map(|file| absolute(file).unwrap_or_else(|_| file.to_owned()))
}

/// Says early what cannot be done later.
///
/// # Errors
/// Two reports would go to one place.
pub(crate) fn check(args: &OutputArgs) -> anyhow::Result<()> {
    Plan::new(args).map(|_| ())
}

/// Writes every report that was asked for. Nothing is printed and no file is replaced before every new one lies beside its
/// place; what is no plain file (a pipe) is written to at once.
///
/// # Errors
/// When one cannot be written.
pub(crate) fn write(args: &OutputArgs, cwd: &Path, outcome: &Outcome) -> anyhow::Result<()> {
    let root = cwd.to_string_lossy().replace(MAIN_SEPARATOR, "/");
    let report = Report {
        tool: TOOL,
        rules: &outcome.rules,
        entries: &outcome.entries,
        gone: &outcome.gone,
        problems: &outcome.problems,
        summary: outcome.summary,
        sources: &outcome.sources,
        root: &root,
    };
    let Plan(plan) = Plan::new(args)?;
    // A report for programs, or one in a file, is not what the person at the terminal reads.
    let is_read = plan.contains(&(Format::Text, None));
    let mut staged = Vec::new();
    let mut terminal = None;
    for (format, file) in plan {
        match file {
            Some(file) => staged.push(Staged::new(&rendered(format, &report, looks(args.color, true)), file)?),
            None => terminal = Some(rendered(format, &report, looks(args.color, false))),
        }
    }
    for problem in outcome.problems.iter().filter(|_| !is_read) {
        say(&format!("problem: {}", problem_text(&report, problem)));
    }
    let printed = terminal.map_or(Ok(()), |text| output::print(&text));
    for file in staged {
        file.keep()?;
    }
    printed
}

fn rendered(format: Format, report: &Report<'_>, looks: Looks) -> String {
    match format {
        Format::Text => to_text(report, looks),
        Format::Concise => to_concise(report),
        Format::Json => to_json(report),
        Format::Jsonl => to_jsonl(report),
        Format::Sarif => to_sarif(report),
        Format::Github => to_github(report),
        Format::Gitlab => to_gitlab(report),
        Format::Junit => to_junit(report),
        Format::Checkstyle => to_checkstyle(report),
        Format::Html => to_html(report),
    }
}
