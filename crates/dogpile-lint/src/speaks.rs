//! Which packages speak to a client of their own accord or through packages that they import: weak words count there.

use crate::input::InputFile;
use crate::neighbours::Neighbours;
use dogpile_ir::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A client, the package that wraps it, the package that hands the wrapper out, and who uses that.
const LEVELS: usize = 3;

/// What was found out of packages so far.
pub(crate) struct Speaks<'s> {
    files: &'s [InputFile],
    neighbours: &'s Neighbours<'s>,
    text: &'s dyn Fn(usize) -> Option<Arc<str>>,
    names_client: &'s dyn Fn(Lang, &str) -> bool,
    /// By package: whether its files name a client, and what they import.
    known: BTreeMap<(Lang, &'s str), (bool, BTreeSet<String>)>,
}

impl<'s> Speaks<'s> {
    /// Nothing is found out yet. `text` gives a file's, `names_client` looks at one.
    pub(crate) fn new(
        files: &'s [InputFile],
        neighbours: &'s Neighbours<'s>,
        text: &'s dyn Fn(usize) -> Option<Arc<str>>,
        names_client: &'s dyn Fn(Lang, &str) -> bool,
    ) -> Self {
        Self { files, neighbours, text, names_client, known: BTreeMap::new() }
    }

    /// Whether the package of a file does.
    pub(crate) fn around(&mut self, file: usize) -> bool {
        let mut level = BTreeSet::from([file]);
        let mut seen = BTreeSet::new();
        for _ in 0..LEVELS {
            let mut next = BTreeSet::new();
            for one in level {
                let at = (self.files[one].lang, self.files[one].package.as_str());
                if !seen.insert(at) {
                    continue;
                }
                let (names, imports) = self.known.entry(at).or_insert_with(|| look(self.neighbours, self.files, one, self.text, self.names_client));
                if *names {
                    return true;
                }
                // One file stands for its package.
                next.extend(imports.iter().filter_map(|package| self.neighbours.package(at.0, package).first()));
            }
            level = next;
        }
        false
    }
}

fn look(
    neighbours: &Neighbours<'_>,
    files: &[InputFile],
    file: usize,
    text: &dyn Fn(usize) -> Option<Arc<str>>,
    names_client: &dyn Fn(Lang, &str) -> bool,
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
            ("m/use", "package use\n\nimport (\n\t\"fmt\"\n\tr \"m/driver\"\n)\n\nfunc f() { r.Client().Eval(\"x\") }\n"),
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
        let mut speaks = Speaks::new(&files, &neighbours, &text, &names);
        assert!(speaks.around(0) && speaks.around(1) && speaks.around(2));
        assert!(!speaks.around(3), "three packages away");
    }
}
