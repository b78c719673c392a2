//! `tsconfig.json`: the names under which a project's own files are imported.

use super::manifest::matching;
use super::{Read, joined, jsonc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Configurations that extend one another: so many are followed in a row.
const DEPTH: usize = 64;

/// `paths` and `baseUrl` of a configuration, with what it extends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aliases {
    /// Where names that are no relative paths are looked for.
    base: Option<PathBuf>,
    /// Pattern → files, as they are from the root of the tree.
    paths: Vec<(String, Vec<String>)>,
    /// What it extends was not followed to its end.
    pub(crate) cut: bool,
}

impl Aliases {
    /// Reads the configuration of a folder, if it has one.
    pub(crate) fn of(folder: &Path, read: Read<'_>) -> Option<Self> {
        let file = ["tsconfig.json", "jsconfig.json"]
            .into_iter()
            .map(|name| folder.join(name))
            .find(|file| read(file).is_some())?;
        let mut known = BTreeMap::new();
        let found = load(&file, folder, read, DEPTH, &mut known)?;
        if found.aliases.paths.is_empty() && found.aliases.base.is_none() {
            // A configuration that only names others: the files here belong to one of those.
            let mut others = found
                .references
                .iter()
                .filter_map(|other| load(&located(other, read)?, folder, read, DEPTH, &mut known));
            let with = others.find_map(|other| Some(other.aliases).filter(|a| !a.paths.is_empty() || a.base.is_some()));
            let mut with = with.unwrap_or_default();
            with.cut |= found.aliases.cut;
            return Some(with);
        }
        Some(found.aliases)
    }

    /// Paths, likeliest first, that a name which is no relative path may stand for.
    pub(crate) fn candidates(&self, specifier: &str) -> Vec<PathBuf> {
        let mapped = matching(&self.paths, specifier);
        let mut all: Vec<PathBuf> = mapped.iter().map(PathBuf::from).collect();
        all.extend(self.base.as_ref().map(|base| joined(base, specifier)));
        all
    }

    /// Names without a wildcard.
    pub(crate) fn exact(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(|(pattern, _)| pattern.as_str()).filter(|pattern| !pattern.contains('*'))
    }
}

#[derive(Clone, Default)]
struct Loaded {
    aliases: Aliases,
    references: Vec<PathBuf>,
}

/// `leaf` is the folder of the configuration that is asked for, `file` perhaps one that it extends. Each file is read
/// once: a list may name one as often as it likes, and those in it another.
fn load(file: &Path, leaf: &Path, read: Read<'_>, depth: usize, known: &mut Known) -> Option<Loaded> {
    if let Some(found) = known.get(file) {
        return found.clone();
    }
    // Until it is known: what extends itself extends nothing.
    known.insert(file.to_owned(), None);
    let found = loaded(file, leaf, read, depth, known);
    known.insert(file.to_owned(), found.clone());
    found
}

/// Files that were read, or are being read.
type Known = BTreeMap<PathBuf, Option<Loaded>>;

fn loaded(file: &Path, leaf: &Path, read: Read<'_>, depth: usize, known: &mut Known) -> Option<Loaded> {
    let json = jsonc::parse(&read(file)?)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut found = Loaded::default();
    let extended: Vec<&str> = match json.get("extends") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    for name in extended {
        if depth == 0 {
            found.aliases.cut = true;
            break;
        }
        let Some(base) = extends(folder, name, read).and_then(|file| load(&file, leaf, read, depth - 1, known)) else {
            continue;
        };
        found.aliases.cut |= base.aliases.cut;
        if !base.aliases.paths.is_empty() {
            found.aliases.paths = base.aliases.paths;
        }
        found.aliases.base = base.aliases.base.or(found.aliases.base);
    }
    let options = json.get("compilerOptions");
    let placed = |text: &str| match text.strip_prefix("${configDir}") {
        Some(rest) => joined(leaf, rest.trim_start_matches('/')),
        None => joined(folder, text),
    };
    if let Some(base) = options.and_then(|o| o.get("baseUrl")).and_then(Value::as_str) {
        found.aliases.base = Some(placed(base));
    }
    if let Some(Value::Object(paths)) = options.and_then(|o| o.get("paths")) {
        let root = found.aliases.base.as_deref().unwrap_or(folder);
        let file =
            |target: &str| if target.starts_with("${configDir}") { placed(target) } else { joined(root, target) };
        let files = |list: &Value| {
            let list = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            list.map(|target| file(target).to_string_lossy().into_owned()).collect()
        };
        let mut all: Vec<(String, Vec<String>)> =
            paths.iter().map(|(pattern, list)| (pattern.clone(), files(list))).collect();
        all.sort();
        found.aliases.paths = all;
    }
    let references = json.get("references").and_then(Value::as_array).into_iter().flatten();
    found.references = references.filter_map(|r| Some(joined(folder, r.get("path")?.as_str()?))).collect();
    Some(found)
}

/// A configuration that another one names: a file, or a folder with a `tsconfig.json`.
fn located(path: &Path, read: Read<'_>) -> Option<PathBuf> {
    let mut with_ending = path.as_os_str().to_owned();
    with_ending.push(".json");
    [path.to_owned(), with_ending.into(), path.join("tsconfig.json")]
        .into_iter()
        .find(|file| file.extension().is_some_and(|e| e == "json") && read(file).is_some())
}

