//! `try`, and `using`.

use crate::fields::Fields as _;
use crate::grammar::await_before;
use crate::lowering::{Lowering, kids};
use dogpile_ir::{StmtKind, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn try_statement(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let finalizer = node.field("finalizer");
        let body = self.guarding(true, |s| s.branch(node.field("body")));
        let catch = node.field("handler").map(|handler| {
            self.names.push();
            let parameter = handler.field("parameter");
            let mut local = None;
            let block = self.nested(|s| {
                match parameter {
                    Some(name) if name.kind() == "identifier" => local = Some(s.declared(name, Type::Unknown)),
                    Some(pattern) => {
                        let span = s.span(pattern);
                        let temp = s.temp(span);
                        local = Some(temp);
                        s.destructure(pattern, Value::new(ValueKind::Local(temp), span), true, None);
                    }
                    None => {}
                }
                let block = s.guarding(finalizer.is_some(), |s| s.branch(handler.field("body")));
                s.out.extend(block);
            });
            self.names.pop();
            (local, block)
        });
        let finally = finalizer.and_then(|n| n.field("body"));
        let finally = self.branch(finally);
        self.emit(StmtKind::Try { body, catch, finally }, span);
    }

    /// `using x = …`: read as `const`, which is as long.
    pub(crate) fn is_using(&self, node: Node<'t>) -> bool {
        node.kind() == "lexical_declaration" && self.text_of(node).starts_with("using")
    }

    /// What a `using` declares, and the rest of its block, which owns it.
    pub(crate) fn owned(&mut self, node: Node<'t>, rest: &[Node<'t>]) {
        let mut span = self.span(node);
        if let Some(start) = await_before(self.text.get(..node.start_byte()).unwrap_or("")) {
            span = dogpile_source::Span::new(self.file, start, node.end_byte());
        }
        self.stmt(node);
        let mut owns = vec![];
        for declarator in kids(node) {
            let name = declarator.field("name").map_or("", |n| self.text_of(n));
            owns.extend(self.names.in_this_scope(name));
        }
        let body = self.guarding(true, |s| s.nested(|s| s.run(rest)));
        self.emit(StmtKind::Scope { owns, body }, span);
    }
}
