//! Which reports go where.

use crate::cli::{Format, OutputArgs};
use crate::meta_rules::HOME;
use crate::output::{self, colored, say};
use crate::pipeline::Outcome;
use dogpile_report::{Report, Tool, problem_text, to_json, to_sarif, to_text};
use std::path::{MAIN_SEPARATOR, Path};

/// Writes every report that was asked for.
///
/// # Errors
/// When one cannot be written.
pub(crate) fn write(args: &OutputArgs, cwd: &Path, outcome: &Outcome) -> anyhow::Result<()> {
    let root = cwd.to_string_lossy().replace(MAIN_SEPARATOR, "/");
    let report = Report {
        tool: Tool { name: "dogpile-lint", version: env!("CARGO_PKG_VERSION"), uri: HOME },
        rules: &outcome.rules,
        entries: &outcome.entries,
        gone: &outcome.gone,
        problems: &outcome.problems,
        summary: outcome.summary,
        sources: &outcome.sources,
        root: &root,
    };
    let text = match args.format {
        Format::Text => to_text(&report, colored(args.color, args.output.is_some())),
        Format::Json => to_json(&report),
        Format::Sarif => to_sarif(&report),
    };
    // A report for programs, or one in a file, is not what the person at the terminal reads.
    if args.format != Format::Text || args.output.is_some() {
        for problem in &outcome.problems {
            say(&format!("problem: {}", problem_text(&report, problem)));
        }
    }
    output::write(&text, args.output.as_deref())
}
