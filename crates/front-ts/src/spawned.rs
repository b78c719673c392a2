//! Work that nobody waits for.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, has_word, unwrapped};
use dogpile_ir::{Call, Callee, Lit, Rvalue, Stmt, StmtKind, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// `void f()`, `f().catch(…)` as a statement, `(async () => …)()`.
    pub(crate) fn forget(&mut self, node: Node<'t>) {
        let node = unwrapped(node);
        let span = self.span(node);
        if self.is_promise_chain(node) {
            let body = self.nested(|s| {
                s.chain(node, false);
            });
            return self.emit(StmtKind::Spawn { body, handle: None }, span);
        }
        if node.kind() != "call_expression" || self.starts_optional(node) {
            return self.effect(node);
        }
        // What is called and with what is settled now.
        match self.call(node, Wait::Now) {
            Rvalue::Call(call) => {
                let value = Rvalue::Call(self.frozen(call));
                let body = vec![Stmt { kind: StmtKind::Let { targets: vec![], value }, span }];
                self.emit(StmtKind::Spawn { body, handle: None }, span);
            }
            Rvalue::Use(_) => {}
            value => {
                let body = vec![Stmt { kind: StmtKind::Let { targets: vec![], value }, span }];
                self.emit(StmtKind::Spawn { body, handle: None }, span);
            }
        }
    }

    /// Whether a call runs an async function made where it stands.
    pub(crate) fn is_async_closure_call(&self, node: Node<'t>) -> bool {
        node.kind() == "call_expression"
            && node
                .field("function")
                .map(unwrapped)
                .is_some_and(|f| matches!(f.kind(), "arrow_function" | "function_expression") && has_word(f, "async"))
    }

    fn frozen(&mut self, mut call: Call) -> Call {
        call.args = call.args.into_iter().map(|arg| self.freeze(arg)).collect();
        if let Callee::Method { receiver, .. } = &mut call.callee
            && !is_path(receiver)
        {
            let value = std::mem::replace(&mut **receiver, Value::new(ValueKind::Lit(Lit::Nil), call.span));
            **receiver = self.freeze(value);
        }
        call
    }

    /// A copy of what a value is now, unless it can only ever be that.
    fn freeze(&mut self, value: Value) -> Value {
        let is_temp = matches!(&value.kind, ValueKind::Local(local) if self.build.module.local(*local).name.is_empty());
        if is_temp || is_constant(&value) {
            return value;
        }
        let span = value.span;
        self.hoist(Rvalue::Use(value), span)
    }
}

/// A variable, or fields of one: read again when the call runs, it is still the same object in all but odd code.
fn is_path(value: &Value) -> bool {
    let mut value = value;
    loop {
        match &value.kind {
            ValueKind::Field(base, _) | ValueKind::Convert(_, base) => value = base,
            ValueKind::Local(_) | ValueKind::Global(_) => return true,
            _ => return false,
        }
    }
}

fn is_constant(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Lit(_) | ValueKind::Closure(_) | ValueKind::Opaque(_) => true,
        ValueKind::Neg(inner) | ValueKind::Convert(_, inner) => is_constant(inner),
        _ => false,
    }
}
