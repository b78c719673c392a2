//! The entry: modules in, lifecycles out.

use crate::absent::Absent;
use crate::asked::{About, Answers, Identities};
use crate::assemble;
use crate::explore::record::{Exploration, Loose};
use crate::explore::state::Status;
use crate::explore::{Context, Effort};
use crate::fields::Fields;
use crate::lifecycle::{Lifecycles, Profile};
use crate::linked::{Linked, Source};
use crate::memory::{FileVersion, Known, Memory};
use crate::mentions::{self, Mentions};
use crate::program::FuncRef;
use crate::sym::Sym;
use dogpile_ir::Module;
use dogpile_models::{CacheOp, CacheScope, Models};
use dogpile_source::{FileId, SourceMap};
use rayon::prelude::*;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What people declared outside the code.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// `[latency]`: function or key pattern (`*` matches anything) → p99 in ms.
    pub latency: Vec<(String, u64)>,
    /// `--latency FILE`: name → p99 in ms.
    pub measured: Vec<(String, u64)>,
    /// `[profile]`: key or path pattern → profile.
    pub profiles: Vec<(String, Profile)>,
    /// `[fleet] instances`.
    pub instances: Option<u32>,
    /// Package paths that code imports → the paths these packages have in their own tree (`replace` in `go.mod`).
    pub aliases: BTreeMap<String, String>,
    /// Whether somebody asks which changes change which story ([`Lifecycles::touched`]).
    pub touches: bool,
}

/// How many levels of callers above an open session are looked at.
const CALLER_LEVELS: usize = 4;
/// How many levels of helpers around a cache are looked through.
const FILL_LEVELS: usize = 2;
/// Most functions explored as roots; the rest is said to be left out.
const MAX_ROOTS: usize = 20_000;

/// What an analysis gives besides lifecycles.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Analysis {
    /// Locks, flights and misses.
    pub lifecycles: Lifecycles,
    /// Functions explored.
    pub roots: usize,
    /// Functions whose paths were too many to follow to the end.
    pub cut: Vec<String>,
    /// What a file must mention to hold a caller of a function that leaves its story open: the function's name where
    /// it tells, else the quoted import path of its package. A quoted path with words after it: the first of them, in that
    /// package alone, and with one of the others, if there are any.
    pub follow: Vec<String>,
    /// Files that are not there and could answer what was asked: nothing was told without them.
    pub wanted: Vec<FileId>,
    /// The same as it was when files were looked for.
    pub(crate) searched: Vec<String>,
    /// Whether lifecycles were told at all: no file was missing.
    pub(crate) is_whole: bool,
}

/// Tells the same of a module in every run in which a look into it shows the same.
fn version(module: &Module, sources: &SourceMap, embeds: &(dyn Fn(&str, &str) -> Option<String> + Sync)) -> u64 {
    let mut hasher = FxHasher::default();
    let source = sources.get(module.file);
    let path = source.map_or("", |f| f.path.as_str());
    (&*module.package, path, source.map(|f| f.version)).hash(&mut hasher);
    for name in module.globals.iter().filter_map(|g| g.embeds.as_deref()) {
        embeds(path, name).hash(&mut hasher);
    }
    hasher.finish()
}

