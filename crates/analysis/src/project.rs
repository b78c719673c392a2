//! The entry: modules in, lifecycles out.

use crate::assemble;
use crate::explore::record::{Exploration, Loose};
use crate::explore::state::Status;
use crate::explore::{Context, explore};
use crate::lifecycle::{Lifecycles, Profile};
use crate::program::{FuncRef, Program};
use crate::reach::Reach;
use crate::sym::Sym;
use crate::typing::Typing;
use dogpile_ir::{Lang, Module};
use dogpile_models::{Models, Role};
use dogpile_source::SourceMap;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

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
}

/// How many levels of callers above an open session are looked at.
const CALLER_LEVELS: usize = 4;
/// Most functions explored as roots; the rest is said to be left out.
const MAX_ROOTS: usize = 20_000;

/// What an analysis gives besides lifecycles.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Locks, flights and misses.
    pub lifecycles: Lifecycles,
    /// Functions explored.
    pub roots: usize,
    /// Functions whose paths were too many to follow to the end.
    pub cut: Vec<String>,
    /// What a file must mention to hold a caller of a function that leaves its story open: the function's name where
    /// it tells, else the quoted import path of its package.
    pub follow: Vec<String>,
}

/// Finds every lifecycle of a project.
///
/// `embeds` gives the text of a file that another one embeds, by the embedding file's path and the path as written.
#[must_use]
pub fn analyze(
    modules: &[Module],
    sources: &SourceMap,
    models: &Models,
    declared: &Declared,
    embeds: &(dyn Fn(&str, &str) -> Option<String> + Sync),
) -> Analysis {
    let program = Program::new(modules, sources, models, &declared.aliases);
    let typing = Typing::infer(&program);
    let reach = Reach::new(&program, &typing);
    let fields = crate::fields::Fields::find(&program, &typing);
    let single = crate::single::classes(&program);
    let destructors = crate::explore::drop::destructor_calls(&program);
    let cx = Context { program, typing, reach, fields, single, embeds, destructors: &destructors, scripts: Mutex::new(BTreeMap::new()) };
    let mut explored: BTreeMap<FuncRef, Exploration> = BTreeMap::new();
    let mut follow = BTreeSet::new();
    let mut frontier: BTreeSet<FuncRef> = cx.reach.direct().collect();
    for _ in 0..=CALLER_LEVELS {
        let batch: Vec<FuncRef> = frontier.iter().copied().filter(|f| !explored.contains_key(f)).take(MAX_ROOTS.saturating_sub(explored.len())).collect();
        if batch.is_empty() {
            break;
        }
        let results: Vec<(FuncRef, Exploration)> = batch
            .into_par_iter()
            .map(|f| {
                // One function that trips us must not cost the others: it is told as not followed.
                let explored = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| explore(&cx, f)));
                (f, explored.unwrap_or_else(|_| Exploration { cut: true, ..Exploration::default() }))
            })
            .collect();
        for (f, _) in results.iter().filter(|(_, e)| opens(e)) {
            follow.insert(mention(&cx.program.function(*f).name, &cx.program.module(*f).package));
        }
        frontier = results
            .iter()
            .filter(|(_, e)| opens(e))
            .flat_map(|(f, _)| cx.reach.callers_of(*f).collect::<Vec<_>>())
            .collect();
        explored.extend(results);
    }
    follow.extend(client_modules(&cx));
    let cut = explored.iter().filter(|(_, e)| e.cut).map(|(f, _)| cx.program.function(*f).name.to_string()).collect();
    let roots = explored.len();
    Analysis { lifecycles: assemble::assemble(&cx, &explored, declared), roots, cut, follow: follow.into_iter().collect() }
}

/// Modules that offer a client of their own (`export const redis = new Redis(…)`): files that use it need not name the
/// library. Go names the type or a telling command wherever it uses one.
fn client_modules<'c>(cx: &'c Context<'_>) -> impl Iterator<Item = String> + 'c {
    let offers = |module: &Module| {
        module.globals.iter().any(|global| {
            let ty = cx.typing.global_type(&cx.program, &global.name, 0);
            ty.name().and_then(|n| cx.program.models.type_of(&cx.program.canonical(n))).is_some_and(|(_, row)| row.role == Role::Client)
        })
    };
    let modules = cx.program.modules.iter().filter(|m| m.lang != Lang::Go);
    modules.filter(move |m| offers(m)).map(|m| format!("\"{}\"", m.package))
}

/// A long name of several words is rarely anything else's; `Lock` is everybody's.
fn mention(function: &str, package: &str) -> String {
    let name = crate::names::last(function);
    let words = name.chars().filter(|c| c.is_uppercase() || *c == '_').count();
    if name.len() >= 9 && words >= 2 { name.to_owned() } else { format!("\"{package}\"") }
}

/// Whether callers add to the story of a function.
fn opens(e: &Exploration) -> bool {
    e.sessions.iter().any(|s| s.site.via.len() < CALLER_LEVELS && ((escapes(s) && tells(s)) || depends(s)))
        || e.loose.iter().any(|l| match l {
            Loose::Release { key, .. } => has_param(&key.sym),
            Loose::Renewal { index } => has_param(&e.renewals[*index].key.sym),
            Loose::Set { .. } | Loose::Read { .. } => false,
        })
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
    let values = |status: Status| s.exits.iter().filter(|e| e.status == status && !e.panics).map(|e| &e.values).collect::<BTreeSet<_>>();
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
