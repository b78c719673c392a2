//! What is in force, and from where.

use super::{Config, WrapperDoes};
use dogpile_report::RuleInfo;
use serde::Serialize;

/// One setting.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Setting {
    /// Dotted key.
    pub key: String,
    /// Its value, as one would write it.
    pub value: String,
    /// The file and line, or `default`.
    pub from: String,
}

/// Every setting in force. `file` is the configuration's name, if there is one.
#[must_use]
pub(crate) fn settings(config: &Config, file: Option<&str>, rules: &[RuleInfo]) -> Vec<Setting> {
    let mut all = Vec::new();
    let mut add = |key: String, value: String| {
        let line = config.lines.get(&key);
        let from = match (file, line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => "default".to_owned(),
        };
        all.push(Setting { key, value, from });
    };
    for rule in rules {
        add(format!("rules.{}", rule.slug), format!("{:?}", rule.level.name()));
    }
    for (pattern, profile) in config.profile.iter() {
        add(format!("profile.{pattern:?}"), format!("{:?}", profile.name()));
    }
    for (pattern, ms) in config.latency.iter() {
        add(format!("latency.{pattern:?}"), format!("\"{ms}ms\""));
    }
    if let Some(instances) = config.fleet_instances {
        add("fleet.instances".to_owned(), instances.to_string());
    }
    if let Some(ms) = config.fix_ttl_ms {
        add("fix.ttl".to_owned(), format!("\"{ms}ms\""));
    }
    if !config.models.is_empty() {
        let names: Vec<&str> = config.models.iter().map(|(name, _)| name.as_str()).collect();
        add("models.files".to_owned(), format!("{names:?}"));
    }
    for wrapper in &config.wrappers {
        let (word, pairs) = match &wrapper.does {
            WrapperDoes::Acquires(pairs) => ("acquires", pairs),
            WrapperDoes::Releases(pairs) => ("releases", pairs),
        };
        let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{k} = {v:?}")).collect();
        add(format!("wrapper.{:?}", wrapper.function), format!("{word} {{ {} }}", pairs.join(", ")));
    }
    let lint = &config.lint;
    add("lint.exclude".to_owned(), format!("{:?}", lint.exclude));
    add("lint.include-tests".to_owned(), lint.include_tests.unwrap_or(false).to_string());
    add("lint.include-generated".to_owned(), lint.include_generated.unwrap_or(false).to_string());
    add("lint.include-vendored".to_owned(), lint.include_vendored.unwrap_or(false).to_string());
    if let Some(file) = &lint.baseline {
        add("lint.baseline".to_owned(), format!("{file:?}"));
    }
    add("lint.fail-on".to_owned(), format!("{:?}", lint.fail_on.unwrap_or_default().name()));
    add("lint.min-level".to_owned(), format!("{:?}", lint.min_level.map_or("note", |level| level.name())));
    all
}
