//! One key, handle or token for two acquisitions at a time.

use super::Explorer;
use super::call::CallSite;
use super::state::{State, Status};
use crate::keys;
use crate::lifecycle::{HandleHome, SharedHandle};
use crate::sym::{S, Sym, Val};
use dogpile_ir::{Callee, ValueKind};
use dogpile_models::{ContextOrigin, Does, Role};
use dogpile_source::Span;

impl<'a> Explorer<'a, '_> {
    /// An acquire, before its path splits: who else has its key, and its handle.
    pub(super) fn note_sharing(&mut self, slot: usize, key: &Val, site: &CallSite<'a>, state: &State<'a>) {
        self.regions.opened(slot);
        let server = self.server(site);
        self.out.sessions[slot].beyond.server = server;
        if is_one_key(&key.sym) {
            for held in state.held.iter().filter(|h| h.slot != slot && h.status == Status::Won && !h.examined) {
                let (outer, inner) = (&self.out.sessions[held.slot], &self.out.sessions[slot]);
                let one_server = outer.beyond.server.is_some() && outer.beyond.server == inner.beyond.server;
                let apart = [outer, inner].iter().any(|s| s.reentrant || s.blurred)
                    || outer.beyond.region != inner.beyond.region;
                if outer.key.sym == key.sym && one_server && !apart && outer.library == inner.library {
                    self.out.sessions[held.slot].beyond.nested.insert(slot);
                }
            }
        }
        if self.out.sessions[slot].beyond.shared.is_none() {
            let shared = self.shared_handle(slot, site);
            self.out.sessions[slot].beyond.shared = shared;
        }
    }

    /// A second try elsewhere got the lock that this one did not.
    pub(super) fn is_won_by_another(&self, held: &super::state::Held, state: &State<'a>) -> bool {
        held.status != Status::Won
            && state.held.iter().any(|h| {
                h.slot != held.slot
                    && h.status == Status::Won
                    && self.out.sessions[h.slot].key.sym == self.out.sessions[held.slot].key.sym
            })
    }

    /// The client that is asked; for a lock object, whatever stands for its library.
    fn server(&self, site: &CallSite<'a>) -> Option<S> {
        let role = |val: &Val| {
            let ty = self.sym_type(&val.sym);
            ty.name().and_then(|n| self.cx.program.models.type_of(n)).map(|(_, t)| t.role)
        };
        let given = || site.receiver.iter().chain(&site.args);
        let client =
            given().find(|v| role(v) == Some(Role::Client)).or(site.receiver.as_ref()).or(site.args.first())?;
        match role(client) {
            Some(Role::Lock) => Some(std::sync::Arc::new(Sym::Str("lock".into()))),
            _ if *client.sym == Sym::Unknown => None,
            _ => Some(client.sym.clone()),
        }
    }

    fn shared_handle(&self, slot: usize, site: &CallSite<'a>) -> Option<SharedHandle> {
        let facts = &self.out.sessions[slot];
        if facts.library && facts.library_token.as_deref() != Some("none") {
            let Callee::Method { receiver, .. } = &site.call.callee else { return None };
            let val = site.receiver.as_ref()?;
            let is_lock = matches!(self.role(&val.sym), Some(Role::Lock))
                || self
                    .sym_type(&val.sym)
                    .name()
                    .and_then(|n| self.cx.program.models.type_of(n))
                    .is_some_and(|(_, t)| t.role == Role::Lock);
            if !is_lock {
                return None;
            }
            let module = self.cx.program.module(self.frame(site.frame).func);
            let name = crate::names::describe(receiver, module);
            if self.regions.is_shared_by_runs(&val.sym) {
                return Some(SharedHandle {
                    token: false,
                    home: HandleHome::Loop,
                    name,
                    concurrent: site.call.name_span,
                });
            }
            let home = match (&receiver.kind, &*val.sym) {
                (ValueKind::Global(_), _) | (_, Sym::Global(_)) => HandleHome::Package,
                (_, Sym::Field(base, _)) if self.outlives(base) => HandleHome::Field,
                _ => return None,
            };
            return Some(SharedHandle { token: false, home, name, concurrent: self.concurrent(site)? });
        }
        let token = facts.token.as_ref()?;
        let Sym::Field(base, name) = &*token.sym else { return None };
        let telling = crate::names::last(name).to_ascii_lowercase();
        // A field that callers fill in is their token; one that says which process it is, is the same for all.
        if !self.outlives(base)
            || !["instance", "node", "host", "process", "worker", "server", "machine", "replica", "pod"]
                .iter()
                .any(|w| telling.contains(w))
            || facts.key.sym.any(&mut |s| *s == **base)
        {
            return None;
        }
        Some(SharedHandle {
            token: true,
            home: HandleHome::Field,
            name: name.to_string(),
            concurrent: self.concurrent(site)?,
        })
    }

    /// An object that was there before the acquisition, and serves others: the receiver of the function, or a package's.
    fn outlives(&self, base: &S) -> bool {
        match &**base {
            Sym::Param(module, local, _) => {
                let functions = &self.cx.program.module_at(*module).functions;
                functions.iter().any(|f| f.receiver.as_ref().is_some_and(|r| r.local == *local))
            }
            Sym::Global(_) => true,
            Sym::Field(base, _) => self.outlives(base),
            _ => false,
        }
    }

    /// What runs several times at once: a handler of requests, or a loop that starts goroutines.
    fn concurrent(&self, site: &CallSite<'a>) -> Option<Span> {
        if self.regions.is_started_in_loop() {
            return Some(site.call.name_span);
        }
        let mut at = Some(site.frame);
        while let Some(frame) = at {
            let info = self.frame(frame);
            if info.func.func.0 != u32::MAX {
                let function = self.cx.program.function(info.func);
                if let Some(request) = function.params.iter().find(|p| p.ty.name().is_some_and(|n| self.is_request(n)))
                {
                    return Some(self.cx.program.module(info.func).local(request.local).span);
                }
            }
            at = info.caller.or(info.parent);
        }
        None
    }

    /// A type that gives a request's context.
    fn is_request(&self, ty: &str) -> bool {
        let models = self.cx.program.models;
        ["Context", "UserContext", "Request"].iter().filter_map(|m| models.method(ty, m, 0)).any(|row| {
            match &row.call.does {
                Does::Context(context) => context.origin == ContextOrigin::Request,
                Does::Makes { ty, .. } => {
                    models.method(&models.qualified_type(row.client, ty), "Context", 0).is_some_and(
                        |inner| matches!(&inner.call.does, Does::Context(c) if c.origin == ContextOrigin::Request),
                    )
                }
                _ => false,
            }
        })
    }
}

/// Whether equal expressions are one key: nothing in it changes from one evaluation to the next.
fn is_one_key(key: &Sym) -> bool {
    keys::is_telling(key)
        && !key.any(&mut |s| {
            matches!(
                s,
                Sym::Unknown
                    | Sym::Phi(_)
                    | Sym::Fresh(_)
                    | Sym::Clock(..)
                    | Sym::List(_)
                    | Sym::Index(..)
                    | Sym::Result(..)
                    | Sym::Read(..)
            )
        })
}
