//! Promises as what they come to: chains of `.then` become the statements that `await` would have made.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, bare, kids, unwrapped};
use dogpile_ir::{Call, Lit, LocalId, Place, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// `p.then(…)`, `p.catch(…)`, `p.finally(…)`.
    pub(crate) fn is_promise_chain(&self, node: Node<'t>) -> bool {
        let link = || {
            if node.kind() != "call_expression" {
                return None;
            }
            let function = unwrapped(node.field("function")?);
            if function.kind() != "member_expression" || function.field("optional_chain").is_some() {
                return None;
            }
            let list = node.field("arguments").filter(|n| n.kind() == "arguments")?;
            let count = kids(list).len();
            Some(match self.field_text(function, "property") {
                "then" => count == 1 || count == 2,
                "catch" | "finally" => count == 1,
                _ => false,
            })
        };
        link().unwrap_or(false)
    }

    /// A chain: in place where somebody waits for it, beside what follows otherwise.
    pub(crate) fn promise_chain(&mut self, node: Node<'t>, wait: Wait) -> Rvalue {
        let span = self.span(node);
        if wait != Wait::Later {
            let value = self.chain(node, true);
            return Rvalue::Use(value.unwrap_or_else(|| self.nil(span)));
        }
        let handle = self.temp(span);
        let body = self.nested(|s| {
            s.chain(node, false);
        });
        self.emit(StmtKind::Spawn { body, handle: Some(handle) }, span);
        Rvalue::Use(Value::new(ValueKind::Local(handle), span))
    }

    /// The statements of a chain, and what it comes to where that is `wanted`.
    pub(crate) fn chain(&mut self, node: Node<'t>, wanted: bool) -> Option<Value> {
        let node = unwrapped(node);
        if !self.enter(node) {
            return None;
        }
        let value = if self.is_promise_chain(node) {
            self.link(node, wanted)
        } else {
            let span = self.span(node);
            let value = self.rvalue(node, Wait::Now);
            if wanted {
                Some(self.settled(value, span))
            } else {
                if !matches!(value, Rvalue::Use(_)) {
                    self.assign(vec![], value, span);
                }
                None
            }
        };
        self.leave();
        value
    }

    fn link(&mut self, node: Node<'t>, wanted: bool) -> Option<Value> {
        let function = unwrapped(node.field("function")?);
        let before = function.field("object")?;
        let arguments = kids(node.field("arguments")?);
        let (first, second) = (*arguments.first()?, arguments.get(1).copied().filter(|n| !is_nothing(*n)));
        let span = self.span(node);
        match (self.field_text(function, "property"), second) {
            ("then", None) => {
                let value = self.chain(before, true)?;
                if is_nothing(first) {
                    return Some(value);
                }
                let call = self.reaction(first, vec![value], node);
                self.result(call, wanted, span)
            }
            ("then", Some(failed)) => self.two_ways(node, before, first, failed, wanted),
            ("catch", _) => {
                let temp = wanted.then(|| self.temp(span));
                let body = self.nested(|s| s.chain_into(before, temp));
                let caught = self.caught(span);
                let error = Value::new(ValueKind::Local(caught), span);
                let handler = self.nested(|s| {
                    let call = s.reaction(first, vec![error], node);
                    s.assign(temp.map(Place::Local).into_iter().collect(), call, span);
                });
                self.emit(StmtKind::Try { body, catch: Some((Some(caught), handler)), finally: vec![] }, span);
                temp.map(|t| Value::new(ValueKind::Local(t), span))
            }
            _ => {
                let temp = wanted.then(|| self.temp(span));
                let body = self.nested(|s| s.chain_into(before, temp));
                let finally = self.nested(|s| {
                    let call = s.reaction(first, vec![], node);
                    s.assign(vec![], call, span);
                });
                self.emit(StmtKind::Try { body, catch: None, finally }, span);
                temp.map(|t| Value::new(ValueKind::Local(t), span))
            }
        }
    }

    /// `p.then(a, b)`: `b` does not see what `a` raises.
    fn two_ways(
        &mut self,
        node: Node<'t>,
        before: Node<'t>,
        done: Node<'t>,
        failed: Node<'t>,
        wanted: bool,
    ) -> Option<Value> {
        let span = self.span(node);
        let (flag, value, result) = (self.temp(span), self.temp(span), self.temp(span));
        let truth = |b| Rvalue::Use(Value::new(ValueKind::Lit(Lit::Bool(b)), span));
        let body = self.nested(|s| {
            s.chain_into(before, Some(value));
            s.assign(vec![Place::Local(flag)], truth(true), span);
        });
        let caught = self.caught(span);
        let error = Value::new(ValueKind::Local(caught), span);
        let handler = self.nested(|s| {
            let call = s.reaction(failed, vec![error], node);
            s.assign(vec![Place::Local(result)], call, span);
        });
        self.assign(vec![Place::Local(flag)], truth(false), span);
        self.emit(StmtKind::Try { body, catch: Some((Some(caught), handler)), finally: vec![] }, span);
        let then: Vec<Stmt> = self.nested(|s| {
            let value = Value::new(ValueKind::Local(value), span);
            let outcome = if is_nothing(done) { Rvalue::Use(value) } else { s.reaction(done, vec![value], node) };
            s.assign(vec![Place::Local(result)], outcome, span);
        });
        let cond = Value::new(ValueKind::Local(flag), span);
        self.emit(StmtKind::If { cond, then, otherwise: vec![] }, span);
        wanted.then(|| Value::new(ValueKind::Local(result), span))
    }

    fn chain_into(&mut self, before: Node<'t>, temp: Option<LocalId>) {
        let span = self.span(before);
        let value = self.chain(before, temp.is_some());
        if let (Some(temp), Some(value)) = (temp, value) {
            // What was hoisted last is stored where it is wanted at once.
            if let Some(Stmt { kind: StmtKind::Let { targets, value: _ }, .. }) = self.out.last_mut()
                && targets.as_slice() == [Place::Local(local_of(&value).unwrap_or(temp))]
                && local_of(&value).is_some_and(|l| self.build.module.local(l).name.is_empty())
            {
                *targets = vec![Place::Local(temp)];
                return;
            }
            self.assign(vec![Place::Local(temp)], Rvalue::Use(value), span);
        }
    }

    fn result(&mut self, call: Rvalue, wanted: bool, span: dogpile_source::Span) -> Option<Value> {
        if wanted {
            return Some(self.hoist(call, span));
        }
        self.assign(vec![], call, span);
        None
    }

    /// A callback's call.
    fn reaction(&mut self, callback: Node<'t>, args: Vec<Value>, node: Node<'t>) -> Rvalue {
        let name_span = self.span(crate::calls::callee_name(callback));
        let (callee, mut all) = self.callee(callback, callback);
        all.extend(args);
        Rvalue::Call(Call { callee, args: all, spread: false, awaited: true, span: self.span(node), name_span })
    }

    pub(crate) fn caught(&mut self, span: dogpile_source::Span) -> LocalId {
        let owner = self.owner();
        self.build.local("error", Type::Unknown, span, owner)
    }

    /// `Promise.all(…)` and its like.
    pub(crate) fn promise_function(&mut self, node: Node<'t>, function: Node<'t>, wait: Wait) -> Option<Rvalue> {
        let function = unwrapped(function);
        if function.kind() != "member_expression"
            || self.field_text(function, "object") != "Promise"
            || self.resolve("Promise").is_some()
        {
            return None;
        }
        let span = self.span(node);
        let arguments = kids(node.field("arguments")?);
        let name = self.field_text(function, "property");
        match name {
            "all" | "allSettled" | "race" | "any" => {
                let list = bare(*arguments.first()?);
                let values = match list.kind() {
                    "array" => kids(list).into_iter().map(|n| self.expr(n)).collect(),
                    _ => vec![self.expr(list)],
                };
                let all = matches!(name, "all" | "allSettled");
                let value = if all { Rvalue::All(values) } else { Rvalue::Race(values) };
                if wait != Wait::Later {
                    return Some(value);
                }
                let handle = self.temp(span);
                let body = vec![Stmt { kind: StmtKind::Let { targets: vec![], value }, span }];
                self.emit(StmtKind::Spawn { body, handle: Some(handle) }, span);
                Some(Rvalue::Use(Value::new(ValueKind::Local(handle), span)))
            }
            "resolve" => Some(match arguments.first() {
                Some(value) => self.rvalue(*value, if wait == Wait::Now { Wait::PassedOn } else { wait }),
                None => Rvalue::Use(self.nil(span)),
            }),
            "reject" if wait != Wait::Later => {
                let value = match arguments.first() {
                    Some(error) => self.expr(*error),
                    None => self.nil(span),
                };
                self.emit(StmtKind::Raise { value }, span);
                Some(Rvalue::Use(self.nil(span)))
            }
            _ => None,
        }
    }
}

/// The local that a value is.
fn local_of(value: &Value) -> Option<LocalId> {
    match value.kind {
        ValueKind::Local(local) => Some(local),
        _ => None,
    }
}

/// `null`, `undefined`: no callback.
fn is_nothing(node: Node<'_>) -> bool {
    matches!(node.kind(), "null" | "undefined")
}
