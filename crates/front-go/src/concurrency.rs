//! `defer`, `go`, `select`.

use crate::calls::Called;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid, unwrapped};
use dogpile_ir::{Arm, Block, Call, Callee, Comm, Rvalue, Stmt, StmtKind, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn defer(&mut self, node: Node<'t>) {
        let span = self.span(node);
        if let Some(body) = self.later(node) {
            self.emit(StmtKind::Defer { body }, span);
        }
    }

    pub(crate) fn go(&mut self, node: Node<'t>) {
        let span = self.span(node);
        if let Some(body) = self.later(node) {
            self.emit(StmtKind::Spawn { body, handle: None }, span);
        }
    }

    /// What a `defer` or `go` runs later. Receiver and arguments are evaluated now, before it.
    fn later(&mut self, node: Node<'t>) -> Option<Block> {
        let Some(call) = only_kid(node).map(unwrapped) else {
            self.unknown_form(node);
            return None;
        };
        let span = self.span(call);
        if !matches!(call.kind(), "call_expression" | "type_conversion_expression") {
            self.unknown_form(node);
            return None;
        }
        let before = self.out.len();
        let called = self.call(call);
        // What is written when it runs, is not known from here on either; what stands here reads what is there now.
        self.lent.clear();
        let kind = match called {
            Called::Call(call) => StmtKind::Let { targets: vec![], value: Rvalue::Call(self.frozen(call)) },
            // A deferred `panic` has pushed its raise already: it belongs into the body.
            Called::Value(_)
                if self.out.len() > before
                    && matches!(self.out.last(), Some(Stmt { kind: StmtKind::Raise { .. }, .. })) =>
            {
                match self.out.pop()?.kind {
                    StmtKind::Raise { value } => StmtKind::Raise { value: self.freeze(value) },
                    kind => kind,
                }
            }
            Called::Value(value) => StmtKind::Let { targets: vec![], value: Rvalue::Use(self.freeze(value)) },
        };
        Some(vec![Stmt { kind, span }])
    }

    fn frozen(&mut self, mut call: Call) -> Call {
        call.args = call.args.into_iter().map(|arg| self.freeze(arg)).collect();
        if let Callee::Method { receiver, .. } = &mut call.callee
            && !is_path(receiver)
        {
            let value = std::mem::replace(&mut **receiver, Value::new(ValueKind::Lit(dogpile_ir::Lit::Nil), call.span));
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

    pub(crate) fn select(&mut self, node: Node<'t>, name: Option<&'t str>) {
        let span = self.span(node);
        let label = self.open(name, false);
        let mut arms = vec![];
        for part in kids(node) {
            let arm_span = self.span(part);
            self.names.push();
            let mut bindings = None;
            let comm = match part.kind() {
                "default_case" => Comm::Default,
                "communication_case" => {
                    self.note_errors(part);
                    match part.field("communication") {
                        // Channels and values to send are evaluated once, before the wait.
                        Some(send) if send.kind() == "send_statement" => {
                            Comm::Send { to: self.field_expr(send, "channel"), value: self.field_expr(send, "value") }
                        }
                        Some(receive) => {
                            bindings = Some(receive);
                            Comm::Receive { from: self.received(receive), targets: vec![] }
                        }
                        None => Comm::Receive { from: self.opaque_value("incomplete case", arm_span), targets: vec![] },
                    }
                }
                _ => {
                    self.names.pop();
                    continue;
                }
            };
            let comm = match (comm, bindings) {
                (Comm::Receive { from, .. }, Some(receive)) => {
                    let item = match self.type_of(&from) {
                        dogpile_ir::Type::Chan(item) => *item,
                        _ => dogpile_ir::Type::Unknown,
                    };
                    Comm::Receive { from, targets: self.receive_targets(receive, item) }
                }
                (comm, _) => comm,
            };
            let body = self.scoped(|s| {
                s.clause_statements(part);
            });
            self.names.pop();
            arms.push(Arm { comm, body, span: arm_span });
        }
        self.close();
        self.emit(StmtKind::Choose { label, arms }, span);
    }

    /// The channel of `<-ch` in a case.
    fn received(&mut self, receive: Node<'t>) -> Value {
        let right = receive.field("right").map(unwrapped);
        match right {
            Some(right) if right.kind() == "unary_expression" && self.operator(right) == "<-" => {
                self.field_expr(right, "operand")
            }
            Some(right) => self.expr(right),
            None => {
                let span = self.span(receive);
                self.opaque_value("incomplete case", span)
            }
        }
    }

    fn receive_targets(&mut self, receive: Node<'t>, item: dogpile_ir::Type) -> Vec<dogpile_ir::Place> {
        let Some(left) = receive.field("left") else { return vec![] };
        let mut cursor = receive.walk();
        let define = receive.children(&mut cursor).any(|n| n.kind() == ":=");
        let types = [item, dogpile_ir::Type::Named("bool".into())];
        crate::assign::list_of(left)
            .into_iter()
            .zip(types)
            .map(|(target, ty)| if define { self.define_place(target, ty) } else { self.place(target) })
            .collect()
    }
}

/// A variable, or fields of one: read again when the call runs, it is still the same object in all but odd code, and
/// the name stays what people recognise.
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
