//! Small helper that front ends build a module with.

use crate::{FuncId, Lang, Local, LocalId, Module, Name, Problem, QualName, Type};
use dogpile_source::{FileId, Span};

/// Collects a module's parts and hands out ids.
#[derive(Debug)]
pub struct Builder {
    /// The module so far.
    pub module: Module,
    next_label: u32,
    /// The name of temporaries.
    nameless: Name,
}

impl Builder {
    /// An empty module of a package.
    #[must_use]
    pub fn new(file: FileId, lang: Lang, package: QualName) -> Self {
        Self { module: Module::empty(file, lang, package), next_label: 0, nameless: "".into() }
    }

    /// A new variable.
    pub fn local(&mut self, name: impl Into<Name>, ty: Type, span: Span, owner: Option<FuncId>) -> LocalId {
        let id = LocalId(u32::try_from(self.module.locals.len()).unwrap_or(u32::MAX));
        self.module.locals.push(Local { name: name.into(), ty, span, owner, drops: false });
        id
    }

    /// A new temporary.
    pub fn temp(&mut self, span: Span, owner: Option<FuncId>) -> LocalId {
        self.local(Name::clone(&self.nameless), Type::Unknown, span, owner)
    }

    /// A new label.
    pub fn label(&mut self) -> crate::LabelId {
        self.next_label += 1;
        crate::LabelId(self.next_label)
    }

    /// Notes a problem.
    pub fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.module.problems.push(Problem { span, message: message.into() });
    }
}
