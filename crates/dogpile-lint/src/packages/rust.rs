//! Rust: crates by `Cargo.toml`, modules by where files lie.

use super::{Located, Read, canonical, joined, slashed, with_ancestors};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Folders of a package whose files are crates of their own.
const TARGET_FOLDERS: &[&str] = &["examples", "tests", "benches"];
const TARGET_TABLES: &[&str] = &["bin", "example", "test", "bench"];

/// The crates of a tree.
#[derive(Debug, Default)]
pub(crate) struct Crates {
    /// Folder → its `Cargo.toml`, where that declares a package.
    manifests: HashMap<PathBuf, Manifest>,
    /// File → its module path.
    files: HashMap<PathBuf, String>,
}

/// What matters of a `Cargo.toml`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Manifest {
    /// The crate's name in code.
    name: String,
    /// Folder of the library's files, relative; mostly `src`.
    source: String,
    /// Files that are roots of other crates → their names in code.
    targets: BTreeMap<String, String>,
}

/// Where a file stands: the folder of its package, its crate, its module within.
struct Place<'p> {
    root: &'p Path,
    krate: String,
    module: Vec<String>,
}

impl Crates {
    /// Finds out about files.
    pub(crate) fn discover<'p>(files: impl Iterator<Item = Located<'p>> + Clone, read: Read<'_>) -> Self {
        let mut crates = Self::default();
        for folder in with_ancestors(files.clone().filter_map(|f| f.path.parent())) {
            if let Some(manifest) = read(&folder.join("Cargo.toml")).and_then(|text| Manifest::parse(&text)) {
                crates.manifests.insert(folder, manifest);
            }
        }
        // A name that several crates have says nothing of which one is meant.
        let mut owners: BTreeMap<String, BTreeSet<&Path>> = BTreeMap::new();
        for file in files.clone() {
            let place = crates.place(file.path);
            owners.entry(place.krate).or_default().insert(place.root);
        }
        for file in files {
            let place = crates.place(file.path);
            let many = owners.get(&place.krate).is_some_and(|roots| roots.len() > 1);
            let name = name(&place, file, many);
            crates.files.insert(file.path.to_owned(), name);
        }
        crates
    }

    /// The module path of a file.
    pub(crate) fn package(&self, file: Located<'_>) -> String {
        self.files.get(file.path).cloned().unwrap_or_else(|| name(&self.place(file.path), file, false))
    }

    /// The folder of the package that a folder belongs to.
    pub(crate) fn root<'p>(&self, folder: &'p Path) -> Option<&'p Path> {
        folder.ancestors().find(|above| self.manifests.contains_key(*above))
    }

    fn place<'p>(&self, path: &'p Path) -> Place<'p> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let found = self.root(folder).and_then(|root| Some((root, self.manifests.get(root)?)));
        let Some((root, manifest)) = found else {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            return Place { root: path, krate: identifier(&stem), module: vec![] };
        };
        let relative = slashed(path.strip_prefix(root).unwrap_or(path));
        let (krate, module) = manifest.locate(&relative);
        Place { root, krate, module }
    }
}

fn name(place: &Place<'_>, file: Located<'_>, many: bool) -> String {
    let relative = slashed(file.path.strip_prefix(place.root).unwrap_or(Path::new("")));
    let above = if relative.is_empty() {
        file.shown.rsplit_once('/').map_or("", |(folder, _)| folder)
    } else {
        file.shown.strip_suffix(relative.as_str()).unwrap_or("")
    };
    let above = canonical(above.trim_end_matches('/'));
    let krate = if many && !above.is_empty() { format!("{above}/{}", place.krate) } else { place.krate.clone() };
    std::iter::once(krate).chain(place.module.iter().cloned()).collect::<Vec<_>>().join("::")
}

impl Manifest {
    fn parse(text: &str) -> Option<Self> {
        let table: Table = text.parse().ok()?;
        let package = table.get("package")?.get("name")?.as_str()?;
        let text_of = |table: Option<&Value>, key: &str| {
            table.and_then(|t| t.get(key)).and_then(Value::as_str).map(str::to_owned)
        };
        let library = table.get("lib");
        let name = identifier(&text_of(library, "name").unwrap_or_else(|| package.to_owned()));
        let source = text_of(library, "path").map_or_else(|| "src".to_owned(), |path| parent(&plain(&path)).to_owned());
        let mut targets = BTreeMap::new();
        for kind in TARGET_TABLES {
            for target in table.get(*kind).and_then(Value::as_array).into_iter().flatten() {
                if let (Some(path), Some(name)) = (text_of(Some(target), "path"), text_of(Some(target), "name"))
                    && path != "src/main.rs"
                {
                    targets.insert(plain(&path), identifier(&name));
                }
            }
        }
        Some(Self { name, source, targets })
    }

