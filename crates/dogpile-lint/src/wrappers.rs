//! Functions that somebody says take or release a lock: `[[wrapper]]` tables and `dogpile: acquires` comments become rows
//! of a model of their own, which wins over what the function's body shows.

use crate::config::{Wrapper, WrapperDoes};
use crate::input::language_name;
use dogpile_ir::{Function, FunctionKind, Lang, Module};
use dogpile_models::{Catalog, Models};
use dogpile_source::{Directive, SourceMap, parse_annotation};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Name under which these rows stand in messages.
const FILE: &str = "dogpile.toml [[wrapper]]";

/// The models with rows for wrappers, of languages that have some. The second part says what could not be used.
#[must_use]
pub(crate) fn extended(
    catalog: &Catalog,
    declared: &[Wrapper],
    modules: &[Arc<Module>],
    sources: &SourceMap,
) -> (BTreeMap<Lang, Models>, Vec<String>) {
    let mut all: Vec<Wrapper> = declared.to_vec();
    all.par_extend(modules.par_iter().flat_map_iter(|module| annotated(module, sources)));
    let mut own: BTreeMap<Lang, Models> = BTreeMap::new();
    let mut faults = Vec::new();
    for wrapper in &all {
        let function =
            modules.iter().find_map(|m| m.functions.iter().find(|f| *f.name == *wrapper.function).map(|f| (m.lang, f)));
        let lang = function.map_or(Lang::Go, |(lang, _)| lang);
        let models = own.entry(lang).or_insert_with(|| catalog.of(language_name(lang)).clone());
        if let Err(error) = models.with_user(FILE, &row(wrapper, function)) {
            faults.push(format!("what is said of {} cannot be used: {error}", wrapper.function));
        }
    }
    (own, faults)
}

/// Comments that stand in the lines before a function.
fn annotated(module: &Module, sources: &SourceMap) -> Vec<Wrapper> {
    let mut found = Vec::new();
    let Some(file) = sources.get(module.file).filter(|file| file.speaks) else { return found };
    for comment in &module.comments {
        let Some(Ok(annotation)) = parse_annotation(file.slice(comment.span)) else { continue };
        let does = match annotation.directive {
            Directive::Acquires(pairs) => WrapperDoes::Acquires(pairs),
            Directive::Releases(pairs) => WrapperDoes::Releases(pairs),
            _ => continue,
        };
        let next = module
            .functions
            .iter()
            .filter(|f| !matches!(f.kind, FunctionKind::Closure { .. }) && f.span.start >= comment.span.end)
            .min_by_key(|f| f.span.start);
        // Only its own: nothing but comments and blank lines may stand between.
        if let Some(function) = next
            && file.text[comment.span.end as usize..function.span.start as usize].lines().all(|line| {
                line.trim().is_empty() || line.trim_start().starts_with(['/', '*', '#', '@']) || is_modifier(line)
            })
        {
            found.push(Wrapper { function: function.name.to_string(), does });
        }
    }
    found
}

/// Words that a language puts before a function and its span leaves out (`export`, `pub`).
fn is_modifier(line: &str) -> bool {
    line.split_whitespace()
        .all(|word| matches!(word, "export" | "default" | "pub" | "async" | "public" | "static" | "private"))
}

