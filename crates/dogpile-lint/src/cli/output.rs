//! What a report looks like and where it goes.

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Form, place and colours of reports.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report to FILE instead of to standard output, or with `FORMAT:FILE` one more report in that form; may be
    /// given several times
    #[arg(long, short, value_name = "[FORMAT:]FILE", value_parser = OsStringValueParser::new().try_map(target))]
    pub output: Vec<Target>,
    /// When to colour the report
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
}

impl OutputArgs {
    /// Whether a report shows fixes: only then are they worked out.
    #[must_use]
    pub(crate) fn shows_fixes(&self) -> bool {
        let forms = self.output.iter().map(|target| target.format.unwrap_or(self.format)).chain([self.format]);
        forms.into_iter().any(|form| matches!(form, Format::Json | Format::Jsonl | Format::Sarif | Format::Html))
    }
}

/// A file that a report goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its form; `None`: what `--format` says.
    pub format: Option<Format>,
    /// The file; `-`: standard output.
    pub file: PathBuf,
}

impl Target {
    /// The file; `None`: standard output.
    #[must_use]
    pub(crate) fn path(&self) -> Option<&Path> {
        Some(self.file.as_path()).filter(|file| *file != Path::new("-"))
    }
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For people in a hurry: a line for each finding.
    Concise,
    /// One JSON object, described in docs/json.md.
    Json,
    /// A JSON object for each finding, and the summary last: a line each.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, which GitHub shows beside the code.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// One page for browsers, with the proofs drawn.
    Html,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set; elsewhere if FORCE_COLOR or CLICOLOR_FORCE is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Reads `FORMAT:FILE` or `FILE`. Only the name of a form makes the first part a form: `C:\out` is a file.
fn target(text: OsString) -> Result<Target, String> {
    let plain = |file: OsString| Target { format: None, file: file.into() };
    // What is no Unicode names no form.
    let Some((head, rest)) = text.to_str().and_then(|t| t.split_once(':')) else { return named(plain(text)) };
    if let Ok(format) = Format::from_str(head, false) {
        return named(Target { format: Some(format), file: rest.into() });
    }
    let forms = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let near = forms.map(|form| (strsim::osa_distance(form.get_name(), head), form.get_name().to_owned())).min();
    match near {
        Some((1 | 2, form)) if head.len() > 2 && head.chars().all(char::is_alphabetic) => {
            Err(format!("no form is called `{head}`; `{form}:{rest}`? (a file of that name: `./{head}:{rest}`)"))
        }
        _ => named(plain(text)),
    }
}

fn named(target: Target) -> Result<Target, String> {
    if target.file.as_os_str().is_empty() { Err("the name of a file is missing".to_owned()) } else { Ok(target) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_a_form_is_one() {
        let of = |text: &str| target(text.into()).map(|t| (t.format, t.file.display().to_string()));
        let is = |format, file: &str| Ok((format, file.to_owned()));
        assert_eq!(of("sarif:out/r.sarif"), is(Some(Format::Sarif), "out/r.sarif"));
        assert_eq!(of("json:C:\\r.json"), is(Some(Format::Json), "C:\\r.json"));
        assert_eq!(of("json:-"), is(Some(Format::Json), "-"));
        assert_eq!(of("r.sarif"), is(None, "r.sarif"));
        assert_eq!(of("C:\\r.json"), is(None, "C:\\r.json"));
        assert_eq!(of("./json:r"), is(None, "./json:r"));
        assert_eq!(of("2026-11-21T10:00"), is(None, "2026-11-21T10:00"));
        assert!(of("sarfi:r").is_err_and(|e| e.contains("`sarif:r`?") && e.contains("`./sarfi:r`")));
        assert!(of("json:").is_err() && of("").is_err());
    }
}
