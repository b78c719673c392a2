//! What linking found out, kept for the next time: as long as modules declare the same, only those whose text changed are
//! linked again.
//!
//! Types flow between modules by what they declare ([`signature`]) and by what is inferred of it ([`Shown`]). Where both are
//! as before, nothing else can have changed. Where only modules are new, those are linked again that asked something which
//! has another answer now ([`grown`](crate::grown)); else, everything is.

use crate::asked::{Answers, Identities, during};
use crate::assemble::notes::Notes;
use crate::defined::{self, Commands};
use crate::fields;
use crate::program::{Program, Tables};
use crate::reach::{self, Reach};
use crate::shown::Shown;
use crate::typing::Typing;
use dogpile_ir::{FieldInit, FunctionKind, LocalId, Module, TypeKind, Value, ValueKind};
use dogpile_models::Models;
use dogpile_source::SourceMap;
use rayon::prelude::*;
use rustc_hash::{FxHashSet, FxHasher};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// See above.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// By module: its version, and what it declares.
    pub(crate) versions: Vec<u64>,
    signatures: Vec<u64>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) typing: Typing,
    defined: Vec<Arc<defined::Part>>,
    pub(crate) commands: Arc<Commands>,
    parts: Vec<Arc<reach::Part>>,
    pub(crate) reach: Arc<Reach>,
    pub(crate) set: Vec<Arc<fields::Part>>,
    pub(crate) fields: Arc<fields::Index>,
    pub(crate) notes: Notes,
    /// What all this answers: of names, of uses, of reach and fields, and of each module's locals.
    pub(crate) answers: Vec<Arc<Answers>>,
    /// By module, what its linking asked; empty where nobody wrote that down.
    pub(crate) asked: Vec<FxHashSet<u64>>,
}

/// What a tree is linked from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) modules: &'a [Arc<Module>],
    pub(crate) sources: &'a SourceMap,
    pub(crate) models: &'a Models,
    pub(crate) aliases: &'a BTreeMap<String, String>,
    pub(crate) identities: &'a Identities,
    /// Of the modules, in their order.
    pub(crate) versions: &'a [u64],
}

/// Places in `answers`; those of names and of uses hold as long as declarations do.
pub(crate) const NAMES: usize = 0;
const USES: usize = 1;
const REACH: usize = 2;
const FIELDS: usize = 3;
const LOCALS: usize = 4;

