//! Which functions matter: those from which a call that locks, caches or coalesces can be reached.

use crate::asked::{About, Answers, Identities, note};
use crate::program::{FuncRef, Program};
use crate::typing::{Target, Typing};
use crate::walk::{each_call, each_stmt, values};
use dogpile_ir::{Call, Callee, FuncId, FunctionKind, Place, StmtKind, Value, ValueKind};
use dogpile_models::{Does, WordRow};
use rustc_hash::FxHashSet as HashSet;
use std::collections::{BTreeMap, BTreeSet};

/// The call graph as far as declared types tell.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// Functions that can reach an operation of interest.
    relevant: HashSet<FuncRef>,
    /// Functions that do nothing but hand their parameters on to one call.
    thin: HashSet<FuncRef>,
    /// Functions that contain one themselves (or in a closure of theirs).
    direct: BTreeSet<FuncRef>,
    /// Callee → callers (closures count as their parent's).
    callers: BTreeMap<FuncRef, BTreeSet<FuncRef>>,
    /// Globals assigned outside their declaration.
    reassigned: HashSet<String>,
    small: HashSet<FuncRef>,
    /// Functions that look an entry up in a map, wait, and leave one: flights by hand.
    meeting: BTreeSet<FuncRef>,
    /// Closures that contain an operation themselves, by their outermost function.
    closures: BTreeMap<FuncRef, BTreeSet<FuncRef>>,
}

/// Statements of a function that is followed wherever it is called.
const SMALL: usize = 14;

/// What calls are resolved by.
type Links<'l, 'p> = (&'l Program<'p>, &'l Typing, &'l crate::defined::Commands);

/// What one module adds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    thin: BTreeSet<FuncRef>,
    small: BTreeSet<FuncRef>,
    meeting: BTreeSet<FuncRef>,
    direct: BTreeSet<FuncRef>,
    /// Those of them that can take or renew a lock.
    locking: BTreeSet<FuncRef>,
    /// Caller and callee.
    edges: BTreeSet<(FuncRef, FuncRef)>,
    reassigned: BTreeSet<String>,
    closures: BTreeMap<FuncRef, BTreeSet<FuncRef>>,
}

impl Part {
    pub(crate) fn of(program: &Program<'_>, typing: &Typing, commands: &crate::defined::Commands, m: u32) -> Self {
        let mut part = Self::default();
        let functions = program.modules[m as usize].functions.iter();
        for (at, function) in (0u32..).map(|f| FuncRef { module: m, func: FuncId(f) }).zip(functions) {
            let Some(body) = &function.body else { continue };
            let home = outermost(program, at);
            part.reads(program, home, at, body);
            if hands_on(function, body) {
                part.thin.insert(at);
            }
            if meets(body) {
                part.meeting.insert(home);
            }
            let mut calls_out = false;
            each_call(body, &mut |call| calls_out |= part.calls((program, typing, commands), home, at, call));
            if calls_out && at != home {
                part.runs(program, home, at);
            }
        }
        part
    }

    /// What a function assigns and names, and whether it is small.
    fn reads(&mut self, program: &Program<'_>, home: FuncRef, at: FuncRef, body: &dogpile_ir::Block) {
        let (mut count, mut loops) = (0usize, false);
        each_stmt(body, &mut |stmt| {
            count += 1;
            loops |= matches!(stmt.kind, StmtKind::Loop { .. });
            if let StmtKind::Let { targets, .. } = &stmt.kind {
                for target in targets {
                    if let Place::Global(name) = target {
                        self.reassigned.insert(name.to_string());
                    }
                }
            }
            for value in values(stmt) {
                self.mentions(program, home, at.module, value);
            }
        });
        if count <= SMALL && !loops {
            self.small.insert(at);
        }
    }

    /// A call, by what it leads to; whether that is a function of the project.
    fn calls(&mut self, linked: Links<'_, '_>, home: FuncRef, at: FuncRef, call: &Call) -> bool {
        let (program, typing, commands) = linked;
        match typing.target(program, at.module, call) {
            Target::Local(f) => {
                self.edge(home, outermost(program, f));
                true
            }
            Target::Dispatch(all) if all.len() <= 6 => {
                all.into_iter().for_each(|f| self.edge(home, outermost(program, f)));
                true
            }
            Target::Dispatch(_) => false,
            Target::Model(row, _) => {
                if interesting(&row.call.does) {
                    self.operates(program, home, at, locks(&row.call.does));
                }
                false
            }
            Target::Unknown(_) => {
                // A script under a name of its own may take a lock as well as any other.
                if let Callee::Method { receiver, name } = &call.callee
                    && commands.taught(program, name, || typing.value_type(program, at.module, receiver, 0)).is_some()
                {
                    self.operates(program, home, at, true);
                }
                false
            }
        }
    }

    /// An operation of interest.
    fn operates(&mut self, program: &Program<'_>, home: FuncRef, at: FuncRef, locks: bool) {
        self.direct.insert(home);
        if locks {
            self.locking.insert(home);
        }
        self.runs(program, home, at);
    }

