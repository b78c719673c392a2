//! What files declare that are not there, so that they are read when somebody asks about it, and not before.
//!
//! A package of Go may be megabytes of which a lock concerns two files. What an exploration asks of the linked tree is
//! written down anyway ([`crate::asked`]); a file that could answer it, or change an answer, is wanted. Reading the others
//! changes no answer, but for calls that lead to a lock through more files than `LEVELS` looks through.

use crate::asked::{About, during, question};
use crate::explore::Context;
use crate::explore::record::SessionFacts;
use crate::memory::Known;
use crate::mentions::{of_objects, within};
use crate::program::FuncRef;
use crate::reach::outermost;
use crate::sym::{Origin, Sym};
use crate::typing::lang;
use crate::walk::each_call;
use dogpile_ir::{Callee, Outline};
use dogpile_source::FileId;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How many calls below an exploration are looked through for one that could lead to a lock.
const LEVELS: usize = 2;
/// Callers of callers that a context may come from.
const CONTEXT_LEVELS: usize = 3;

/// What one file declares, as questions that it could answer.
#[derive(Debug, Default)]
pub struct Declares {
    questions: Vec<u64>,
    /// Type and method.
    methods: Vec<(String, String)>,
    /// Interfaces and their methods.
    interfaces: Vec<(String, Vec<String>)>,
}

/// What all of them declare.
#[derive(Debug, Default)]
pub struct Absent {
    files: Vec<(FileId, Arc<Declares>)>,
    mattering: BTreeSet<FileId>,
}

impl Declares {
    /// Of a file of this package; `imports`: the packages of the tree that it imports, as they call themselves.
    #[must_use]
    pub fn new(package: &str, outline: &Outline<'_>, imports: &[&str]) -> Self {
        let full = |name: &str| format!("{package}.{name}");
        let mut questions = vec![question(About::Package, package)];
        let mut add = |about: About, names: &[&str]| {
            questions.extend(names.iter().map(|name| question(about, full(name).as_str())))
        };
        add(About::Function, &outline.functions);
        add(About::Type, &outline.types);
        add(About::Global, &outline.values);
        let methods: Vec<(String, String)> =
            outline.methods.iter().map(|(ty, name)| (full(ty), (*name).to_owned())).collect();
        questions.extend(methods.iter().map(|(ty, name)| question(About::Method, &(ty.as_str(), name.as_str()))));
        questions.extend(outline.assigned.iter().map(|name| question(About::Assigned, full(name).as_str())));
        // What has a capital letter may be another package's.
        let of = |name: &str| {
            let imported = if name.starts_with(char::is_uppercase) { imports } else { &[] };
            imported.iter().copied().chain([package])
        };
        for name in &outline.fields {
            questions.extend(of(name).map(|package| question(About::Field, &(package, *name))));
            questions.extend(of(name).map(|package| question(About::Assigned, format!("{package}.{name}").as_str())));
        }
        for (ty, field) in &outline.literals {
            questions
                .extend(of(ty).map(|package| question(About::Literal, &(format!("{package}.{ty}").as_str(), *field))));
        }
        let interfaces = outline
            .interfaces
            .iter()
            .map(|(name, methods)| (full(name), methods.iter().map(|&m| m.to_owned()).collect()));
        Self { questions, methods, interfaces: interfaces.collect() }
    }
}

impl Absent {
    /// Of these files. `mattering`: files that hold something of ours, of those that are there.
    #[must_use]
    pub fn new(files: Vec<(FileId, Arc<Declares>)>, mattering: BTreeSet<FileId>) -> Self {
        Self { files, mattering }
    }

    /// Tells the same where the same files declare the same.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.mattering.hash(&mut hasher);
        for (file, declares) in &self.files {
            (file, &declares.questions, &declares.methods, &declares.interfaces).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether nothing is known of any file.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files that could answer what these explorations asked, or change an answer. `opening`: functions whose callers
    /// add to their story.
    pub(crate) fn wanted(
        &self,
        cx: &Context<'_>,
        explored: &[(FuncRef, &Known)],
        opening: &BTreeSet<FuncRef>,
    ) -> Vec<FileId> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut asked: FxHashSet<u64> = explored.iter().flat_map(|(_, known)| known.asked.iter().copied()).collect();
        asked.extend(self.asked_by_linking(cx, explored));
        let mut wanted: BTreeSet<FileId> = BTreeSet::new();
        for (file, declares) in &self.files {
            if declares.questions.iter().any(|question| asked.contains(question)) {
                wanted.insert(*file);
            }
        }
        self.implement(cx, &asked, opening, &mut wanted);
        wanted.into_iter().collect()
    }

