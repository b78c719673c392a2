//! Which packages speak to a client of their own accord or through packages that they import: weak words count there.

use crate::input::InputFile;
use crate::neighbours::Neighbours;
use dogpile_ir::Lang;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A client, the package that wraps it, the package that hands the wrapper out, and who uses that.
const LEVELS: usize = 3;

/// A language and a package of it.
type At<'s> = (Lang, &'s str);

/// What was found out of packages so far.
pub(crate) struct Speaks<'s> {
    files: &'s [InputFile],
    neighbours: &'s Neighbours<'s>,
    text: &'s (dyn Fn(usize) -> Option<Arc<str>> + Sync),
    names_client: &'s (dyn Fn(Lang, &str) -> bool + Sync),
    /// By package: whether its files name a client, and what they import.
    known: BTreeMap<At<'s>, (bool, BTreeSet<String>)>,
}

/// How far it is known for a file.
struct Way<'s> {
    file: usize,
    /// Files whose packages are next.
    next: BTreeSet<usize>,
    seen: BTreeSet<At<'s>>,
}

impl<'s> Speaks<'s> {
    /// Nothing is found out yet. `text` gives a file's, `names_client` looks at one.
    pub(crate) fn new(
        files: &'s [InputFile],
        neighbours: &'s Neighbours<'s>,
        text: &'s (dyn Fn(usize) -> Option<Arc<str>> + Sync),
        names_client: &'s (dyn Fn(Lang, &str) -> bool + Sync),
    ) -> Self {
        Self { files, neighbours, text, names_client, known: BTreeMap::new() }
    }

    /// The files whose packages do.
    pub(crate) fn among(mut self, files: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open: Vec<Way<'_>> =
            files.map(|file| Way { file, next: BTreeSet::from([file]), seen: BTreeSet::new() }).collect();
        for _ in 0..LEVELS {
            let next = open.iter().flat_map(|way| &way.next).map(|one| (self.package(*one), *one));
            let new: BTreeMap<At<'_>, usize> = next.filter(|(at, _)| !self.known.contains_key(at)).collect();
            let looked: Vec<_> = new
                .into_par_iter()
                .map(|(at, one)| (at, look(self.neighbours, self.files, one, self.text, self.names_client)))
                .collect();
            self.known.extend(looked);
            open.retain_mut(|way| {
                let speaks = self.goes_on(way);
                found.extend(speaks.then_some(way.file));
                !speaks
            });
        }
        found
    }

    fn package(&self, file: usize) -> At<'s> {
        (self.files[file].lang, self.files[file].package.as_str())
    }

    /// Goes one level further; whether a client is named there.
    fn goes_on(&self, way: &mut Way<'s>) -> bool {
        for one in std::mem::take(&mut way.next) {
            let at = self.package(one);
            let Some((names, imports)) = self.known.get(&at).filter(|_| way.seen.insert(at)) else { continue };
            if *names {
                return true;
            }
            // One file stands for its package.
            way.next.extend(imports.iter().filter_map(|package| self.neighbours.package(at.0, package).first()));
        }
        false
    }
}

fn look(
    neighbours: &Neighbours<'_>,
    files: &[InputFile],
    file: usize,
    text: &(dyn Fn(usize) -> Option<Arc<str>> + Sync),
    names_client: &(dyn Fn(Lang, &str) -> bool + Sync),
) -> (bool, BTreeSet<String>) {
    let mut imports = BTreeSet::new();
    for one in neighbours.with_packages(&BTreeSet::from([file])) {
        let Some(text) = text(one) else { continue };
        if names_client(files[one].lang, &text) {
            return (true, imports);
        }
        if files[one].lang == Lang::Go {
            imports.extend(go_imports(&text).map(str::to_owned));
        }
    }
    (false, imports)
}

/// What a Go file imports: imports stand before everything else.
fn go_imports(text: &str) -> impl Iterator<Item = &str> {
    let declares = |line: &&str| ["func ", "type ", "var ", "const "].iter().any(|word| line.starts_with(word));
    let head = text.lines().take_while(move |line| !declares(line));
    head.filter_map(|line| line.split('"').nth(1)).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::Hit;

    #[test]
    fn imports_lead_to_who_names_a_client() {
        let texts = [
            (
                "m/use",
                "package use\n\nimport (\n\t\"fmt\"\n\tr \"m/driver\"\n)\n\nfunc f() { r.Client().Eval(\"x\") }\n",
            ),
            ("m/driver", "package driver\n\nimport \"m/dal\"\n"),
            ("m/dal", "package dal\n\nimport \"the/client\"\n"),
            ("m/other", "package other\n\nimport \"m/use\"\n\nvar x = \"m/dal\"\n"),
        ];
        let file = |package: &str| InputFile {
            path: String::new(),
            package: package.to_owned(),
            lang: Lang::Go,
            text: None,
            disk: None,
            hit: Hit::Weak,
            alone: false,
        };
        let files: Vec<InputFile> = texts.iter().map(|(package, _)| file(package)).collect();
        let neighbours = Neighbours::new(&files);
        let text = |i: usize| Some(Arc::from(texts[i].1));
        let names = |_: Lang, text: &str| text.contains("the/client");
        let speaks = Speaks::new(&files, &neighbours, &text, &names);
        let mut found = speaks.among(0..files.len());
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2], "the last is three packages away");
    }
}
