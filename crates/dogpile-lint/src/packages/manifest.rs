//! `package.json`: its name, and what it offers under which subpath.

use super::jsonc;
use serde_json::Value;

/// Conditions of `exports` and `imports`, those that tell the source first.
const CONDITIONS: &[&str] = &["source", "development", "types", "import", "module", "default", "require", "node"];
/// Folders that compilers write into.
const OUTPUT: &[&str] = &["dist", "build", "lib", "out", "output", "es", "esm", "cjs", "types", "typings"];
/// Conditions within conditions that are followed.
const DEPTH: usize = 8;

/// What matters of a `package.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Its name.
    pub name: Option<String>,
    /// It has a version and is not private: what others import by its name may be it, wherever it lies.
    pub is_published: bool,
    /// Files that stand for the package itself.
    entries: Vec<String>,
    /// `exports`: subpath pattern (`./*`) → files.
    exports: Vec<(String, Vec<String>)>,
    /// `imports`: pattern (`#src/*`) → files.
    imports: Vec<(String, Vec<String>)>,
}

impl Manifest {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let json = jsonc::parse(text)?;
        let text_of = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut found = Self { name: text_of("name").filter(|name| !name.is_empty()), ..Self::default() };
        found.is_published = json.get("version").is_some() && json.get("private") != Some(&Value::Bool(true));
        match json.get("exports") {
            Some(Value::Object(map)) if map.keys().any(|key| key.starts_with('.')) => {
                found.exports = map.iter().map(|(key, value)| (key.clone(), targets(value))).collect();
            }
            Some(value) => found.entries = targets(value),
            None => {}
        }
        found.entries.extend(
            found.exports.iter().find(|(key, _)| key == ".").map(|(_, files)| files.clone()).unwrap_or_default(),
        );
        found.entries.extend(["source", "module", "main", "types", "typings"].into_iter().filter_map(text_of));
        if let Some(Value::Object(map)) = json.get("imports") {
            found.imports = map.iter().map(|(key, value)| (key.clone(), targets(value))).collect();
        }
        Some(found)
    }

    /// Files, relative to its folder, that a subpath (`""`: the package itself) may stand for, likeliest first.
    pub(crate) fn offered(&self, subpath: &str) -> Vec<String> {
        let mut files =
            if subpath.is_empty() { self.entries.clone() } else { matching(&self.exports, &format!("./{subpath}")) };
        if !subpath.is_empty() {
            files.push(subpath.to_owned());
        }
        let sources: Vec<String> = files.iter().flat_map(|file| sources(file)).collect();
        files.extend(sources);
        if subpath.is_empty() {
            files.extend(["src/index".to_owned(), "index".to_owned()]);
        } else {
            files.push(format!("src/{subpath}"));
        }
        files
    }

    /// Files that an import of its own (`#src/x`) may stand for. Other packages among them are not followed.
    pub(crate) fn imported(&self, specifier: &str) -> Vec<String> {
        let files = matching(&self.imports, specifier);
        let sources: Vec<String> = files.iter().flat_map(|file| sources(file)).collect();
        files.into_iter().chain(sources).filter(|file| !file.starts_with('#')).collect()
    }
}

/// Every file that a value of `exports` names.
fn targets(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    collect(value, DEPTH, &mut all);
    all
}

fn collect(value: &Value, depth: usize, all: &mut Vec<String>) {
    match value {
        Value::String(file) => all.push(file.clone()),
        Value::Array(list) if depth > 0 => list.iter().for_each(|value| collect(value, depth - 1, all)),
        Value::Object(map) if depth > 0 => {
            let known = CONDITIONS.iter().filter_map(|name| map.get(*name));
            let others = map.iter().filter(|(key, _)| !CONDITIONS.contains(&key.as_str())).map(|(_, value)| value);
            known.chain(others).for_each(|value| collect(value, depth - 1, all));
        }
        _ => {}
    }
}

/// The files of the pattern that fits best, with what `*` stands for put in.
pub(crate) fn matching(patterns: &[(String, Vec<String>)], name: &str) -> Vec<String> {
    if let Some((_, files)) = patterns.iter().find(|(pattern, _)| pattern == name) {
        return files.clone();
    }
    let fitting = patterns.iter().filter_map(|(pattern, files)| {
        let (before, after) = pattern.split_once('*')?;
        let star = name.strip_prefix(before)?.strip_suffix(after)?;
        Some((before.len(), star, files))
    });
    let best = fitting.max_by_key(|(length, star, _)| (*length, std::cmp::Reverse(star.len())));
    best.map_or_else(Vec::new, |(_, star, files)| files.iter().map(|file| file.replace('*', star)).collect())
}

/// Where the source of a compiled file would be: `./dist/esm/a.js` → `src/a`, `a`.
fn sources(file: &str) -> Vec<String> {
    let file = file.trim_start_matches("./");
    let stem = [".d.ts", ".d.mts", ".d.cts", ".js", ".mjs", ".cjs", ".jsx"]
        .iter()
        .find_map(|e| file.strip_suffix(e))
        .unwrap_or(file);
    let mut rest = stem;
    while let Some((folder, inner)) = rest.split_once('/')
        && (OUTPUT.contains(&folder) || (folder == "src" && rest != stem))
    {
        rest = inner;
    }
    if rest == stem { vec![] } else { vec![format!("src/{rest}"), rest.to_owned()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_lead_back_to_their_sources() {
        let found = Manifest::parse(r#"{"name": "@a/b", "main": "./dist/cjs/main.js", "types": "dist/main.d.ts"}"#)
            .expect("JSON");
        assert_eq!(found.name.as_deref(), Some("@a/b"));
        let offered = found.offered("");
        assert_eq!(offered[..4], ["./dist/cjs/main.js", "dist/main.d.ts", "src/main", "main"]);
        assert_eq!(offered[offered.len() - 2..], ["src/index", "index"]);
    }

    #[test]
    fn exports_by_condition_and_pattern() {
        let text = r##"{"exports": {".": {"require": "./r.cjs", "import": {"types": "./i.d.ts", "default": "./i.mjs"}},
            "./x/*": "./dist/x/*.js", "./x/deep/*": "./deep/*.js"}, "imports": {"#in/*": "./src/*.js", "#dep": "#other"}}"##;
        let found = Manifest::parse(text).expect("JSON");
        assert_eq!(found.offered("")[..3], ["./i.d.ts", "./i.mjs", "./r.cjs"]);
        assert_eq!(found.offered("x/a"), ["./dist/x/a.js", "x/a", "src/x/a", "x/a", "src/x/a"]);
        assert_eq!(found.offered("x/deep/a")[0], "./deep/a.js");
        assert_eq!(found.imported("#in/a/b"), ["./src/a/b.js"]);
        assert!(found.imported("#dep").is_empty() && found.imported("#no").is_empty());
        assert_eq!(Manifest::parse("{"), None);
    }
}
