//! What the files declare that nobody has parsed: those of packages of Go that a parsed file is in or imports. They are
//! parsed when the analysis asks about something that they declare.

use super::{Tree, id_of};
use crate::input::InputFile;
use dogpile_analysis::{Absent, Declares};
use dogpile_ir::Lang;
use dogpile_source::FileId;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Tree<'_> {
    /// See above.
    pub(crate) fn absent(&mut self) -> Absent {
        if !self.is_sparse() {
            return Absent::default();
        }
        let mut packages: BTreeSet<&str> = BTreeSet::new();
        for module in self.modules.iter().filter(|module| module.lang == Lang::Go) {
            packages.extend(
                self.neighbours.go_package(&module.package, self.packages.aliases()).map(|(package, _)| package),
            );
            let imports = module
                .imports
                .iter()
                .filter_map(|import| self.neighbours.go_package(&import.path, self.packages.aliases()));
            packages.extend(imports.map(|(package, _)| package));
        }
        let files = packages.iter().flat_map(|package| self.neighbours.package(Lang::Go, package));
        let absent: Vec<usize> = files.copied().filter(|i| !self.parsed.contains(i)).collect();
        let new: Vec<usize> = absent.iter().copied().filter(|i| !self.outlines.contains_key(i)).collect();
        let outlined: Vec<(usize, Arc<Declares>)> =
            new.into_par_iter().map(|i| (i, Arc::new(self.outline(i)))).collect();
        self.outlines.extend(outlined);
        let files = absent.into_iter().filter_map(|i| Some((id_of(i), Arc::clone(self.outlines.get(&i)?))));
        let mattering: BTreeSet<FileId> = self.mattering.iter().map(|i| id_of(*i)).collect();
        Absent::new(files.collect(), mattering)
    }

    fn outline(&self, index: usize) -> Declares {
        let file: &InputFile = &self.files[index];
        let outlined = |text: &str| {
            let outline = dogpile_front_go::outline(text);
            let imports =
                outline.imports.iter().filter_map(|path| self.neighbours.go_package(path, self.packages.aliases()));
            let imports: Vec<&str> = imports.map(|(package, _)| package).collect();
            Declares::new(&file.package, &outline, &imports)
        };
        self.with_text(index, outlined).unwrap_or_default()
    }
}
