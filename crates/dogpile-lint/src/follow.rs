//! What a file must mention to hold a caller of a function that matters.
//!
//! The analysis tells names, and quoted packages where a function's name is everybody's. Go imports a package by the very
//! path in quotes; TypeScript by a specifier that leads there, Rust by the module's name.

use crate::input::{InputFile, LANGUAGES};
use crate::offers::Offers;
use crate::packages::Packages;
use crate::prefilter::{Hit, Prefilter, Triggers};
use crate::word::Word;
use dogpile_front_ts::Resolve as _;
use dogpile_ir::{Lang, Module};
use dogpile_models::Words;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is searched for, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sought {
    alone: BTreeMap<Lang, BTreeSet<String>>,
    packages: BTreeMap<Lang, BTreeSet<String>>,
    items: BTreeMap<Lang, BTreeSet<String>>,
    crates: BTreeSet<String>,
    /// Modules of TypeScript, and those that offer on what they have.
    modules: [Paths<BTreeSet<String>>; 2],
    /// Words that count in their own package alone.
    within: BTreeMap<String, BTreeSet<Word>>,
}

/// Modules that specifiers lead to, and what those end with: many end so that lead elsewhere (`'./index'`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Paths<S> {
    ends: S,
    modules: BTreeSet<String>,
}

/// A search for what callers mention.
#[derive(Debug)]
pub(crate) struct Mentions {
    /// Words that are enough.
    alone: Triggers,
    /// Words that tell a package which many import for other things: it takes one of `items` besides.
    packages: Triggers,
    items: Triggers,
    /// Roots of crates: their own files name them without their name.
    crates: BTreeSet<String>,
    /// Of TypeScript: any specifier that leads to the first is enough, to the second it takes one of `items` besides.
    modules: [Paths<Prefilter>; 2],
    within: BTreeMap<String, BTreeSet<Word>>,
}

impl Sought {
    /// Whether a file is worth reading for it.
    #[must_use]
    pub(crate) fn concerns(&self, file: &InputFile) -> bool {
        let of =
            |words: &BTreeMap<Lang, BTreeSet<String>>| words.get(&file.lang).is_some_and(|words| !words.is_empty());
        of(&self.alone)
            || of(&self.items)
            || (file.lang == Lang::TypeScript && !self.modules[0].modules.is_empty())
            || (file.lang == Lang::Go && self.within.contains_key(&file.package))
    }

    /// The words of these names, as the analysis tells them; `modules` are those parsed so far.
    #[must_use]
    pub(crate) fn new(names: &[String], modules: &[Arc<Module>], packages: &Packages) -> Self {
        let offers = LANGUAGES.map(|lang| (lang, Offers::of(lang, modules)));
        let [mut alone, mut of_packages, mut items]: [BTreeMap<Lang, BTreeSet<String>>; 3] = Default::default();
        let mut crates = BTreeSet::new();
        let [mut own, mut others]: [Paths<BTreeSet<String>>; 2] = Default::default();
        let mut within: BTreeMap<String, BTreeSet<Word>> = BTreeMap::new();
        for name in names {
            if let Some((package, word)) = name.strip_prefix('"').and_then(|n| n.split_once("\" ")) {
                within.entry(package.to_owned()).or_default().insert(Word::new(word));
                continue;
            }
            let quoted = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
            match quoted
                .and_then(|package| Some((package, offers.iter().rev().find(|(_, offers)| offers.has(package))?)))
            {
                Some((package, (lang @ (Lang::TypeScript | Lang::Rust), offers))) => {
                    let lang = *lang;
                    let offering = offers.offering(package);
                    items.entry(lang).or_default().extend(offers.named_by(package, &offering));
                    if lang == Lang::TypeScript {
                        // A default export goes by any name.
                        own.add(package, packages);
                        offering
                            .iter()
                            .filter(|other| **other != package)
                            .for_each(|other| others.add(other, packages));
                        continue;
                    }
                    for package in offering {
                        let last = package.rsplit("::").next().unwrap_or(package);
                        of_packages.entry(lang).or_default().extend([format!("{last}::"), format!("::{last}")]);
                        if !package.contains("::") {
                            crates.insert(package.to_owned());
                        }
                    }
                }
                Some((_, (Lang::Go, _))) => {
                    alone.entry(Lang::Go).or_default().insert(name.clone());
                }
                None => {
                    for lang in LANGUAGES {
                        alone.entry(lang).or_default().insert(name.clone());
                    }
                }
            }
        }
        Self { alone, packages: of_packages, items, crates, modules: [own, others], within }
    }
}

