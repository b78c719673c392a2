//! Which Go package a folder is: `go.mod`, `go.work`, `replace`.

use super::{Read, joined};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The modules that govern a set of folders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules {
    /// Folder with a `go.mod` → its module path.
    declared: HashMap<PathBuf, String>,
    /// Folder that a `replace` points at → the path it is imported by.
    replaced: HashMap<PathBuf, String>,
    /// Folder with a `go.mod` → the version of Go that it asks for.
    versions: HashMap<PathBuf, (u32, u32)>,
    /// The packages of the folders that were asked for: every file of theirs asks again.
    packages: HashMap<PathBuf, Option<String>>,
}

impl Modules {
    /// Finds the modules of folders.
    #[must_use]
    pub(crate) fn discover(folders: &[&Path], read: Read<'_>) -> Self {
        let mut modules = Self::default();
        let mut seen: HashSet<PathBuf> = HashSet::new();
        let mut todo: Vec<PathBuf> = folders.iter().map(|folder| folder.to_path_buf()).collect();
        while let Some(folder) = todo.pop() {
            for above in folder.ancestors() {
                if !seen.insert(above.to_owned()) {
                    break;
                }
                for name in ["go.mod", "go.work"] {
                    let Some(text) = read(&above.join(name)) else { continue };
                    let file = GoMod::parse(&text);
                    if let Some(version) = version(&text).filter(|_| name == "go.mod") {
                        modules.versions.insert(above.to_owned(), version);
                    }
                    if let Some(module) = file.module {
                        modules.declared.insert(above.to_owned(), module);
                    }
                    for (path, local) in file.local_replaces {
                        let target = joined(above, &local);
                        todo.push(target.clone());
                        modules.replaced.entry(target).or_insert(path);
                    }
                }
            }
        }
        modules.packages = folders.iter().map(|folder| (folder.to_path_buf(), modules.find_package(folder))).collect();
        modules
    }

    /// The version of Go that the module of a folder asks for: `(1, 21)`.
    #[must_use]
    pub(crate) fn version(&self, folder: &Path) -> Option<(u32, u32)> {
        folder.ancestors().find_map(|above| self.versions.get(above).copied())
    }

    /// The package path of a folder; `None`: no module governs it.
    #[must_use]
    pub(crate) fn package(&self, folder: &Path) -> Option<String> {
        self.packages.get(folder).cloned().unwrap_or_else(|| self.find_package(folder))
    }

    fn find_package(&self, folder: &Path) -> Option<String> {
        for above in folder.ancestors() {
            let Some(module) = self.declared.get(above).or_else(|| self.replaced.get(above)) else { continue };
            let rest = folder.strip_prefix(above).unwrap_or(Path::new(""));
            let mut package = module.clone();
            for part in rest.components() {
                package.push('/');
                package.push_str(&part.as_os_str().to_string_lossy());
            }
            return Some(package);
        }
        None
    }

    /// Module paths that code imports → the paths that those modules call themselves, where a `replace` makes them differ.
    #[must_use]
    pub(crate) fn aliases(&self) -> BTreeMap<String, String> {
        let differing = self.replaced.iter().filter_map(|(folder, imported)| {
            let declared = self.declared.get(folder)?;
            (declared != imported).then(|| (imported.clone(), declared.clone()))
        });
        differing.collect()
    }
}

/// The lines that matter of a `go.mod` or `go.work`.
#[derive(Debug, Default, PartialEq, Eq)]
struct GoMod {
    module: Option<String>,
    /// Replaced module path → local folder.
    local_replaces: Vec<(String, String)>,
}