    /// A closure of interest, and those it stands in: what it captures is made there.
    fn runs(&mut self, program: &Program<'_>, home: FuncRef, mut at: FuncRef) {
        while at != home {
            self.closures.entry(home).or_default().insert(at);
            let FunctionKind::Closure { parent: Some(parent) } = program.function(at).kind else { return };
            at.func = parent;
        }
    }

    fn edge(&mut self, from: FuncRef, to: FuncRef) {
        if from != to {
            self.edges.insert((from, to));
        }
    }

    /// A function named as a value may be called by whoever gets it.
    fn mentions(&mut self, program: &Program<'_>, home: FuncRef, module: u32, value: &Value) {
        match &value.kind {
            ValueKind::Global(name) => {
                if let Some(f) = program.function_named(name) {
                    self.edge(home, f);
                }
            }
            ValueKind::Closure(id) => self.edge(home, outermost(program, FuncRef { module, func: *id })),
            _ => {}
        }
        for part in value.parts() {
            self.mentions(program, home, module, part);
        }
    }
}

impl Reach {
    pub(crate) fn of<'p>(parts: impl Iterator<Item = &'p Part>) -> Self {
        let mut reach = Self::default();
        let mut locking: BTreeSet<FuncRef> = BTreeSet::new();
        for part in parts {
            reach.thin.extend(&part.thin);
            reach.small.extend(&part.small);
            reach.meeting.extend(&part.meeting);
            reach.direct.extend(&part.direct);
            locking.extend(&part.locking);
            for (from, to) in &part.edges {
                reach.callers.entry(*to).or_default().insert(*from);
            }
            reach.reassigned.extend(part.reassigned.iter().cloned());
            for (home, closures) in &part.closures {
                reach.closures.entry(*home).or_default().extend(closures);
            }
        }
        // What takes, renews or runs scripts is followed from far; plain reads, writes and deletes from nearby.
        reach.spread(locking.into_iter().collect(), 7);
        reach.spread(reach.direct.iter().copied().collect(), 3);
        reach
    }

    fn spread(&mut self, mut frontier: Vec<FuncRef>, levels: usize) {
        let reach = self;
        reach.relevant.extend(&frontier);
        for _ in 0..levels {
            let next: BTreeSet<FuncRef> = frontier
                .iter()
                .filter_map(|f| reach.callers.get(f))
                .flatten()
                .copied()
                .filter(|f| !reach.relevant.contains(f))
                .collect();
            reach.relevant.extend(&next);
            frontier = next.into_iter().collect();
        }
    }

    pub(crate) fn is_thin(&self, program: &Program<'_>, f: FuncRef) -> bool {
        program.look_into(f.module);
        self.thin.contains(&f)
    }

    pub(crate) fn is_relevant(&self, program: &Program<'_>, f: FuncRef) -> bool {
        let named = outermost(program, f);
        note(About::Relevant, &program.identities.of_function(named));
        self.relevant.contains(&named)
    }

    /// Closures of a function that may hold operations of interest, in source order.
    pub(crate) fn closures_of<'r>(
        &'r self,
        program: &Program<'_>,
        f: FuncRef,
    ) -> impl Iterator<Item = FuncRef> + use<'r> {
        note(About::Closures, &program.identities.of_function(f));
        self.closures.get(&f).into_iter().flatten().copied().filter(move |c| *c != f)
    }

    pub(crate) fn is_small(&self, program: &Program<'_>, f: FuncRef) -> bool {
        program.look_into(f.module);
        self.small.contains(&f)
    }

    pub(crate) fn is_reassigned(&self, global: &str) -> bool {
        note(About::Reassigned, global);
        let is_reassigned = self.reassigned.contains(global);
        if !is_reassigned {
            note(About::Assigned, global);
        }
        is_reassigned
    }

    /// Every answer that depends on more than a function's own text.
    pub(crate) fn answers(&self, who: &Identities, answers: &mut Answers) {
        self.relevant.iter().for_each(|f| answers.add(About::Relevant, &who.of_function(*f), &true));
        self.closures.iter().for_each(|(f, closures)| {
            let closures: Vec<_> = closures.iter().map(|c| who.of_function(*c)).collect();
            answers.add(About::Closures, &who.of_function(*f), &closures);
        });
        self.reassigned.iter().for_each(|name| answers.add(About::Reassigned, name.as_str(), &true));
    }

    pub(crate) fn direct(&self) -> impl Iterator<Item = FuncRef> + '_ {
        self.direct.union(&self.meeting).copied()
    }

    /// Functions that some of these call or name.
    pub(crate) fn called_by(&self, some: &BTreeSet<FuncRef>) -> impl Iterator<Item = FuncRef> {
        self.callers.iter().filter(|(_, callers)| !callers.is_disjoint(some)).map(|(called, _)| *called)
    }

    pub(crate) fn callers_of(&self, f: FuncRef) -> impl Iterator<Item = FuncRef> + '_ {
        self.callers.get(&f).into_iter().flatten().copied()
    }
}