impl Paths<BTreeSet<String>> {
    fn add(&mut self, module: &str, packages: &Packages) {
        self.ends.extend(specifiers(module, packages));
        self.modules.insert(module.to_owned());
    }

    fn search(&self) -> Paths<Prefilter> {
        let ends: Vec<String> = self.ends.iter().cloned().collect();
        Paths { ends: Prefilter::new(&ends, &[]), modules: self.modules.clone() }
    }
}

impl Paths<Prefilter> {
    /// Whether a specifier of a file leads to one of them.
    fn are_named(&self, file: &InputFile, text: &str, packages: &Packages) -> bool {
        let specifiers = packages.specifiers(file.place());
        self.ends.places(text.as_bytes()).filter_map(|at| quoted_around(text, at)).any(|written| {
            match specifiers.resolve(written) {
                Some(module) => self.modules.contains(&module),
                None => self.modules.contains(written),
            }
        })
    }
}

impl Mentions {
    /// A search for these words.
    #[must_use]
    pub(crate) fn new(words: &Sought) -> Self {
        let search = |all: &BTreeMap<Lang, BTreeSet<String>>| {
            let words = |set: &BTreeSet<String>| Words { alone: set.iter().cloned().collect(), ..Words::default() };
            Triggers::new(all.iter().map(|(lang, set)| (*lang, words(set))))
        };
        let crates = words.crates.clone();
        let within = words.within.clone();
        let modules = words.modules.each_ref().map(Paths::search);
        Self {
            alone: search(&words.alone),
            packages: search(&words.packages),
            items: search(&words.items),
            crates,
            modules,
            within,
        }
    }

    /// Whether a file mentions any of them.
    #[must_use]
    pub(crate) fn stand_in(&self, file: &InputFile, text: &str, packages: &Packages) -> bool {
        let bytes = text.as_bytes();
        let hits = |search: &Triggers| search.hit(file.lang, bytes) == Hit::Alone;
        let inside = self.within.get(&file.package).filter(|_| file.lang == Lang::Go);
        if hits(&self.alone) || inside.is_some_and(|words| words.iter().any(|word| word.stands_in(text))) {
            return true;
        }
        if file.lang == Lang::TypeScript {
            let [own, others] = &self.modules;
            return own.are_named(file, text, packages)
                || (hits(&self.items) && others.are_named(file, text, packages));
        }
        let krate = || file.package.split("::").next().unwrap_or("");
        let from_root = || {
            file.lang == Lang::Rust
                && self.crates.contains(krate())
                && (text.contains("crate::") || text.contains("super::"))
        };
        hits(&self.items) && (hits(&self.packages) || from_root())
    }
}

/// What stands in quotes around a place, or from the quote that stands there.
fn quoted_around(text: &str, at: usize) -> Option<&str> {
    let is_quote = |c: char| matches!(c, '\'' | '"' | '`');
    let start = if text[at..].starts_with(is_quote) { at } else { text[..at].rfind(|c| is_quote(c) || c == '\n')? };
    let quote = text[start..].chars().next().filter(|c| is_quote(*c))?;
    let inside = &text[start + 1..];
    inside.find([quote, '\n']).filter(|end| start + 1 + end >= at).map(|end| &inside[..end])
}