impl Linked {
    /// Links modules, with what is left of the last time.
    pub(crate) fn new<'a>(source: Source<'a>, before: Option<Self>) -> (Program<'a>, Self) {
        let known = |(at, module): (usize, &Arc<Module>)| {
            let before = before.as_ref().filter(|before| before.versions.get(at) == source.versions.get(at));
            before.map_or_else(|| signature(module), |before| before.signatures[at])
        };
        let signatures: Vec<u64> = source.modules.par_iter().enumerate().map(known).collect();
        let linked = match before {
            Some(before) if before.signatures == signatures => before.again(source),
            Some(before) if before.may_grow(source) => {
                let grown = before.grown(source);
                debug_assert!(
                    grown.1.says_the_same_as(&Self::all(source).1),
                    "what was not linked again would be another"
                );
                Some(grown)
            }
            _ => None,
        };
        let (program, linked) = linked.unwrap_or_else(|| Self::all(source));
        (program, Self { signatures, versions: source.versions.to_vec(), ..linked })
    }

    fn all(source: Source<'_>) -> (Program<'_>, Self) {
        let program = Program::new(source);
        let count = source.modules.len();
        let there: BTreeSet<u32> =
            (0u32..).zip(source.modules).filter(|(_, module)| !module.is_absent()).map(|(m, _)| m).collect();
        // More may come where most are not there, and those that come in the end are few.
        let grows = there.len() * 2 < count && !source.models.defines_commands();
        let mut linked = Self {
            versions: Vec::new(),
            signatures: Vec::new(),
            tables: Arc::clone(&program.tables),
            typing: Typing::of(count),
            defined: vec![Arc::default(); count],
            commands: Arc::default(),
            parts: vec![Arc::default(); count],
            reach: Arc::default(),
            set: vec![Arc::default(); count],
            fields: Arc::default(),
            notes: each(source.modules, &|_| OnceLock::new()),
            answers: vec![Arc::default(); LOCALS + count],
            asked: if grows { vec![FxHashSet::default(); count] } else { Vec::new() },
        };
        linked.typing.infer(&program, &there, &mut linked.asked);
        if source.models.defines_commands() {
            linked.defined = each(source.modules, &|m| defined::part(&program, m));
            linked.commands = Arc::new(Commands::of(linked.defined.iter().map(AsRef::as_ref)));
        }
        linked.answers[NAMES] = answered(|to| {
            program.answers(to);
            linked.commands.answers(to);
        });
        linked.finish(&program, &there);
        (program, linked)
    }

    /// What depends on types: of these modules, and of all.
    pub(crate) fn finish(&mut self, program: &Program<'_>, some: &BTreeSet<u32>) {
        let (typing, commands) = (&self.typing, &self.commands);
        let part = |m: &u32| {
            let of = || {
                let locals = answered(|to| typing.answers_of_locals(program, *m, to));
                (
                    Arc::new(reach::Part::of(program, typing, commands, *m)),
                    Arc::new(fields::Part::of(program, typing, *m)),
                    locals,
                )
            };
            let (of, asked) = if self.asked.is_empty() { (of(), FxHashSet::default()) } else { during(of) };
            (*m, of, asked)
        };
        let parts: Vec<_> = some.into_par_iter().map(part).collect();
        for (m, (reach, set, locals), asked) in parts {
            let at = m as usize;
            (self.parts[at], self.set[at], self.answers[LOCALS + at]) = (reach, set, locals);
            self.asked.get_mut(at).into_iter().for_each(|known| known.extend(&asked));
        }
        self.reach = Arc::new(Reach::of(self.parts.iter().map(AsRef::as_ref)));
        self.fields = Arc::new(fields::Index::of(&self.set));
        self.answers[USES] = answered(|to| self.typing.answers(to));
        self.answers[REACH] = answered(|to| self.reach.answers(&program.identities, to));
        self.answers[FIELDS] = answered(|to| self.fields.answers(&program.identities, to));
    }

    /// Whether two linkings of one tree found out the same.
    fn says_the_same_as(&self, other: &Self) -> bool {
        let fields = self.set.iter().zip(&other.set).all(|(own, other)| own.is_like(other));
        self.typing.locals == other.typing.locals
            && self.typing.by_use == other.typing.by_use
            && self.parts == other.parts
            && fields
            && self.answers == other.answers
    }

    /// Links those modules again whose text changed; `None`: others would notice.
    fn again(mut self, source: Source<'_>) -> Option<(Program<'_>, Self)> {
        // What the new text asks is not written down.
        self.asked = Vec::new();
        let tables = Arc::clone(&self.tables);
        let program = Program::again(source, tables);
        let changed = (0u32..).zip(self.versions.iter().zip(source.versions)).filter(|(_, (old, new))| old != new);
        let changed: Vec<u32> = changed.map(|(m, _)| m).collect();
        let (mut reach_differs, mut fields_differ) = (false, false);
        // What the old text showed is in what was inferred of it; the old text itself is gone.
        for m in &changed {
            let at = *m as usize;
            let module = &source.modules[at];
            let shown = |linked: &Self| linked.typing.shown(module, *m);
            let before = std::mem::take(&mut self.typing.last_shown[at]);
            // The others' types hold as long as it shows the same as before, and what it declares is the same.
            self.typing.infer(&program, &BTreeSet::from([*m]), &mut self.asked);
            let now: Shown = shown(&self);
            if before != now {
                return None;
            }
            self.typing.last_shown[at] = now;
        }
        for m in &changed {
            let at = *m as usize;
            let defined = defined::part(&program, *m);
            if *self.defined[at] != defined {
                return None;
            }
            let part = reach::Part::of(&program, &self.typing, &self.commands, *m);
            reach_differs |= *self.parts[at] != part;
            self.parts[at] = Arc::new(part);
            let set = fields::Part::of(&program, &self.typing, *m);
            fields_differ |= !self.set[at].is_like(&set);
            self.set[at] = Arc::new(set);
            self.notes[at] = Arc::default();
            self.answers[LOCALS + at] = answered(|to| self.typing.answers_of_locals(&program, *m, to));
        }
        if reach_differs {
            self.reach = Arc::new(Reach::of(self.parts.iter().map(AsRef::as_ref)));
            self.answers[REACH] = answered(|to| self.reach.answers(&program.identities, to));
        }
        if fields_differ {
            self.fields = Arc::new(fields::Index::of(&self.set));
            self.answers[FIELDS] = answered(|to| self.fields.answers(&program.identities, to));
        }
        Some((program, self))
    }
}

