//! Linting files that are in memory: for tests, and for whoever embeds the linter.

use crate::cache::Shard;
use crate::config::{self, Config};
use crate::fixes::proposals;
use crate::input::{InputFile, language};
use crate::meta_rules::slugs;
use crate::packages::{Located, Packages, is_client};
use crate::pipeline::{Options, Outcome, STACK, lint, triggers};
use crate::prefilter::Triggers;
use dogpile_analysis::lifecycle::Lifecycles;
use dogpile_models::Catalog;
use dogpile_report::Finding;
use dogpile_source::SourceMap;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// What linting files in memory gives.
#[derive(Debug, Default)]
pub struct LintResult {
    /// Findings that a user would see: at least likely, of every level, not suppressed.
    pub findings: Vec<Finding>,
    /// The texts they point into.
    pub sources: SourceMap,
    /// The lifecycles that they are about.
    pub lifecycles: Lifecycles,
    /// What could not be analysed, faults of the configuration included.
    pub problems: Vec<String>,
}

/// Lints files given as (path, text). `go.mod`, `go.work`, `package.json`, `tsconfig.json` and `Cargo.toml` among them give
/// packages their paths; `config` is the text of a `dogpile.toml` at their root, and may name model files among them.
#[must_use]
pub fn lint_files(files: Vec<(String, String)>, config: Option<&str>) -> LintResult {
    let fail = |message: String| LintResult { problems: vec![message], ..LintResult::default() };
    let config = match config.map(|text| config_of(text, &files)).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(message) => return fail(message),
    };
    let mut own_models = None;
    if !config.models.is_empty() {
        match Catalog::with_users_again(&config.models) {
            Ok(models) => own_models = Some(models),
            Err(error) => return fail(error.to_string()),
        }
    }
    let models = own_models.as_ref().unwrap_or_else(|| builtin());
    let Some(pool) = pool() else { return fail("no thread could be started".to_owned()) };
    result(pool.install(|| run(&files, models, &config, lint)))
}

fn result(outcome: Outcome) -> LintResult {
    let problems = outcome.problems.iter().map(|p| format!("{}: {}", p.path, p.message)).collect();
    let findings = outcome.entries.into_iter().map(|e| e.finding).filter(|f| f.suppressed.is_none()).collect();
    LintResult { findings, sources: outcome.sources, lifecycles: outcome.lifecycles, problems }
}

/// Lints files as [`lint_files`] does, and says by path what each edit of an untried fix replaces.
pub(crate) fn proposed(files: &[(String, String)]) -> Vec<(String, Range<usize>)> {
    let Some(pool) = pool() else { return Vec::new() };
    let edits = |inputs: &[InputFile], options: &Options<'_>| {
        let outcome = lint(inputs, options);
        let found = proposals(&outcome, inputs, options).into_iter().flat_map(|(_, fix)| fix.edits);
        found
            .map(|edit| (outcome.sources.path(edit.span).to_owned(), edit.span.start as usize..edit.span.end as usize))
            .collect()
    };
    pool.install(|| run(files, builtin(), &Config::default(), edits))
}

/// Lints files, or a part of them, in a way that somebody else knows.
pub(crate) fn linted(
    files: &[(String, String)],
    shard: Option<Shard>,
    lint: &mut (dyn FnMut(&[InputFile], &Options<'_>) -> Outcome + Send),
) -> LintResult {
    let Some(pool) = pool() else { return LintResult::default() };
    let lint = |inputs: &[InputFile], options: &Options<'_>| lint(inputs, &Options { shard, ..*options });
    result(pool.install(|| run(files, builtin(), &Config::default(), lint)))
}

fn run<'f, T>(
    files: &'f [(String, String)],
    models: &Catalog,
    config: &Config,
    then: impl FnOnce(&[InputFile], &Options<'_>) -> T,
) -> T {
    let own;
    let filter = if std::ptr::eq(models, builtin()) && config.wrappers.is_empty() {
        usual_triggers()
    } else {
        own = triggers(models, config);
        &own
    };
    let text_of = |path: &Path| files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| text.clone());
    let located = |path: &'f str| Some(Located { path: Path::new(path), shown: path, lang: language(path)? });
    let all: Vec<Located<'_>> = files.iter().filter_map(|(path, _)| located(path)).collect();
    let packages = Packages::discover(&all, &text_of, &is_client);
    let mut inputs: Vec<InputFile> = files
        .iter()
        .filter_map(|(path, text)| {
            let located = located(path)?;
            Some(InputFile {
                path: path.clone(),
                package: packages.of(located, text),
                lang: located.lang,
                text: Some(Arc::from(text.as_str())),
                disk: None,
                hit: filter.hit(located.lang, text.as_bytes()),
                alone: filter.stands_alone(located.lang, text.as_bytes()),
            })
        })
        .collect();
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    let nothing = BTreeMap::new();
    let options = Options {
        in_memory: files,
        max_file_size: u64::MAX,
        touches: true,
        ..Options::plain(models, config, filter, &nothing, &packages)
    };
    then(&inputs, &options)
}

fn config_of(text: &str, files: &[(String, String)]) -> Result<Config, String> {
    let (mut config, models) = config::parse(config::FILE_NAME, text, &slugs()).map_err(|e| e.to_string())?;
    for (name, line) in models {
        let found = files.iter().find(|(path, _)| *path == name);
        let (name, text) = found.ok_or_else(|| format!("{}:{line}: no file {name}", config::FILE_NAME))?;
        config.models.push((name.clone(), text.clone()));
    }
    Ok(config)
}

fn builtin() -> &'static Catalog {
    static MODELS: OnceLock<Catalog> = OnceLock::new();
    MODELS.get_or_init(Catalog::default)
}