    /// The crate and the module of a file, by its path within the package.
    fn locate(&self, path: &str) -> (String, Vec<String>) {
        if let Some(name) = self.targets.get(path) {
            return (name.clone(), vec![]);
        }
        // Files beside the root of another crate, in a folder of its own, are its modules.
        let below = self.targets.iter().filter_map(|(file, name)| {
            let folder = parent(file);
            let own = !folder.is_empty()
                && !TARGET_FOLDERS.contains(&folder)
                && folder != self.source
                && folder != "src"
                && !folder.ends_with("/bin");
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            own.then_some((folder.len(), name, rest))
        });
        if let Some((_, name, rest)) = below.max_by_key(|(length, ..)| *length) {
            return (name.clone(), module(rest));
        }
        if path == "build.rs" {
            return ("build".to_owned(), vec![]);
        }
        let inner = path.strip_prefix(self.source.as_str()).map_or(path, |rest| rest.trim_start_matches('/'));
        let target = match inner.strip_prefix("bin/") {
            Some(rest) => Some(rest),
            None => TARGET_FOLDERS.iter().find_map(|folder| path.strip_prefix(folder)?.strip_prefix('/')),
        };
        if let Some(target) = target {
            return match target.split_once('/') {
                Some((name, rest)) => (identifier(name), module(rest)),
                None => (identifier(target.trim_end_matches(".rs")), vec![]),
            };
        }
        (self.name.clone(), module(inner))
    }
}

/// `a/b.rs` and `a/b/mod.rs` → `a::b`; the root of a crate → nothing.
fn module(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.trim_end_matches(".rs").split('/').map(identifier).collect();
    let is_root = parts.len() == 1 && matches!(parts[0].as_str(), "lib" | "main");
    if is_root || parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// A path as it is written in a manifest, without `./` and `..`.
fn plain(path: &str) -> String {
    slashed(&joined(Path::new(""), path))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn identifier(name: &str) -> String {
    canonical(name).replace(['-', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dogpile_ir::Lang;

    fn named(files: &[(&str, &str)]) -> Vec<String> {
        let read = |path: &Path| files.iter().find(|f| Path::new(f.0) == path).map(|f| f.1.to_owned());
        let code: Vec<Located<'_>> = files
            .iter()
            .filter(|f| f.0.ends_with(".rs"))
            .map(|f| Located { path: Path::new(f.0), shown: f.0.trim_start_matches("/r/"), lang: Lang::Rust })
            .collect();
        let crates = Crates::discover(code.iter().copied(), &read);
        code.iter().map(|f| crates.package(*f)).collect()
    }

    #[test]
    fn modules_by_their_place() {
        let table = [
            ("/r/src/lib.rs", "my_app"),
            ("/r/src/main.rs", "my_app"),
            ("/r/src/jobs.rs", "my_app::jobs"),
            ("/r/src/jobs/lock.rs", "my_app::jobs::lock"),
            ("/r/src/cache/mod.rs", "my_app::cache"),
            ("/r/src/cache/main.rs", "my_app::cache::main"),
            ("/r/src/bin/do-it.rs", "do_it"),
            ("/r/src/bin/tool/main.rs", "tool"),
            ("/r/src/bin/tool/args.rs", "tool::args"),
            ("/r/examples/show.rs", "show"),
            ("/r/examples/big/main.rs", "big"),
            ("/r/tests/it.rs", "it"),
            ("/r/tests/common/mod.rs", "common"),
            ("/r/build.rs", "build"),
            ("/r/cmd/server.rs", "served"),
            ("/r/cmd/routes.rs", "served::routes"),
            ("/r/other/x.rs", "my_app::other::x"),
            ("/r/src/acme.api.v1.rs", "my_app::acme_api_v1"),
        ];
        let mut files = vec![(
            "/r/Cargo.toml",
            "[package]\nname = \"my-app\"\n[[bin]]\nname = \"served\"\npath = \"./cmd/server.rs\"\n",
        )];
        files.extend(table.iter().map(|(path, _)| (*path, "")));
        assert_eq!(named(&files), table.iter().map(|(_, name)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn the_library_may_have_a_name_and_a_place() {
        let files = [
            ("/r/Cargo.toml", "[workspace]\nmembers = [\"p\"]\n"),
            ("/r/p/Cargo.toml", "[package]\nname = \"p-rs\"\n[lib]\nname = \"pee\"\npath = \"lib.rs\"\n"),
            ("/r/p/lib.rs", ""),
            ("/r/p/a/b.rs", ""),
            ("/r/loose.rs", ""),
        ];
        assert_eq!(named(&files), ["pee", "pee::a::b", "loose"]);
    }

    #[test]
    fn crates_of_one_name_are_told_apart() {
        let same = "[package]\nname = \"example\"\n";
        let files =
            [("/r/a/Cargo.toml", same), ("/r/b/Cargo.toml", same), ("/r/a/src/main.rs", ""), ("/r/b/src/x.rs", "")];
        assert_eq!(named(&files), ["a/example", "b/example::x"]);
        assert_eq!(named(&[("/r/a/lock.rs", ""), ("/r/b/lock.rs", ""), ("/r/c/x.rs", "")]), ["a/lock", "b/lock", "x"]);
        assert_eq!(named(&[("/r/Cargo.toml", "not toml"), ("/r/src/lock.rs", "")]), ["lock"]);
    }
}
