//! `new C(…)`.

use crate::calls::callee_name;
use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, bare, kids, only_kid};
use crate::scope::{Binding, ItemKind};
use dogpile_ir::{Call, Callee, QualName, Rvalue, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn new_expression(&mut self, node: Node<'t>, wait: Wait) -> Rvalue {
        let span = self.span(node);
        let Some(class) = node.field("constructor").map(bare) else {
            return Rvalue::Use(self.opaque_value("incomplete call", span));
        };
        if let Some(sleep) = self.sleep(node, class, wait) {
            return sleep;
        }
        let name_span = self.span(callee_name(class));
        let callee = match self.class_name(class) {
            Some(name) => Callee::Named(format!("{name}.new").into()),
            None => {
                let receiver = self.expr(class);
                Callee::Method { receiver: Box::new(receiver), name: "new".into() }
            }
        };
        let (args, spread) = node.field("arguments").map_or((vec![], false), |n| self.arguments(n));
        let is_promise = matches!(&callee, Callee::Named(name) if &**name == "builtin.Promise.new");
        let awaited = !is_promise || wait != Wait::Later;
        Rvalue::Call(Call { callee, args, spread, awaited, span, name_span })
    }

    /// The canonical name of a class that an expression names.
    pub(crate) fn class_name(&mut self, node: Node<'t>) -> Option<QualName> {
        let node = bare(node);
        match node.kind() {
            "identifier" | "type_identifier" => match (self.resolve(self.text_of(node)), self.name(self.text_of(node)))
            {
                (Some(Binding::Item(_, ItemKind::Var)), _) => None,
                (_, ValueKind::Global(full)) => Some(full),
                _ => None,
            },
            "member_expression" => {
                let object = node.field("object")?;
                let member = self.field_text(node, "property");
                if let Some(full) = self.member_name(object, member) {
                    return Some(full);
                }
                let inner = bare(object);
                let imported = inner.kind() == "identifier"
                    && matches!(self.resolve(self.text_of(inner)), Some(Binding::Import(_)));
                if imported { Some(format!("{}.{member}", self.class_name(inner)?).into()) } else { None }
            }
            "this" => match self.frames.last().map(|f| f.this.clone()) {
                Some(crate::lowering::This::Class(full)) => Some(full),
                _ => None,
            },
            "class" => Some(self.class_value(node)),
            _ => self.module_of(node).map(|path| format!("{path}.default").into()),
        }
    }

    /// `new Promise(r => setTimeout(r, ms))`.
    fn sleep(&mut self, node: Node<'t>, class: Node<'t>, wait: Wait) -> Option<Rvalue> {
        if self.text_of(class) != "Promise" || self.resolve("Promise").is_some() {
            return None;
        }
        let executor = bare(only_kid(node.field("arguments")?)?);
        if !matches!(executor.kind(), "arrow_function" | "function_expression") {
            return None;
        }
        let resolve = match executor.field("parameter") {
            Some(only) => only,
            None => {
                let first = kids(executor.field("parameters")?).into_iter().next()?;
                first.field("pattern").or(first.field("name"))?
            }
        };
        let timer = only_statement(executor.field("body")?)?;
        if timer.kind() != "call_expression"
            || !matches!(self.field_text(timer, "function"), "setTimeout" | "globalThis.setTimeout")
            || self.resolve("setTimeout").is_some()
        {
            return None;
        }
        let arguments = kids(timer.field("arguments")?);
        if arguments.len() != 2 {
            return None;
        }
        let (done, duration) = (bare(*arguments.first()?), *arguments.get(1)?);
        let name = self.text_of(resolve);
        let resolves = match done.kind() {
            "identifier" => self.text_of(done) == name,
            "arrow_function" | "function_expression" => {
                let call = only_statement(done.field("body")?)?;
                let given = call.field("arguments").map_or(vec![], kids);
                // A promise that comes to something is more than a pause.
                let nothing = given.iter().all(|n| matches!(n.kind(), "null" | "undefined"));
                call.kind() == "call_expression" && self.field_text(call, "function") == name && nothing
            }
            _ => false,
        };
        if !resolves {
            return None;
        }
        let duration = self.expr(duration);
        let span = self.span(node);
        let name_span = self.span(callee_name(timer.field("function")?));
        let callee = Callee::Named("builtin.sleep".into());
        let awaited = wait != Wait::Later;
        Some(Rvalue::Call(Call { callee, args: vec![duration], spread: false, awaited, span, name_span }))
    }
}

/// The expression that a body consists of.
fn only_statement(body: Node<'_>) -> Option<Node<'_>> {
    if body.kind() != "statement_block" {
        return Some(bare(body));
    }
    match kids(body).as_slice() {
        [only] if matches!(only.kind(), "expression_statement" | "return_statement") => only_kid(*only).map(bare),
        _ => None,
    }
}
