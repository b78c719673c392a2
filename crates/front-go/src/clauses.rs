//! `switch` on values and on types.

use crate::assign::list_of;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, field_list, kids};
use dogpile_ir::{BinaryOp, Block, Case, LabelId, Lit, Place, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
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
        self.names.push();
        if let Some(init) = node.field("initializer") {
            self.stmt(init);
        }
        let tag = node.field("value").map(|tag| {
            let tag = self.expr(tag);
            if matches!(tag.kind, ValueKind::Local(_) | ValueKind::Lit(_)) {
                tag
            } else {
                let span = tag.span;
                self.hoist(Rvalue::Use(tag), span)
            }
        });
        // `switch true` is `switch`.
        let tag = tag.filter(|t| t.kind != ValueKind::Lit(Lit::Bool(true)));
        let label = self.open(name, false);
        let mut clauses = vec![];
        let mut default = None;
        for part in kids(node) {
            match part.kind() {
                "expression_case" => {
                    self.note_errors(part);
                    let mut guards = vec![];
                    let hoisted = self.nested(|s| guards = s.guards(part, tag.as_ref()));
                    let (body, falls_through) = self.clause_body(part);
                    clauses.push(Clause { hoisted, case: Case { guards, body, falls_through } });
                }
                "default_case" => {
                    let (mut body, falls_through) = self.clause_body(part);
                    let before = clauses.last().is_some_and(|c: &Clause| c.case.falls_through);
                    // The IR keeps the default apart from the cases: falling out of it (or into it, unless it is the
                    // last) is not expressed.
                    if falls_through || (before && part.next_named_sibling().is_some()) {
                        let span = self.span(part);
                        body.extend(self.nested(|s| s.emit_opaque("fallthrough around default", true, true, span)));
                    }
                    default = Some(body);
                }
                _ => {}
            }
        }
        self.close();
        self.names.pop();
        self.assemble(label, clauses, default, self.span(node));
    }

    fn guards(&mut self, case: Node<'t>, tag: Option<&Value>) -> Vec<Value> {
        let nodes = case.field("value").map_or(vec![], list_of);
        nodes
            .into_iter()
            .map(|node| {
                let span = self.span(node);
                let value = self.expr(node);
                match tag {
                    Some(tag) => {
                        Value::new(ValueKind::Binary(BinaryOp::Eq, Box::new(tag.clone()), Box::new(value)), span)
                    }
                    None => value,
                }
            })
            .collect()
    }

    /// The statements of a clause, and whether it ends in `fallthrough`.
    fn clause_body(&mut self, clause: Node<'t>) -> (Block, bool) {
        let mut falls = false;
        let body = self.scoped(|s| falls = s.clause_statements(clause));
        (body, falls)
    }

    pub(crate) fn clause_statements(&mut self, clause: Node<'t>) -> bool {
        let mut falls = false;
        for part in kids(clause) {
            if part.kind() == "statement_list" {
                self.statement_list(part);
                falls = kids(part).last().is_some_and(|last| last.kind() == "fallthrough_statement");
            }
        }
        falls
    }

    /// Puts a switch together. Guards are pure, so a case whose guards call something starts a switch of its own in
    /// the default of the one before it: `errors.Is(…)` in the third case does not run when the first one holds.
    fn assemble(&mut self, label: LabelId, mut clauses: Vec<Clause>, mut default: Option<Block>, span: Span) {
        let calling = clauses.iter().skip(1).filter(|c| !c.hoisted.is_empty()).count();
        if calling > MAX_NESTED || (calling > 0 && clauses.iter().any(|c| c.case.falls_through)) {
            for clause in &mut clauses {
                self.out.append(&mut clause.hoisted);
            }
        }
        let mut cases = vec![];
        while let Some(clause) = clauses.pop() {
            cases.push(clause.case);
            if clauses.is_empty() {
                self.out.extend(clause.hoisted);
            } else if !clause.hoisted.is_empty() {
                cases.reverse();
                let inner = StmtKind::Switch {
                    label: self.build.label(),
                    cases: std::mem::take(&mut cases),
                    default: default.take(),
                };
                let mut block = clause.hoisted;
                block.push(Stmt { kind: inner, span });
                default = Some(block);
            }
        }
        cases.reverse();
        self.emit(StmtKind::Switch { label, cases, default }, span);
    }

    pub(crate) fn type_switch(&mut self, node: Node<'t>, name: Option<&'t str>) {
        self.names.push();
        if let Some(init) = node.field("initializer") {
            self.stmt(init);
        }
        let subject = self.field_expr(node, "value");
        let subject = if matches!(subject.kind, ValueKind::Local(_)) {
            subject
        } else {
            let span = subject.span;
            self.hoist(Rvalue::Use(subject), span)
        };
        let alias = node.field("alias").map(list_of).and_then(|list| list.first().copied());
        let label = self.open(name, false);
        let mut cases = vec![];
        let mut default = None;
        for part in kids(node) {
            match part.kind() {
                "type_case" => {
                    self.note_errors(part);
                    let types = field_list(part, "type");
                    let guards = types.iter().map(|ty| self.type_guard(*ty, &subject)).collect();
                    let ty = match types.as_slice() {
                        [only] if self.text_of(*only) != "nil" => Some(self.ty(*only)),
                        _ => None,
                    };
                    let body = self.type_clause(part, alias, ty, &subject);
                    cases.push(Case { guards, body, falls_through: false });
                }
                "default_case" => default = Some(self.type_clause(part, alias, None, &subject)),
                _ => {}
            }
        }
        self.close();
        self.names.pop();
        let span = self.span(node);
        self.emit(StmtKind::Switch { label, cases, default }, span);
    }

    fn type_guard(&mut self, ty: Node<'t>, subject: &Value) -> Value {
        let span = self.span(ty);
        if self.text_of(ty) == "nil" {
            let nil = self.nil(span);
            return Value::new(ValueKind::Binary(BinaryOp::Eq, Box::new(subject.clone()), Box::new(nil)), span);
        }
        // Documented form of a type guard: says nothing about how much was understood.
        Value::new(ValueKind::Opaque("type".into()), span)
    }

    /// A clause of a type switch, with its own variable of the case's type.
    fn type_clause(&mut self, clause: Node<'t>, alias: Option<Node<'t>>, ty: Option<Type>, subject: &Value) -> Block {
        self.scoped(|s| {
            if let Some(alias) = alias
                && s.text_of(alias) != "_"
            {
                let span = s.span(alias);
                let local = s.declare(alias, ty.clone().unwrap_or_default());
                let value = match ty {
                    Some(ty) => Value::new(ValueKind::Convert(ty, Box::new(subject.clone())), span),
                    None => subject.clone(),
                };
                s.assign(vec![Place::Local(local)], Rvalue::Use(value), span);
            }
            s.clause_statements(clause);
        })
    }
}
