//! Which other files a file needs to be understood: those of its package, and those that it imports.

use crate::input::InputFile;
use crate::packages::named_paths;
use dogpile_ir::{Lang, Module, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

/// The files of a tree by language and package.
#[derive(Debug)]
pub(crate) struct Neighbours<'f> {
    files: &'f [InputFile],
    by_package: BTreeMap<Lang, BTreeMap<&'f str, Vec<usize>>>,
}

impl<'f> Neighbours<'f> {
    #[must_use]
    pub(crate) fn new(files: &'f [InputFile]) -> Self {
        let mut by_package: BTreeMap<Lang, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            by_package.entry(file.lang).or_default().entry(&file.package).or_default().push(index);
        }
        Self { files, by_package }
    }

    /// Adds the other files of each file's package: helpers, constants and types live there. In Rust these are the
    /// modules around it, up to the root of the crate; in TypeScript there are none.
    #[must_use]
    pub(crate) fn with_packages(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = chosen.clone();
        let packages: BTreeSet<(Lang, &str)> =
            chosen.iter().map(|i| (self.files[*i].lang, self.files[*i].package.as_str())).collect();
        for (lang, package) in packages {
            all.extend(self.package(lang, package));
            if lang == Lang::Rust {
                let mut module = package;
                while let Some((above, _)) = module.rsplit_once("::") {
                    module = above;
                    all.extend(self.package(lang, module));
                }
            }
        }
        all
    }

    /// The files of what a module imports, offers on or names by its path. `aliases`: Go packages that are imported by
    /// another path than their own.
    #[must_use]
    pub(crate) fn imported(&self, module: &Module, text: &str, aliases: &BTreeMap<String, String>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        if module.lang == Lang::Go {
            found.extend(
                module
                    .imports
                    .iter()
                    .filter_map(|import| self.go_package(&import.path, aliases))
                    .flat_map(|(_, files)| files),
            );
            return found;
        }
        for path in module.imports.iter().map(|i| &*i.path).chain(offered(module).map(|(_, item)| item)) {
            found.extend(self.longest(module.lang, path));
        }
        if module.lang == Lang::Rust {
            found.extend(named_paths(&module.package, text).iter().flat_map(|path| self.longest(Lang::Rust, path)));
        }
        found
    }

    /// A package of Go by the path that somebody imports it by: what it calls itself, and its files.
    #[must_use]
    pub(crate) fn go_package<'n>(
        &'n self,
        path: &str,
        aliases: &BTreeMap<String, String>,
    ) -> Option<(&'n str, &'n [usize])> {
        let packages = self.by_package.get(&Lang::Go)?;
        let named =
            packages.get_key_value(path).or_else(|| packages.get_key_value(own_path(aliases, path)?.as_str()))?;
        Some((named.0, named.1))
    }

    /// How many files there are of a language.
    #[must_use]
    pub(crate) fn count(&self, lang: Lang) -> usize {
        self.by_package.get(&lang).into_iter().flat_map(BTreeMap::values).map(Vec::len).sum()
    }

    /// The files of a package.
    #[must_use]
    pub(crate) fn package(&self, lang: Lang, package: &str) -> &[usize] {
        self.by_package.get(&lang).and_then(|packages| packages.get(package)).map_or(&[], Vec::as_slice)
    }

    /// The files of the longest package that a name of an item, or of a package, begins with.
    fn longest(&self, lang: Lang, name: &str) -> &[usize] {
        let mut package = name;
        loop {
            let files = self.package(lang, package);
            let Some(shorter) = without_last(package).filter(|_| files.is_empty()) else { return files };
            package = shorter;
        }
    }
}

/// `a/b.c.D` → `a/b.c`, `app::jobs.Lock` → `app::jobs` → `app`.
fn without_last(name: &str) -> Option<&str> {
    let tail = name.rfind('/').map_or(0, |at| at + 1);
    let at = name[tail..].rfind('.').max(name[tail..].rfind("::"))?;
    Some(&name[..tail + at])
}

/// Names of a module's own for items, of other modules mostly, and the names of those.
pub(crate) fn offered(module: &Module) -> impl Iterator<Item = (&str, &str)> {
    module.globals.iter().filter(|global| global.constant).filter_map(|global| match &global.value.as_ref()?.kind {
        ValueKind::Global(item) => Some((&*global.name, &**item)),
        _ => None,
    })
}

/// What a package calls itself that is imported under another path.
fn own_path(aliases: &BTreeMap<String, String>, path: &str) -> Option<String> {
    aliases.iter().find_map(|(from, to)| {
        let rest = path.strip_prefix(from.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        Some(format!("{to}{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::Hit;
    use dogpile_source::FileId;

    fn files(packages: &[(Lang, &str)]) -> Vec<InputFile> {
        let file = |(lang, package): &(Lang, &str)| InputFile {
            path: String::new(),
            package: (*package).to_owned(),
            lang: *lang,
            text: None,
            disk: None,
            hit: Hit::Nothing,
            alone: false,
        };
        packages.iter().map(file).collect()
    }

    #[test]
    fn packages_by_language() {
        let files = files(&[
            (Lang::Go, "m/a"),
            (Lang::Go, "m/a"),
            (Lang::TypeScript, "m/a"),
            (Lang::Rust, "app"),
            (Lang::Rust, "app"),
            (Lang::Rust, "app::jobs"),
            (Lang::Rust, "app::jobs::lock"),
            (Lang::Rust, "app::jobs::other"),
        ]);
        let neighbours = Neighbours::new(&files);
        let with = |index: usize| neighbours.with_packages(&BTreeSet::from([index])).into_iter().collect::<Vec<_>>();
        assert_eq!(with(0), [0, 1]);
        assert_eq!(with(2), [2]);
        assert_eq!(with(6), [3, 4, 5, 6]);
        assert_eq!(with(3), [3, 4]);
    }

    #[test]
    fn imports_lead_to_the_longest_package() {
        let files = files(&[
            (Lang::TypeScript, "p/src/lock"),
            (Lang::TypeScript, "p/src/lock.service"),
            (Lang::Rust, "app"),
            (Lang::Rust, "app::keys"),
            (Lang::Rust, "other::up"),
        ]);
        let neighbours = Neighbours::new(&files);
        let imported = |module: &Module, text: &str| {
            neighbours.imported(module, text, &BTreeMap::new()).into_iter().collect::<Vec<_>>()
        };
        let text = "import { A } from 'p/src/lock.service'; import * as n from 'p/src/lock'; import x from 'redis';";
        let parsed = |text| dogpile_front_ts::parse(FileId(0), "p/src/m", "m.ts", text, &dogpile_front_ts::Unresolved);
        assert_eq!(imported(&parsed(text), text), [0, 1]);
        let text = "export { a as b } from 'p/src/lock';";
        assert_eq!(imported(&parsed(text), text), [0]);
        let text = "use other::up::Thing; fn f() { g(crate::keys::LOCK); }";
        assert_eq!(
            imported(&dogpile_front_rust::parse(FileId(0), "app::m", text), text),
            [2, 3, 4],
            "and the root, for what stands nowhere else"
        );
        let text = "use std::time::Duration;";
        assert!(imported(&dogpile_front_rust::parse(FileId(0), "lone", text), text).is_empty());
    }

    #[test]
    fn names_shorten_from_the_right() {
        assert_eq!(without_last("a.b/c.d"), Some("a.b/c"));
        assert_eq!(without_last("a.b/c"), None);
        assert_eq!(without_last("a::b.C"), Some("a::b"));
        assert_eq!(without_last("a::b"), Some("a"));
    }
}
