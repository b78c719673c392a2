//! Functions and methods.

use crate::asynchronous::awaited_names;
use crate::closures::future_block;
use crate::lowering::{Dest, Frame, Lowering};
use crate::paths::word;
use crate::results::{Returns, asks, returns_of};
use crate::scope::Binding;
use crate::types::{error, is_future};
use dogpile_ir::{FuncId, Function, FunctionKind, Param, QualName, Rvalue, Stmt, StmtKind, Type};
use dogpile_source::Span;
use syn::spanned::Spanned;
use syn::{FnArg, Pat, Signature};

impl Lowering<'_> {
    pub(crate) fn function(
        &mut self,
        name: QualName,
        sig: &Signature,
        block: Option<&syn::Block>,
        kind: FunctionKind,
        whole: &impl Spanned,
    ) {
        let span = match block {
            Some(block) => self.between(first_of(sig), block.brace_token.span.close()),
            None => self.span_of(whole),
        };
        let name_span = self.at(sig.ident.span());
        let id = self.reserve(kind, name, span, name_span);
        let name = self.build.module.functions[id.0 as usize].name.clone();
        self.names.push();
        self.bind_generics(&sig.generics);
        let mut results = self.output(&sig.output, 0);
        let mut returns = returns_of(&results);
        if returns == Returns::One
            && let Some(block) = block
            && asks(block)
        {
            // Some other name for a `Result`.
            results = vec![Type::Unknown, error()];
            returns = Returns::Result;
        }
        let outer_out = std::mem::take(&mut self.out);
        let outer_guards = std::mem::take(&mut self.guards);
        let outer_opaque = std::mem::take(&mut self.opaque_here);
        self.frames.push(Frame {
            id: Some(id),
            name,
            targets: vec![],
            returns,
            results: results.clone(),
            moves: false,
            awaited_later: block.map(awaited_names).unwrap_or_default(),
        });
        let mut receiver = None;
        let mut params = vec![];
        let mut taken = vec![];
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(this) => {
                    let span = self.at(this.self_token.span);
                    let ty = self.self_type.clone().unwrap_or_default();
                    let local = self.variable("self", ty.clone(), span);
                    self.names.bind("self".into(), Binding::Local(local));
                    receiver = Some(Param { local, name: "self".into(), ty });
                }
                FnArg::Typed(param) => {
                    let ty = self.ty(&param.ty);
                    params.push(self.param(&param.pat, ty, &mut taken));
                }
            }
        }
        let body = block.map(|block| {
            self.nested(|s| {
                s.take_apart(&taken);
                let dest = if returns == Returns::Nothing { Dest::Discard } else { Dest::Return };
                match future_block(block).filter(|_| is_future(&sig.output)) {
                    Some(inner) => {
                        s.statements_but_last(block);
                        s.block_here(&inner.block, &dest);
                    }
                    None => s.block_here(block, &dest),
                }
            })
        });
        self.frames.pop();
        self.names.pop();
        let guards = std::mem::replace(&mut self.guards, outer_guards);
        self.owned(guards);
        self.opaque_here = outer_opaque;
        self.out = outer_out;
        let function = &mut self.build.module.functions[id.0 as usize];
        function.receiver = receiver;
        function.params = params;
        function.results = results;
        function.body = body;
        function.is_async = sig.asyncness.is_some() || is_future(&sig.output);
    }

    /// A parameter; one with a pattern is taken apart at the start of the body.
    pub(crate) fn param<'p>(
        &mut self,
        pat: &'p Pat,
        ty: Type,
        taken: &mut Vec<(&'p Pat, dogpile_ir::LocalId, Span)>,
    ) -> Param {
        let span = self.span_of_pat(pat);
        match pat {
            Pat::Ident(ident) if ident.subpat.is_none() => {
                let name = word(&ident.ident);
                let local = self.variable(name.as_str(), ty.clone(), self.at(ident.ident.span()));
                self.names.bind(name.clone(), Binding::Local(local));
                Param { local, name: name.into(), ty }
            }
            Pat::Type(typed) => {
                let ty = self.ty(&typed.ty);
                self.param(&typed.pat, ty, taken)
            }
            Pat::Wild(_) => {
                let local = self.variable("_", ty.clone(), span);
                Param { local, name: "_".into(), ty }
            }
            _ => {
                let local = self.variable("_", ty.clone(), span);
                taken.push((pat, local, span));
                Param { local, name: "_".into(), ty }
            }
        }
    }

    pub(crate) fn take_apart(&mut self, taken: &[(&Pat, dogpile_ir::LocalId, Span)]) {
        for (pat, local, span) in taken {
            self.bind_pattern(pat, &Self::local_value(*local, *span));
        }
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

    /// The name itself, unless a function has it already (two `impl From<…>`, code under two `cfg`s).
    fn unique(&mut self, name: QualName) -> QualName {
        let count = self.declared.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}#{count}").into() }
    }

    /// The guards of a block that is done: marks them, and gives them.
    pub(crate) fn owned(&mut self, guards: Vec<dogpile_ir::LocalId>) -> Vec<dogpile_ir::LocalId> {
        let mut owns = vec![];
        for local in guards {
            if !self.plain.contains(&local) {
                self.build.module.locals[local.0 as usize].drops = true;
                owns.push(local);
            }
        }
        owns
    }

    /// Statements that end a function whose body gives nothing back.
    pub(crate) fn return_nothing(&mut self, span: Span) {
        self.out.push(Stmt { kind: StmtKind::Return { values: vec![] }, span });
    }

    /// Evaluates for the effect only.
    pub(crate) fn effect_of(&mut self, value: Rvalue, span: Span) {
        if !matches!(value, Rvalue::Use(_)) {
            self.assign(vec![], value, span);
        }
    }
}

/// The first token of a signature.
fn first_of(sig: &Signature) -> proc_macro2::Span {
    sig.constness
        .map(|t| t.span)
        .or(sig.asyncness.map(|t| t.span))
        .or(sig.unsafety.map(|t| t.span))
        .or(sig.abi.as_ref().map(|a| a.extern_token.span))
        .unwrap_or(sig.fn_token.span)
}