/// Those of the built-in models, where nobody declares more.
fn usual_triggers() -> &'static Triggers {
    static TRIGGERS: OnceLock<Triggers> = OnceLock::new();
    TRIGGERS.get_or_init(|| triggers(builtin(), &Config::default()))
}

fn pool() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| ThreadPoolBuilder::new().stack_size(STACK).build().ok()).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dogpile_report::Level;

    #[test]
    fn every_language_is_linted_in_memory() {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let files = vec![
            file("go.mod", "module m\n"),
            file("package.json", "{\"name\": \"app\"}"),
            file("tsconfig.json", "{\"compilerOptions\": {\"baseUrl\": \".\"}}"),
            file("Cargo.toml", "[package]\nname = \"app\"\n"),
            file("a/a.go", "package a\n// dogpile: forgive\n"),
            file("src/a.ts", "// dogpile: forgive\n"),
            file("src/a.rs", "// dogpile: forgive\n"),
            file("src/b.rs", "#[cfg(test)]\nmod tests {\n    // dogpile: forgive\n}\n"),
            file("src/a.d.ts", "// dogpile: forgive\n"),
        ];
        let result = lint_files(files, None);
        let paths: Vec<&str> =
            result.findings.iter().filter_map(|f| Some(result.sources.get(f.primary.file)?.path.as_str())).collect();
        assert_eq!(paths, ["a/a.go", "src/a.rs", "src/a.ts"]);
        assert!(result.problems.is_empty(), "{:?}", result.problems);
    }

    #[test]
    fn a_comment_above_a_function_says_that_it_fails_open() {
        let level = |comment: &str| {
            let code = "import Redis from 'ioredis';\nimport { draw } from './draw';\nconst redis = new Redis();\n\n\
                COMMENT\nexport async function once(id: string) {\n  const token = crypto.randomUUID();\n  \
                try {\n    if ((await redis.set(`lock:${id}`, token, 'PX', 30_000, 'NX')) === null) return;\n  } catch {\n  }\n  \
                await draw(id);\n  await redis.eval(\n    'if redis.call(\"get\", KEYS[1]) == ARGV[1] then return redis.call(\"del\", KEYS[1]) end', \
                1, `lock:${id}`, token);\n}\n";
            let result = lint_files(vec![("app/a.ts".to_owned(), code.replace("COMMENT", comment))], None);
            result.findings.iter().find(|f| f.rule == "acquire-error-ignored").map(|f| f.level)
        };
        assert_eq!(
            level("/** Draws it once, proceeding without the others' word when redis is down. */"),
            Some(Level::Warning)
        );
        assert_eq!(level("// Draws it once."), Some(Level::Error));
        assert_eq!(level("// Proceeding without it would be wrong.\nconst other = 1;\n"), Some(Level::Error));
    }

    #[test]
    fn comments_are_judged_in_memory_and_config_faults_are_told() {
        let file =
            |text: &str| vec![("app/a.go".to_owned(), text.to_owned()), ("go.mod".to_owned(), "module m\n".to_owned())];
        let result = lint_files(file("package app\n\n// dogpile: forgive\nfunc f() {}\n"), None);
        assert_eq!(result.findings.iter().map(|f| f.rule).collect::<Vec<_>>(), ["malformed-annotation"]);
        assert!(result.problems.is_empty());
        let quiet =
            lint_files(file("package app\n// dogpile: forgive\n"), Some("[rules]\nmalformed-annotation = \"off\"\n"));
        assert!(quiet.findings.is_empty());
        let broken = lint_files(file("package app\n"), Some("[rulez]\n"));
        assert_eq!(broken.problems, ["dogpile.toml:1: unknown table `rulez`; did you mean `rules`?"]);
    }
}
