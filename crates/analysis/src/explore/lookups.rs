//! Answers of the linked tree that one exploration asks for again and again: a statement is walked once for every path.

use super::Explorer;
use crate::program::FuncRef;
use crate::sym::FrameId;
use crate::typing::Target;
use dogpile_ir::{Call, LocalId, Name, Type, Value};
use dogpile_models::ValueKind;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;

/// What is known so far. Calls and values are told apart by where they lie in memory: the tree does not move meanwhile.
#[derive(Default)]
pub(crate) struct Lookups<'a> {
    calls: RefCell<FxHashMap<usize, Target<'a>>>,
    methods: RefCell<FxHashMap<(u32, Type, Name, usize), Target<'a>>>,
    types: RefCell<FxHashMap<usize, Type>>,
    library: RefCell<FxHashMap<Name, Option<Library>>>,
    names: RefCell<FxHashMap<Arc<str>, Tells>>,
}

/// What a library says of a name of its own.
#[derive(Clone)]
pub(crate) enum Library {
    Text(Arc<str>),
    Value(ValueKind),
}

/// What the name of a call tells.
#[derive(Clone, Copy)]
pub(crate) struct Tells {
    /// See [`crate::names::reads_context`].
    pub(crate) reads_context: bool,
    pub(crate) logging: bool,
    pub(crate) idle: bool,
}

impl<'a> Explorer<'a, '_> {
    /// Whom a call goes to by declared types alone.
    pub(super) fn declared_target(&self, frame: FrameId, call: &'a Call) -> Target<'a> {
        let at = std::ptr::from_ref(call) as usize;
        if let Some(known) = self.lookups.calls.borrow().get(&at) {
            return known.clone();
        }
        let found = self.cx.typing.target(&self.cx.program, self.frame(frame).func.module, call);
        self.lookups.calls.borrow_mut().insert(at, found.clone());
        found
    }

    /// Whom a method of a type stands for.
    pub(super) fn method_target(&self, frame: FrameId, ty: &Type, name: &Name, args: usize) -> Target<'a> {
        let module = self.frame(frame).func.module;
        let asked = (module, ty.clone(), name.clone(), args);
        if let Some(known) = self.lookups.methods.borrow().get(&asked) {
            return known.clone();
        }
        let found = self.cx.typing.method_target(&self.cx.program, module, ty, name, args);
        self.lookups.methods.borrow_mut().insert(asked, found.clone());
        found
    }

    pub(super) fn static_type(&self, frame: FrameId, value: &'a Value) -> Type {
        let at = std::ptr::from_ref(value) as usize;
        let known = self.lookups.types.borrow().get(&at).cloned();
        let found = known.unwrap_or_else(|| {
            let found = self.cx.typing.value_type(&self.cx.program, self.frame(frame).func.module, value, 0);
            self.lookups.types.borrow_mut().insert(at, found.clone());
            found
        });
        match value.kind {
            dogpile_ir::ValueKind::Local(local) if found == Type::Unknown => {
                self.lent(frame, local).cloned().unwrap_or(found)
            }
            _ => found,
        }
    }

    /// What a parameter without a type is, by the argument of this one call.
    fn lent(&self, frame: FrameId, local: LocalId) -> Option<&Type> {
        let lent = &self.frame(self.home(frame, local)).lent;
        lent.iter().find(|(known, _)| *known == local).map(|(_, ty)| ty)
    }

    /// Parameters that nobody typed, with what the caller knows of its arguments.
    pub(super) fn lends(&self, f: FuncRef, call: &'a Call, from: FrameId) -> Vec<(LocalId, Type)> {
        let untyped = |param: &&dogpile_ir::Param| param.ty == Type::Unknown;
        let pairs = self.cx.program.function(f).params.iter().zip(&call.args).filter(|(param, _)| untyped(param));
        pairs
            .map(|(param, arg)| (param.local, self.static_type(from, arg)))
            .filter(|(_, ty)| *ty != Type::Unknown)
            .collect()
    }

    /// A constant or variable of a library.
    pub(super) fn of_library(&self, name: &Name) -> Option<Library> {
        if let Some(known) = self.lookups.library.borrow().get(name) {
            return known.clone();
        }
        let models = self.cx.program.models;
        let canonical = &*self.cx.program.canonical(name);
        let language = crate::typing::lang(self.cx.program.module(self.root));
        let text = models.constant(canonical).map(|text| Library::Text(text.into()));
        let found = text.or_else(|| models.value(language, canonical).map(Library::Value));
        self.lookups.library.borrow_mut().insert(name.clone(), found.clone());
        found
    }

    pub(super) fn name_tells(&self, name: &str) -> Tells {
        if let Some(known) = self.lookups.names.borrow().get(name) {
            return *known;
        }
        let found = Tells {
            logging: crate::names::is_logging(name),
            idle: crate::names::is_idle(name),
            reads_context: crate::names::reads_context(name),
        };
        self.lookups.names.borrow_mut().insert(name.into(), found);
        found
    }
}
