//! What a block declares before it runs: variables that closures may name early, and functions.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids};
use crate::scope::{Binding, ItemKind};
use dogpile_ir::{Place, QualName, Rvalue, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// The statements of a block node, in the scope and block at hand.
    pub(crate) fn block_here(&mut self, block: Node<'t>) {
        let mut cursor = block.walk();
        let children: Vec<_> = block.children(&mut cursor).collect();
        let statements: Vec<_> =
            children.iter().copied().filter(|n| n.is_named() && !n.is_extra() && !n.is_error()).collect();
        self.declare_ahead(&statements);
        self.run(&children);
    }

    /// Statements in order; `using` takes the rest of its block.
    pub(crate) fn run(&mut self, children: &[Node<'t>]) {
        for (n, child) in children.iter().enumerate() {
            if child.is_error() || child.is_missing() {
                self.stray_error(*child, "block");
            } else if child.is_named() && !child.is_extra() {
                if self.is_using(*child) {
                    return self.owned(*child, &children[n + 1..]);
                }
                self.stmt(*child);
            }
        }
    }

    /// Binds what statements of a block declare, and makes its functions.
    pub(crate) fn declare_ahead(&mut self, statements: &[Node<'t>]) {
        for node in statements {
            match node.kind() {
                "lexical_declaration" => self.bind_declarators(*node),
                "class_declaration" | "abstract_class_declaration" => {
                    let name = self.field_text(*node, "name");
                    let full = self.local_item(name);
                    self.names.bind(name, Binding::Item(full.clone(), ItemKind::Class));
                    self.names.bind_type(name, Type::Named(full));
                }
                "enum_declaration" => {
                    let name = self.field_text(*node, "name");
                    let full = self.local_item(name);
                    self.names.bind(name, Binding::Item(full.clone(), ItemKind::Space));
                    self.names.bind_type(name, Type::Named(full));
                }
                "interface_declaration" | "type_alias_declaration" => {
                    let name = self.field_text(*node, "name");
                    let full = self.local_item(name);
                    self.names.bind_type(name, Type::Named(full));
                }
                "function_declaration" | "generator_function_declaration" => {
                    if let Some(name) = node.field("name") {
                        let span = self.span(name);
                        let owner = self.owner();
                        let local = self.build.local(self.text_of(name), Type::Unknown, span, owner);
                        self.names.bind(self.text_of(name), Binding::Local(local));
                    }
                }
                _ => {}
            }
        }
        for node in statements {
            if matches!(node.kind(), "function_declaration" | "generator_function_declaration") {
                self.local_function(*node);
            }
        }
    }

    /// What an item declared in a function is called.
    fn local_item(&self, name: &str) -> QualName {
        let around = self.frames.last().map_or(&self.prefix, |f| &f.name);
        format!("{around}.{name}").into()
    }

    fn local_function(&mut self, node: Node<'t>) {
        let Some(name) = node.field("name") else { return };
        let Some(local) = self.names.in_this_scope(self.text_of(name)) else { return };
        if !self.enter(node) {
            return;
        }
        let span = self.span(node);
        let id = self.closure(node);
        let value = Value::new(ValueKind::Closure(id), span);
        self.assign(vec![Place::Local(local)], Rvalue::Use(value), span);
        self.build.module.stats.statements += 1;
        self.leave();
    }

    fn bind_declarators(&mut self, declaration: Node<'t>) {
        for declarator in kids(declaration) {
            if self.require_declarator(declarator, true) {
                continue;
            }
            let Some(pattern) = declarator.field("name") else { continue };
            for name in self.pattern_names(pattern) {
                let span = self.span(name);
                let owner = self.owner();
                let local = self.build.local(self.text_of(name), Type::Unknown, span, owner);
                self.names.bind(self.text_of(name), Binding::Local(local));
            }
        }
    }

    /// Binds every `var` in statements, wherever it stands: in the function's scope, or (`top`) among the file's items.
    pub(crate) fn hoist_vars(&mut self, statements: &[Node<'t>], top: bool) {
        let mut open: Vec<_> = statements.iter().rev().map(|n| (*n, 0_u32)).collect();
        while let Some((node, depth)) = open.pop() {
            match node.kind() {
                // At the top of a file they are items already.
                "variable_declaration" if !(top && depth == 0) => {
                    for declarator in kids(node) {
                        if let Some(pattern) = declarator.field("name") {
                            self.bind_var(pattern, top);
                        }
                    }
                }
                "for_in_statement" | "for_statement" | "statement_block" | "if_statement" | "else_clause"
                | "while_statement" | "do_statement" | "try_statement" | "catch_clause" | "finally_clause"
                | "switch_statement" | "switch_body" | "switch_case" | "switch_default" | "labeled_statement"
                | "with_statement" => {
                    if node.kind() == "for_in_statement"
                        && self.field_text(node, "kind") == "var"
                        && let Some(left) = node.field("left")
                    {
                        self.bind_var(left, top);
                    }
                    let mut cursor = node.walk();
                    let inner: Vec<_> = node.named_children(&mut cursor).collect();
                    open.extend(inner.into_iter().rev().map(|n| (n, depth + 1)));
                }
                _ => {}
            }
        }
    }

    fn bind_var(&mut self, pattern: Node<'t>, top: bool) {
        for name in self.pattern_names(pattern) {
            let text = self.text_of(name);
            let span = self.span(name);
            if top {
                if self.names.find(text).is_none() {
                    let full = self.qualified(text);
                    self.names.bind(text, Binding::Item(full, ItemKind::Var));
                }
            } else if self.names.in_this_scope(text).is_none() {
                let owner = self.owner();
                let local = self.build.local(text, Type::Unknown, span, owner);
                self.names.bind(text, Binding::Local(local));
            }
        }
    }
}