/// Finds every lifecycle of a project.
///
/// A module that [is absent](Module::is_absent) keeps the place of one that a later call may have: modules of one tree
/// should stand in one order in every call, by which ties are broken.
///
/// `memory` is what an earlier call left that got the same models and declarations; a module is known again by its place
/// and text. `missing` says whether some file that is not there mentions one of these: then nothing is told but what to
/// follow; `absent` is what files declare that are not there and may be wanted. Once `stop` is set, what comes back means nothing, and what was explored until then is kept in `memory`.
/// `embeds` gives the text of a file that another one embeds, by the embedding file's path and the path as written.
#[must_use]
#[expect(clippy::too_many_arguments, reason = "one caller, who has each of them apart")]
pub fn analyze(
    modules: &[Arc<Module>],
    sources: &SourceMap,
    models: &Models,
    declared: &Declared,
    embeds: &(dyn Fn(&str, &str) -> Option<String> + Sync),
    memory: &mut Memory,
    missing: &dyn Fn(&[String]) -> bool,
    absent: &Absent,
    stop: &AtomicBool,
) -> Analysis {
    let versions: Vec<u64> =
        modules.iter().map(|m| if m.is_absent() { 0 } else { version(m, sources, embeds) }).collect();
    let files: Vec<FileVersion> = modules.iter().map(|m| m.file).zip(versions.iter().copied()).collect();
    let digest = absent.digest();
    if let Some(known) = memory.last(&files, digest) {
        return Analysis::clone(known);
    }
    let stopped = || stop.load(Ordering::Relaxed);
    let identities = Identities::new(modules, sources);
    memory.begin(&files, &identities);
    let key = key(&files, &identities, declared, digest);
    if let Some(told) = memory.told_before(key, missing) {
        return told;
    }
    let source =
        Source { modules, sources, models, aliases: &declared.aliases, identities: &identities, versions: &versions };
    let (program, mut linked) = Linked::new(source, memory.linked.take());
    if stopped() {
        memory.linked = Some(linked);
        return Analysis::default();
    }
    let single = crate::single::classes(&program);
    let mut known = Answers::default();
    program.versions(&versions, &mut known);
    single.iter().for_each(|class| known.add(About::Single, class.as_str(), &true));
    let mut answers = vec![Arc::new(known)];
    answers.extend(linked.answers.iter().cloned());
    memory.keep_what_is_true(files, &identities, answers);
    let destructors = crate::explore::drop::destructor_calls(&program);
    let set = std::mem::take(&mut linked.set);
    let fields = Fields::new(&set, Arc::clone(&linked.fields));
    let typing = std::mem::take(&mut linked.typing);
    let (reach, commands) = (Arc::clone(&linked.reach), Arc::clone(&linked.commands));
    let notes = linked.notes.clone();
    let cx = Context {
        program,
        typing,
        notes,
        reach,
        fields,
        single,
        commands,
        embeds,
        destructors: &destructors,
        scripts: Mutex::new(BTreeMap::new()),
    };
    let analysis = judge(&cx, memory, declared, missing, absent, &stopped);
    linked.typing = cx.typing;
    linked.set = set;
    memory.linked = Some(linked);
    if !stopped() {
        memory.tell(key, digest, &analysis);
    }
    analysis
}

/// Tells the same wherever the same would be told of the same modules.
fn key(files: &[FileVersion], identities: &Identities, declared: &Declared, absent: u64) -> u64 {
    // It stands alone for all of them: a hasher that takes care.
    let mut hasher = DefaultHasher::new();
    (files, identities.all(), absent, format!("{declared:?}")).hash(&mut hasher);
    hasher.finish()
}

fn judge(
    cx: &Context<'_>,
    memory: &mut Memory,
    declared: &Declared,
    missing: &dyn Fn(&[String]) -> bool,
    absent: &Absent,
    stopped: &(dyn Fn() -> bool + Sync),
) -> Analysis {
    // Files are looked for with little effort, and what they hold is told once all of them are there.
    let searched = search(cx, memory, Effort::Search, absent, stopped);
    if !searched.wanted.is_empty() {
        return Analysis { wanted: searched.wanted, ..Analysis::default() };
    }
    if stopped() || missing(&searched.follow) {
        return Analysis { searched: searched.follow.clone(), follow: searched.follow, ..Analysis::default() };
    }
    let searched = searched.follow;
    let Searched { explored, follow, wanted } = search(cx, memory, Effort::Whole, absent, stopped);
    if !wanted.is_empty() {
        return Analysis { wanted, ..Analysis::default() };
    }
    if stopped() {
        return Analysis::default();
    }
    let cut = explored.iter().filter(|(_, e)| e.cut).map(|(f, _)| cx.program.function(*f).name.to_string()).collect();
    Analysis {
        roots: explored.len(),
        lifecycles: assemble::assemble(cx, &explored, declared),
        cut,
        follow,
        searched,
        wanted: Vec::new(),
        is_whole: true,
    }
}

/// What was explored, and what other files would have to mention to matter.
struct Searched {
    explored: BTreeMap<FuncRef, Arc<Exploration>>,
    follow: Vec<String>,
    wanted: Vec<FileId>,
}