    /// What is asked to find out where calls lead: those of functions that may hold an operation, and those below
    /// explored ones, which may lead to one.
    fn asked_by_linking(&self, cx: &Context<'_>, explored: &[(FuncRef, &Known)]) -> FxHashSet<u64> {
        let matters = |f: &FuncRef| self.mattering.contains(&cx.program.module(*f).file);
        let operating = cx.program.all_functions().filter(|f| matters(f) && may_operate(cx, *f));
        let mut open: BTreeSet<FuncRef> = operating.map(|f| outermost(&cx.program, f)).collect();
        let mut level: BTreeSet<FuncRef> = explored.iter().map(|(f, _)| *f).collect();
        for _ in 0..LEVELS {
            level = cx.reach.called_by(&level).filter(|f| !open.contains(f)).collect();
            open.extend(&level);
        }
        let homes: FxHashSet<u32> = open.iter().map(|f| f.module).collect();
        let bodies = cx
            .program
            .all_functions()
            .filter(|f| homes.contains(&f.module) && open.contains(&outermost(&cx.program, *f)));
        let bodies: Vec<FuncRef> = bodies.collect();
        let ask = || {
            for f in &bodies {
                let Some(body) = &cx.program.function(*f).body else { continue };
                each_call(body, &mut |call| {
                    let _ = cx.typing.target(&cx.program, f.module, call);
                });
            }
        };
        during(ask).1
    }

    /// Adds files with methods of types that fit an interface which was asked about, and interfaces that callers may know
    /// an opening function by.
    fn implement(
        &self,
        cx: &Context<'_>,
        asked: &FxHashSet<u64>,
        opening: &BTreeSet<FuncRef>,
        wanted: &mut BTreeSet<FileId>,
    ) {
        let mut having: FxHashMap<&str, Vec<(&str, FileId)>> = FxHashMap::default();
        for (file, declares) in &self.files {
            for (ty, method) in &declares.methods {
                having.entry(method).or_default().push((ty, *file));
            }
        }
        let pairs: FxHashSet<(&str, &str)> =
            having.iter().flat_map(|(method, all)| all.iter().map(|(ty, _)| (*ty, *method))).collect();
        let has = |ty: &str, method: &str| pairs.contains(&(ty, method)) || cx.program.method(ty, method).is_some();
        for interface in cx.program.interfaces().filter(|name| asked.contains(&question(About::Implementors, *name))) {
            let methods = cx.program.methods_of_interface(interface);
            let here = methods.iter().flat_map(|method| having.get(method).into_iter().flatten());
            wanted.extend(here.filter(|(ty, _)| methods.iter().all(|method| has(ty, method))).map(|(_, file)| *file));
        }
        for f in opening {
            let Some((ty, method)) = cx.program.function(*f).name.rsplit_once('.') else { continue };
            for (file, declares) in &self.files {
                let fits = |(_, methods): &(String, Vec<String>)| {
                    methods.iter().any(|m| m == method) && methods.iter().all(|m| has(ty, m))
                };
                if declares.interfaces.iter().any(fits) {
                    wanted.insert(*file);
                }
            }
        }
    }

    /// What files mention that may use an object of a client, which a file that is there declares.
    pub(crate) fn using_objects(&self, cx: &Context<'_>) -> BTreeSet<String> {
        if self.is_empty() { BTreeSet::new() } else { of_objects(cx, &self.mattering) }
    }

    /// What callers mention that hand over the context by which one of these functions releases.
    pub(crate) fn handing_contexts(&self, cx: &Context<'_>, explored: &[(FuncRef, &Known)]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if self.is_empty() {
            return names;
        }
        let mut level: BTreeSet<FuncRef> = explored
            .iter()
            .filter(|(_, known)| known.exploration.sessions.iter().any(releases_by_callers))
            .map(|(f, _)| *f)
            .collect();
        for _ in 0..CONTEXT_LEVELS {
            level.retain(|f| cx.program.function(*f).params.iter().any(|p| p.ty.name() == Some("context.Context")));
            names.extend(level.iter().map(|f| within(cx, *f)));
            level = level.iter().flat_map(|f| cx.reach.callers_of(*f)).collect();
        }
        names
    }
}

/// Whether a function has a call of a name that some client has.
fn may_operate(cx: &Context<'_>, f: FuncRef) -> bool {
    let Some(body) = &cx.program.function(f).body else { return false };
    let language = lang(cx.program.module(f));
    let mut found = false;
    each_call(body, &mut |call| {
        found |= match &call.callee {
            Callee::Method { name, .. } => cx.program.models.is_method(language, name),
            Callee::Named(name) => cx.program.models.function(&cx.program.canonical(name), call.args.len()).is_some(),
            Callee::Value(_) => true,
        };
    });
    found
}

fn releases_by_callers(session: &SessionFacts) -> bool {
    let mut contexts = session.releases.iter().filter_map(|release| release.context.as_ref());
    contexts.any(|val| matches!(&*val.sym, Sym::Context(context) if matches!(context.origin, Origin::Caller)))
}
