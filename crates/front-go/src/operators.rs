//! Chains of binary operators, and short circuits around calls.

use crate::fields::Fields as _;
use crate::lowering::Lowering;
use dogpile_ir::{BinaryOp, Lit, Place, Rvalue, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

/// Operands from which on a sum is built as a balanced tree, and operators after which a chain goes on from a
/// temporary: whoever reads a value recurses into it, so that its height must not depend on the source.
const LONG: usize = 48;

impl<'t> Lowering<'t> {
    /// A binary expression. Its left spine is walked in a loop: texts of hundreds of `+` are common.
    pub(crate) fn binary(&mut self, node: Node<'t>) -> Value {
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
                value = self.combine(value, operator, spine[next]);
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

    fn combine(&mut self, left: Value, operator: &str, node: Node<'t>) -> Value {
        let span = self.span(node);
        if let Some(op) = match operator {
            "&&" => Some(BinaryOp::And),
            "||" => Some(BinaryOp::Or),
            _ => None,
        } {
            return self.short_circuit(left, op, node, span);
        }
        let right = self.field_expr(node, "right");
        if self.iota.is_some()
            && let (ValueKind::Lit(Lit::Int(a)), ValueKind::Lit(Lit::Int(b))) = (&left.kind, &right.kind)
            && let Some(n) = constant(operator, a.get(), b.get())
        {
            return Value::new(ValueKind::Lit(Lit::int(n)), span);
        }
        Value::new(ValueKind::Binary(binary_op(operator), Box::new(left), Box::new(right)), span)
    }

    /// `a && b`: where `b` calls something, `t = a; if t { …; t = b }`.
    fn short_circuit(&mut self, left: Value, op: BinaryOp, node: Node<'t>, span: Span) -> Value {
        let mut right = None;
        let mut hoisted = self.nested(|s| right = Some(s.field_expr(node, "right")));
        let Some(right) = right else { return left };
        if hoisted.is_empty() {
            return Value::new(ValueKind::Binary(op, Box::new(left), Box::new(right)), span);
        }
        let temp = self.temp(span);
        let left_span = left.span;
        self.assign(vec![Place::Local(temp)], Rvalue::Use(left), left_span);
        let test = Value::new(ValueKind::Local(temp), left_span);
        let cond = if op == BinaryOp::And { test } else { Value::new(ValueKind::Not(Box::new(test)), left_span) };
        let right_span = right.span;
        hoisted.push(dogpile_ir::Stmt {
            kind: StmtKind::Let { targets: vec![Place::Local(temp)], value: Rvalue::Use(right) },
            span: right_span,
        });
        self.emit(StmtKind::If { cond, then: hoisted, otherwise: vec![] }, span);
        Value::new(ValueKind::Local(temp), span)
    }
}

pub(crate) fn binary_op(operator: &str) -> BinaryOp {
    match operator {
        "==" => BinaryOp::Eq,
        "!=" => BinaryOp::Ne,
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

fn constant(operator: &str, a: i128, b: i128) -> Option<i128> {
    match operator {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" => a.checked_div(b),
        "%" => a.checked_rem(b),
        "<<" => {
            let shifted = a.checked_shl(u32::try_from(b).ok()?)?;
            (shifted >> b == a).then_some(shifted)
        }
        ">>" => a.checked_shr(u32::try_from(b).ok()?),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "&^" => Some(a & !b),
        _ => None,
    }
}

/// A sum of many operands with the height of a balanced tree; `+` is associative for all that Go adds up but floats,
/// whose last digits nobody judges a lock by.
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