/// The named function around a closure.
pub(crate) fn outermost(program: &Program<'_>, mut at: FuncRef) -> FuncRef {
    while let FunctionKind::Closure { parent: Some(parent) } = program.function(at).kind {
        at.func = parent;
    }
    at
}

/// Looks something up in a map, waits, and stores in a map.
fn meets(body: &dogpile_ir::Block) -> bool {
    let (mut looks, mut waits, mut stores) = (false, false, false);
    each_stmt(body, &mut |stmt| match &stmt.kind {
        StmtKind::Let { targets, value } => {
            stores |= targets.iter().any(|t| matches!(t, Place::Index(..)));
            match value {
                dogpile_ir::Rvalue::Lookup(..) => looks = true,
                dogpile_ir::Rvalue::Receive(_) => waits = true,
                dogpile_ir::Rvalue::Call(call) => {
                    let is = |wanted: &str| matches!(&call.callee, dogpile_ir::Callee::Method { name, .. } if &**name == wanted);
                    waits |= is("Wait");
                    looks |= is("LoadOrStore");
                    stores |= is("LoadOrStore");
                }
                _ => {}
            }
        }
        StmtKind::Choose { .. } => waits = true,
        _ => {}
    });
    looks && waits && stores
}

/// One call, whose arguments are the function's own parameters: a client behind another name.
fn hands_on(function: &dogpile_ir::Function, body: &dogpile_ir::Block) -> bool {
    let params: BTreeSet<_> = function.params.iter().map(|p| p.local).collect();
    let mut calls = 0;
    let mut passes = 0;
    let mut other = false;
    let mut same_name = false;
    each_stmt(body, &mut |stmt| match &stmt.kind {
        StmtKind::Let { value: dogpile_ir::Rvalue::Call(call), .. } => {
            same_name |= renames(&function.name, &call.callee);
            let given =
                call.args.iter().filter(|a| matches!(&a.kind, ValueKind::Local(l) if params.contains(l))).count();
            other |= given < call.args.len();
            calls += 1;
            passes = passes.max(given);
        }
        StmtKind::Let { .. } | StmtKind::Return { .. } => {}
        _ => other = true,
    });
    !other && same_name && calls > 0 && calls <= 3 && passes > 0 && body.len() <= 5
}

/// A wrapper says what the client says; `unlock` or `finish` around a DEL mean more than it.
fn renames(wrapper: &str, inner: &dogpile_ir::Callee) -> bool {
    let inner = match inner {
        dogpile_ir::Callee::Named(name) | dogpile_ir::Callee::Method { name, .. } => {
            crate::names::last(name).to_ascii_lowercase()
        }
        dogpile_ir::Callee::Value(_) => return false,
    };
    let wrapper = crate::names::last(wrapper).to_ascii_lowercase();
    let kin: &[&str] = match inner.as_str() {
        "del" | "delete" | "unlink" | "deletectx" | "delctx" => {
            &["del", "remove", "unlink", "clear", "evict", "invalidate"]
        }
        "do" | "process" | "docontext" | "exec" => {
            &["do", "exec", "command", "cmd", "del", "set", "get", "expire", "eval", "run"]
        }
        "eval" | "evalsha" | "run" => &["eval", "script", "lua", "run"],
        _ => &[],
    };
    inner.len() >= 3 && (wrapper.contains(&inner) || inner.contains(&wrapper))
        || kin.iter().any(|w| wrapper.contains(w))
}

/// Whether a call can take or renew a lock, run a script or start a flight.
fn locks(does: &Does) -> bool {
    match does {
        Does::Command { words, .. } => match words.first() {
            Some(WordRow::Text(word)) => {
                let conditional = words.iter().any(|w| match w {
                    WordRow::Text(t) => t == "NX" || (word == "SET" && t.ends_with("...")),
                    WordRow::When { word, .. } => word == "NX",
                    WordRow::Optional { .. } | WordRow::Map { .. } => true,
                    WordRow::Ttl(_) => false,
                });
                conditional
                    || matches!(word.as_str(), "SETNX" | "PEXPIRE" | "EXPIRE" | "MSETNX")
                    || word.starts_with('$')
            }
            _ => true,
        },
        Does::Cache { .. } => false,
        _ => interesting(does),
    }
}

/// Whether a call operates on a lock, a cache or a flight.
pub(crate) fn interesting(does: &Does) -> bool {
    matches!(
        does,
        Does::Command { .. }
            | Does::MakesCommand { .. }
            | Does::Executes { .. }
            | Does::Eval { .. }
            | Does::RunsQueued { .. }
            | Does::Acquire(_)
            | Does::Release(_)
            | Does::Renew(_)
            | Does::Flight { .. }
            | Does::Cache { .. }
    )
}
