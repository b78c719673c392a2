//! TypeScript and JavaScript: every file is a package, named after the nearest `package.json`; specifiers lead to files.

use super::manifest::Manifest;
use super::tsconfig::Aliases;
use super::{Located, Read, canonical, joined, slashed, with_ancestors};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Endings of files, in the order in which a name without one is looked for.
const ENDINGS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];
/// What a written ending may stand for: the file that it is compiled from comes first.
const COMPILED: &[(&str, &[&str])] = &[("js", &["ts", "tsx"]), ("jsx", &["tsx"]), ("mjs", &["mts"]), ("cjs", &["cts"])];

/// The files of a tree that are TypeScript or JavaScript, and what names they go by.
#[derive(Debug, Default)]
pub(crate) struct Project {
    /// File → its canonical path.
    files: HashMap<PathBuf, String>,
    /// Folder → its `package.json`.
    manifests: HashMap<PathBuf, Manifest>,
    /// Name → folder, where only one folder has the name.
    by_name: BTreeMap<String, PathBuf>,
    /// Folder → its `tsconfig.json`.
    configs: BTreeMap<PathBuf, Aliases>,
    /// Package → names by which it is imported, besides paths; made when somebody asks.
    import_names: OnceLock<BTreeMap<String, BTreeSet<String>>>,
}

impl Project {
    /// Finds out about files. A copy of a package that `is_client`, beside
    /// other code, goes by its path: who imports the name means the client, whose code says less than is known of it.
    pub(crate) fn discover<'p>(
        files: impl Iterator<Item = Located<'p>> + Clone,
        read: Read<'_>,
        is_client: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut project = Self::default();
        for folder in with_ancestors(files.clone().filter_map(|f| f.path.parent())) {
            if let Some(manifest) = read(&folder.join("package.json")).and_then(|text| Manifest::parse(&text)) {
                project.manifests.insert(folder.clone(), manifest);
            }
            if let Some(aliases) = Aliases::of(&folder, read) {
                project.configs.insert(folder, aliases);
            }
        }
        let mut folders: BTreeMap<&str, Vec<&PathBuf>> = BTreeMap::new();
        for (folder, manifest) in &project.manifests {
            let is_copy = |name: &str| {
                manifest.is_published && is_client(name) && files.clone().any(|f| !f.path.starts_with(folder))
            };
            let name = manifest.name.as_deref().filter(|name| !is_copy(name));
            folders.entry(name.unwrap_or("")).or_default().push(folder);
        }
        project.by_name = folders
            .into_iter()
            .filter(|(name, folders)| !name.is_empty() && folders.len() == 1)
            .map(|(name, folders)| (name.to_owned(), folders[0].clone()))
            .collect();
        // A file beside another one of the same name (compiled, mostly) keeps its ending.
        let mut all: Vec<Located<'p>> = files.collect();
        let rank = |path: &Path| ENDINGS.iter().position(|e| path.extension().is_some_and(|x| x == *e));
        all.sort_by_cached_key(|f| (f.path.with_extension(""), rank(f.path)));
        let mut taken = HashSet::new();
        let mut names: HashMap<PathBuf, String> = HashMap::with_capacity(all.len());
        // Files of a folder stand together.
        for beside in all.chunk_by(|a, b| a.folder() == b.folder()) {
            let home = project.home(beside[0].folder());
            for file in beside {
                let name = project.name(*file, home);
                let name = if taken.contains(&name) { format!("{name}.{}", ending(file.path)) } else { name };
                taken.insert(name.clone());
                names.insert(file.path.to_owned(), name);
            }
        }
        project.files = names;
        project
    }

    /// Configurations that extend more than is followed.
    pub(crate) fn cut(&self) -> impl Iterator<Item = PathBuf> {
        self.configs.iter().filter(|(_, aliases)| aliases.cut).map(|(folder, _)| folder.join("tsconfig.json"))
    }

    /// The canonical path of a file's package.
    pub(crate) fn package(&self, file: Located<'_>) -> String {
        self.files.get(file.path).cloned().unwrap_or_else(|| self.name(file, self.home(file.folder())))
    }

    /// The nearest folder whose `package.json` has a name, and that name.
    fn home<'s>(&'s self, folder: &'s Path) -> Option<(&'s Path, &'s str)> {
        folder.ancestors().find_map(|above| Some((above, self.manifests.get(above)?.name.as_deref()?)))
    }

    /// `@acme/cache/src/lock`: the name of the package that the file's folder is at home in, and the path in it; without a
    /// name, the path it is reported under.
    fn name(&self, file: Located<'_>, home: Option<(&Path, &str)>) -> String {
        let stem =
            |path: &str| path.strip_suffix(ending(file.path)).map_or(path, |p| p.trim_end_matches('.')).to_owned();
        match home {
            Some((folder, name)) if self.by_name.contains_key(name) => {
                let rest = slashed(file.path.strip_prefix(folder).unwrap_or(file.path));
                format!("{name}/{}", canonical(&stem(&rest)))
            }
            _ => canonical(&stem(file.shown)),
        }
    }

    /// The nearest folder with a `package.json`.
    pub(crate) fn root<'p>(&self, folder: &'p Path) -> Option<&'p Path> {
        folder.ancestors().find(|above| self.manifests.contains_key(*above))
    }

    pub(crate) fn specifiers<'p>(&'p self, path: &'p Path) -> Specifiers<'p> {
        Specifiers { project: self, folder: path.parent().unwrap_or(Path::new("")) }
    }

    /// Names, besides paths, by which a package is imported.
    pub(crate) fn import_names(&self, package: &str) -> impl Iterator<Item = &str> {
        let names = self.import_names.get_or_init(|| self.all_import_names());
        names.get(package).into_iter().flatten().map(String::as_str)
    }

    fn all_import_names(&self) -> BTreeMap<String, BTreeSet<String>> {
        let entries = self.by_name.iter().filter_map(|(name, folder)| Some((self.offered(folder, "")?, name.as_str())));
        let aliases = self.configs.values().flat_map(|config| {
            config.exact().flat_map(|name| {
                let candidates = config.candidates(name);
                let found: Vec<&str> = candidates.iter().filter_map(|path| self.at(path)).collect();
                found.into_iter().map(move |package| (package, name))
            })
        });
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (package, name) in entries.chain(aliases) {
            names.entry(package.to_owned()).or_default().insert(name.to_owned());
        }
        names
    }

    /// The file that a path stands for: with or without ending, or a folder.
    fn at(&self, path: &Path) -> Option<&str> {
        self.file(path).or_else(|| self.folder(path))
    }

    fn file(&self, path: &Path) -> Option<&str> {
        let get = |path: &Path| self.files.get(path).map(String::as_str);
        let written = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        let sources = COMPILED.iter().find(|(ending, _)| *ending == written).map_or(&[][..], |(_, sources)| sources);
        let source = sources.iter().find_map(|ending| get(&path.with_extension(ending)));
        let longer = |ending: &&str| {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(ending);
            get(Path::new(&name))
        };
        source.or_else(|| get(path)).or_else(|| ENDINGS.iter().find_map(longer))
    }

    fn folder(&self, path: &Path) -> Option<&str> {
        if self.manifests.contains_key(path) { self.offered(path, "") } else { self.file(&path.join("index")) }
    }

    /// What the package in a folder offers under a subpath.
    fn offered(&self, folder: &Path, subpath: &str) -> Option<&str> {
        let files = self.manifests.get(folder)?.offered(subpath);
        files
            .iter()
            .map(|file| joined(folder, file))
            .find_map(|path| self.file(&path).or_else(|| self.file(&path.join("index"))))
    }
}

