//! What linking found out, kept for the next time: as long as modules declare the same, only those whose text changed are
//! linked again.
//!
//! Types flow between modules by what they declare ([`signature`]) and by what is inferred of it ([`Shown`]). Where both are
//! as before, nothing else can have changed; where not, everything is linked again.

use crate::asked::{Answers, Identities};
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
use rustc_hash::FxHasher;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// See above.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// By module: its version, and what it declares.
    versions: Vec<u64>,
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

/// Places in `answers`; before them are those of names and of uses, which hold as long as declarations do.
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
        let same = |before: &Self| before.signatures == signatures;
        match before.filter(same).and_then(|before| before.again(source)) {
            Some(linked) => linked,
            None => Self::all(source, signatures),
        }
    }

    fn all(source: Source<'_>, signatures: Vec<u64>) -> (Program<'_>, Self) {
        let program = Program::new(source);
        let typing = Typing::infer(&program);
        let teaches = source.models.defines_commands();
        let defined: Vec<_> = each(source.modules, &|m| if teaches { defined::part(&program, m) } else { defined::Part::default() });
        let commands = Commands::of(defined.iter().map(AsRef::as_ref));
        let parts: Vec<_> = each(source.modules, &|m| reach::Part::of(&program, &typing, &commands, m));
        let reach = Reach::of(parts.iter().map(AsRef::as_ref));
        let set: Vec<_> = each(source.modules, &|m| fields::Part::of(&program, &typing, m));
        let fields = fields::Index::of(&set);
        let mut answers = vec![
            answered(|to| {
                program.answers(to);
                commands.answers(to);
            }),
            answered(|to| typing.answers(to)),
            answered(|to| reach.answers(&program.identities, to)),
            answered(|to| fields.answers(&program.identities, to)),
        ];
        answers.extend(each(source.modules, &|m| {
            let mut answers = Answers::default();
            typing.answers_of_locals(&program, m, &mut answers);
            answers
        }));
        let linked = Self {
            versions: source.versions.to_vec(),
            signatures,
            tables: Arc::clone(&program.tables),
            typing,
            defined,
            commands: Arc::new(commands),
            parts,
            reach: Arc::new(reach),
            set,
            fields: Arc::new(fields),
            notes: each(source.modules, &|_| OnceLock::new()),
            answers,
        };
        (program, linked)
    }

    /// Links those modules again whose text changed; `None`: others would notice.
    fn again(mut self, source: Source<'_>) -> Option<(Program<'_>, Self)> {
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
            self.typing.infer_again(&program, *m);
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
        self.versions = source.versions.to_vec();
        Some((program, self))
    }
}

/// Something of each module that is there.
fn each<P: Default + Send + Sync>(modules: &[Arc<Module>], part: &(impl Fn(u32) -> P + Sync)) -> Vec<Arc<P>> {
    let nothing = Arc::new(P::default());
    let all: Vec<(u32, &Arc<Module>)> = (0u32..).zip(modules).collect();
    all.into_par_iter().map(|(m, module)| if module.is_absent() { Arc::clone(&nothing) } else { Arc::new(part(m)) }).collect()
}

fn answered(fill: impl FnOnce(&mut Answers)) -> Arc<Answers> {
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
    let order: BTreeMap<LocalId, usize> = initial.enumerate().map(|(order, (id, local))| {
        local.ty.hash(h);
        (LocalId(id), order)
    }).collect();
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
