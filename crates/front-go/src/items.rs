//! The top of a file: what it declares, in two passes, so that order does not matter.

use crate::fields::Fields as _;
use crate::lowering::{Frame, Lowering, field_list, kids, only_kid};
use crate::scope::{Binding, Item};
use dogpile_ir::{Field, FunctionKind, Type, TypeDecl, TypeKind};
use std::sync::Arc;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn file(&mut self, root: Node<'t>) {
        let (nodes, errors) = top_level(root);
        let imports: Vec<_> = nodes.iter().copied().filter(|n| n.kind() == "import_declaration").collect();
        self.imports(&imports);
        for node in &nodes {
            self.collect(*node);
        }
        for node in &nodes {
            if node.kind() == "type_declaration" {
                self.collect_underlying(*node);
            }
        }
        let mut loose = vec![];
        let mut embed: Option<Arc<str>> = None;
        let mut package = false;
        for node in nodes {
            match node.kind() {
                "comment" => {
                    embed = self.embedded(node).or(embed);
                    continue;
                }
                "package_clause" => package = true,
                "import_declaration" | "empty_statement" => {}
                "function_declaration" | "method_declaration" => self.function(node),
                "type_declaration" => self.type_declaration(node),
                "const_declaration" => self.global_consts(node),
                "var_declaration" => self.global_vars(node, embed.take()),
                _ => loose.push(node),
            }
            embed = None;
            self.out.clear();
        }
        self.loose_statements(root, &loose, &errors, package);
    }

    fn collect(&mut self, node: Node<'t>) {
        let results = |node: Node<'t>| match node.field("result") {
            None => 0,
            Some(list) if list.kind() == "parameter_list" => {
                kids(list).into_iter().map(|part| field_list(part, "name").len().max(1)).sum()
            }
            Some(_) => 1,
        };
        match node.kind() {
            "function_declaration" => {
                if let Some(name) = node.field("name") {
                    self.names.items.insert(self.text_of(name), Item::Func { results: results(node) });
                }
            }
            "method_declaration" => {
                if let Some(name) = node.field("name") {
                    let results = Some(results(node));
                    let known = self.names.method_results.entry(self.text_of(name)).or_insert(results);
                    if *known != results {
                        *known = None;
                    }
                }
            }
            "var_declaration" | "const_declaration" => self.collect_globals(node),
            "type_declaration" => self.collect_types(node),
            _ => {}
        }
    }

    /// What the lists, maps and other names for types of a file stand for: literals of them leave types out.
    fn collect_underlying(&mut self, node: Node<'t>) {
        for spec in kids(node) {
            let (Some(name), Some(ty)) = (spec.field("name"), spec.field("type")) else {
                continue;
            };
            if matches!(ty.kind(), "struct_type" | "interface_type") {
                continue;
            }
            self.names.push();
            self.type_parameters(spec);
            let ty = self.ty(ty);
            self.names.pop();
            self.names.items.insert(self.text_of(name), Item::Type(ty));
        }
    }

    /// Types declared at the top or in a function (then named after it).
    pub(crate) fn type_declaration(&mut self, node: Node<'t>) {
        for spec in kids(node) {
            let (Some(name), Some(ty)) = (spec.field("name"), spec.field("type")) else {
                continue;
            };
            let text = self.text_of(name);
            let full = match self.frames.last() {
                Some(frame) => {
                    let full: Arc<str> = format!("{}.{text}", frame.name).into();
                    self.names.bind(text, Binding::Type(Type::Named(full.clone())));
                    full
                }
                None => self.qualified(text),
            };
            self.names.push();
            self.type_parameters(spec);
            let kind = match ty.kind() {
                "struct_type" => TypeKind::Struct(self.fields(ty)),
                "interface_type" => self.interface(ty),
                _ => TypeKind::Alias(self.ty(ty)),
            };
            self.names.pop();
            let span = self.span(name);
            self.build.module.types.push(TypeDecl { name: full, kind, span });
        }
    }

    fn fields(&mut self, node: Node<'t>) -> Vec<Field> {
        let mut fields = vec![];
        let Some(list) = only_kid(node) else { return fields };
        for part in kids(list) {
            let ty = self.field_type(part, "type");
            let names = field_list(part, "name");
            if names.is_empty() {
                let name = ty.name().map_or("", |n| n.rsplit(['.', '/']).next().unwrap_or(n)).into();
                let span = self.span(part);
                fields.push(Field { name, ty, embedded: true, span });
                continue;
            }
            for name in names {
                fields.push(Field {
                    name: self.text_of(name).into(),
                    ty: ty.clone(),
                    embedded: false,
                    span: self.span(name),
                });
            }
        }
        fields
    }

    fn interface(&mut self, node: Node<'t>) -> TypeKind {
        let mut methods = vec![];
        let mut embeds = vec![];
        for part in kids(node) {
            match part.kind() {
                "method_elem" => {
                    let name = part.field("name").map_or("", |n| self.text_of(n));
                    let (params, results) = self.signature_types(part);
                    methods.push((name.into(), params, results));
                }
                _ => match self.ty(part) {
                    Type::Unknown => {}
                    ty => embeds.push(ty),
                },
            }
        }
        TypeKind::Interface { methods, embeds }
    }

    /// Statements outside functions. A snippet in a document may be nothing else; they become a function that runs
    /// once, so that nothing is lost. Errors at the top go there too: whatever they hide may call anything.
    fn loose_statements(&mut self, root: Node<'t>, loose: &[Node<'t>], errors: &[Node<'t>], package: bool) {
        if loose.is_empty() && errors.is_empty() {
            return;
        }
        let span = self.span(root);
        let first = loose.first().or(errors.first()).map_or(span, |n| self.span(*n));
        let name = self.qualified("init");
        let id = self.reserve(FunctionKind::Plain, name.clone(), span, first);
        self.frames.push(Frame { id: Some(id), name, labels: vec![], results: 0, named_results: vec![] });
        let body = self.scoped(|s| {
            for error in errors {
                s.stray_error(*error, "file");
            }
            for node in loose {
                if package {
                    let span = s.span(*node);
                    s.build.problem(span, "statement outside a function");
                }
                s.stmt(*node);
            }
        });
        self.frames.pop();
        self.build.module.functions[id.0 as usize].body = Some(body);
    }
}

/// The nodes at the top, comments among them, and the errors. Declarations that were swallowed whole by an error are
/// taken out of it.
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
            nodes.extend(
                child.named_children(&mut inner).filter(|n| n.kind().ends_with("_declaration") && !is_part(n.kind())),
            );
        } else if child.is_missing() {
            errors.push(child);
        } else if child.is_named() {
            nodes.push(child);
        }
    }
    (nodes, errors)
}

/// Kinds that end like declarations and are parts of one.
fn is_part(kind: &str) -> bool {
    matches!(
        kind,
        "parameter_declaration" | "variadic_parameter_declaration" | "field_declaration" | "type_parameter_declaration"
    )
}
