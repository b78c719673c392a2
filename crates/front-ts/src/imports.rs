//! What a file brings in: `import` and `require`.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, bare, kids, only_kid};
use crate::scope::Binding;
use dogpile_ir::{Import, QualName};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// The canonical path of a specifier.
    pub(crate) fn module_path(&self, specifier: &str) -> QualName {
        match self.resolver.resolve(specifier) {
            Some(path) => path.into(),
            None => specifier.strip_prefix("node:").unwrap_or(specifier).into(),
        }
    }

    /// The text between the quotes of a string node.
    pub(crate) fn quoted(&self, node: Node<'t>) -> &'t str {
        let text = self.text_of(node);
        text.get(1..text.len().saturating_sub(1)).unwrap_or("")
    }

    fn import(&mut self, name: &'t str, path: QualName, binding: Binding, node: Node<'t>) {
        self.names.bind(name, binding);
        let span = self.span(node);
        self.build.module.imports.push(Import { name: name.into(), path, span });
    }

    pub(crate) fn import_statement(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        for part in node.children(&mut cursor) {
            if part.kind() == "import_require_clause" {
                let path = part.field("source").map_or("".into(), |n| self.module_path(self.quoted(n)));
                if let Some(name) = only_kid(part) {
                    self.import(self.text_of(name), path.clone(), Binding::Module { path, required: true }, name);
                }
            }
        }
        let Some(source) = node.field("source") else { return };
        let path = self.module_path(self.quoted(source));
        let Some(clause) = kids(node).into_iter().find(|n| n.kind() == "import_clause") else {
            let span = self.span(source);
            self.build.module.imports.push(Import { name: "_".into(), path, span });
            return;
        };
        for part in kids(clause) {
            match part.kind() {
                "identifier" => {
                    let full: QualName = format!("{path}.default").into();
                    self.import(self.text_of(part), full.clone(), Binding::Import(full), part);
                }
                "namespace_import" => {
                    if let Some(name) = only_kid(part) {
                        let binding = Binding::Module { path: path.clone(), required: false };
                        self.import(self.text_of(name), path.clone(), binding, name);
                    }
                }
                _ => self.named_imports(part, &path),
            }
        }
    }

    fn named_imports(&mut self, list: Node<'t>, path: &QualName) {
        for specifier in kids(list) {
            let Some(name) = specifier.field("name") else { continue };
            let local = specifier.field("alias").unwrap_or(name);
            let full: QualName = format!("{path}.{}", self.property_name(name)).into();
            self.import(self.text_of(local), full.clone(), Binding::Import(full), local);
        }
    }

    /// The module that `require('m')` or `await import('m')` names.
    pub(crate) fn required(&self, node: Node<'t>) -> Option<QualName> {
        let mut node = bare(node);
        if node.kind() == "await_expression" {
            node = bare(only_kid(node)?);
        }
        if node.kind() != "call_expression" {
            return None;
        }
        let function = node.field("function")?;
        let name = self.text_of(function);
        if function.kind() != "import" && !(name == "require" && self.resolve(name).is_none()) {
            return None;
        }
        let argument = node.field("arguments").and_then(only_kid)?;
        let literal = argument.kind() == "string"
            || (argument.kind() == "template_string"
                && only_kid(argument).is_none_or(|n| n.kind() == "string_fragment"));
        literal.then(|| self.module_path(self.quoted(argument)))
    }

    /// Binds what `const … = require('m')` declares; `false` where that is something else.
    pub(crate) fn require_declarator(&mut self, declarator: Node<'t>, record: bool) -> bool {
        let (Some(name), Some(value)) = (declarator.field("name"), declarator.field("value")) else {
            return false;
        };
        let value = bare(value);
        // `require('m').f`, `(await import('m')).f`
        let (module, member) = match value.kind() {
            "member_expression" => (value.field("object"), Some(self.field_text(value, "property"))),
            _ => (Some(value), None),
        };
        let Some(path) = module.and_then(|n| self.required(n)) else { return false };
        let bindings = match (name.kind(), member) {
            ("identifier", None) => {
                let dynamic = self.text_of(value).contains("import");
                vec![(name, path.clone(), Binding::Module { path, required: !dynamic })]
            }
            ("identifier", Some(member)) => {
                let full: QualName = format!("{path}.{member}").into();
                vec![(name, full.clone(), Binding::Import(full))]
            }
            ("object_pattern", None) => {
                let Some(bindings) = self.required_parts(name, &path) else { return false };
                bindings
            }
            _ => return false,
        };
        for (node, path, binding) in bindings {
            if record {
                self.import(self.text_of(node), path, binding, node);
            } else {
                self.names.bind(self.text_of(node), binding);
            }
        }
        true
    }

    /// `{ a, b: c }`: the names and what they stand for; `None` where more than names stands there.
    fn required_parts(&self, pattern: Node<'t>, path: &QualName) -> Option<Vec<(Node<'t>, QualName, Binding)>> {
        let mut found = vec![];
        for part in kids(pattern) {
            let (key, local) = match part.kind() {
                "shorthand_property_identifier_pattern" => (part, part),
                "pair_pattern" => (part.field("key")?, part.field("value")?),
                _ => return None,
            };
            if !matches!(local.kind(), "identifier" | "shorthand_property_identifier_pattern") {
                return None;
            }
            let full: QualName = format!("{path}.{}", self.property_name(key)).into();
            found.push((local, full.clone(), Binding::Import(full)));
        }
        Some(found)
    }

    /// The module that an expression names.
    pub(crate) fn module_of(&self, node: Node<'t>) -> Option<QualName> {
        let node = bare(node);
        if node.kind() == "identifier" {
            return match self.resolve(self.text_of(node)) {
                Some(Binding::Module { path, .. }) => Some(path),
                _ => None,
            };
        }
        self.required(node)
    }
}
