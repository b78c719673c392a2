//! Variables and fields: where a value is stored.

use super::Explorer;
use super::state::State;
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{LocalId, Place};
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    /// The frame that owns a local as seen from `frame`: its own, or that of the function around a closure.
    pub(super) fn home(&self, frame: FrameId, local: LocalId) -> FrameId {
        let module = self.frame(frame).func.module;
        let Some(owner) = self.cx.program.module_at(module).local(local).owner else { return frame };
        let mut at = Some(frame);
        while let Some(f) = at {
            let info = self.frame(f);
            if info.func.module == module && info.func.func == owner {
                return f;
            }
            at = info.parent;
        }
        frame
    }

    pub(super) fn is_temp(&self, home: FrameId, local: LocalId) -> bool {
        let module = self.frame(home).func.module;
        self.cx.program.module_at(module).local(local).name.is_empty()
    }

    /// A frame for initialisers of a module's globals: no function owns their temporaries.
    pub(super) fn initialiser_frame(&mut self, module: u32) -> FrameId {
        let func = crate::program::FuncRef { module, func: dogpile_ir::FuncId(u32::MAX) };
        self.push_frame(func, None, vec![])
    }

    /// A value, or where it has too many parts to be followed, an unknown one; then the exploration is told to be cut.
    fn bounded(&mut self, val: Val) -> Val {
        if !val.sym.is_too_large() {
            return val;
        }
        self.out.cut = true;
        Val { sym: Arc::new(Sym::Unknown), span: val.span }
    }

    pub(super) fn store(&mut self, frame: FrameId, target: &'a Place, val: Val, state: &mut State<'a>) {
        let val = self.bounded(val);
        match target {
            Place::Blank => {}
            Place::Local(local) => {
                let home = self.home(frame, *local);
                let captured = home != frame && !self.is_temp(home, *local);
                if captured {
                    self.tell(state);
                }
                state.set_local(home, *local, val);
            }
            Place::Global(name) => {
                self.tell(state);
                state.set_field(Arc::new(Sym::Global(name.clone())), "".into(), val);
            }
            Place::Field(base, name) => {
                let base = self.eval(frame, base, state);
                // A timer that is armed again tells nobody anything.
                if !matches!(*val.sym, Sym::Object(..) | Sym::Timer(_)) {
                    self.tell(state);
                }
                if *base.sym != Sym::Unknown {
                    state.set_field(base.sym, name.clone(), val);
                }
            }
            Place::Index(place, index) => {
                let base = self.eval(frame, place, state);
                let index = self.eval(frame, index, state);
                self.local_store(frame, place.span, &base, &index, &val);
                self.keep_item(frame, &base, &index, &val, state);
                if let (Sym::List(items), Some(at), dogpile_ir::ValueKind::Local(local)) =
                    (&*base.sym, index.sym.int(), &place.kind)
                    && let Ok(at) = usize::try_from(at)
                    && at < 64
                {
                    let mut items = items.clone();
                    while items.len() <= at {
                        items.push(Val::unknown(val.span));
                    }
                    items[at] = val;
                    let home = self.home(frame, *local);
                    state.set_local(home, *local, Val::new(Sym::List(items), base.span));
                    return;
                }
                if let Some(text) = index.sym.str() {
                    state.set_field(base.sym, text.into(), val);
                }
            }
            Place::Deref(base) => {
                let base = self.eval(frame, base, state);
                state.copy_fields(&val.sym, &base.sym);
            }
        }
    }
}
