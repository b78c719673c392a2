//! What a front end made of a file, as bytes for other runs.

use crate::input::InputFile;
use crate::packages::{Packages, Specifiers};
use crate::translate::translate;
use dogpile_front_ts::Resolve;
use dogpile_ir::{Lang, Module};
use dogpile_source::{FileId, SourceFile, renumbered};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A translated file. It holds for the same text in the same package, as long as its specifiers lead to the same files.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Fact {
    /// Path under which the file is reported.
    pub path: String,
    package: String,
    lang: Lang,
    /// Length and [`SourceFile::version`] of its text.
    length: u64,
    version: u64,
    /// What it asked for where its specifiers lead, and what it was told.
    asked: BTreeMap<String, Option<String>>,
    /// A [`Module`] whose file has this number.
    file: FileId,
    #[serde(with = "serde_bytes")]
    module: Vec<u8>,
}

/// Answers, and notes what was asked.
struct Asked<'s> {
    specifiers: Specifiers<'s>,
    notes: RefCell<BTreeMap<String, Option<String>>>,
}

impl Resolve for Asked<'_> {
    fn resolve(&self, specifier: &str) -> Option<String> {
        let answer = self.specifiers.target(specifier).map(str::to_owned);
        self.notes.borrow_mut().insert(specifier.to_owned(), answer.clone());
        answer
    }
}

impl Fact {
    /// Translates a file, and writes down what came of it.
    pub(crate) fn make(file: &InputFile, id: FileId, source: &SourceFile, packages: &Packages, include_tests: bool) -> (Module, Option<Arc<Self>>) {
        let asked = Asked { specifiers: packages.specifiers(file.place()), notes: RefCell::default() };
        let module = translate(file, id, &source.text, &asked, include_tests);
        let fact = postcard::to_allocvec(&module).ok().map(|module| Self {
            path: file.path.clone(),
            package: file.package.clone(),
            lang: file.lang,
            length: source.text.len() as u64,
            version: source.version,
            asked: asked.notes.into_inner(),
            file: id,
            module,
        });
        (module, fact.map(Arc::new))
    }

    /// What the file became then, if that is what it would become now.
    pub(crate) fn module(&self, file: &InputFile, id: FileId, source: &SourceFile, packages: &Packages) -> Option<Module> {
        let same_text = (self.length, self.version) == (source.text.len() as u64, source.version);
        if !same_text || self.lang != file.lang || self.package != file.package {
            return None;
        }
        let specifiers = packages.specifiers(file.place());
        if self.asked.iter().any(|(specifier, answer)| specifiers.target(specifier) != answer.as_deref()) {
            return None;
        }
        renumbered(Arc::new(BTreeMap::from([(self.file, id)])), || postcard::from_bytes(&self.module)).ok()
    }
}
