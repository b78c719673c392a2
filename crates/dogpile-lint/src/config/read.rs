//! From text to [`Config`].

use super::value::{Item, Reader, Value, items};
use super::{Config, ConfigError, Profile, Wrapper, WrapperDoes};
use crate::exit::FailOn;
use dogpile_report::Level;
use dogpile_source::parse_duration_ms;
use toml::de::DeTable;

const TABLES: &[&str] = &["rules", "profile", "latency", "fleet", "models", "wrapper", "lint", "fix"];
const LINT: &[&str] =
    &["exclude", "include-tests", "include-generated", "include-vendored", "baseline", "fail-on", "min-level"];
const LEVELS: &[&str] = &["error", "warning", "note", "off"];
const ACQUIRES: &[&str] = &["key", "ttl", "held", "token"];
const RELEASES: &[&str] = &["key", "guard", "token"];

/// Reads a configuration. `slugs` are the rules there are; `file` is the name to complain under. Model files are named,
/// not read: see [`super::load`].
///
/// # Errors
/// The first thing that is wrong, with its line and a suggestion.
pub(crate) fn parse(file: &str, text: &str, slugs: &[&str]) -> Result<(Config, Vec<(String, usize)>), ConfigError> {
    let reader = Reader { file, text };
    let root = DeTable::parse(text)
        .map_err(|e| reader.fail(e.span().map_or(0, |s| s.start), e.message().trim_end_matches('.').to_owned()))?;
    let mut config = Config::default();
    let mut models = Vec::new();
    for item in items(root.get_ref()) {
        match item.key {
            "rules" => rules(&reader, &item, slugs, &mut config)?,
            "profile" => profile(&reader, &item, &mut config)?,
            "latency" => latency(&reader, &item, &mut config)?,
            "fix" => fix(&reader, &item, &mut config)?,
            "fleet" => fleet(&reader, &item, &mut config)?,
            "models" => models = model_files(&reader, &item, &mut config)?,
            "wrapper" => wrappers(&reader, &item, &mut config)?,
            "lint" => lint(&reader, &item, &mut config)?,
            _ => return Err(reader.unknown(&item, "table", TABLES)),
        }
    }
    Ok((config, models))
}

fn rules(r: &Reader<'_>, table: &Item<'_, '_>, slugs: &[&str], config: &mut Config) -> Result<(), ConfigError> {
    for item in r.table(table.key, table.value)? {
        if !slugs.contains(&item.key) {
            return Err(r.unknown(&item, "rule", slugs));
        }
        let level = r.choice(item.key, item.value, LEVELS, Level::from_name)?;
        config.lines.insert(format!("rules.{}", item.key), r.line(item.at));
        config.rules.insert(item.key.to_owned(), level);
    }
    Ok(())
}