/// What specifiers mean in one file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Specifiers<'p> {
    project: &'p Project,
    folder: &'p Path,
}

impl Specifiers<'_> {
    /// The canonical path of the file that a specifier leads to; `None`: to none of those that are linted.
    pub(crate) fn target(&self, specifier: &str) -> Option<&str> {
        // Bundlers take orders behind a question mark.
        let specifier = specifier.split('?').next().unwrap_or(specifier);
        if specifier.is_empty() || specifier.starts_with('/') || specifier.contains(':') {
            return None;
        }
        if matches!(specifier.split('/').next(), Some("." | "..")) {
            return self.project.at(&joined(self.folder, specifier));
        }
        if specifier.starts_with('#')
            && let Some(found) = self.imported(specifier)
        {
            return Some(found);
        }
        self.mapped(specifier).or_else(|| self.packaged(specifier))
    }

    /// By `imports` of the nearest `package.json`.
    fn imported(&self, specifier: &str) -> Option<&str> {
        let root = self.project.root(self.folder)?;
        let files = self.project.manifests.get(root)?.imported(specifier);
        files.iter().find_map(|file| self.project.at(&joined(root, file)))
    }

    /// By the nearest `tsconfig.json`.
    fn mapped(&self, specifier: &str) -> Option<&str> {
        let config = self.folder.ancestors().find_map(|above| self.project.configs.get(above))?;
        config.candidates(specifier).iter().find_map(|path| self.project.at(path))
    }

    /// By the name of a package of the tree.
    fn packaged(&self, specifier: &str) -> Option<&str> {
        let scope = if specifier.starts_with('@') { specifier.find('/')? + 1 } else { 0 };
        let end = specifier[scope..].find('/').map_or(specifier.len(), |at| scope + at);
        let folder = self.project.by_name.get(&specifier[..end])?;
        self.project.offered(folder, specifier[end..].trim_matches('/'))
    }
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dogpile_ir::Lang;

    fn project(files: &[(&str, &str)]) -> Project {
        let read = |path: &Path| files.iter().find(|f| Path::new(f.0) == path).map(|f| f.1.to_owned());
        let code =
            files.iter().filter(|(path, _)| ENDINGS.contains(&ending(Path::new(path))) && !path.ends_with(".d.ts"));
        let located = code.map(|(path, _)| Located {
            path: Path::new(path),
            shown: path.trim_start_matches("/r/"),
            lang: Lang::TypeScript,
        });
        Project::discover(located.collect::<Vec<_>>().into_iter(), &read, &|name| name == "the-client")
    }

    /// (file, specifier, what it leads to).
    fn check(files: &[(&str, &str)], table: &[(&str, &str, Option<&str>)]) {
        let project = project(files);
        for (file, specifier, wanted) in table {
            assert_eq!(project.specifiers(Path::new(file)).target(specifier), *wanted, "{specifier} in {file}");
        }
    }

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let mut names: Vec<String> = project(files).files.into_values().collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_named_after_their_package() {
        let named = names(&[
            ("/r/package.json", r#"{"name": "root"}"#),
            ("/r/packages/cache/package.json", r#"{"name": "@acme/cache"}"#),
            ("/r/packages/cache/src/package.json", r#"{"type": "module"}"#),
            ("/r/packages/cache/src/index.ts", ""),
            ("/r/packages/cache/src/lock.service.ts", ""),
            ("/r/app/[id]/page.tsx", ""),
            ("/r/app/a.js", ""),
            ("/r/app/a.ts", ""),
        ]);
        assert_eq!(
            named,
            [
                "@acme/cache/src/index",
                "@acme/cache/src/lock.service",
                "root/app/_id_/page",
                "root/app/a",
                "root/app/a.js"
            ]
        );
    }

    #[test]
    fn a_copy_of_a_client_goes_by_its_path() {
        let client = |more: &str| format!(r#"{{"name": "the-client"{more}}}"#);
        let of = |manifest: &str| {
            names(&[
                ("/r/package.json", r#"{"name": "root"}"#),
                ("/r/src/a.ts", ""),
                ("/r/forks/c/package.json", manifest),
                ("/r/forks/c/index.ts", ""),
            ])
        };
        assert_eq!(of(&client(r#", "version": "1.0.0""#)), ["forks/c/index", "root/src/a"]);
        let private = [client(r#", "version": "1.0.0", "private": true"#), client("")];
        private.iter().for_each(|own| assert_eq!(of(own), ["root/src/a", "the-client/index"], "{own}"));
        let itself = names(&[
            ("/r/package.json", &client(r#", "version": "1.0.0""#)),
            ("/r/index.ts", ""),
            ("/r/examples/a.ts", ""),
        ]);
        assert_eq!(itself, ["the-client/examples/a", "the-client/index"]);
    }

    #[test]
    fn without_a_name_or_with_one_that_many_have_the_path_is_the_name() {
        let same = r#"{"name": "example"}"#;
        let named = names(&[
            ("/r/a/package.json", same),
            ("/r/b/package.json", same),
            ("/r/a/x.ts", ""),
            ("/r/b/x.ts", ""),
            ("/r/y.mjs", ""),
        ]);
        assert_eq!(named, ["a/x", "b/x", "y"]);
    }

    #[test]
    fn relative_specifiers() {
        let files = [
            ("/r/src/a.ts", ""),
            ("/r/src/b.tsx", ""),
            ("/r/src/c.js", ""),
            ("/r/src/m.mts", ""),
            ("/r/src/lock.service.ts", ""),
            ("/r/src/dir/index.ts", ""),
            ("/r/src/types.d.ts", ""),
        ];
        check(
            &files,
            &[
                ("/r/src/a.ts", "./b", Some("src/b")),
                ("/r/src/a.ts", "./b.js", Some("src/b")),
                ("/r/src/a.ts", "./b.jsx", Some("src/b")),
                ("/r/src/a.ts", "./m.mjs", Some("src/m")),
                ("/r/src/a.ts", "./c", Some("src/c")),
                ("/r/src/a.ts", "./c.js", Some("src/c")),
                ("/r/src/a.ts", "./b.tsx", Some("src/b")),
                ("/r/src/a.ts", "./lock.service", Some("src/lock.service")),
                ("/r/src/a.ts", "./lock.service.js", Some("src/lock.service")),
                ("/r/src/a.ts", "./dir", Some("src/dir/index")),
                ("/r/src/a.ts", "./dir/", Some("src/dir/index")),
                ("/r/src/a.ts", "./dir/index.js", Some("src/dir/index")),
                ("/r/src/dir/index.ts", "..", None),
                ("/r/src/dir/index.ts", "../a", Some("src/a")),
                ("/r/src/dir/index.ts", ".", Some("src/dir/index")),
                ("/r/src/a.ts", "./a?worker", Some("src/a")),
                ("/r/src/a.ts", "./types", None),
                ("/r/src/a.ts", "./gone", None),
                ("/r/src/a.ts", "../../../../gone", None),
                ("/r/src/a.ts", "", None),
                ("/r/src/a.ts", "node:fs", None),
                ("/r/src/a.ts", "/src/a", None),
                ("/r/src/a.ts", "redis", None),
            ],
        );
    }

    #[test]
    fn aliases_and_packages_of_the_tree() {
        let files = [
            (
                "/r/package.json",
                r##"{"name": "root", "workspaces": ["packages/*"], "imports": {"#app/*": "./apps/web/src/*"}}"##,
            ),
            (
                "/r/apps/web/tsconfig.json",
                "{ \"compilerOptions\": { // ours\n \"baseUrl\": \"./src\", \"paths\": { \"@/*\": [\"./*\"], \"cfg\": [\"config.ts\"], }, }, }",
            ),
            ("/r/apps/web/src/main.ts", ""),
            ("/r/apps/web/src/config.ts", ""),
            (
                "/r/packages/cache/package.json",
                r#"{"name": "@acme/cache", "main": "./dist/index.js", "exports": {".": "./dist/index.js", "./locks": "./dist/sub/locks.js"}}"#,
            ),
            ("/r/packages/cache/src/index.ts", ""),
            ("/r/packages/cache/src/lock.ts", ""),
            ("/r/packages/cache/src/sub/locks.ts", ""),
            ("/r/packages/plain/package.json", r#"{"name": "plain", "main": "lib/entry.js"}"#),
            ("/r/packages/plain/lib/entry.js", ""),
            ("/r/packages/bare/package.json", r#"{"name": "bare"}"#),
            ("/r/packages/bare/index.ts", ""),
            ("/r/packages/typed/package.json", r#"{"name": "typed", "types": "types/index.d.ts"}"#),
            ("/r/packages/typed/x.ts", ""),
        ];
        let main = "/r/apps/web/src/main.ts";
        let lock = "/r/packages/cache/src/lock.ts";
        check(
            &files,
            &[
                (main, "@/config", Some("root/apps/web/src/config")),
                (main, "cfg", Some("root/apps/web/src/config")),
                (main, "config", Some("root/apps/web/src/config")),
                (lock, "config", None),
                (main, "@acme/cache", Some("@acme/cache/src/index")),
                (main, "@acme/cache/locks", Some("@acme/cache/src/sub/locks")),
                (main, "@acme/cache/src/lock", Some("@acme/cache/src/lock")),
                (main, "@acme/cache/dist/lock.js", Some("@acme/cache/src/lock")),
                (main, "@acme/cache/lock", Some("@acme/cache/src/lock")),
                (main, "@acme", None),
                (main, "@acme/other", None),
                (main, "plain", Some("plain/lib/entry")),
                (main, "bare", Some("bare/index")),
                (main, "typed", None),
                (lock, "../../plain", Some("plain/lib/entry")),
                ("/r/apps/web/src/config.ts", "#app/main", Some("root/apps/web/src/main")),
                ("/r/apps/web/src/config.ts", "#other", None),
            ],
        );
        let project = project(&files);
        assert_eq!(project.import_names("@acme/cache/src/index").collect::<Vec<_>>(), ["@acme/cache"]);
        assert_eq!(project.import_names("root/apps/web/src/config").collect::<Vec<_>>(), ["cfg"]);
        assert_eq!(project.import_names("@acme/cache/src/lock").count(), 0);
    }
}
