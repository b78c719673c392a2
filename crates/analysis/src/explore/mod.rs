//! Walks the paths of one function, with the project's helpers followed in place, and writes down what happens to
//! every lock on the way.
//!
//! An acquire splits its path in three: won, lost, failed. Each carries concrete replies, so that whatever the code does
//! with them (tests, folds, wraps, returns) is followed by evaluation and not by pattern.

mod acquire;
mod answer;
mod asserted;
mod assign;
pub(crate) mod beside;
mod builder;
mod builtin;
mod byhand;
mod call;
mod carried;
mod cell;
mod command;
mod concurrent;
mod control;
pub(crate) mod drop;
mod eval;
mod failure;
mod globals;
mod kept;
mod limited;
mod lists;
mod lookups;
pub(crate) mod marks;
mod model;
mod observe;
mod promise;
mod promised;
pub(crate) mod quorum;
mod race;
pub(crate) mod record;
mod recursion;
mod region;
mod reply;
mod result;
mod script;
mod share;
mod shared_map;
mod shortcut;
pub(crate) mod state;
pub(crate) mod trace;
mod units;
mod unknown;
mod values;
mod waits;

use crate::program::{FuncRef, Program};
use crate::reach::Reach;
use crate::sym::{FrameId, Val};
use crate::typing::Typing;
use dogpile_ir::Type;
use dogpile_source::Span;
use record::Exploration;
use serde::{Deserialize, Serialize};
use state::{Frame, State};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How deep helpers are followed.
const MAX_DEPTH: usize = 7;
/// Statements × paths of one root.
const BUDGET: u32 = 25_000;
/// The same while files are still being looked for: most functions need less to the end.
const BUDGET_OF_SEARCH: u32 = 2_000;
/// Paths kept after a statement.
const MAX_PATHS: usize = 96;

/// What scripts do, by text, number of keys and number of arguments.
type Scripts = BTreeMap<(String, Option<usize>, Option<usize>), Arc<dogpile_redis::ScriptClass>>;

/// What explorations share.
pub(crate) struct Context<'a> {
    pub(crate) program: Program<'a>,
    pub(crate) typing: Typing,
    /// What comments say.
    pub(crate) notes: crate::assemble::notes::Notes,
    pub(crate) reach: Arc<Reach>,
    pub(crate) fields: crate::fields::Fields<'a>,
    /// Classes of which a framework makes one object for the whole process.
    pub(crate) single: std::collections::HashSet<String>,
    /// Scripts that clients have as methods.
    pub(crate) commands: Arc<crate::defined::Commands>,
    pub(crate) embeds: &'a (dyn Fn(&str, &str) -> Option<String> + Sync),
    /// Calls of destructors, by the function that owns what is dropped.
    pub(crate) destructors: &'a std::collections::HashMap<FuncRef, Box<dogpile_ir::Call>>,
    /// Scripts are run once each.
    pub(crate) scripts: Mutex<Scripts>,
}

/// How a path goes on after a statement.
#[derive(Clone, Debug)]
pub(crate) enum Flow {
    Next,
    Return(Vec<Val>, Span),
    Break(dogpile_ir::LabelId),
    Continue(dogpile_ir::LabelId),
    /// Something was thrown; where.
    Raise(Val),
    /// The path ends here: the process does, or we stopped looking.
    Stop,
}

/// How a call ends.
#[derive(Clone, Debug)]
pub(crate) enum Out {
    Values(Vec<Val>),
    /// Something was thrown; where.
    Raise(Val),
    Stop,
}

/// One exploration.
pub(crate) struct Explorer<'a, 'c> {
    pub(crate) cx: &'c Context<'a>,
    pub(crate) root: FuncRef,
    pub(crate) frames: Vec<Frame>,
    pub(crate) out: Exploration,
    budget: u32,
    next_id: u32,
    /// Types of allocations and the client behind objects.
    types: Vec<Type>,
    places: BTreeMap<(Span, Vec<Span>), u32>,
    /// Flights being run, innermost last.
    flights: Vec<usize>,
    /// Loops over items that the exploration is in, innermost last.
    rounds: Vec<quorum::Round>,
    /// Objects made of what differs from round to round.
    of_items: std::collections::BTreeSet<crate::sym::S>,
    /// Fields of hashes and lists that were looked at outside any lock, and where.
    marks: Vec<(crate::sym::S, Span)>,
    /// Executors of promises that the exploration is in.
    executors: usize,
    /// Handlers of errors that the exploration is in, where the error is one that an ordinary call may throw.
    handlers: usize,
    /// What the innermost of them listens to.
    hears: promise::Hears,
    /// Blocks beside the path that the exploration is in.
    regions: region::Regions,
    /// Flights by hand: maps of this process in which callers find each other.
    local: byhand::Local,
    lookups: lookups::Lookups<'a>,
    globals: globals::Globals<'a>,
    futures: limited::Futures,
    stoppable: race::Stoppable,
    /// Loops of so many rounds, with what was held before each.
    counted: Vec<(u64, std::collections::BTreeSet<usize>)>,
}

