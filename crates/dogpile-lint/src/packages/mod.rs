//! Which package a file is, told from the files that say so: `go.mod`, `package.json`, `tsconfig.json`, `Cargo.toml`.

pub(crate) mod go;
mod jsonc;
mod manifest;
mod rust;
mod rust_paths;
mod tsconfig;
mod typescript;

pub(crate) use rust_paths::named_paths;
pub(crate) use typescript::Specifiers;

use crate::input::language_name;
use dogpile_ir::Lang;
use go::Modules;
use rust::Crates;
use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};
use typescript::Project;

/// Gives a file's text, if there is such a file.
pub(crate) type Read<'r> = &'r (dyn Fn(&Path) -> Option<String> + Sync);

/// A file that is to be linted, as far as its name tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located<'p> {
    /// Where it lies.
    pub path: &'p Path,
    /// Path that it is reported under, `/` between parts.
    pub shown: &'p str,
    /// Its language.
    pub lang: Lang,
}

impl Located<'_> {
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// The packages of a tree.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    go: Modules,
    typescript: Project,
    rust: Crates,
    aliases: BTreeMap<String, String>,
}

impl Packages {
    /// Finds the packages of files. `is_client`: names of packages of TypeScript whose copies in the tree are not what the
    /// name is taken for.
    #[must_use]
    pub(crate) fn discover(files: &[Located<'_>], read: Read<'_>, is_client: &(dyn Fn(&str) -> bool + Sync)) -> Self {
        let of = |lang: Lang| files.iter().copied().filter(move |f| f.lang == lang);
        // Files of a folder stand together: most of them need not be told apart from all others.
        let mut folders: Vec<&Path> = of(Lang::Go).map(|f| f.path.parent().unwrap_or(Path::new(""))).collect();
        folders.dedup();
        folders.sort_unstable();
        folders.dedup();
        let (go, (typescript, rust)) = rayon::join(
            || Modules::discover(&folders, read),
            || {
                rayon::join(
                    || Project::discover(of(Lang::TypeScript), read, is_client),
                    || Crates::discover(of(Lang::Rust), read),
                )
            },
        );
        Self { aliases: go.aliases(), go, typescript, rust }
    }

    /// Files that name others which were not followed to their end, and why.
    pub(crate) fn unfollowed(&self) -> Vec<(PathBuf, String)> {
        let why = |path| (path, "extends too many files in a row".to_owned());
        self.typescript.cut().map(why).collect()
    }

    /// The canonical path of a file's package.
    #[must_use]
    pub(crate) fn of(&self, file: Located<'_>, text: &str) -> String {
        match file.lang {
            Lang::Go => {
                let shown = file.shown.rsplit_once('/').map_or("", |(folder, _)| folder);
                let folder = self.go.package(file.folder()).unwrap_or_else(|| shown.to_owned());
                go::package_of(&folder, file.shown, text)
            }
            Lang::TypeScript => self.typescript.package(file),
            Lang::Rust => self.rust.package(file),
        }
    }

    /// The version of Go that a file's module asks for.
    #[must_use]
    pub(crate) fn go_version(&self, file: &Path) -> Option<(u32, u32)> {
        self.go.version(file.parent()?)
    }

    /// Package paths that code imports → the paths that these packages have in their own tree.
    #[must_use]
    pub(crate) fn aliases(&self) -> &BTreeMap<String, String> {
        &self.aliases
    }

    /// What specifiers stand for in a TypeScript or JavaScript file.
    #[must_use]
    pub(crate) fn specifiers<'p>(&'p self, path: &'p Path) -> Specifiers<'p> {
        self.typescript.specifiers(path)
    }

    /// Names of its own, besides its path, that a TypeScript package is imported by: that of the npm package it is the
    /// entry of, and aliases of `tsconfig.json`.
    pub(crate) fn import_names(&self, package: &str) -> impl Iterator<Item = &str> {
        self.typescript.import_names(package)
    }

    /// The folder that files embedded in this one lie in: scripts belong to a package.
    #[must_use]
    pub(crate) fn root<'p>(&self, path: &'p Path, lang: Lang) -> Option<&'p Path> {
        let folder = path.parent()?;
        let found = match lang {
            Lang::Go => None,
            Lang::TypeScript => self.typescript.root(folder),
            Lang::Rust => self.rust.root(folder),
        };
        Some(found.unwrap_or(folder))
    }
}

/// Whether a package of TypeScript is a client that models speak of.
#[must_use]
pub(crate) fn is_client(name: &str) -> bool {
    dogpile_models::is_clients(language_name(Lang::TypeScript), name)
}

/// A path as it would be from `folder`, with `.` and `..` resolved by name.
#[must_use]
pub(crate) fn joined(folder: &Path, relative: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in folder.join(relative).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path
}

/// Folders and all those above them, each once.
fn with_ancestors<'p>(folders: impl IntoIterator<Item = &'p Path>) -> HashSet<PathBuf> {
    let mut all = HashSet::new();
    let mut last = None;
    for folder in folders {
        // Files of a folder stand together.
        if last.replace(folder) == Some(folder) {
            continue;
        }
        for above in folder.ancestors() {
            if !all.insert(above.to_owned()) {
                break;
            }
        }
    }
    all
}

/// A relative path with `/` between parts.
fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A path of a file as a canonical name: no leading dots or slashes, and none of the marks that names use for something
/// else (`[id]` is a common folder of web frameworks).
fn canonical(path: &str) -> String {
    let path = path.trim_start_matches(['.', '/']);
    path.chars().map(|c| if c.is_whitespace() || "[]<>(){}*&\"'`,:".contains(c) { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_names() {
        assert_eq!(canonical("../app/[id]/(x)/page"), "app/_id_/_x_/page");
        assert_eq!(joined(Path::new("a/b"), "../c/./d"), Path::new("a/c/d"));
        assert_eq!(slashed(Path::new("a/b")), "a/b");
    }

    #[test]
    fn scripts_may_lie_anywhere_in_their_package() {
        let files = [("/r/p/Cargo.toml", "[package]\nname = \"p\"\n"), ("/r/q/package.json", "{}")];
        let read = |path: &Path| files.iter().find(|f| Path::new(f.0) == path).map(|f| f.1.to_owned());
        let located = [
            Located { path: Path::new("/r/p/src/a/b.rs"), shown: "p/src/a/b.rs", lang: Lang::Rust },
            Located { path: Path::new("/r/q/src/a.ts"), shown: "q/src/a.ts", lang: Lang::TypeScript },
            Located { path: Path::new("/r/g/a.go"), shown: "g/a.go", lang: Lang::Go },
        ];
        let packages = Packages::discover(&located, &read, &|_| false);
        let roots: Vec<_> = located.iter().map(|f| packages.root(f.path, f.lang).expect("a folder")).collect();
        assert_eq!(roots, [Path::new("/r/p"), Path::new("/r/q"), Path::new("/r/g")]);
        let names: Vec<_> = located.iter().map(|f| packages.of(*f, "package lock\n")).collect();
        assert_eq!(names, ["p::a::b", "q/src/a", "g"]);
    }
}
