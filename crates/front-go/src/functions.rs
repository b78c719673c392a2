//! Signatures, bodies and closures.

use crate::fields::Fields as _;
use crate::lowering::{Frame, Lowering, field_list, kids};
use crate::scope::Binding;
use dogpile_ir::{FuncId, Function, FunctionKind, LocalId, Param, QualName, Type};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A function or method declaration.
    pub(crate) fn function(&mut self, node: Node<'t>) {
        let name_node = node.field("name").unwrap_or(node);
        let name = self.text_of(name_node);
        let receiver = node.field("receiver");
        self.names.push();
        let (kind, full) = match receiver {
            Some(list) => {
                let on = self.receiver_type(list);
                (FunctionKind::Method, self.qualified(&format!("{on}.{name}")))
            }
            None => (FunctionKind::Plain, self.qualified(name)),
        };
        let name_span = self.span(name_node);
        self.define(node, kind, full, name_span);
        self.names.pop();
        self.out.clear();
    }

    /// The receiver's type name; its type parameters become known.
    fn receiver_type(&mut self, list: Node<'t>) -> &'t str {
        let mut ty = kids(list).first().and_then(|p| p.field("type"));
        while let Some(node) = ty {
            match node.kind() {
                "pointer_type" | "parenthesized_type" => ty = crate::lowering::only_kid(node),
                "generic_type" => {
                    if let Some(arguments) = node.field("type_arguments") {
                        for argument in kids(arguments) {
                            self.names.bind(self.text_of(argument), Binding::Type(Type::Unknown));
                        }
                    }
                    ty = node.field("type");
                }
                _ => return self.text_of(node),
            }
        }
        ""
    }

    /// A function literal.
    pub(crate) fn closure(&mut self, node: Node<'t>) -> FuncId {
        let around = self.frames.last().map_or(self.package.clone(), |f| f.name.clone());
        let count = self.closures.entry(around.clone()).or_default();
        *count += 1;
        let name = format!("{around}.func{count}");
        let kind = FunctionKind::Closure { parent: self.owner() };
        let span = self.span(node);
        let first = node.child(0).map_or(span, |n| self.span(n));
        let iota = self.iota.take();
        let label = self.pending_label.take();
        self.names.push();
        let id = self.define(node, kind, name.into(), first);
        self.names.pop();
        self.iota = iota;
        self.pending_label = label;
        id
    }

    /// Adds a function to the module; the scope of its parameters (and of its body) is open.
    fn define(
        &mut self,
        node: Node<'t>,
        kind: FunctionKind,
        name: QualName,
        name_span: dogpile_source::Span,
    ) -> FuncId {
        let span = self.span(node);
        let id = self.reserve(kind, name, span, name_span);
        let name = self.build.module.function(id).name.clone();
        self.frames.push(Frame { id: Some(id), name, labels: vec![], results: 0, named_results: vec![] });
        self.type_parameters(node);
        let mut variadic = false;
        let receiver = node.field("receiver").and_then(|list| self.params(list, &mut variadic).into_iter().next());
        let params = node.field("parameters").map_or(vec![], |list| self.params(list, &mut variadic));
        let (results, named_results) = self.results(node);
        if let Some(frame) = self.frames.last_mut() {
            frame.results = results.len();
            frame.named_results.clone_from(&named_results);
        }
        let opaque = std::mem::take(&mut self.opaque_here);
        let body = node.field("body").map(|body| {
            self.nested(|s| {
                if kind == FunctionKind::Plain || kind == FunctionKind::Method {
                    s.note_errors(node);
                }
                s.block_here(body);
            })
        });
        self.opaque_here = opaque;
        self.frames.pop();
        let function = &mut self.build.module.functions[id.0 as usize];
        function.receiver = receiver;
        function.params = params;
        function.variadic = variadic;
        function.results = results;
        function.named_results = named_results;
        function.body = body;
        id
    }

    /// Takes an id before the body is known, so that parents come before their closures.
    pub(crate) fn reserve(
        &mut self,
        kind: FunctionKind,
        mut name: QualName,
        span: dogpile_source::Span,
        name_span: dogpile_source::Span,
    ) -> FuncId {
        if kind == FunctionKind::Plain || kind == FunctionKind::Method {
            name = self.unique(name);
        }
        let functions = &mut self.build.module.functions;
        let id = FuncId(u32::try_from(functions.len()).unwrap_or(u32::MAX));
        functions.push(Function {
            name,
            kind,
            receiver: None,
            params: vec![],
            variadic: false,
            results: vec![],
            named_results: vec![],
            body: None,
            is_async: false,
            span,
            name_span,
        });
        id
    }

    /// The name itself, unless a function has it already (drafts, and documents that show two versions of one).
    fn unique(&mut self, name: QualName) -> QualName {
        if matches!(name.rsplit('.').next(), Some("init" | "_")) {
            return name;
        }
        let count = self.declared.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}#{count}").into() }
    }

    /// Makes type parameters known as types nothing is known of.
    pub(crate) fn type_parameters(&mut self, node: Node<'t>) {
        let Some(list) = node.field("type_parameters") else { return };
        for declaration in kids(list) {
            for name in field_list(declaration, "name") {
                self.names.bind(self.text_of(name), Binding::Type(Type::Unknown));
            }
        }
    }

    fn params(&mut self, list: Node<'t>, variadic: &mut bool) -> Vec<Param> {
        let mut params = vec![];
        for part in kids(list) {
            let mut ty = self.field_type(part, "type");
            if part.kind() == "variadic_parameter_declaration" {
                ty = Type::List(Box::new(ty));
                *variadic = true;
            }
            let names = field_list(part, "name");
            if names.is_empty() {
                let span = self.span(part);
                let owner = self.owner();
                let local = self.build.local("_", ty.clone(), span, owner);
                params.push(Param { local, name: "_".into(), ty });
                continue;
            }
            for name in names {
                let local = self.declare(name, ty.clone());
                params.push(Param { local, name: self.text_of(name).into(), ty: ty.clone() });
            }
        }
        params
    }

    fn results(&mut self, node: Node<'t>) -> (Vec<Type>, Vec<LocalId>) {
        let Some(list) = node.field("result") else { return (vec![], vec![]) };
        let types = self.list_types(list);
        let mut named = vec![];
        if list.kind() == "parameter_list" {
            let names: Vec<_> = kids(list).into_iter().flat_map(|part| field_list(part, "name")).collect();
            for (name, ty) in names.into_iter().zip(&types) {
                named.push(self.declare(name, ty.clone()));
            }
        }
        (types, named)
    }

    /// A new variable in the scope at hand; `_` becomes a variable that no name reaches.
    pub(crate) fn declare(&mut self, name: Node<'t>, ty: Type) -> LocalId {
        let text = self.text_of(name);
        let span = self.span(name);
        let owner = self.owner();
        let local = self.build.local(text, ty, span, owner);
        if text != "_" && !text.is_empty() {
            self.names.bind(text, Binding::Local(local));
        }
        local
    }
}