/// Explores what holds an operation, and callers as long as they can add to the story.
fn search(
    cx: &Context<'_>,
    memory: &mut Memory,
    effort: Effort,
    absent: &Absent,
    stopped: &(dyn Fn() -> bool + Sync),
) -> Searched {
    let mut explored: BTreeMap<FuncRef, Arc<Exploration>> = BTreeMap::new();
    let mut follow = BTreeSet::new();
    let mut opening: BTreeSet<FuncRef> = BTreeSet::new();
    let mentions = Mentions::new(&cx.program);
    let mut frontier: BTreeSet<FuncRef> = cx.reach.direct().collect();
    for _ in 0..=CALLER_LEVELS {
        let batch: Vec<FuncRef> = frontier
            .iter()
            .copied()
            .filter(|f| !explored.contains_key(f))
            .take(MAX_ROOTS.saturating_sub(explored.len()))
            .collect();
        if batch.is_empty() {
            break;
        }
        let new: Vec<FuncRef> = batch.iter().copied().filter(|f| memory.known(*f, effort).is_none()).collect();
        let new: Vec<((FuncRef, Effort), Known)> =
            new.into_par_iter().filter_map(|f| Some(((f, effort), Known::find(cx, f, effort, stopped)?))).collect();
        memory.explored.extend(new);
        let results: Vec<(FuncRef, &Known)> =
            batch.iter().filter_map(|f| Some((*f, memory.known(*f, effort)?))).collect();
        let open: Vec<FuncRef> =
            results.iter().filter(|(_, known)| opens(&known.exploration)).map(|(f, _)| *f).collect();
        follow.extend(open.iter().flat_map(|f| mentions.of_callers(cx, *f)));
        opening.extend(&open);
        frontier = open.iter().flat_map(|f| cx.reach.callers_of(*f)).collect();
        explored.extend(results.iter().map(|(f, known)| (*f, Arc::clone(&known.exploration))));
    }
    follow.extend(mentions::of_clients(cx));
    let known: Vec<(FuncRef, &Known)> = explored.keys().filter_map(|f| Some((*f, memory.known(*f, effort)?))).collect();
    let wanted = absent.wanted(cx, &known, &opening);
    follow.extend(absent.handing_contexts(cx, &known));
    follow.extend(absent.using_objects(cx));
    Searched { explored, follow: follow.into_iter().collect(), wanted }
}

/// Whether callers add to the story of a function.
fn opens(e: &Exploration) -> bool {
    e.sessions.iter().any(|s| s.site.via.len() < CALLER_LEVELS && ((escapes(s) && tells(s)) || depends(s)))
        || e.loose.iter().any(|l| match l {
            Loose::Release { key, .. } => has_param(&key.sym),
            Loose::Renewal { index } => has_param(&e.renewals[*index].key.sym),
            Loose::Set { .. } | Loose::Read { .. } => false,
        })
        || is_half_a_fill(e)
}

/// It reads a cache for its caller, or writes one: what is done about a miss stands with the caller.
fn is_half_a_fill(e: &Exploration) -> bool {
    let shared = e
        .caches
        .iter()
        .filter(|c| c.scope == CacheScope::Shared && c.site.via.len() < FILL_LEVELS && has_param(&c.key.sym));
    let ops: Vec<CacheOp> = shared.map(|c| c.op).filter(|op| matches!(op, CacheOp::Get | CacheOp::Set)).collect();
    !ops.is_empty() && ops.iter().all(|op| *op == ops[0])
}

/// The lock is still held when the function ends well, or a caller's function runs under it.
pub(crate) fn escapes(s: &crate::explore::record::SessionFacts) -> bool {
    if s.blurred && s.releases.iter().any(|r| r.deferred) {
        return false;
    }
    s.runs_caller || s.exits.iter().any(|e| e.status == Status::Won && !e.panics)
}

/// Callers can tell a won lock from a lost one by what the function returns, or by what it leaves in its receiver.
fn tells(s: &crate::explore::record::SessionFacts) -> bool {
    let values = |status: Status| {
        s.exits.iter().filter(|e| e.status == status && !e.panics).map(|e| &e.values).collect::<BTreeSet<_>>()
    };
    let (won, lost) = (values(Status::Won), values(Status::Lost));
    s.runs_caller || (!won.is_empty() && won != lost)
}

/// Token or lease come from a parameter.
pub(crate) fn depends(s: &crate::explore::record::SessionFacts) -> bool {
    let lease = match &s.lease {
        crate::explore::record::Lease::Value(v, _) => has_param(&v.sym),
        _ => false,
    };
    lease || s.token.as_ref().is_some_and(|t| has_param(&t.sym))
}

pub(crate) fn has_param(sym: &Sym) -> bool {
    sym.any(&mut |s| matches!(s, Sym::Param(..)))
}
