//! Classes: a struct type, its methods, its static members, its decorators.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::functions::{Member, is_function};
use crate::lowering::{Frame, Lowering, This, bare, has_word, kids, only_kid};
use dogpile_ir::{Field, FieldInit, FunctionKind, Global, QualName, Type, TypeDecl, TypeKind, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A class expression: its name, under which it is declared.
    pub(crate) fn class_value(&mut self, node: Node<'t>) -> QualName {
        let around = self.frames.last().map_or(self.prefix.clone(), |f| f.name.clone());
        let full: QualName = match self.field_text(node, "name") {
            "" => {
                let count = self.closures.entry(format!("{around}.class").into()).or_default();
                *count += 1;
                format!("{around}.class{count}").into()
            }
            name => format!("{around}.{name}").into(),
        };
        self.class(node, full.clone());
        full
    }

    pub(crate) fn class(&mut self, node: Node<'t>, full: QualName) {
        if !self.enter(node) {
            return;
        }
        self.build.module.stats.statements += 1;
        let outer = std::mem::replace(&mut self.opaque_here, false);
        // Members run at other times than the function around.
        let frames = std::mem::take(&mut self.frames);
        let barrier = self.names.barrier;
        if !frames.is_empty() {
            self.names.barrier = self.names.depth();
        }
        let chains = std::mem::take(&mut self.chains);
        let out = std::mem::take(&mut self.out);
        self.names.push();
        self.type_parameters(node);
        let parent = self.parent_class(node, &full);
        self.class_type(node, &full, parent.as_ref());
        let body = node.field("body");
        let mut decorators: Vec<Node<'t>> = own_decorators(node);
        if let Some(around) = node.parent().filter(|n| n.kind() == "export_statement") {
            decorators.splice(0..0, own_decorators(around));
        }
        self.decorators(&full, &decorators);
        self.constructors(node, &full, parent.as_ref());
        if let Some(body) = body {
            self.note_errors(body);
            self.members(body, &full, parent.as_ref());
        }
        self.names.pop();
        self.out = out;
        self.chains = chains;
        self.names.barrier = barrier;
        self.frames = frames;
        self.build.module.stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
        self.leave();
    }

    /// The class that a class extends; one that is computed gets a name.
    fn parent_class(&mut self, node: Node<'t>, full: &QualName) -> Option<QualName> {
        let heritage = kids(node).into_iter().find(|n| n.kind() == "class_heritage")?;
        let clause = kids(heritage).into_iter().find(|n| n.kind() == "extends_clause").unwrap_or(heritage);
        let value = clause.field("value").or_else(|| only_kid(clause))?;
        if value.kind() == "implements_clause" {
            return None;
        }
        if let Some(name) = self.class_name(value) {
            return Some(name);
        }
        let name: QualName = format!("{full}@parent").into();
        self.constant_of(name.clone(), &[value], false);
        Some(name)
    }

    fn class_type(&mut self, node: Node<'t>, full: &QualName, parent: Option<&QualName>) {
        let name = node.field("name").unwrap_or(node);
        let span = if name == node { node.child(0).map_or(self.span(node), |n| self.span(n)) } else { self.span(name) };
        let mut fields = vec![];
        if let Some(parent) = parent {
            let last = parent.rsplit(['.', '/']).next().unwrap_or(parent).into();
            fields.push(Field { name: last, ty: Type::Named(parent.clone()), embedded: true, span });
        }
        for member in node.field("body").map_or(vec![], kids) {
            match member.kind() {
                "public_field_definition" if !has_word(member, "static") && !is_method_field(member) => {
                    let Some(key) = member.field("name") else { continue };
                    let mut ty = self.field_type(member, "type");
                    if ty == Type::Unknown {
                        ty = member.field("value").map_or(Type::Unknown, |n| self.evident_type(n));
                    }
                    let (name, span) = (self.property_name(key).into(), self.span(key));
                    fields.push(Field { name, ty, embedded: false, span });
                }
                "method_definition" if self.field_text(member, "name") == "constructor" => {
                    for part in member.field("parameters").map_or(vec![], kids) {
                        if is_property(part)
                            && let Some(name) = part.field("pattern").or(part.field("name"))
                        {
                            let ty = self.field_type(part, "type");
                            let span = self.span(name);
                            fields.push(Field { name: self.text_of(name).into(), ty, embedded: false, span });
                        }
                    }
                }
                _ => {}
            }
        }
        self.build.module.types.push(TypeDecl { name: full.clone(), kind: TypeKind::Struct(fields), span });
    }

    fn members(&mut self, body: Node<'t>, full: &QualName, parent: Option<&QualName>) {
        let mut decorators = vec![];
        let defined: rustc_hash::FxHashSet<&str> = kids(body)
            .into_iter()
            .filter(|n| n.kind() == "method_definition")
            .map(|n| self.field_text(n, "name"))
            .collect();
        for member in kids(body) {
            match member.kind() {
                "decorator" => {
                    decorators.push(member);
                    continue;
                }
                "method_definition" if self.field_text(member, "name") != "constructor" => {
                    self.method(member, full, parent);
                }
                // Of overloads, the one with the body speaks for all.
                "method_signature" | "abstract_method_signature"
                    if !defined.contains(self.field_text(member, "name")) =>
                {
                    self.method(member, full, parent);
                }
                "public_field_definition" => {
                    decorators.extend(own_decorators(member));
                    self.field_member(member, full, parent);
                }
                "class_static_block" => {
                    let name: QualName = format!("{full}.static").into();
                    let span = self.span(member);
                    let of = Member { class: full.clone(), parent: parent.cloned(), is_static: true };
                    self.member_function(member, name, span, &of);
                }
                _ => {}
            }
            if !decorators.is_empty() {
                let name = member.field("name").map_or("", |n| self.property_name(n));
                self.decorators(&format!("{full}.{name}").into(), &decorators);
                decorators.clear();
            }
        }
    }

    fn method(&mut self, member: Node<'t>, full: &QualName, parent: Option<&QualName>) {
        let Some(key) = member.field("name") else { return };
        let name = self.property_name(key);
        let name: QualName = match accessor(member) {
            Some(accessor) => format!("{full}.{accessor} {name}").into(),
            None => format!("{full}.{name}").into(),
        };
        let span = self.span(key);
        let of = Member { class: full.clone(), parent: parent.cloned(), is_static: has_word(member, "static") };
        self.member_function(member, name, span, &of);
    }

    /// Static fields are globals; fields that hold a function are methods; others open the constructor.
    fn field_member(&mut self, member: Node<'t>, full: &QualName, parent: Option<&QualName>) {
        let Some(key) = member.field("name") else { return };
        let name: QualName = format!("{full}.{}", self.property_name(key)).into();
        let is_static = has_word(member, "static");
        let value = member.field("value");
        if is_method_field(member)
            && let Some(value) = value.map(bare)
        {
            let span = self.span(key);
            let of = Member { class: full.clone(), parent: parent.cloned(), is_static };
            self.member_function(value, name, span, &of);
            return;
        }
        if !is_static {
            return;
        }
        let mut result = None;
        let mut frame = Frame::bare(None, name.clone());
        frame.this = This::Class(full.clone());
        self.frames.push(frame);
        let init = self.nested(|s| {
            if let Some(value) = value {
                result = Some(s.expr_as(value, Wait::Later));
            }
        });
        self.frames.pop();
        let mut ty = self.field_type(member, "type");
        if ty == Type::Unknown {
            ty = value.map_or(Type::Unknown, |n| self.asserted_type(n));
        }
        if ty == Type::Unknown {
            ty = result.as_ref().map_or(Type::Unknown, |v| self.type_of(v));
        }
        let constant = has_word(member, "readonly");
        let span = self.span(key);
        self.build.module.globals.push(Global { name, ty, constant, init, value: result, embeds: None, span });
    }

    /// `const p.C.method@decorators = new []{…}`.
    fn decorators(&mut self, of: &QualName, nodes: &[Node<'t>]) {
        let inner: Vec<_> = nodes.iter().filter_map(|n| only_kid(*n)).collect();
        if !inner.is_empty() {
            self.constant_of(format!("{of}@decorators").into(), &inner, true);
        }
    }

    /// A constant that holds an expression, or a list of them.
    fn constant_of(&mut self, name: QualName, nodes: &[Node<'t>], list: bool) {
        let Some(first) = nodes.first() else { return };
        let span = self.span(*first);
        self.frames.push(Frame::bare(None, name.clone()));
        let mut values = vec![];
        let init = self.nested(|s| values = nodes.iter().map(|n| s.expr(*n)).collect());
        self.frames.pop();
        let value = if list {
            let fields = values.into_iter().map(FieldInit::Item).collect();
            let kind = ValueKind::Aggregate { ty: Type::List(Box::new(Type::Unknown)), fields };
            Some(Value::new(kind, span))
        } else {
            values.pop()
        };
        let ty = Type::Unknown;
        self.build.module.globals.push(Global { name, ty, constant: true, init, value, embeds: None, span });
    }

    /// A function that nothing in the source spells out, with its body.
    pub(crate) fn written(
        &mut self,
        kind: FunctionKind,
        name: QualName,
        class: &QualName,
        node: Node<'t>,
        body: impl FnOnce(&mut Self),
    ) -> dogpile_ir::FuncId {
        let span = self.span(node);
        let first = node.field("name").or(node.child(0)).map_or(span, |n| self.span(n));
        let id = self.reserve(kind, name, span, first);
        let name = self.build.module.function(id).name.clone();
        let mut frame = Frame::bare(Some(id), name);
        frame.this = This::Class(class.clone());
        self.frames.push(frame);
        self.names.push();
        let block = self.nested(body);
        self.names.pop();
        self.frames.pop();
        self.build.module.functions[id.0 as usize].body = Some(block);
        id
    }
}

/// `get` or `set`.
pub(crate) fn accessor(member: Node<'_>) -> Option<&'static str> {
    ["get", "set"].into_iter().find(|word| has_word(member, word))
}

fn own_decorators(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children_by_field_name("decorator", &mut cursor).collect()
}

/// A field whose value is an arrow function.
pub(crate) fn is_method_field(member: Node<'_>) -> bool {
    member.field("value").is_some_and(|value| is_function(bare(value).kind()))
}

/// A constructor's parameter that is a field too.
pub(crate) fn is_property(parameter: Node<'_>) -> bool {
    let mut cursor = parameter.walk();
    parameter
        .children(&mut cursor)
        .any(|n| matches!(n.kind(), "accessibility_modifier" | "override_modifier" | "readonly"))
}
