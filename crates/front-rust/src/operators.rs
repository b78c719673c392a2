//! Chains of binary operators, and short circuits around calls.

use crate::exprs::bare;
use crate::lowering::Lowering;
use dogpile_ir::{BinaryOp, Lit, Place, Rvalue, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use syn::{BinOp, Expr, ExprBinary};

/// Operands from which on a sum is built as a balanced tree, and operators after which a chain goes on from a
/// temporary: whoever reads a value recurses into it, so that its height must not depend on the source.
const LONG: usize = 48;

impl Lowering<'_> {
    /// A binary expression. Its left spine is walked in a loop.
    pub(crate) fn binary(&mut self, expr: &Expr) -> Value {
        let mut spine: Vec<&ExprBinary> = vec![];
        let mut at = expr;
        while let Expr::Binary(node) = at {
            spine.push(node);
            at = bare(&node.left);
            if !matches!(*node.left, Expr::Binary(_)) {
                at = &node.left;
                break;
            }
        }
        if let Some(outermost) = spine.first()
            && let Some(op) = compound(&outermost.op)
        {
            return self.compound(outermost, op);
        }
        let mut value = self.value(at, None);
        spine.reverse();
        let mut height = 0;
        let mut next = 0;
        while next < spine.len() {
            let op = binary_op(&spine[next].op);
            let run = if op == BinaryOp::Add {
                spine[next..].iter().take_while(|n| binary_op(&n.op) == op).count()
            } else {
                1
            };
            if run >= LONG {
                let mut operands = vec![value];
                for part in &spine[next..next + run] {
                    operands.push(self.value(&part.right, None));
                }
                value = sum(operands);
                next += run;
                height += 24;
            } else {
                value = self.combine(value, op, spine[next]);
                next += 1;
                height += 1;
            }
            if height >= LONG && next < spine.len() {
                let span = value.span;
                value = self.hoist(Rvalue::Use(value), None, span);
                height = 0;
            }
        }
        value
    }

    fn combine(&mut self, left: Value, op: BinaryOp, node: &ExprBinary) -> Value {
        let right_span = self.span(&node.right);
        let span = Span { end: right_span.end.max(left.span.end), ..left.span };
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return self.short_circuit(left, op, &node.right, span);
        }
        let right = self.value(&node.right, None);
        Value::new(ValueKind::Binary(op, Box::new(left), Box::new(right)), span)
    }

    /// `a && b`: where `b` calls something, `t = a; if t { …; t = b }`.
    fn short_circuit(&mut self, left: Value, op: BinaryOp, right: &Expr, span: Span) -> Value {
        let mut found = None;
        let mut hoisted = self.nested(|s| found = Some(s.value(right, None)));
        let Some(right) = found else { return left };
        if hoisted.is_empty() {
            return Value::new(ValueKind::Binary(op, Box::new(left), Box::new(right)), span);
        }
        let left_span = left.span;
        let temp = self.temp(span);
        self.store(temp, Rvalue::Use(left), left_span);
        let test = Self::local_value(temp, left_span);
        let cond = if op == BinaryOp::And { test } else { Value::new(ValueKind::Not(Box::new(test)), left_span) };
        if !hoisted.last().is_some_and(|last| crate::lowering::leaves(&last.kind)) {
            let right_span = right.span;
            hoisted.push(dogpile_ir::Stmt {
                kind: StmtKind::Let { targets: vec![Place::Local(temp)], value: Rvalue::Use(right) },
                span: right_span,
            });
        }
        self.emit(StmtKind::If { cond, then: hoisted, otherwise: vec![] }, span);
        Self::local_value(temp, span)
    }

    /// `x op= value`.
    fn compound(&mut self, node: &ExprBinary, op: BinaryOp) -> Value {
        let span = self.between(crate::spans::first(&node.left), crate::spans::last(&node.right));
        let value = self.value(&node.right, None);
        let place = self.place(&node.left);
        let old = self.read(&place, span);
        let result = Value::new(ValueKind::Binary(op, Box::new(old), Box::new(value)), span);
        self.assign(vec![place], Rvalue::Use(result), span);
        Self::nil(span)
    }

    /// All of several conditions.
    pub(crate) fn all_of(tests: Vec<Value>) -> Option<Value> {
        tests.into_iter().reduce(|a, b| Self::both(BinaryOp::And, a, b))
    }

    /// Any of several conditions.
    pub(crate) fn any_of(tests: Vec<Value>) -> Option<Value> {
        tests.into_iter().reduce(|a, b| Self::both(BinaryOp::Or, a, b))
    }

    pub(crate) fn both(op: BinaryOp, a: Value, b: Value) -> Value {
        let span = a.span;
        Value::new(ValueKind::Binary(op, Box::new(a), Box::new(b)), span)
    }
}

fn binary_op(op: &BinOp) -> BinaryOp {
    match op {
        BinOp::Eq(_) => BinaryOp::Eq,
        BinOp::Ne(_) => BinaryOp::Ne,
        BinOp::Lt(_) => BinaryOp::Lt,
        BinOp::Le(_) => BinaryOp::Le,
        BinOp::Gt(_) => BinaryOp::Gt,
        BinOp::Ge(_) => BinaryOp::Ge,
        BinOp::And(_) => BinaryOp::And,
        BinOp::Or(_) => BinaryOp::Or,
        BinOp::Add(_) => BinaryOp::Add,
        BinOp::Sub(_) => BinaryOp::Sub,
        BinOp::Mul(_) => BinaryOp::Mul,
        BinOp::Div(_) => BinaryOp::Div,
        BinOp::Rem(_) => BinaryOp::Rem,
        _ => BinaryOp::Bits,
    }
}

/// The operator of a compound assignment.
fn compound(op: &BinOp) -> Option<BinaryOp> {
    Some(match op {
        BinOp::AddAssign(_) => BinaryOp::Add,
        BinOp::SubAssign(_) => BinaryOp::Sub,
        BinOp::MulAssign(_) => BinaryOp::Mul,
        BinOp::DivAssign(_) => BinaryOp::Div,
        BinOp::RemAssign(_) => BinaryOp::Rem,
        BinOp::BitXorAssign(_)
        | BinOp::BitAndAssign(_)
        | BinOp::BitOrAssign(_)
        | BinOp::ShlAssign(_)
        | BinOp::ShrAssign(_) => BinaryOp::Bits,
        _ => return None,
    })
}

/// A sum of many operands with the height of a balanced tree.
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
