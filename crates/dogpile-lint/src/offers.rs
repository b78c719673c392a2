//! Which modules offer on, under their own names, what other modules have.

use crate::neighbours::offered;
use dogpile_ir::{Lang, Module};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Modules that offer on what another one offers on: so often.
const LEVELS: usize = 4;

/// The modules of a language.
#[derive(Debug)]
pub(crate) struct Offers<'m> {
    by_package: HashMap<&'m str, Vec<&'m Module>>,
    /// An item, or a package of which everything is offered on → packages that do.
    passed_on: BTreeMap<&'m str, Vec<&'m str>>,
}

impl<'m> Offers<'m> {
    #[must_use]
    pub(crate) fn of(lang: Lang, modules: &'m [Arc<Module>]) -> Self {
        let mut offers = Self { by_package: HashMap::new(), passed_on: BTreeMap::new() };
        for module in modules.iter().filter(|m| m.lang == lang) {
            offers.by_package.entry(&module.package).or_default().push(module);
            let whole = module.imports.iter().filter(|i| &*i.name == "*").map(|i| &*i.path);
            for passed in whole.chain(offered(module).map(|(_, item)| item)) {
                offers.passed_on.entry(passed).or_default().push(&module.package);
            }
        }
        offers
    }

    /// Whether there is such a package.
    pub(crate) fn has(&self, package: &str) -> bool {
        self.by_package.contains_key(package)
    }

    /// A package, and those that offer on what it has.
    pub(crate) fn offering(&self, package: &'m str) -> BTreeSet<&'m str> {
        let mut all = BTreeSet::from([package]);
        let mut last = all.clone();
        for _ in 0..LEVELS {
            let next: BTreeSet<&str> =
                last.iter().flat_map(|package| self.passing_on(package)).filter(|p| !all.contains(p)).collect();
            all.extend(&next);
            last = next;
        }
        all
    }

    /// Packages that offer on a package, or something in it.
    fn passing_on<'s>(&'s self, package: &'s str) -> impl Iterator<Item = &'m str> + 's {
        let from = self.passed_on.range(package..).take_while(move |(name, _)| name.starts_with(package));
        let of_it = move |name: &str| name[package.len()..].is_empty() || name[package.len()..].starts_with(['.', ':']);
        from.filter(move |(name, _)| of_it(name)).flat_map(|(_, packages)| packages.iter().copied())
    }

    /// The names of what a package declares, and those under which others (`offering`) offer that on.
    pub(crate) fn named_by(&self, package: &str, offering: &BTreeSet<&str>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for module in offering.iter().filter_map(|package| self.by_package.get(package)).flatten() {
            let mut all: Vec<&str> = Vec::new();
            if *module.package == *package {
                all.extend(module.functions.iter().map(|f| &*f.name));
                all.extend(module.types.iter().map(|t| &*t.name));
                all.extend(module.globals.iter().map(|g| &*g.name));
            } else {
                all.extend(offered(module).filter(|(_, item)| is_of(offering, item)).map(|(name, _)| name));
            }
            for name in all {
                // Of a method, and of an item of a module within, the first part is named.
                let rest = name.strip_prefix(&*module.package).map_or("", |rest| rest.trim_start_matches(['.', ':']));
                let first = rest.split(['.', ':', '#']).next();
                names.extend(first.filter(|first| !first.is_empty() && *first != "init").map(str::to_owned));
            }
        }
        names
    }
}

/// Whether a name is that of one of these packages, or of something in it.
fn is_of(packages: &BTreeSet<&str>, name: &str) -> bool {
    name.match_indices(['.', ':']).map(|(at, _)| at).chain([name.len()]).any(|end| packages.contains(&name[..end]))
}