/// What an exploration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Effort {
    /// Whether callers matter, in other files too.
    Search,
    /// Everything.
    Whole,
}

/// Explores one function as a root.
pub(crate) fn explore(cx: &Context<'_>, root: FuncRef, effort: Effort) -> Exploration {
    let budget = match effort {
        Effort::Search => BUDGET_OF_SEARCH,
        Effort::Whole => BUDGET,
    };
    let mut explorer = Explorer {
        cx,
        root,
        frames: vec![],
        out: Exploration::default(),
        budget,
        next_id: 0,
        types: vec![],
        places: BTreeMap::new(),
        flights: vec![],
        rounds: vec![],
        marks: vec![],
        of_items: std::collections::BTreeSet::new(),
        executors: 0,
        handlers: 0,
        hears: promise::Hears::default(),
        regions: region::Regions::default(),
        local: byhand::Local::default(),
        lookups: lookups::Lookups::default(),
        globals: globals::Globals::default(),
        futures: limited::Futures::default(),
        stoppable: race::Stoppable::default(),
        counted: vec![],
    };
    explorer.run();
    explorer.out
}

impl<'a> Explorer<'a, '_> {
    fn run(&mut self) {
        let function = self.cx.program.function(self.root);
        let Some(body) = &function.body else { return };
        let frame = self.push_frame(self.root, None, vec![]);
        let mut state = State::new();
        for param in function.receiver.iter().chain(&function.params) {
            let val = self.parameter(self.root.module, param);
            state.set_local(frame, param.local, val);
        }
        let mut ends = Vec::new();
        for (state, flow) in self.finish(frame, body, state) {
            self.leave_root(self.root, &state, &flow);
            ends.push(state);
        }
        self.run_handlers(frame, ends);
        self.settle_flights();
    }

    /// Closures that this function only makes (handlers, jobs, middleware): somebody runs them later, with what the
    /// function had set up by then.
    fn run_handlers(&mut self, home: FrameId, ends: Vec<State<'a>>) {
        let Some(mut setting) = state::merge(ends.into_iter().map(State::settled).collect()).into_iter().next() else {
            return;
        };
        setting.conds = imbl::OrdMap::new();
        for closure in self.cx.reach.closures_of(&self.cx.program, self.root).collect::<Vec<_>>() {
            let function = self.cx.program.function(closure);
            let (Some(body), false) = (&function.body, self.frames.iter().any(|f| f.func == closure)) else { continue };
            let parent = match function.kind {
                dogpile_ir::FunctionKind::Closure { parent: Some(p) } => {
                    let func = FuncRef { module: closure.module, func: p };
                    self.frames
                        .iter()
                        .rposition(|f| f.func == func)
                        .and_then(|i| u32::try_from(i).ok())
                        .map_or(home, FrameId)
                }
                _ => home,
            };
            let frame = self.push_frame(closure, Some(parent), vec![]);
            let mut state = setting.clone();
            for param in &function.params {
                let val = self.parameter(closure.module, param);
                state.set_local(frame, param.local, val);
            }
            // What it has set is there for the closures in it.
            let mut after = vec![setting];
            for (state, flow) in self.finish(frame, body, state) {
                self.leave_root(closure, &state, &flow);
                if matches!(flow, Flow::Return(..)) {
                    after.push(state.settled());
                }
            }
            let Some(known) = state::merge(after).into_iter().next() else { return };
            setting = known;
            setting.conds = imbl::OrdMap::new();
        }
    }

    fn push_frame(&mut self, func: FuncRef, parent: Option<FrameId>, via: Vec<Span>) -> FrameId {
        self.frames.push(Frame { func, parent, caller: None, via, lent: vec![] });
        FrameId(u32::try_from(self.frames.len() - 1).unwrap_or(u32::MAX))
    }

    fn frame(&self, frame: FrameId) -> &Frame {
        &self.frames[frame.0 as usize]
    }

    fn fresh_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    /// What is built at one place of one call chain: a later round of a loop builds it anew.
    fn alloc(&mut self, ty: Type, frame: FrameId, span: Span, state: &mut State<'a>) -> crate::sym::Sym {
        let place = (span, self.frame(frame).via.clone());
        let id = match self.places.get(&place) {
            Some(id) => *id,
            None => {
                self.types.push(ty);
                let id = u32::try_from(self.types.len() - 1).unwrap_or(u32::MAX);
                self.places.insert(place, id);
                id
            }
        };
        let sym = crate::sym::Sym::Alloc(id);
        state.forget_fields(&std::sync::Arc::new(sym.clone()));
        sym
    }

    /// Spends budget; `false` when there is none left.
    fn spend(&mut self) -> bool {
        if self.budget == 0 {
            self.out.cut = true;
            return false;
        }
        self.budget -= 1;
        true
    }
}
