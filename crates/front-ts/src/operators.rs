//! Chains of binary operators, and short circuits around calls.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::Lowering;
use dogpile_ir::{BinaryOp, Lit, Place, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

/// Operands from which on a sum is built as a balanced tree, and operators after which a chain goes on from a
/// temporary: whoever reads a value recurses into it, so that its height must not depend on the source.
const LONG: usize = 48;

impl<'t> Lowering<'t> {
    /// A binary expression. Its left spine is walked in a loop: texts of hundreds of `+` are common.
    pub(crate) fn binary(&mut self, node: Node<'t>, wait: Wait) -> Value {
        let mut spine = vec![];
        let mut at = node;
        let leftmost = loop {
            spine.push(at);
            match at.field("left") {
                Some(left) if left.kind() == "binary_expression" => at = left,
                Some(left) => break self.expr(left),
                None => {
                    let span = self.span(at);
                    break self.opaque_value("incomplete expression", span);
                }
            }
        };
        spine.reverse();
        let mut value = leftmost;
        let mut height = 0;
        let mut next = 0;
        while next < spine.len() {
            let operator = self.operator(spine[next]);
            let run = if operator == "+" {
                spine[next..].iter().take_while(|n| self.operator(**n) == operator).count()
            } else {
                1
            };
            if run >= LONG {
                let mut operands = vec![value];
                for part in &spine[next..next + run] {
                    operands.push(self.field_expr(*part, "right"));
                }
                value = sum(operands);
                next += run;
                height += 24;
            } else {
                let wait = if next + 1 == spine.len() { wait } else { Wait::Later };
                value = self.combine(value, operator, spine[next], wait);
                next += 1;
                height += 1;
            }
            if height >= LONG && next < spine.len() {
                let span = value.span;
                value = self.hoist(Rvalue::Use(value), span);
                height = 0;
            }
        }
        value
    }

    fn combine(&mut self, left: Value, operator: &str, node: Node<'t>, wait: Wait) -> Value {
        let span = self.span(node);
        if let Some(op) = logical(operator) {
            let Some(right) = node.field("right") else { return left };
            return self.short_circuit(left, op, right, wait, span);
        }
        if operator == "instanceof" {
            return self.instance(left, node);
        }
        let right = self.field_expr(node, "right");
        match operator {
            "**" | "in" => {
                let name = if operator == "in" { "in" } else { "Math.pow" };
                let call = self.builtin_call(name, vec![left, right], node, span);
                self.hoist(call, span)
            }
            _ => Value::new(ValueKind::Binary(binary_op(operator), Box::new(left), Box::new(right)), span),
        }
    }

    /// `value instanceof C`.
    fn instance(&mut self, value: Value, node: Node<'t>) -> Value {
        let span = self.span(node);
        let ty = match node.field("right") {
            Some(class) => match self.class_name(class) {
                Some(name) => Type::Named(name),
                None => {
                    self.expr(class);
                    Type::Unknown
                }
            },
            None => Type::Unknown,
        };
        let temp = self.typed_temp(Type::Named("bool".into()), span);
        self.assign(vec![Place::Blank, Place::Local(temp)], Rvalue::TypeTest(value, ty), span);
        Value::new(ValueKind::Local(temp), span)
    }

    /// `a && b`: where `b` calls something, `t = a; if t { …; t = b }`.
    pub(crate) fn short_circuit(
        &mut self,
        left: Value,
        op: BinaryOp,
        right: Node<'t>,
        wait: Wait,
        span: Span,
    ) -> Value {
        let right_span = self.span(right);
        let mut result = None;
        let mut hoisted = self.nested(|s| result = Some(s.rvalue(right, wait)));
        let Some(result) = result else { return left };
        let result = match result {
            Rvalue::Use(right) if hoisted.is_empty() => {
                return Value::new(ValueKind::Binary(op, Box::new(left), Box::new(right)), span);
            }
            Rvalue::Use(value) => value,
            // Stored under a name of its own, as any call in an expression.
            other => {
                let outer = std::mem::replace(&mut self.out, hoisted);
                let value = self.hoist(other, right_span);
                hoisted = std::mem::replace(&mut self.out, outer);
                value
            }
        };
        let temp = self.temp(span);
        let left_span = left.span;
        self.assign(vec![Place::Local(temp)], Rvalue::Use(left), left_span);
        let test = Value::new(ValueKind::Local(temp), left_span);
        let cond = match op {
            BinaryOp::And => test,
            BinaryOp::Coalesce => self.is_nil(test),
            _ => Value::new(ValueKind::Not(Box::new(test)), left_span),
        };
        let kind = StmtKind::Let { targets: vec![Place::Local(temp)], value: Rvalue::Use(result) };
        hoisted.push(Stmt { kind, span: right_span });
        self.emit(StmtKind::If { cond, then: hoisted, otherwise: vec![] }, span);
        Value::new(ValueKind::Local(temp), span)
    }
}

pub(crate) fn logical(operator: &str) -> Option<BinaryOp> {
    match operator {
        "&&" => Some(BinaryOp::And),
        "||" => Some(BinaryOp::Or),
        "??" => Some(BinaryOp::Coalesce),
        _ => None,
    }
}

pub(crate) fn binary_op(operator: &str) -> BinaryOp {
    match operator {
        "==" | "===" => BinaryOp::Eq,
        "!=" | "!==" => BinaryOp::Ne,
        "<" => BinaryOp::Lt,
        "<=" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "/" => BinaryOp::Div,
        "%" => BinaryOp::Rem,
        _ => BinaryOp::Bits,
    }
}

/// A sum of many operands with the height of a balanced tree; of numbers with a fraction only the last digits differ.
fn sum(mut operands: Vec<Value>) -> Value {
    while operands.len() > 1 {
        let mut pairs = Vec::with_capacity(operands.len().div_ceil(2));
        let mut rest = operands.into_iter();
        while let Some(left) = rest.next() {
            match rest.next() {
                Some(right) => {
                    let span = Span { file: left.span.file, start: left.span.start, end: right.span.end };
                    pairs.push(Value::new(ValueKind::Binary(BinaryOp::Add, Box::new(left), Box::new(right)), span));
                }
                None => pairs.push(left),
            }
        }
        operands = pairs;
    }
    operands.pop().unwrap_or(Value::new(ValueKind::Lit(Lit::Nil), Span::default()))
}
