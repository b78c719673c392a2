//! `switch`.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids};
use dogpile_ir::{BinaryOp, Block, Case, Lit, Rvalue, Stmt, StmtKind, Value, ValueKind};
use tree_sitter::Node;

/// Cases whose guards call something that are nested into each other, at most.
const MAX_NESTED: usize = 32;

struct Clause {
    /// What its guards need to have run.
    hoisted: Block,
    case: Case,
}

impl<'t> Lowering<'t> {
    pub(crate) fn switch(&mut self, node: Node<'t>, name: Option<&'t str>) {
        let span = self.span(node);
        let tag = self.field_expr(node, "value");
        let tag = match tag.kind {
            ValueKind::Local(_) | ValueKind::Lit(_) => tag,
            _ => self.hoist(Rvalue::Use(tag), span),
        };
        // `switch (true)`: the cases are conditions.
        let tag = Some(tag).filter(|t| t.kind != ValueKind::Lit(Lit::Bool(true)));
        let label = self.open(name, false, true);
        self.names.push();
        let parts = node.field("body").map_or(vec![], kids);
        let ahead = self.nested(|s| {
            let all: Vec<_> = parts.iter().flat_map(|part| statements(*part)).collect();
            s.declare_ahead(&all);
        });
        self.out.extend(ahead);
        let mut clauses: Vec<Clause> = vec![];
        let mut default = None;
        // `case a: case b: …` share a body.
        let mut waiting: Vec<Value> = vec![];
        let mut waiting_hoisted: Block = vec![];
        for (n, part) in parts.iter().enumerate() {
            let is_case = part.kind() == "switch_case";
            if is_case && let Some(value) = part.field("value") {
                let at = self.span(value);
                let hoisted = self.nested(|s| {
                    let value = s.expr(value);
                    waiting.push(match &tag {
                        Some(tag) => {
                            Value::new(ValueKind::Binary(BinaryOp::Eq, Box::new(tag.clone()), Box::new(value)), at)
                        }
                        None => value,
                    });
                });
                waiting_hoisted.extend(hoisted);
            }
            let children = statements(*part);
            let last = n + 1 == parts.len();
            if is_case && children.is_empty() && parts.get(n + 1).is_some_and(|p| p.kind() == "switch_case") {
                continue;
            }
            let mut body = self.nested(|s| {
                s.note_errors(*part);
                s.run(&children);
            });
            let falls = !last && !ends(&body);
            // A `break` at the end only says that nothing falls through.
            if !matches!(children.as_slice(), [only] if only.kind() == "break_statement")
                && matches!(body.last().map(|s| &s.kind), Some(StmtKind::Break(l)) if *l == label)
            {
                body.pop();
            }
            if is_case {
                let guards = std::mem::take(&mut waiting);
                let hoisted = std::mem::take(&mut waiting_hoisted);
                clauses.push(Clause { hoisted, case: Case { guards, body, falls_through: falls } });
            } else {
                let before = clauses.last().is_some_and(|c: &Clause| c.case.falls_through);
                // The IR keeps the default apart from the cases: falling out of it (or into it, unless it is the
                // last) is not expressed.
                if falls || (before && !last) {
                    let span = self.span(*part);
                    body.extend(self.nested(|s| s.emit_opaque("fallthrough around default", true, true, span)));
                }
                default = Some(body);
            }
        }
        self.names.pop();
        self.close();
        self.assemble(label, clauses, default, span);
    }

    /// Cases up to one whose guards call something make a switch; the rest goes on in its default.
    fn assemble(
        &mut self,
        label: dogpile_ir::LabelId,
        mut clauses: Vec<Clause>,
        default: Option<Block>,
        span: dogpile_source::Span,
    ) {
        let calling = clauses.iter().enumerate().skip(1).filter(|(_, c)| !c.hoisted.is_empty());
        let cuts: Vec<usize> = calling.map(|(n, _)| n).collect();
        let mut rest = default;
        for (depth, at) in cuts.iter().rev().enumerate() {
            if depth >= MAX_NESTED {
                let block = self.nested(|s| s.emit_opaque("long switch on calls", true, true, span));
                rest = Some(block);
                clauses.truncate(*at);
                continue;
            }
            let inner = clauses.split_off(*at);
            // Falling into a case of the inner switch is not expressed.
            if let Some(last) = clauses.last_mut().filter(|c| c.case.falls_through) {
                last.case.falls_through = false;
                let lost = self.nested(|s| s.emit_opaque("fallthrough past a call", true, true, span));
                last.case.body.extend(lost);
            }
            rest = Some(switch(self.build.label(), inner, rest.take(), span));
        }
        let block = switch(label, clauses, rest, span);
        self.out.extend(block);
    }
}

fn switch(
    label: dogpile_ir::LabelId,
    clauses: Vec<Clause>,
    default: Option<Block>,
    span: dogpile_source::Span,
) -> Block {
    let mut block = vec![];
    let mut cases = vec![];
    for clause in clauses {
        block.extend(clause.hoisted);
        cases.push(clause.case);
    }
    block.push(Stmt { kind: StmtKind::Switch { label, cases, default }, span });
    block
}

/// The statements of a clause.
fn statements(clause: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = clause.walk();
    clause.children_by_field_name("body", &mut cursor).filter(|n| n.is_named() && !n.is_extra()).collect()
}

/// Whether a block never runs off its end.
fn ends(block: &Block) -> bool {
    match block.last().map(|s| &s.kind) {
        Some(StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return { .. } | StmtKind::Raise { .. }) => true,
        Some(StmtKind::If { then, otherwise, .. }) => ends(then) && ends(otherwise),
        Some(StmtKind::Scope { body, .. }) => ends(body),
        Some(StmtKind::Try { body, catch, finally }) => {
            ends(finally) || (ends(body) && catch.as_ref().is_none_or(|(_, block)| ends(block)))
        }
        Some(StmtKind::Loop { cond: None, kind: dogpile_ir::LoopKind::Forever, label, body, .. }) => {
            !breaks(body, *label)
        }
        _ => false,
    }
}

/// Whether a block leaves a loop from inside.
fn breaks(block: &Block, label: dogpile_ir::LabelId) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break(to) => *to == label,
        StmtKind::If { then, otherwise, .. } => breaks(then, label) || breaks(otherwise, label),
        StmtKind::Loop { header, body, post, .. } => [header, body, post].iter().any(|b| breaks(b, label)),
        StmtKind::Switch { cases, default, .. } => {
            cases.iter().any(|c| breaks(&c.body, label)) || default.as_ref().is_some_and(|b| breaks(b, label))
        }
        StmtKind::Try { body, catch, finally } => {
            breaks(body, label) || breaks(finally, label) || catch.as_ref().is_some_and(|(_, b)| breaks(b, label))
        }
        StmtKind::Scope { body, .. } => breaks(body, label),
        _ => false,
    })
}