fn profile(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<(), ConfigError> {
    for item in r.table(table.key, table.value)? {
        let names = [Profile::Correctness, Profile::Efficiency];
        let of = |name: &str| names.into_iter().find(|p| p.name() == name);
        let value = r.choice(item.key, item.value, &["correctness", "efficiency"], of)?;
        config.lines.insert(format!("profile.{:?}", item.key), r.line(item.at));
        config.profile.add(item.key, value).map_err(|e| r.fail(item.at, format!("`{}`: {e}", item.key)))?;
    }
    Ok(())
}

fn latency(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<(), ConfigError> {
    for item in r.table(table.key, table.value)? {
        let ms = duration(r, item.key, item.value)?;
        config.lines.insert(format!("latency.{:?}", item.key), r.line(item.at));
        config.latency.add(item.key, ms).map_err(|e| r.fail(item.at, format!("`{}`: {e}", item.key)))?;
    }
    Ok(())
}

fn duration(r: &Reader<'_>, name: &str, value: &Value<'_>) -> Result<u64, ConfigError> {
    let wrong = |text: &str| {
        r.fail(
            value.span().start,
            format!("`{name}` wants a duration with its unit like \"250ms\" or \"25s\", not {text}"),
        )
    };
    let text = r.text(name, value).map_err(|_| wrong("this"))?;
    parse_duration_ms(&text).ok_or_else(|| wrong(&format!("{text:?}")))
}

fn fix(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<(), ConfigError> {
    for item in r.table(table.key, table.value)? {
        if item.key != "ttl" {
            return Err(r.unknown(&item, "key of [fix]", &["ttl"]));
        }
        let ms = duration(r, item.key, item.value)?;
        if ms == 0 {
            return Err(r.fail(item.at, "`ttl` of [fix] is the lease of a lock: more than nothing".to_owned()));
        }
        config.fix_ttl_ms = Some(ms);
        config.lines.insert("fix.ttl".to_owned(), r.line(item.at));
    }
    Ok(())
}

fn fleet(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<(), ConfigError> {
    for item in r.table(table.key, table.value)? {
        match item.key {
            "instances" => config.fleet_instances = Some(r.count("instances", item.value)?),
            _ => return Err(r.unknown(&item, "key of [fleet]", &["instances"])),
        }
        config.lines.insert(format!("fleet.{}", item.key), r.line(item.at));
    }
    Ok(())
}

fn model_files(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<Vec<(String, usize)>, ConfigError> {
    let mut files = Vec::new();
    for item in r.table(table.key, table.value)? {
        if item.key != "files" {
            return Err(r.unknown(&item, "key of [models]", &["files"]));
        }
        config.lines.insert("models.files".to_owned(), r.line(item.at));
        for value in r.list("files", item.value)? {
            files.push((r.text("files", value)?, r.line(value.span().start)));
        }
    }
    Ok(files)
}

fn wrappers(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<(), ConfigError> {
    for value in r.list("wrapper", table.value)? {
        let at = value.span().start;
        let (mut function, mut does) = (None, Vec::new());
        for item in r.table("wrapper", value)? {
            match item.key {
                "function" => function = Some(r.text("function", item.value)?),
                "acquires" => does.push(WrapperDoes::Acquires(pairs(r, &item, ACQUIRES)?)),
                "releases" => does.push(WrapperDoes::Releases(pairs(r, &item, RELEASES)?)),
                _ => return Err(r.unknown(&item, "key of [[wrapper]]", &["function", "acquires", "releases"])),
            }
        }
        let Some(function) = function else { return Err(r.fail(at, "this [[wrapper]] names no `function`")) };
        let [does] = <[_; 1]>::try_from(does)
            .map_err(|_| r.fail(at, format!("[[wrapper]] of `{function}` wants one of `acquires` and `releases`")))?;
        config.lines.insert(format!("wrapper.{function:?}"), r.line(at));
        config.wrappers.push(Wrapper { function, does });
    }
    Ok(())
}

fn pairs(r: &Reader<'_>, table: &Item<'_, '_>, known: &[&str]) -> Result<Vec<(String, String)>, ConfigError> {
    let mut pairs = Vec::new();
    for item in r.table(table.key, table.value)? {
        if !known.contains(&item.key) {
            return Err(r.unknown(&item, &format!("key of `{}`", table.key), known));
        }
        pairs.push((item.key.to_owned(), r.text(item.key, item.value)?));
    }
    Ok(pairs)
}

fn lint(r: &Reader<'_>, table: &Item<'_, '_>, config: &mut Config) -> Result<(), ConfigError> {
    for item in r.table(table.key, table.value)? {
        let lint = &mut config.lint;
        match item.key {
            "exclude" => {
                lint.exclude = r.texts("exclude", item.value)?;
                if let Some(bad) = lint.exclude.iter().find_map(|glob| globset::Glob::new(glob).err()) {
                    return Err(r.fail(item.at, format!("`exclude`: {bad}")));
                }
            }
            "include-tests" => lint.include_tests = Some(r.truth(item.key, item.value)?),
            "include-generated" => lint.include_generated = Some(r.truth(item.key, item.value)?),
            "include-vendored" => lint.include_vendored = Some(r.truth(item.key, item.value)?),
            "baseline" => lint.baseline = Some(r.text(item.key, item.value)?),
            "fail-on" => lint.fail_on = Some(r.choice(item.key, item.value, FailOn::NAMES, FailOn::from_name)?),
            "min-level" => {
                let of = |name: &str| Level::from_name(name).filter(|level| *level != Level::Off);
                lint.min_level = Some(r.choice(item.key, item.value, &["error", "warning", "note"], of)?);
            }
            _ => return Err(r.unknown(&item, "key of [lint]", LINT)),
        }
        config.lines.insert(format!("lint.{}", item.key), r.line(item.at));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLUGS: &[&str] = &["leaked-lock", "constant-token"];

    fn fault(text: &str) -> String {
        parse("dogpile.toml", text, SLUGS).expect_err("a fault").to_string()
    }

    #[test]
    fn reads_everything() {
        let text = r#"
[rules]
leaked-lock = "error"
[profile]
"lock:pay:*" = "correctness"
[latency]
"example.com/app.Recompute" = "25s"
[fleet]
instances = 20
[models]
files = ["dogpile/redis-wrapper.toml"]
[[wrapper]]
function = "example.com/app.Lock"
acquires = { key = "$1", ttl = "$2", held = "ret0" }
[[wrapper]]
function = "example.com/app.Unlock"
releases = { key = "$1", guard = "token" }
[lint]
exclude = ["gen/**"]
baseline = "known.jsonl"
include-tests = true
fail-on = "error"
min-level = "warning"
"#;
        let (config, models) = parse("dogpile.toml", text, SLUGS).expect("valid");
        assert_eq!(config.rules.get("leaked-lock"), Some(&Level::Error));
        assert_eq!(config.profile.get("lock:pay:7").map(|(_, v)| *v), Some(Profile::Correctness));
        assert_eq!(config.latency.get("example.com/app.Recompute").map(|(_, v)| *v), Some(25_000));
        assert_eq!(config.fleet_instances, Some(20));
        assert_eq!(models, [("dogpile/redis-wrapper.toml".to_owned(), 11)]);
        assert_eq!(config.wrappers.len(), 2);
        assert_eq!(config.lint.baseline.as_deref(), Some("known.jsonl"));
        assert_eq!(config.lint.fail_on, Some(FailOn::Error));
        assert_eq!(config.lines.get("rules.leaked-lock"), Some(&3));
    }

    #[test]
    fn faults_name_the_line_and_the_better_word() {
        assert_eq!(fault("\n[rulez]\n"), "dogpile.toml:2: unknown table `rulez`; did you mean `rules`?");
        assert_eq!(
            fault("[rules]\nleaked_lock = \"error\""),
            "dogpile.toml:2: unknown rule `leaked_lock`; did you mean `leaked-lock`?"
        );
        assert!(fault("[rules]\nleaked-lock = \"eror\"").contains("not `eror`; did you mean `error`?"));
        assert!(fault("[fleet]\ninstance = 3").contains("did you mean `instances`?"));
        assert!(fault("[fleet]\ninstances = -3").contains("wants a whole number"));
        assert!(fault("[latency]\nx = 25").contains("with its unit"));
        assert!(fault("[latency]\nx = \"25\"").contains("not \"25\""));
        assert!(fault("[lint]\nexclude = \"x\"").contains("wants a list, not text"));
        assert!(fault("[[wrapper]]\nfunction = \"f\"").contains("wants one of"));
        assert!(fault("[rules\n").starts_with("dogpile.toml:1: "));
    }
}
