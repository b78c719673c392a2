//! `a?.b()`: what follows a `?.` runs only where what stands before it is something.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, unwrapped};
use dogpile_ir::{BinaryOp, Block, Place, Rvalue, StmtKind, Value, ValueKind};
use tree_sitter::Node;

/// An optional chain being translated.
pub(crate) struct Chain {
    /// Ids of its links.
    links: Vec<usize>,
    /// The blocks around, and the tests that guard what comes.
    opens: Vec<(Block, Value)>,
}

impl<'t> Lowering<'t> {
    /// Whether a chain starts (from its outermost link) that calls something behind a `?.`: a mere read is a field.
    pub(crate) fn starts_optional(&self, node: Node<'t>) -> bool {
        if self.chains.last().is_some_and(|c| c.links.contains(&node.id())) {
            return false;
        }
        let mut calls = false;
        let mut at = node;
        while let Some(inner) = inner_link(at) {
            calls |= at.kind() == "call_expression";
            if calls && is_optional(at) {
                return true;
            }
            at = inner;
        }
        false
    }

    /// The whole chain; `wanted`: for its value too.
    pub(crate) fn optional(&mut self, node: Node<'t>, wait: Wait, wanted: bool) -> Rvalue {
        let span = self.span(node);
        let mut links = vec![];
        let mut at = node;
        while let Some(inner) = inner_link(at) {
            links.push(at.id());
            at = inner;
        }
        self.chains.push(Chain { links, opens: vec![] });
        let result = self.rvalue(node, wait);
        let opens = self.chains.pop().map_or(vec![], |c| c.opens);
        if opens.is_empty() {
            return result;
        }
        let temp = wanted.then(|| self.temp(span));
        self.assign(temp.map(Place::Local).into_iter().collect(), result, span);
        let count = opens.len();
        for (n, (around, cond)) in opens.into_iter().rev().enumerate() {
            let then = std::mem::replace(&mut self.out, around);
            if let (Some(temp), true) = (temp, n + 1 == count) {
                let nil = self.nil(span);
                self.assign(vec![Place::Local(temp)], Rvalue::Use(nil), span);
            }
            self.emit(StmtKind::If { cond, then, otherwise: vec![] }, span);
        }
        Rvalue::Use(match temp {
            Some(temp) => Value::new(ValueKind::Local(temp), span),
            None => self.nil(span),
        })
    }

    /// What stands before a link; behind a `?.` of the chain at hand, what comes is guarded.
    pub(crate) fn guarded(&mut self, link: Node<'t>, base: Value) -> Value {
        if !is_optional(link) || !self.chains.last().is_some_and(|c| c.links.contains(&link.id())) {
            return base;
        }
        let span = base.span;
        let base = match &base.kind {
            ValueKind::Local(_) | ValueKind::Global(_) | ValueKind::Field(..) => base,
            _ => self.hoist(Rvalue::Use(base), span),
        };
        let nil = self.nil(span);
        let cond = Value::new(ValueKind::Binary(BinaryOp::Ne, Box::new(base.clone()), Box::new(nil)), span);
        let around = std::mem::take(&mut self.out);
        if let Some(chain) = self.chains.last_mut() {
            chain.opens.push((around, cond));
        }
        base
    }
}

/// What a link of a chain hangs on.
fn inner_link(node: Node<'_>) -> Option<Node<'_>> {
    let field = match node.kind() {
        "call_expression" => "function",
        "member_expression" | "subscript_expression" => "object",
        _ => return None,
    };
    node.field(field).map(unwrapped)
}

fn is_optional(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|n| matches!(n.kind(), "optional_chain" | "?."))
}
