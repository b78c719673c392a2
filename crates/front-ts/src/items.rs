//! The top of a file: what it declares, in two passes, so that order does not matter.

use crate::fields::Fields as _;
use crate::functions::is_function;
use crate::lowering::{Frame, Lowering, bare, has_word, kids};
use crate::scope::{Binding, ItemKind};
use dogpile_ir::{FunctionKind, Type};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn file(&mut self, root: Node<'t>) {
        let (nodes, errors) = top_level(root);
        self.names.push();
        let loose = self.items(&nodes);
        self.loose_statements(root, &loose, &errors);
        self.names.pop();
    }

    /// Declarations of a file or namespace; what else stands there is handed back.
    pub(crate) fn items(&mut self, nodes: &[Node<'t>]) -> Vec<Node<'t>> {
        for node in nodes {
            self.collect(*node);
        }
        self.hoist_vars(nodes, true);
        let mut loose = vec![];
        for node in nodes {
            self.item(*node, &mut loose);
            self.out.clear();
        }
        loose
    }

    /// Binds what a statement at the top declares.
    fn collect(&mut self, node: Node<'t>) {
        let item = |s: &mut Self, kind: ItemKind| {
            let name = s.field_text(node, "name");
            let full = s.qualified(name);
            s.names.bind(name, Binding::Item(full.clone(), kind));
            full
        };
        match node.kind() {
            "import_statement" => self.import_statement(node),
            "export_statement" => {
                if let Some(inner) = node.field("declaration") {
                    self.collect(inner);
                }
            }
            "ambient_declaration" => kids(node).into_iter().for_each(|n| self.collect(n)),
            "function_declaration" | "generator_function_declaration" | "function_signature" => {
                let full = item(self, ItemKind::Func);
                self.told_of(node, &full);
            }
            "class_declaration" | "abstract_class_declaration" => {
                let full = item(self, ItemKind::Class);
                self.names.bind_type(self.field_text(node, "name"), Type::Named(full));
            }
            "enum_declaration" => {
                let full = item(self, ItemKind::Space);
                self.names.bind_type(self.field_text(node, "name"), Type::Named(full));
            }
            "internal_module" | "module" => {
                item(self, ItemKind::Space);
            }
            "expression_statement" => {
                kids(node).into_iter().filter(|n| n.kind() == "internal_module").for_each(|n| self.collect(n));
            }
            "interface_declaration" | "type_alias_declaration" => {
                let name = self.field_text(node, "name");
                let full = self.qualified(name);
                self.names.bind_type(name, Type::Named(full));
            }
            "import_alias" => {
                if let [name, target] = kids(node).as_slice() {
                    let text: Vec<&str> = self.text_of(*target).split('.').map(str::trim).collect();
                    let full = match (self.resolve(text[0]), text.len()) {
                        (Some(Binding::Module { path, .. }), _) => format!("{path}.{}", text[1..].join(".")),
                        (Some(Binding::Item(full, _) | Binding::Import(full)), _) => {
                            format!("{full}.{}", text[1..].join("."))
                        }
                        _ => format!("builtin.{}", text.join(".")),
                    };
                    self.names.bind(self.text_of(*name), Binding::Import(full.into()));
                }
            }
            "lexical_declaration" | "variable_declaration" => {
                for declarator in kids(node) {
                    self.collect_declarator(declarator, has_word(node, "const"));
                }
            }
            _ => {}
        }
    }

    fn collect_declarator(&mut self, declarator: Node<'t>, constant: bool) {
        if self.require_declarator(declarator, true) {
            return;
        }
        let Some(name) = declarator.field("name") else { return };
        if name.kind() != "identifier" {
            for name in self.pattern_names(name) {
                let full = self.qualified(self.text_of(name));
                self.names.bind(self.text_of(name), Binding::Item(full, ItemKind::Var));
            }
            return;
        }
        let text = self.text_of(name);
        let full = self.qualified(text);
        let value = declarator.field("value").map(bare);
        let kind = match value {
            Some(value) if constant && is_function(value.kind()) => {
                self.told_of(value, &full);
                ItemKind::Func
            }
            Some(value) if value.kind() == "class" => {
                self.names.bind_type(text, Type::Named(full.clone()));
                ItemKind::Class
            }
            _ => ItemKind::Var,
        };
        self.names.bind(text, Binding::Item(full, kind));
    }

    fn item(&mut self, node: Node<'t>, loose: &mut Vec<Node<'t>>) {
        match node.kind() {
            "import_statement" | "empty_statement" | "import_alias" | "hash_bang_line" => {}
            "export_statement" => {
                let declaration = node.field("declaration");
                match declaration {
                    Some(inner) => {
                        let is_default = has_word(node, "default");
                        if is_default && inner.field("name").is_none() {
                            self.export_value("default", inner);
                        } else {
                            self.item(inner, loose);
                            if is_default && let Some(name) = inner.field("name") {
                                self.export_value("default", name);
                            }
                        }
                    }
                    None => self.export(node),
                }
            }
            "ambient_declaration" => kids(node).into_iter().for_each(|n| self.ambient(n, loose)),
            "expression_statement" if kids(node).first().is_some_and(|n| n.kind() == "internal_module") => {
                kids(node).into_iter().for_each(|n| self.item(n, loose));
            }
            "expression_statement" if self.commonjs_export(node) => {}
            "internal_module" | "module" => loose.extend(self.namespace(node)),
            "lexical_declaration" | "variable_declaration" => self.global_declaration(node),
            "function_declaration" | "generator_function_declaration" | "function_signature" => {
                let name = node.field("name").unwrap_or(node);
                let full = self.qualified(self.text_of(name));
                // Overloads: the one with the body speaks for all.
                if node.kind() == "function_signature" && self.told.get(&full).is_some_and(|told| *told) {
                    return;
                }
                let span = self.span(name);
                self.plain_function(node, full, span);
            }
            _ if self.type_level(node) => {}
            _ => loose.push(node),
        }
    }

    /// What `declare` tells of: the same, but that variables have no value.
    fn ambient(&mut self, node: Node<'t>, loose: &mut Vec<Node<'t>>) {
        match node.kind() {
            "statement_block" => {
                let seen: Vec<_> = kids(node).into_iter().filter(|n| !self.is_hidden(*n)).collect();
                let inner = self.items(&seen);
                loose.extend(inner);
            }
            "property_identifier" => {}
            kind if kind.ends_with("_type") => {}
            _ => self.item(node, loose),
        }
    }

    /// Whether a variable of the whole program (`declare global { var redis: Redis }`) has the name of something that the file
    /// declares or imports itself: that is what the name means here.
    fn is_hidden(&self, node: Node<'t>) -> bool {
        let names: Vec<Node<'t>> = match node.kind() {
            "variable_declaration" | "lexical_declaration" => {
                kids(node).into_iter().filter_map(|n| n.field("name")).collect()
            }
            "function_signature" => node.field("name").into_iter().collect(),
            _ => vec![],
        };
        names.into_iter().any(|name| self.names.find(self.text_of(name)).is_some())
    }

    /// Declarations that read the same at the top and in a function.
    pub(crate) fn type_level(&mut self, node: Node<'t>) -> bool {
        match node.kind() {
            "interface_declaration" => self.interface(node),
            "type_alias_declaration" => self.type_alias(node),
            "enum_declaration" => self.enumeration(node),
            "class_declaration" | "abstract_class_declaration" => {
                let name = self.field_text(node, "name");
                let full = match self.names.find_type(name) {
                    Some(Type::Named(full)) => full.clone(),
                    _ => self.qualified(name),
                };
                self.class(node, full);
            }
            _ => return false,
        }
        true
    }

    /// Statements outside functions become a function that runs once. Errors at the top go there too: whatever they
    /// hide may call anything.
    fn loose_statements(&mut self, root: Node<'t>, loose: &[Node<'t>], errors: &[Node<'t>]) {
        if loose.is_empty() && errors.is_empty() {
            return;
        }
        let span = self.span(root);
        let first = loose.first().or(errors.first()).map_or(span, |n| self.span(*n));
        let name = self.qualified("init");
        let id = self.reserve(FunctionKind::Plain, name.clone(), span, first);
        self.frames.push(Frame::bare(Some(id), name));
        let body = self.scoped(|s| {
            for error in errors {
                s.stray_error(*error, "file");
            }
            for node in loose {
                s.stmt(*node);
            }
        });
        self.frames.pop();
        self.build.module.functions[id.0 as usize].body = Some(body);
    }
}

/// The nodes at the top, and the errors. Declarations that were swallowed whole by an error are taken out of it.
fn top_level(root: Node<'_>) -> (Vec<Node<'_>>, Vec<Node<'_>>) {
    let mut nodes = vec![];
    let mut errors = vec![];
    // A file that is one big error has it as its root.
    if root.is_error() {
        errors.push(root);
    }
    let mut cursor = root.walk();
    for child in root.children(&mut cursor) {
        if child.is_error() {
            errors.push(child);
            let mut inner = child.walk();
            nodes.extend(child.named_children(&mut inner).filter(|n| {
                n.kind().ends_with("_declaration") || matches!(n.kind(), "import_statement" | "export_statement")
            }));
        } else if child.is_missing() {
            errors.push(child);
        } else if child.is_named() && !child.is_extra() {
            nodes.push(child);
        }
    }
    (nodes, errors)
}
