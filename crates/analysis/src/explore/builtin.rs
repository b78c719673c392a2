//! The languages' own functions that matter for values and for telling others.

use super::call::{CallSite, Outs};
use super::state::State;
use super::unknown::results;
use super::{Explorer, Out};
use crate::sym::{Sym, Val};
use dogpile_ir::Type;
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    pub(super) fn builtin(&mut self, name: &str, site: &CallSite<'a>, mut state: State<'a>) -> Outs<'a> {
        let span = site.call.span;
        let given: Vec<_> = site.args.iter().map(|a| a.sym.clone()).collect();
        let sym = match name {
            "builtin.append" => {
                let mut items = match site.args.first().map(|a| &*a.sym) {
                    Some(Sym::List(items)) => items.clone(),
                    Some(Sym::Nil | Sym::Unknown) => vec![],
                    Some(_) => return vec![(state, Out::Values(results(span, name, 1, &given)))],
                    None => vec![],
                };
                items.extend(site.args.iter().skip(1).cloned());
                if items.len() > 64 { Sym::Unknown } else { Sym::List(items) }
            }
            "builtin.copy" => {
                // Bounds of the target are not kept: what is copied comes after what was set.
                if let (
                    Some(dogpile_ir::ValueKind::Slice(base) | dogpile_ir::ValueKind::Convert(_, base)),
                    Some(Sym::List(items)),
                ) = (site.call.args.first().map(|a| &a.kind), site.args.get(1).map(|a| &*a.sym))
                    && let dogpile_ir::ValueKind::Local(local) = base.kind
                {
                    let home = self.home(site.frame, local);
                    if let Some(Sym::List(head)) = state.local(home, local).map(|v| (*v.sym).clone()) {
                        let all = head.into_iter().chain(items.iter().cloned()).collect();
                        state.set_local(home, local, Val::new(Sym::List(all), span));
                    }
                }
                return vec![(state, Out::Values(results(span, name, 1, &given)))];
            }
            "builtin.new" => {
                let ty = site.call.args.first().map_or(Type::Unknown, |a| self.static_type(site.frame, a));
                self.alloc(ty, site.frame, span, &mut state)
            }
            "builtin.make" => match site.call.args.first().map(|a| self.static_type(site.frame, a)) {
                Some(Type::List(_)) => Sym::List(vec![]),
                Some(ty) => self.alloc(ty, site.frame, span, &mut state),
                None => Sym::Unknown,
            },
            "builtin.close" => {
                if let Some(chan) = site.args.first() {
                    self.fired(&chan.sym, span, &mut state);
                }
                return vec![(state, Out::Values(vec![]))];
            }
            "builtin.delete" => {
                if let (Some(map), Some(key)) = (site.args.first(), site.args.get(1)) {
                    self.local_delete(map, key);
                    self.drop_item(site.frame, map, key, &mut state);
                }
                return vec![(state, Out::Values(vec![]))];
            }
            "builtin.panic" => return vec![(state, Out::Raise(Val::new(Sym::Error("panic".into()), span)))],
            "builtin.min" | "builtin.max" => {
                match (site.args.first().and_then(|a| a.sym.int()), site.args.get(1).and_then(|a| a.sym.int())) {
                    (Some(a), Some(b)) => {
                        let n = if name == "builtin.min" { a.min(b) } else { a.max(b) };
                        Sym::Int(n, site.args[0].sym.scale())
                    }
                    _ => return vec![(state, Out::Values(results(span, name, 1, &given)))],
                }
            }
            "builtin.len" => match site.args.first().map(|a| &*a.sym) {
                Some(Sym::List(items)) => Sym::Int(items.len() as i128, crate::sym::Scale::Bare),
                _ => return vec![(state, Out::Values(results(span, name, 1, &given)))],
            },
            "builtin.typeof" => match site.args.first().map(|a| &*a.sym) {
                Some(Sym::Str(_) | Sym::Concat(_)) => Sym::Str("string".into()),
                Some(Sym::Int(..)) => Sym::Str("number".into()),
                Some(Sym::Bool(_)) => Sym::Str("boolean".into()),
                Some(Sym::Nil) => super::values::nothing(&["object", "undefined"]),
                _ => return vec![(state, Out::Values(results(span, name, 1, &given)))],
            },
            "builtin.recover" => {
                state.set_field(Arc::new(Sym::Global("recovered".into())), "".into(), Val::unknown(span));
                Sym::Unknown
            }
            _ => return vec![(state, Out::Values(results(span, name, 1, &given)))],
        };
        vec![(state, Out::Values(vec![Val::new(sym, span)]))]
    }

    pub(super) fn context_method(&mut self, name: &str, site: &CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let span = site.call.span;
        let Some(base) = &site.receiver else { return vec![(state, Out::Values(vec![]))] };
        let sym = match name {
            "Done" => Sym::Done(base.sym.clone()),
            _ => Sym::Result(span, 0, format!("Context.{name}").into(), vec![base.sym.clone()]),
        };
        vec![(state, Out::Values(vec![Val::new(sym, span), Val::unknown(span)]))]
    }
}
