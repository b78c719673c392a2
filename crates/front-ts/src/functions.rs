//! Signatures, bodies and closures.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Frame, Lowering, This, has_word, kids};
use crate::scope::Binding;
use dogpile_ir::{FuncId, Function, FunctionKind, Param, QualName, StmtKind, Type};
use dogpile_source::Span;
use tree_sitter::Node;

/// A method's class.
pub(crate) struct Member {
    pub(crate) class: QualName,
    pub(crate) parent: Option<QualName>,
    pub(crate) is_static: bool,
}

impl<'t> Lowering<'t> {
    /// Remembers whether a function is `async` or gives a promise.
    pub(crate) fn told_of(&mut self, node: Node<'t>, name: &QualName) {
        let has_body = node.field("body").is_some();
        let known = self.told.entry(name.clone()).or_default();
        *known |= has_body;
    }

    /// A function of its own.
    pub(crate) fn plain_function(&mut self, node: Node<'t>, name: QualName, name_span: Span) {
        if !self.enter(node) {
            return;
        }
        let frame = Frame::bare(None, name.clone());
        self.names.push();
        self.define(node, FunctionKind::Plain, name, name_span, frame);
        self.names.pop();
        self.out.clear();
        self.leave();
    }

    /// A method, accessor or static function of a class.
    pub(crate) fn member_function(&mut self, node: Node<'t>, name: QualName, name_span: Span, of: &Member) -> FuncId {
        let kind = if of.is_static { FunctionKind::Plain } else { FunctionKind::Method };
        let mut frame = Frame::bare(None, name.clone());
        frame.parent.clone_from(&of.parent);
        frame.is_static = of.is_static;
        frame.this = This::Class(of.class.clone());
        let barrier = self.names.barrier;
        let frames = std::mem::take(&mut self.frames);
        self.names.barrier = if frames.is_empty() { barrier } else { self.names.depth() };
        self.names.push();
        let id = self.define(node, kind, name, name_span, frame);
        self.names.pop();
        self.names.barrier = barrier;
        self.frames = frames;
        id
    }

    /// A function value made where it stands.
    pub(crate) fn closure(&mut self, node: Node<'t>) -> FuncId {
        let around = self.frames.last().map_or(self.prefix.clone(), |f| f.name.clone());
        let count = self.closures.entry(around.clone()).or_default();
        *count += 1;
        let name: QualName = format!("{around}.func{count}").into();
        let kind = FunctionKind::Closure { parent: self.owner() };
        let span = self.span(node);
        let first = node.child(0).map_or(span, |n| self.span(n));
        let mut frame = Frame::bare(None, name.clone());
        // Arrow functions keep the `this` of where they stand.
        if node.kind() == "arrow_function"
            && let Some(outer) = self.frames.last()
        {
            frame.this = outer.this.clone();
            frame.parent.clone_from(&outer.parent);
            frame.is_static = outer.is_static;
        }
        let label = self.pending_label.take();
        let chains = std::mem::take(&mut self.chains);
        self.names.push();
        if node.kind() == "function_expression" || node.kind() == "generator_function" {
            let own = self.field_text(node, "name");
            if !own.is_empty() {
                self.names.bind(own, Binding::Item(name.clone(), crate::scope::ItemKind::Func));
            }
        }
        let id = self.define(node, kind, name, first, frame);
        self.names.pop();
        self.chains = chains;
        self.pending_label = label;
        id
    }

    /// Adds a function to the module; the scope of its parameters (and of its body) is open.
    pub(crate) fn define(
        &mut self,
        node: Node<'t>,
        kind: FunctionKind,
        name: QualName,
        name_span: Span,
        mut frame: Frame<'t>,
    ) -> FuncId {
        let span = self.span(node);
        let id = self.reserve(kind, name, span, name_span);
        frame.id = Some(id);
        frame.name = self.build.module.function(id).name.clone();
        let class = match (&frame.this, kind) {
            (This::Class(class), FunctionKind::Method) => Some(class.clone()),
            _ => None,
        };
        self.frames.push(frame);
        let receiver = class.map(|class| self.receiver(class, name_span));
        self.type_parameters(node);
        let opaque = std::mem::replace(&mut self.opaque_here, false);
        let mut variadic = false;
        let mut opening = vec![];
        let list = node.field("parameters");
        let params = match (list, node.field("parameter")) {
            (Some(list), _) => self.params(list, &mut variadic, &mut opening),
            (None, Some(only)) => vec![self.plain_param(only, Type::Unknown)],
            _ => vec![],
        };
        let results = self.results(node);
        let body = node.field("body").map(|body| {
            self.nested(|s| {
                s.note_errors(node);
                s.open_params(opening);
                s.open_constructor();
                s.function_body(body);
            })
        });
        self.opaque_here = opaque;
        self.frames.pop();
        let function = &mut self.build.module.functions[id.0 as usize];
        function.receiver = receiver;
        function.params = params;
        function.variadic = variadic;
        function.results = results;
        function.body = body;
        function.is_async = has_word(node, "async");
        id
    }

    fn function_body(&mut self, body: Node<'t>) {
        if body.kind() == "statement_block" {
            let statements = kids(body);
            self.hoist_vars(&statements, false);
            return self.block_here(body);
        }
        // `=> value`
        let span = self.span(body);
        let outer = std::mem::replace(&mut self.opaque_here, false);
        let before = self.out.len();
        let value = self.expr_as(body, Wait::PassedOn);
        let raised =
            self.out.len() > before && matches!(self.out.last().map(|s| &s.kind), Some(StmtKind::Raise { .. }));
        if !raised {
            self.emit(StmtKind::Return { values: vec![value] }, span);
        }
        let stats = &mut self.build.module.stats;
        stats.statements += 1;
        stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
    }

    /// The local that `this` is in a method.
    pub(crate) fn receiver(&mut self, class: QualName, span: Span) -> Param {
        let owner = self.owner();
        let ty = Type::Named(class);
        let local = self.build.local("this", ty.clone(), span, owner);
        if let Some(frame) = self.frames.last_mut() {
            frame.this = This::Local(local);
        }
        Param { local, name: "this".into(), ty }
    }

    /// Takes an id before the body is known, so that parents come before their closures.
    pub(crate) fn reserve(&mut self, kind: FunctionKind, mut name: QualName, span: Span, name_span: Span) -> FuncId {
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

    /// The name itself, unless a function has it already (documents that show two versions of one).
    fn unique(&mut self, name: QualName) -> QualName {
        let count = self.declared.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}#{count}").into() }
    }
}

/// Whether a node is a function value.
pub(crate) fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "arrow_function"
            | "function_expression"
            | "generator_function"
            | "function_declaration"
            | "generator_function_declaration"
    )
}