/// Something of each module that is there.
fn each<P: Default + Send + Sync>(modules: &[Arc<Module>], part: &(impl Fn(u32) -> P + Sync)) -> Vec<Arc<P>> {
    let nothing = Arc::new(P::default());
    let all: Vec<(u32, &Arc<Module>)> = (0u32..).zip(modules).collect();
    all.into_par_iter()
        .map(|(m, module)| if module.is_absent() { Arc::clone(&nothing) } else { Arc::new(part(m)) })
        .collect()
}

pub(crate) fn answered(fill: impl FnOnce(&mut Answers)) -> Arc<Answers> {
    let mut answers = Answers::default();
    fill(&mut answers);
    Arc::new(answers)
}

/// What a module declares, without places: what others can see of its text.
fn signature(module: &Module) -> u64 {
    if module.is_absent() {
        return 0;
    }
    let mut hasher = FxHasher::default();
    let h = &mut hasher;
    (module.file, module.lang, &module.package).hash(h);
    for import in &module.imports {
        (&import.name, &import.path).hash(h);
    }
    for (index, function) in module.functions.iter().enumerate() {
        if !matches!(function.kind, FunctionKind::Closure { .. }) {
            (index, &function.name, function.kind == FunctionKind::Method).hash(h);
            declared(function, h);
        }
    }
    for decl in &module.types {
        decl.name.hash(h);
        match &decl.kind {
            TypeKind::Struct(fields) => fields.iter().for_each(|f| (0, &f.name, &f.ty, f.embedded).hash(h)),
            TypeKind::Interface { methods, embeds } => (1, methods, embeds).hash(h),
            TypeKind::Alias(to) => (2, to).hash(h),
        }
    }
    // Variables of initialisers by their order: their ids depend on what functions have.
    let initial = (0u32..).zip(&module.locals).filter(|(_, local)| local.owner.is_none());
    let order: BTreeMap<LocalId, usize> = initial
        .enumerate()
        .map(|(order, (id, local))| {
            local.ty.hash(h);
            (LocalId(id), order)
        })
        .collect();
    for global in &module.globals {
        (&global.name, &global.ty, global.constant, global.init.is_empty(), &global.embeds).hash(h);
        match &global.value {
            Some(value) => shape(value, module, &order, h),
            None => 0.hash(h),
        }
    }
    hasher.finish()
}

fn declared(function: &dogpile_ir::Function, h: &mut FxHasher) {
    let types = |params: &[dogpile_ir::Param], h: &mut FxHasher| params.iter().for_each(|p| (&p.name, &p.ty).hash(h));
    types(function.receiver.as_slice(), h);
    types(&function.params, h);
    (function.params.len(), function.variadic, &function.results, function.is_async, function.body.is_some()).hash(h);
}

/// A value without its places.
fn shape(value: &Value, module: &Module, order: &BTreeMap<LocalId, usize>, h: &mut FxHasher) {
    std::mem::discriminant(&value.kind).hash(h);
    match &value.kind {
        ValueKind::Lit(lit) => format!("{lit:?}").hash(h),
        ValueKind::Local(local) => order.get(local).hash(h),
        ValueKind::Global(name) => name.hash(h),
        ValueKind::Field(_, name) => name.hash(h),
        ValueKind::Binary(op, ..) => op.hash(h),
        ValueKind::Convert(ty, _) => ty.hash(h),
        ValueKind::Closure(id) => declared(module.function(*id), h),
        ValueKind::Aggregate { ty, fields } => {
            (ty, fields.len()).hash(h);
            for field in fields {
                std::mem::discriminant(field).hash(h);
                if let FieldInit::Named(name, _) = field {
                    name.hash(h);
                }
            }
        }
        _ => {}
    }
    let parts = value.parts();
    parts.clone().count().hash(h);
    parts.for_each(|part| shape(part, module, order, h));
}