/// The ends of specifiers that lead to a file.
fn specifiers(package: &str, packages: &Packages) -> Vec<String> {
    let mut ends: Vec<String> = Vec::new();
    let mut add = |stem: &str| {
        ends.extend(["'", "\"", "`", ".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx"].map(|end| format!("{stem}{end}")))
    };
    let (folder, last) = package.rsplit_once('/').unwrap_or(("", package));
    add(&format!("/{last}"));
    if last == "index" {
        for folder in [folder.rsplit('/').next().unwrap_or(""), ".", ".."] {
            ends.extend(["'", "\"", "`", "/'", "/\""].map(|end| format!("/{folder}{end}")));
        }
        ends.extend(["'.'", "\".\"", "'..'", "\"..\"", "'./'", "\"./\"", "'../'", "\"../\""].map(str::to_owned));
    }
    for name in packages.import_names(package) {
        ends.extend(["'", "\"", "`"].map(|quote| format!("{quote}{name}{quote}")));
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::Located;
    use dogpile_source::FileId;
    use std::path::Path;

    fn search(names: &[String], modules: impl IntoIterator<Item = Module>, packages: &Packages) -> Mentions {
        let modules: Vec<Arc<Module>> = modules.into_iter().map(Arc::new).collect();
        Mentions::new(&Sought::new(names, &modules, packages))
    }

    fn file(lang: Lang, package: &str) -> InputFile {
        InputFile {
            path: String::new(),
            package: package.to_owned(),
            lang,
            text: None,
            disk: None,
            hit: Hit::Nothing,
            alone: false,
        }
    }

    #[test]
    fn go_imports_by_path_and_names_count_everywhere() {
        let module = dogpile_front_go::parse(FileId(0), "example.com/lock", "package lock\n");
        let mentions =
            search(&["\"example.com/lock\"".to_owned(), "takeJobLock".to_owned()], [module], &Packages::default());
        assert!(mentions.stand_in(&file(Lang::Go, "m"), "import \"example.com/lock\"", &Packages::default()));
        assert!(!mentions.stand_in(&file(Lang::Go, "m"), "import \"example.com/lock/v2\"", &Packages::default()));
        assert!(!mentions.stand_in(&file(Lang::Rust, "m"), "\"example.com/lock\"", &Packages::default()));
        assert!(mentions.stand_in(&file(Lang::TypeScript, "m"), "takeJobLock()", &Packages::default()));
    }

    #[test]
    fn typescript_imports_what_specifiers_lead_to() {
        let parse =
            |package, text| dogpile_front_ts::parse(FileId(0), package, "m.ts", text, &dogpile_front_ts::Unresolved);
        let manifest = |path: &Path| (path == Path::new("/r/package.json")).then(|| "{\"name\": \"@a/c\"}".to_owned());
        let of = |path: &'static str| Located {
            path: Path::new(path),
            shown: path.trim_start_matches("/r/"),
            lang: Lang::TypeScript,
        };
        let all =
            ["/r/src/index.ts", "/r/src/lock.ts", "/r/src/job.ts", "/r/src/x/lock.ts", "/r/src/x/index.ts"].map(of);
        let packages = Packages::discover(&all, &manifest, &|_| false);
        let [index, lock] = [all[0], all[1]].map(|at| packages.of(at, ""));
        let modules = [parse(&lock, "export function take() {}"), parse(&index, &format!("export * from '{lock}';"))];
        let mentions = search(&[format!("\"{lock}\"")], modules, &packages);
        let caller = InputFile { disk: Some("/r/src/job.ts".into()), ..file(Lang::TypeScript, "m") };
        for text in [
            "from './lock'",
            "from \"./lock.ts\"",
            "from '../src/lock.js'",
            "{ take } = require('@a/c')",
            "{take} from '.'",
            "take } from '../src'",
            "it's // 'quoted\nimport { take } from './x/index'; import('./lock')",
        ] {
            assert!(mentions.stand_in(&caller, text, &packages), "{text}");
        }
        for text in [
            "take } from './locks'",
            "take } from 'lock'",
            "take } from '@a/cc'",
            "take } from './src/x'",
            "take } from './x'",
            "take } from './x/lock'",
            "take } from './",
            "{ other } from '@a/c'",
        ] {
            assert!(!mentions.stand_in(&caller, text, &packages), "{text}");
        }
    }

    #[test]
    fn rust_names_the_module_the_one_that_offers_it_or_the_crate() {
        let parse = |package, text| dogpile_front_rust::parse(FileId(0), package, text);
        let modules = [
            parse("app::jobs::lock", "pub struct Lock; pub fn take() {}"),
            parse("app::jobs", "pub use lock::Lock; mod lock;"),
        ];
        let mentions = search(&["\"app::jobs::lock\"".to_owned()], modules, &Packages::default());
        assert!(mentions.stand_in(&file(Lang::Rust, "app::x"), "use crate::jobs::{Lock, a};", &Packages::default()));
        assert!(
            mentions.stand_in(&file(Lang::Rust, "b"), "lock::take()", &Packages::default())
                && !mentions.stand_in(&file(Lang::Rust, "app::x"), "crate::a::x()", &Packages::default())
        );
        assert!(!mentions.stand_in(&file(Lang::Rust, "app::x"), "use crate::jobs::{a, b};", &Packages::default()));
        let root = [parse("app", "pub struct Lock;")];
        let mentions = search(&["\"app\"".to_owned()], root, &Packages::default());
        assert!(mentions.stand_in(&file(Lang::Rust, "app::x"), "use crate::Lock;", &Packages::default()));
        assert!(!mentions.stand_in(&file(Lang::Rust, "app::x"), "use crate::Other;", &Packages::default()));
        assert!(
            !mentions.stand_in(&file(Lang::Rust, "b::x"), "use crate::Lock;", &Packages::default())
                && mentions.stand_in(&file(Lang::Rust, "b::x"), "app::Lock", &Packages::default())
        );
    }
}