impl GoMod {
    fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let mut block: Option<String> = None;
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or("").trim();
            let mut words: Vec<String> = line.split_whitespace().map(unquoted).collect();
            if line == ")" {
                block = None;
                continue;
            }
            if words.last().is_some_and(|w| w == "(") && words.len() == 2 {
                block = words.into_iter().next();
                continue;
            }
            if let Some(verb) = &block {
                words.insert(0, verb.clone());
            }
            file.line(&words);
        }
        file
    }

    fn line(&mut self, words: &[String]) {
        match words {
            [verb, path] if verb == "module" => self.module = Some(path.clone()),
            [verb, path, rest @ ..] if verb == "replace" => {
                // replace OLD [VERSION] => NEW [VERSION]; a local one has no version and starts with a dot or a slash.
                let Some(arrow) = rest.iter().position(|w| w == "=>") else { return };
                if let [target] = &rest[arrow + 1..]
                    && (target.starts_with('.') || Path::new(target).is_absolute())
                {
                    self.local_replaces.push((path.clone(), target.clone()));
                }
            }
            _ => {}
        }
    }
}

fn unquoted(word: &str) -> String {
    word.trim_matches(['"', '`']).to_owned()
}

/// The package path of a file in a folder whose package path is `folder`: an external test package is another one.
#[must_use]
pub(crate) fn package_of(folder: &str, path: &str, text: &str) -> String {
    let name = || dogpile_front_go::package_name(text);
    if folder.is_empty() {
        return name().unwrap_or("main").to_owned();
    }
    if path.ends_with("_test.go") && name().is_some_and(|n| n.ends_with("_test")) {
        return format!("{folder}_test");
    }
    folder.to_owned()
}

/// The `go` line of a `go.mod`.
fn version(text: &str) -> Option<(u32, u32)> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("go "))?;
    let mut numbers = line.split("//").next()?.trim().split('.');
    let major = numbers.next()?.parse().ok()?;
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
    Some((major, numbers.next().map(digits)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(files: &[(&str, &str)], folders: &[&str]) -> Modules {
        let read =
            |path: &Path| files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| (*text).to_owned());
        Modules::discover(&folders.iter().map(Path::new).collect::<Vec<_>>(), &read)
    }

    #[test]
    fn test_packages_and_folders_without_a_module() {
        assert_eq!(package_of("example.com/a", "a/x_test.go", "package a_test\n"), "example.com/a_test");
        assert_eq!(package_of("example.com/a", "a/x_test.go", "package a\n"), "example.com/a");
        assert_eq!(package_of("", "x.go", "package cache\n"), "cache");
    }

    #[test]
    fn the_nearest_module_governs() {
        let found = modules(
            &[
                ("/r/go.mod", "// x\nmodule example.com/app // y\n"),
                ("/r/tools/go.mod", "module \"example.com/tools\"\n"),
            ],
            &["/r/a/b", "/r/tools/gen", "/r", "/elsewhere"],
        );
        assert_eq!(found.package(Path::new("/r/a/b")).as_deref(), Some("example.com/app/a/b"));
        assert_eq!(found.package(Path::new("/r")).as_deref(), Some("example.com/app"));
        assert_eq!(found.package(Path::new("/r/tools/gen")).as_deref(), Some("example.com/tools/gen"));
        assert_eq!(found.package(Path::new("/elsewhere")), None);
    }

    #[test]
    fn local_replaces_name_folders() {
        let text =
            "module m\nreplace (\n\texample.com/x v1.2.3 => ../x\n\texample.com/y => ./y\n\tz.com/z => z.com/q v2\n)\n";
        let found =
            modules(&[("/r/app/go.mod", text), ("/r/app/y/go.mod", "module own.com/y\n")], &["/r/app", "/r/x/in"]);
        assert_eq!(found.package(Path::new("/r/x/in")).as_deref(), Some("example.com/x/in"));
        assert_eq!(found.package(Path::new("/r/app/y")).as_deref(), Some("own.com/y"));
        assert_eq!(found.aliases(), BTreeMap::from([("example.com/y".to_owned(), "own.com/y".to_owned())]));
    }

    #[test]
    fn workspaces_replace_too() {
        let work = "go 1.26\nuse (\n\t./a\n\t./b\n)\nreplace example.com/b => ./b\n";
        let found = modules(&[("go.work", work), ("a/go.mod", "module example.com/a\n")], &["a", "b"]);
        assert_eq!(found.package(Path::new("a")).as_deref(), Some("example.com/a"));
        assert_eq!(found.package(Path::new("b")).as_deref(), Some("example.com/b"));
    }
}
