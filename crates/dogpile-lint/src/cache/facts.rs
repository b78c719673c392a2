//! What a front end made of a file, as bytes for other runs.

use super::pack::whole;
use crate::input::InputFile;
use crate::packages::{Packages, Specifiers};
use crate::translate::translate;
use dogpile_front_ts::Resolve;
use dogpile_ir::{Function, FunctionKind, Lang, Module};
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
    pub(crate) fn make(
        file: &InputFile,
        id: FileId,
        source: &SourceFile,
        packages: &Packages,
        include_tests: bool,
    ) -> (Module, Option<Arc<Self>>) {
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
    pub(crate) fn module(
        &self,
        file: &InputFile,
        id: FileId,
        source: &SourceFile,
        packages: &Packages,
    ) -> Option<Module> {
        let same_text = (self.length, self.version) == (source.text.len() as u64, source.version);
        if !same_text || self.lang != file.lang || self.package != file.package {
            return None;
        }
        let specifiers = packages.specifiers(file.place());
        if self.asked.iter().any(|(specifier, answer)| specifiers.target(specifier) != answer.as_deref()) {
            return None;
        }
        self.as_file(id)
    }

    /// The module of a file with this number.
    fn as_file(&self, id: FileId) -> Option<Module> {
        renumbered(Arc::new(BTreeMap::from([(self.file, id)])), || whole(&self.module)).filter(nests)
    }

    /// What the file became then.
    pub(super) fn read(&self) -> Option<Module> {
        self.as_file(self.file)
    }

    /// The module as bytes.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.module
    }
}

