//! `rules` and `config`.

use crate::check::{configuration, there};
use crate::cli::ListFormat;
use crate::config::settings;
use crate::meta_rules::{in_force, listed};
use crate::walk::shown;
use anyhow::Context as _;
use dogpile_rules::Settings;
use serde::Serialize;
use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct RuleOut {
    slug: &'static str,
    group: &'static str,
    level: &'static str,
    since: &'static str,
    summary: &'static str,
    uri: String,
}

/// The list of rules.
///
/// # Errors
/// Never in practice: when the list is no JSON.
pub(crate) fn rules(format: ListFormat) -> anyhow::Result<String> {
    let rules = listed();
    if format == ListFormat::Json {
        let out: Vec<RuleOut> = rules
            .into_iter()
            .map(|rule| RuleOut {
                slug: rule.info.slug,
                group: rule.info.group,
                level: rule.info.level.name(),
                since: rule.since,
                summary: rule.info.summary,
                uri: rule.info.uri,
            })
            .collect();
        return Ok(serde_json::to_string_pretty(&out)? + "\n");
    }
    let widest = rules.iter().map(|rule| rule.info.slug.len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in &rules {
        writeln!(text, "{:widest$}  {:7}  {}", rule.info.slug, rule.info.level.name(), rule.info.summary)?;
    }
    Ok(text)
}

#[derive(Serialize)]
struct ConfigOut<'c> {
    file: Option<&'c str>,
    settings: &'c [crate::config::Setting],
}

/// What is in force for a path.
///
/// # Errors
/// What is wrong with the configuration.
pub(crate) fn config(path: &Path, explicit: Option<&Path>, format: ListFormat) -> anyhow::Result<String> {
    let cwd = env::current_dir().context("the current folder cannot be found")?;
    there(&cwd, path, "path", "type `dogpile-lint config` for the folder that you are in")?;
    let found = configuration(&cwd, &[PathBuf::from(path)], explicit)?;
    let file = found.file.as_deref().map(|file| shown(&cwd, file));
    let rules = in_force(&Settings { levels: found.config.rules.clone() });
    let settings = settings(&found.config, file.as_deref(), &rules);
    if format == ListFormat::Json {
        let out = ConfigOut { file: file.as_deref(), settings: &settings };
        return Ok(serde_json::to_string_pretty(&out)? + "\n");
    }
    let mut text = format!("# {}\n", file.as_deref().unwrap_or("no dogpile.toml: all is default"));
    let widest = settings.iter().map(|s| s.key.len() + s.value.len()).max().unwrap_or(0) + 3;
    for setting in &settings {
        let line = format!("{} = {}", setting.key, setting.value);
        writeln!(text, "{line:widest$}  # {}", setting.from)?;
    }
    Ok(text)
}