/// The rows of one wrapper, as a model file.
fn row(wrapper: &Wrapper, function: Option<(Lang, &Function)>) -> String {
    let name = &wrapper.function;
    let language = language_name(function.map_or(Lang::Go, |(lang, _)| lang));
    let method = function.is_some_and(|(_, f)| f.kind == FunctionKind::Method);
    let (on, called) = match name.rsplit_once('.').filter(|_| method) {
        Some((ty, called)) => (Some(ty), called),
        None => (None, name.as_str()),
    };
    let mut text = format!(
        "[client]\nname = \"your own lock\"\nlanguage = \"{language}\"\npackages = [{name:?}]\ntriggers = [{called:?}]\nchecked = {{ version = \"-\", on = \"2026-01-01\" }}\n"
    );
    if let Some(ty) = on {
        let _ = write!(text, "[[type]]\nnames = [{ty:?}]\nrole = \"lock\"\n");
    }
    text.push_str("[[call]]\n");
    if let Some(ty) = on {
        let _ = writeln!(text, "on = {ty:?}");
    }
    let bare = name.rsplit('.').next().unwrap_or(name);
    let example = format!("x.{bare}()");
    let _ = writeln!(text, "name = [{called:?}]\nexample = {example:?}");
    let seconds = if language == "go" { "duration" } else { "ms" };
    let words = outcomes(function);
    match &wrapper.does {
        WrapperDoes::Acquires(pairs) => {
            let get = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
            let key = get("key").unwrap_or("$1");
            let mut facts = format!("key = {key:?}, waits = \"none\"");
            if let Some(ttl) = get("ttl") {
                let _ = write!(facts, ", ttl = {{ ttl = {ttl:?}, unit = {seconds:?} }}");
            }
            if let Some(token) = get("token") {
                let _ = write!(facts, ", token = {token:?}");
            }
            let [won, lost, failed] = words.map(|w| list(&w));
            let _ =
                writeln!(text, "does = {{ acquire = {{ {facts}, won = {won}, lost = {lost}, failed = {failed} }} }}");
        }
        WrapperDoes::Releases(pairs) => {
            let get = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
            let key = get("key").unwrap_or("$1");
            let guarded = get("guard").is_some_and(|g| g != "none") || get("token").is_some();
            let [done, lost, failed] = words.map(|w| list(&w));
            let _ = writeln!(
                text,
                "does = {{ release = {{ key = {key:?}, guarded = {guarded}, done = {done}, lost = {lost}, failed = {failed} }} }}"
            );
        }
    }
    text
}

/// What the results are when it was won, lost, and when the server could not be asked: a truth value says so, else an
/// error does.
fn outcomes(function: Option<(Lang, &Function)>) -> [Vec<&'static str>; 3] {
    let Some((lang, function)) = function else {
        return [vec!["true", "nil"], vec!["false", "nil"], vec!["false", "error"]];
    };
    let names: Vec<&str> = function.results.iter().map(|ty| ty.name().unwrap_or("")).collect();
    let tells = names.contains(&"bool");
    let raises = lang == Lang::TypeScript;
    let each = |held: bool, failed: bool| -> Vec<&'static str> {
        if raises && (failed || (!held && !tells)) {
            return vec!["raises"];
        }
        let word = |name: &&str| match *name {
            "bool" if held => "true",
            "bool" => "false",
            "error" if failed || (!held && !tells) => "error",
            "error" => "nil",
            _ if held => "value",
            _ => "nil",
        };
        names.iter().map(word).collect()
    };
    [each(true, false), each(false, false), each(false, true)]
}

fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|w| format!("{w:?}")).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::memory::lint_files;

    const LOCK: &str = "package app\n\nimport (\n\t\"context\"\n\t\"time\"\n)\n\n\
        ACQUIRES\nfunc Take(ctx context.Context, key string, ttl time.Duration) (bool, error) { return ask(ctx, key, ttl) }\n\n\
        RELEASES\nfunc Give(ctx context.Context, key string) error { return tell(ctx, key) }\n\n\
        func Work(ctx context.Context) error {\n\tok, err := Take(ctx, \"report\", time.Minute)\n\tif err != nil || !ok {\n\t\treturn err\n\t}\n\
        \tif bad() {\n\t\treturn errBad\n\t}\n\treturn Give(ctx, \"report\")\n}\n";

    fn rules(acquires: &str, releases: &str, config: Option<&str>) -> Vec<&'static str> {
        let text = LOCK.replace("ACQUIRES", acquires).replace("RELEASES", releases);
        let result = lint_files(
            vec![("go.mod".to_owned(), "module example.com/app\n".to_owned()), ("lock.go".to_owned(), text)],
            config,
        );
        assert_eq!(result.problems, Vec::<String>::new());
        result.findings.iter().map(|f| f.rule).collect()
    }

    #[test]
    fn a_comment_makes_a_function_an_acquire() {
        assert_eq!(rules("", "", None), Vec::<&str>::new());
        let found =
            rules("// dogpile: acquires key=$2 ttl=$3 held=ret0", "// dogpile: releases key=$2 guard=token", None);
        assert!(found.contains(&"leaked-lock"), "{found:?}");
    }

    #[test]
    fn so_does_a_table_of_the_configuration() {
        let config = "[[wrapper]]\nfunction = \"example.com/app.Take\"\nacquires = { key = \"$2\", ttl = \"$3\", held = \"ret0\" }\n\
            [[wrapper]]\nfunction = \"example.com/app.Give\"\nreleases = { key = \"$2\", guard = \"token\" }\n";
        let found = rules("// dogpile: lock", "", Some(config));
        assert!(found.contains(&"leaked-lock"), "{found:?}");
    }
}
