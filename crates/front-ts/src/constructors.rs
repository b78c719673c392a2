//! How an object of a class comes to be.

use crate::classes::{is_method_field, is_property};
use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::functions::Member;
use crate::lowering::{Frame, Lowering, This, has_word, kids};
use crate::scope::Binding;
use dogpile_ir::{Call, Callee, FunctionKind, Param, Place, QualName, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

/// What a constructor does before its own statements, or right after `super(…)`.
#[derive(Clone, Debug)]
pub(crate) struct Opening<'t> {
    /// Parameters, some of which are fields.
    params: Option<Node<'t>>,
    /// Fields with a value.
    fields: Vec<Node<'t>>,
}

impl<'t> Lowering<'t> {
    /// `p.C.constructor`, where the class has one or fields to fill, and `p.C.new`.
    pub(crate) fn constructors(&mut self, node: Node<'t>, full: &QualName, parent: Option<&QualName>) {
        let members = node.field("body").map_or(vec![], kids);
        let fields: Vec<_> = members
            .iter()
            .copied()
            .filter(|n| n.kind() == "public_field_definition" && !has_word(*n, "static") && !is_method_field(*n))
            .filter(|n| n.field("value").is_some())
            .collect();
        let is_constructor = |n: &&Node<'t>| self.field_text(**n, "name") == "constructor";
        let written = members.iter().filter(|n| n.kind() == "method_definition").find(is_constructor).copied();
        let name: QualName = format!("{full}.constructor").into();
        let mut made = None;
        if let Some(constructor) = written {
            let params = constructor.field("parameters");
            let opening = Opening { params, fields };
            made = Some(self.constructor(constructor, name, full, parent, opening));
        } else if !fields.is_empty() {
            let opening = Opening { params: None, fields };
            let mut rest = None;
            let mut receiver = None;
            let id = self.written(FunctionKind::Method, name, full, node, |s| {
                let span = s.span(node);
                receiver = Some(s.receiver(full.clone(), span));
                if let Some(frame) = s.frames.last_mut() {
                    frame.parent = parent.cloned();
                }
                if let Some(parent) = parent {
                    let param = s.rest_param(span);
                    let args = vec![Value::new(ValueKind::Local(param.local), span)];
                    s.construct(parent, args, true, span, span);
                    rest = Some(param);
                }
                s.fill(&opening);
            });
            let function = &mut self.build.module.functions[id.0 as usize];
            function.variadic = rest.is_some();
            function.params = rest.into_iter().collect();
            function.receiver = receiver;
            made = Some(id);
        }
        if node.kind() != "abstract_class_declaration" {
            self.maker(node, full, parent, made);
        }
    }

    fn constructor(
        &mut self,
        node: Node<'t>,
        name: QualName,
        full: &QualName,
        parent: Option<&QualName>,
        opening: Opening<'t>,
    ) -> dogpile_ir::FuncId {
        let key = node.field("name").unwrap_or(node);
        let span = self.span(key);
        let of = Member { class: full.clone(), parent: parent.cloned(), is_static: false };
        let mut frame = Frame::bare(None, name.clone());
        frame.parent = of.parent;
        frame.this = This::Class(of.class);
        frame.opening = Some(opening);
        self.names.push();
        let id = self.define(node, FunctionKind::Method, name, span, frame);
        self.names.pop();
        id
    }