/// Whether the way out of each closure has an end.
fn nests(module: &Module) -> bool {
    let ends = |first: &Function| {
        let mut function = first;
        for _ in &module.functions {
            let FunctionKind::Closure { parent: Some(parent) } = function.kind else { return true };
            let Some(around) = module.functions.get(parent.0 as usize) else { return false };
            function = around;
        }
        false
    };
    module.functions.iter().all(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::STACK;

    /// As deep as a front end follows, in every way that code nests, and deeper.
    fn deep(open: &str, middle: &str, close: &str) -> String {
        [open.repeat(400), middle.to_owned(), close.repeat(400)].concat()
    }

    #[test]
    fn whatever_a_front_end_makes_is_read_back() {
        let module = |lang: Lang, text: &str| match lang {
            Lang::Go => dogpile_front_go::parse(FileId(3), "m", text),
            Lang::TypeScript => dogpile_front_ts::parse(FileId(3), "m", "m.ts", text, &dogpile_front_ts::Unresolved),
            Lang::Rust => dogpile_front_rust::parse(FileId(3), "m", text),
        };
        let ways: &[(&str, &str, &str, &[Lang])] = &[
            ("(", "1", ")", &[Lang::Go, Lang::TypeScript, Lang::Rust]),
            ("!", "a", "", &[Lang::Go, Lang::TypeScript, Lang::Rust]),
            ("[]", "int", "{}", &[Lang::Go]),
            ("a + (", "1", " + b)", &[Lang::Go, Lang::TypeScript, Lang::Rust]),
            ("a + ", "1", "", &[Lang::Go, Lang::TypeScript, Lang::Rust]),
            ("", "a", ".b[0]", &[Lang::Go, Lang::TypeScript, Lang::Rust]),
            ("f(", "a", ")", &[Lang::Go, Lang::TypeScript, Lang::Rust]),
            ("[", "a", "]", &[Lang::TypeScript, Lang::Rust]),
            ("{ b: ", "a", "}", &[Lang::TypeScript]),
            ("a ? b : ", "a", "", &[Lang::TypeScript]),
            ("`${", "a", "}`", &[Lang::TypeScript]),
            ("if a { b } else { ", "c", " }", &[Lang::Rust]),
            ("match a { Some(b) => ", "c", ", None => d }", &[Lang::Rust]),
        ];
        let blocks: &[(&str, &str, &[Lang])] = &[
            ("if (a) {\n", "}\n", &[Lang::TypeScript, Lang::Go, Lang::Rust]),
            ("for {\n", "}\n", &[Lang::Go]),
            ("loop {\n", "}\n", &[Lang::Rust]),
            ("try {\n", "} finally { c(); }\n", &[Lang::TypeScript]),
            ("switch (a) { case 1:\n", "}\n", &[Lang::TypeScript, Lang::Go]),
            ("if (a) { b() } else {\n", "}\n", &[Lang::TypeScript, Lang::Go, Lang::Rust]),
        ];
        let mut texts: Vec<(Lang, String)> = Vec::new();
        let function = |lang: Lang, body: &str| match lang {
            Lang::Go => format!("package m\nfunc f(a, b int) {{\n{body}\n}}\n"),
            Lang::TypeScript => format!("function f(a, b) {{\n{body}\n}}\n"),
            Lang::Rust => format!("fn f(a: u8, b: u8) {{\n{body}\n}}\n"),
        };
        for (open, middle, close, langs) in ways {
            let value = deep(open, middle, close);
            texts.extend(langs.iter().map(|lang| match lang {
                Lang::Go => (*lang, function(*lang, &format!("c := {value}\n_ = c"))),
                _ => (*lang, function(*lang, &format!("let c = {value};"))),
            }));
        }
        for (open, close, langs) in blocks {
            let body = deep(open, "d();", close);
            texts.extend(langs.iter().map(|lang| (*lang, function(*lang, &body))));
        }
        texts.push((Lang::Rust, format!("fn f(a: {}) {{}}\n", deep("Vec<", "u8", ">"))));
        texts.push((Lang::Go, format!("package m\nfunc f(a {}int) {{}}\n", "[]".repeat(400))));
        texts.push((Lang::TypeScript, format!("function f(a: string{}) {{}}\n", "[]".repeat(400))));
        let check = move || {
            for (lang, text) in texts {
                let made = module(lang, &text);
                let bytes = postcard::to_allocvec(&made).expect("bytes");
                let read: Option<Module> = whole(&bytes);
                let printed = read.as_ref().map(dogpile_ir::print_module);
                assert_eq!(printed, Some(dogpile_ir::print_module(&made)), "{lang:?}: {}", &text[..80]);
            }
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(check).expect("a thread");
        thread.join().expect("all of them are read back");
    }

    #[test]
    fn a_closure_within_itself_is_no_module() {
        let text = "package m\nfunc f() {\n\tg(func() { g(func() {}) })\n}\n";
        let mut module = dogpile_front_go::parse(FileId(3), "m", text);
        assert!(nests(&module));
        let parents: Vec<usize> = (0..3).filter(|f| module.functions[*f].kind != FunctionKind::Plain).collect();
        let around =
            FunctionKind::Closure { parent: Some(dogpile_ir::FuncId(u32::try_from(parents[1]).expect("small"))) };
        module.functions[parents[0]].kind = around;
        assert!(!nests(&module), "{around:?}");
        module.functions[parents[0]].kind = FunctionKind::Closure { parent: Some(dogpile_ir::FuncId(9)) };
        assert!(!nests(&module));
    }

    #[test]
    fn what_is_nested_without_end_is_refused() {
        let refused = || {
            let span = dogpile_source::Span::new(FileId(0), 0, 0);
            let value = |kind| dogpile_ir::Value::new(kind, span);
            let nil = || value(dogpile_ir::ValueKind::Lit(dogpile_ir::Lit::Nil));
            let not = postcard::to_allocvec(&value(dogpile_ir::ValueKind::Not(Box::new(nil())))).expect("bytes");
            let list = postcard::to_allocvec(&dogpile_ir::Type::List(Box::default())).expect("bytes");
            let stmt = |kind| dogpile_ir::Stmt { kind, span };
            let back = stmt(dogpile_ir::StmtKind::Return { values: vec![] });
            let defer = postcard::to_allocvec(&stmt(dogpile_ir::StmtKind::Defer { body: vec![back] })).expect("bytes");
            let nested = |open: &[u8]| open.repeat(500_000);
            assert!(whole::<dogpile_ir::Value>(&nested(&not[..1])).is_none());
            assert!(whole::<dogpile_ir::Type>(&nested(&list[..1])).is_none());
            assert!(whole::<dogpile_ir::Stmt>(&nested(&defer[..2])).is_none());
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(refused).expect("a thread");
        thread.join().expect("they are refused");
    }
}
