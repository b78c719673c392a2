//! Package-level variables and constants: what they hold when the program has started.

use super::Explorer;
use super::lookups::Library;
use super::state::{Start, State};
use crate::sym::{FrameId, S, Scale, Sym, Val};
use dogpile_ir::{Global, Name};
use dogpile_models::ValueKind;
use dogpile_source::Span;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Initialisers that are made of one another: so many are followed in a row.
const MAX_CHAIN: usize = 100;

/// Initialisers that are being run.
#[derive(Default)]
pub(crate) struct Globals<'a> {
    running: BTreeSet<&'a str>,
    /// One of them was asked for while it runs: what comes out depends on where it began.
    broken: bool,
    /// What came out of others: they are the same on every path.
    built: FxHashMap<&'a str, (Val, Start)>,
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn global(&mut self, at: FrameId, name: &Name, span: Span, state: &mut State<'a>) -> Val {
        if let Some(sym) = crate::constants::standard(name) {
            return Val::new(sym, span);
        }
        if let Some(f) = self.cx.program.function_named(name) {
            return Val::new(Sym::Func(f, None), span);
        }
        let this: S = Arc::new(Sym::Global(name.clone()));
        if let Some(known) = state.field(&this, "") {
            return known.clone();
        }
        let here = self.frame(at).func.module;
        let declared = self.cx.program.global(name).filter(|(module, _)| !self.cx.program.is_client_to(here, *module));
        let Some((module, global)) = declared else {
            let sym = self.library_value(name, span).map_or(this, Arc::new);
            return Val { sym, span };
        };
        self.out.passed.globals.extend(std::iter::once(global.span).chain(global.value.as_ref().map(|v| v.span)));
        if let Some(path) = &global.embeds {
            let from = self.cx.program.sources.get(self.cx.program.module_at(module).file);
            if let Some(text) = (self.cx.embeds)(from.map_or("", |f| f.path.as_str()), path) {
                return Val::new(Sym::Str(text.into()), global.span);
            }
        }
        let changes = !global.constant && self.cx.reach.is_reassigned(name);
        if changes {
            return Val { sym: this, span };
        }
        if let Some((val, start)) = self.globals.built.get(&*global.name) {
            state.start_with(start);
            return val.clone();
        }
        // A cycle of initialisers ends here.
        let too_long = self.globals.running.len() >= MAX_CHAIN;
        self.out.cut |= too_long;
        if too_long || !self.globals.running.insert(&global.name) {
            self.globals.broken = true;
            return Val { sym: this, span };
        }
        let outer = std::mem::take(&mut self.globals.broken);
        let (val, start) = self.built(module, global, this, span);
        self.globals.running.remove(&*global.name);
        state.start_with(&start);
        if !self.globals.broken && global.value.is_some() {
            self.globals.built.insert(&global.name, (val.clone(), start));
        }
        self.globals.broken |= outer;
        val
    }

    /// It is built when the program starts: nothing of any path is there then.
    fn built(&mut self, module: u32, global: &'a Global, this: S, span: Span) -> (Val, Start) {
        let at = self.initialiser_frame(module);
        let ends = self.block(at, &global.init, vec![State::new()]);
        let end = ends.into_iter().find(|(_, flow)| matches!(flow, super::Flow::Next));
        let mut state = end.map_or_else(State::new, |(state, _)| state.settled());
        let val = match &global.value {
            Some(value) => self.initial(at, value, global.constant, &this, &mut state),
            None => Val { sym: this.clone(), span },
        };
        state.set_field(this, "".into(), val.clone());
        (val, state.start())
    }

    fn initial(
        &mut self,
        at: FrameId,
        value: &'a dogpile_ir::Value,
        constant: bool,
        this: &S,
        state: &mut State<'a>,
    ) -> Val {
        let val = self.eval(at, value, state);
        let sym = match &*val.sym {
            Sym::Result(..) | Sym::Unknown if !constant && *made_at_start(&val.sym) == *val.sym => this.clone(),
            Sym::Concat(parts) => Arc::new(Sym::Concat(parts.iter().map(made_at_start).collect())),
            _ => made_at_start(&val.sym),
        };
        Val { sym, span: value.span }
    }

    /// A constant or variable of a library: a word, the process's id.
    fn library_value(&self, name: &Name, span: Span) -> Option<Sym> {
        match self.of_library(name)? {
            Library::Text(text) => Some(text.parse().map_or_else(|_| Sym::Str(text), |n| Sym::Int(n, Scale::Bare))),
            Library::Value(ValueKind::Fresh) => Some(Sym::Fresh(span)),
            Library::Value(ValueKind::PerProcess) => Some(Sym::PerProcess(span)),
            Library::Value(ValueKind::Clock) => Some(Sym::Clock(span, Scale::Point)),
            Library::Value(_) => None,
        }
    }
}

/// Made once, when the process starts: what would be new each time is one value for all of them.
fn made_at_start(sym: &S) -> S {
    match &**sym {
        Sym::Fresh(at) | Sym::Clock(at, _) => Arc::new(Sym::PerProcess(*at)),
        // A text made of it.
        Sym::Result(at, _, _, given) if given.iter().any(|part| part.any(&mut |s| matches!(s, Sym::Fresh(_)))) => {
            Arc::new(Sym::PerProcess(*at))
        }
        _ => sym.clone(),
    }
}
