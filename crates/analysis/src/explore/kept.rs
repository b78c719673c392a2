//! What a path has put into a map or record of this process, and takes out again: tokens, from `lock()` to `unlock()`.

use super::Explorer;
use super::state::State;
use crate::sym::{FrameId, S, Sym, Val};
use std::sync::Arc;

/// The field of an item that holds what is there.
const ITEM: &str = "[]";

impl<'a> Explorer<'a, '_> {
    /// An item is set. A flight that others join is no value that somebody keeps for later.
    pub(super) fn keep_item(&mut self, frame: FrameId, map: &Val, key: &Val, val: &Val, state: &mut State<'a>) {
        let unknown = |val: &Val| val.sym.any(&mut |part| matches!(part, Sym::Unknown));
        let place = (map.sym.clone(), key.sym.clone());
        let flight = self.local.entries.iter().any(|entry| entry.place == place);
        if !self.throws(frame) || unknown(map) || unknown(key) || flight || matches!(*map.sym, Sym::List(_)) {
            return;
        }
        let item = item(map, key);
        if crate::fold::is_something(&val.sym) {
            state.set_field(item, ITEM.into(), val.clone());
        } else {
            state.forget_fields(&item);
        }
    }

    /// An item is taken out.
    pub(super) fn drop_item(&mut self, frame: FrameId, map: &Val, key: &Val, state: &mut State<'a>) {
        let item = item(map, key);
        if self.throws(frame) && kept_item(&item, state).is_some() {
            state.set_field(item, ITEM.into(), Val::new(Sym::Nil, key.span));
        }
    }
}

/// What this path has left in an item.
pub(super) fn kept_item<'s>(item: &S, state: &'s State<'_>) -> Option<&'s Val> {
    state.field(item, ITEM)
}

fn item(map: &Val, key: &Val) -> S {
    Arc::new(Sym::Index(map.sym.clone(), key.sym.clone()))
}