fn extends(folder: &Path, name: &str, read: Read<'_>) -> Option<PathBuf> {
    if name.starts_with('.') || Path::new(name).is_absolute() {
        return located(&joined(folder, name), read);
    }
    folder.ancestors().find_map(|above| located(&above.join("node_modules").join(name), read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(files: &[(&str, &str)], folder: &str) -> Option<Aliases> {
        let read = |path: &Path| files.iter().find(|f| Path::new(f.0) == path).map(|f| f.1.to_owned());
        Aliases::of(Path::new(folder), &read)
    }

    fn candidates(files: &[(&str, &str)], folder: &str, name: &str) -> Vec<String> {
        let found = aliases(files, folder).expect("a configuration");
        found.candidates(name).iter().map(|p| p.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn paths_start_at_the_base_or_at_their_own_file() {
        let own = [(
            "/r/tsconfig.json",
            r#"{"compilerOptions": {"paths": {"@/*": ["./src/*"], "@/lib/*": ["lib/*", "more/*"], "cfg": ["c.ts"]}}}"#,
        )];
        assert_eq!(candidates(&own, "/r", "@/a/b"), ["/r/src/a/b"]);
        assert_eq!(candidates(&own, "/r", "@/lib/x"), ["/r/lib/x", "/r/more/x"]);
        assert_eq!(candidates(&own, "/r", "cfg"), ["/r/c.ts"]);
        assert!(candidates(&own, "/r", "redis").is_empty());
        let based = [("/r/tsconfig.json", r#"{"compilerOptions": {"baseUrl": "src", "paths": {"~*": ["*"]}}}"#)];
        assert_eq!(candidates(&based, "/r", "~a"), ["/r/src/a", "/r/src/~a"]);
        assert_eq!(candidates(&based, "/r", "b/c"), ["/r/src/b/c"]);
    }

    #[test]
    fn extended_paths_keep_their_place_and_are_replaced_as_a_whole() {
        let base = (
            "/r/tsconfig.base.json",
            r#"{"compilerOptions": {"baseUrl": ".", "paths": {"@acme/x": ["libs/x/src/index.ts"]}}, }"#,
        );
        let extending = [base, ("/r/apps/a/tsconfig.json", r#"{"extends": "../../tsconfig.base"}"#)];
        assert_eq!(candidates(&extending, "/r/apps/a", "@acme/x"), ["/r/libs/x/src/index.ts", "/r/@acme/x"]);
        let replacing = [
            base,
            (
                "/r/apps/a/tsconfig.json",
                r#"{"extends": ["../../tsconfig.base.json"], "compilerOptions": {"baseUrl": ".", "paths": {"y": ["./y.ts"]}}}"#,
            ),
        ];
        assert_eq!(candidates(&replacing, "/r/apps/a", "y"), ["/r/apps/a/y.ts", "/r/apps/a/y"]);
        assert_eq!(candidates(&replacing, "/r/apps/a", "@acme/x"), ["/r/apps/a/@acme/x"]);
        let shared = [
            ("/r/node_modules/@c/ts/app.json", r#"{"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}}"#),
            ("/r/app/tsconfig.json", r#"{"extends": "@c/ts/app.json"}"#),
        ];
        assert_eq!(candidates(&shared, "/r/app", "@/a"), ["/r/app/src/a"]);
    }

    #[test]
    fn references_speak_where_the_file_itself_does_not() {
        let files = [
            (
                "/r/tsconfig.json",
                r#"{"files": [], "references": [{"path": "./tsconfig.node.json"}, {"path": "./tsconfig.app.json"}]}"#,
            ),
            ("/r/tsconfig.node.json", "{}"),
            ("/r/tsconfig.app.json", r#"{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}"#),
        ];
        assert_eq!(candidates(&files, "/r", "@/a"), ["/r/src/a"]);
    }

    #[test]
    fn what_is_not_followed_is_told() {
        let one = |n: usize| (format!("/r/{n}.json"), format!("{{\"extends\": \"./{}.json\"}}", n + 1));
        let mut files: Vec<(String, String)> = (0..100).map(one).collect();
        files.push(("/r/tsconfig.json".to_owned(), "{\"extends\": \"./90.json\"}".to_owned()));
        let of = |files: &[(String, String)]| {
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            aliases(&files, "/r").expect("a configuration")
        };
        assert!(!of(&files).cut);
        files.push(("/r/jsconfig.json".to_owned(), String::new()));
        files.retain(|(name, _)| name != "/r/tsconfig.json");
        files.push(("/r/tsconfig.json".to_owned(), "{\"extends\": \"./0.json\"}".to_owned()));
        assert!(of(&files).cut);
    }

    #[test]
    fn loops_and_broken_files_end() {
        let looping =
            [("/r/tsconfig.json", r#"{"extends": "./tsconfig.json", "compilerOptions": {"paths": {"a": ["b"]}}}"#)];
        assert_eq!(candidates(&looping, "/r", "a"), ["/r/b"]);
        let many = "\"./tsconfig.json\", \"./b.json\", ".repeat(50);
        let text =
            format!("{{\"extends\": [{}\"./b.json\"], \"compilerOptions\": {{\"paths\": {{\"a\": [\"b\"]}}}}}}", many);
        let all = [("/r/tsconfig.json", text.as_str()), ("/r/b.json", text.as_str())];
        assert_eq!(candidates(&all, "/r", "a"), ["/r/b"]);
        assert_eq!(aliases(&[("/r/tsconfig.json", "{")], "/r"), None);
        assert_eq!(aliases(&[], "/r"), None);
    }
}