    /// `p.C.new`: an object, its constructor, the object.
    fn maker(&mut self, node: Node<'t>, full: &QualName, parent: Option<&QualName>, own: Option<dogpile_ir::FuncId>) {
        let span = self.span(node);
        let first = node.field("name").or(node.child(0)).map_or(span, |n| self.span(n));
        let declared = own.map(|id| {
            let function = self.build.module.function(id);
            (function.params.clone(), function.variadic)
        });
        let mut params: Vec<Param> = vec![];
        let mut variadic = false;
        let class = full.clone();
        let id = self.written(FunctionKind::Plain, format!("{full}.new").into(), full, node, |s| {
            let owner = s.owner();
            match &declared {
                Some((of_constructor, rest)) => {
                    variadic = *rest;
                    for param in of_constructor {
                        let local = s.build.local(param.name.clone(), param.ty.clone(), first, owner);
                        params.push(Param { local, name: param.name.clone(), ty: param.ty.clone() });
                    }
                }
                None if parent.is_some() => {
                    variadic = true;
                    params.push(s.rest_param(first));
                }
                None => {}
            }
            let ty = Type::Named(class.clone());
            let this = s.build.local("this", ty.clone(), first, owner);
            let object = Value::new(ValueKind::Aggregate { ty, fields: vec![] }, first);
            s.assign(vec![Place::Local(this)], Rvalue::Use(object), first);
            if let Some(frame) = s.frames.last_mut() {
                frame.this = This::Local(this);
            }
            let by = if declared.is_some() { Some(&class) } else { parent };
            if let Some(by) = by {
                let args = params.iter().map(|p| Value::new(ValueKind::Local(p.local), first)).collect();
                s.construct(by, args, variadic, first, first);
            }
            s.emit(StmtKind::Return { values: vec![Value::new(ValueKind::Local(this), first)] }, first);
        });
        let function = &mut self.build.module.functions[id.0 as usize];
        function.params = params;
        function.variadic = variadic;
        function.results = vec![Type::Named(full.clone())];
    }

    fn rest_param(&mut self, span: Span) -> Param {
        let ty = Type::List(Box::new(Type::Unknown));
        let owner = self.owner();
        let local = self.build.local("args", ty.clone(), span, owner);
        Param { local, name: "args".into(), ty }
    }

    /// `call q.B.constructor(this, …)`.
    fn construct(&mut self, class: &QualName, args: Vec<Value>, spread: bool, span: Span, name_span: Span) {
        let mut all = vec![self.this_value(span)];
        all.extend(args);
        let callee = Callee::Named(format!("{class}.constructor").into());
        let call = Call { callee, args: all, spread, awaited: true, span, name_span };
        self.assign(vec![], Rvalue::Call(call), span);
    }

    /// `super(…)`.
    pub(crate) fn super_call(&mut self, node: Node<'t>) -> Rvalue {
        let span = self.span(node);
        let (args, spread) = node.field("arguments").map_or((vec![], false), |n| self.arguments(n));
        let parent = self.frames.last().and_then(|f| f.parent.clone());
        let parent = parent.unwrap_or_else(|| "builtin.Object".into());
        let name_span = node.child(0).map_or(span, |n| self.span(n));
        self.construct(&parent, args, spread, span, name_span);
        if let Some(opening) = self.frames.last_mut().and_then(|f| f.opening.take()) {
            self.fill(&opening);
        }
        Rvalue::Use(self.nil(span))
    }

    /// What comes before a constructor's own statements, unless `super(…)` must come first.
    pub(crate) fn open_constructor(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.parent.is_none()
            && let Some(opening) = frame.opening.take()
        {
            self.fill(&opening);
        }
    }

    /// Parameter properties and fields with a value.
    fn fill(&mut self, opening: &Opening<'t>) {
        for part in opening.params.map_or(vec![], kids).into_iter().filter(|n| is_property(*n)) {
            let Some(name) = part.field("pattern").or(part.field("name")) else { continue };
            if let Some(Binding::Local(local)) = self.resolve(self.text_of(name)) {
                let span = self.span(name);
                let place = Place::Field(Box::new(self.this_value(span)), self.text_of(name).into());
                self.assign(vec![place], Rvalue::Use(Value::new(ValueKind::Local(local), span)), span);
            }
        }
        for field in &opening.fields {
            let (Some(key), Some(value)) = (field.field("name"), field.field("value")) else {
                continue;
            };
            let span = self.span(*field);
            let outer = std::mem::replace(&mut self.opaque_here, false);
            let this = self.this_value(span);
            let place = Place::Field(Box::new(this), self.property_name(key).into());
            let value = self.rvalue(value, Wait::Later);
            self.assign(vec![place], value, span);
            let stats = &mut self.build.module.stats;
            stats.statements += 1;
            stats.opaque += u32::from(self.opaque_here);
            self.opaque_here = outer;
        }
    }
}
