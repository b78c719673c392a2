//! Constants and statics.

use crate::closures::future_block;
use crate::exprs::bare;
use crate::lowering::{Frame, Lowering};
use crate::macros::macro_name;
use crate::results::{Returns, asks_expr};
use dogpile_ir::{Global, QualName, Type, Value};
use dogpile_source::Span;
use rustc_hash::FxHashSet;
use std::sync::Arc;
use syn::{Expr, Macro};

impl Lowering<'_> {
    pub(crate) fn global(
        &mut self,
        name: QualName,
        ident: &syn::Ident,
        ty: Option<&syn::Type>,
        value: Option<&Expr>,
        constant: bool,
    ) {
        let span = self.at(ident.span());
        let ty = ty.map_or(Type::Unknown, |ty| self.ty(ty));
        let embeds = value.and_then(embedded);
        self.frames.push(Frame {
            id: None,
            name: name.clone(),
            targets: vec![],
            returns: Returns::One,
            results: vec![],
            moves: false,
            awaited_later: FxHashSet::default(),
        });
        let outer = std::mem::replace(&mut self.opaque_here, false);
        let outer_guards = std::mem::take(&mut self.guards);
        let mut found = None;
        self.names.push();
        let init = self.nested(|s| {
            if let Some(expr) = value
                && embeds.is_none()
            {
                let want = Some(ty.clone()).filter(|ty| *ty != Type::Unknown);
                found = s.initial(expr, want);
            }
        });
        self.names.pop();
        self.frames.pop();
        self.guards = outer_guards;
        let stats = &mut self.build.module.stats;
        stats.statements += 1;
        stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
        let ty = match (&ty, &found) {
            (Type::Unknown, Some(value)) => self.type_of(value),
            _ => ty,
        };
        self.build.module.globals.push(Global { name, ty, constant, init, value: found, embeds, span });
    }

    /// The first value of a global: what a lazy one's closure gives counts.
    fn initial(&mut self, expr: &Expr, want: Option<Type>) -> Option<Value> {
        if let Some(inner) = self.lazy(expr) {
            if let Expr::Closure(closure) = bare(inner)
                && closure.inputs.is_empty()
                && !leaves_early(&closure.body)
                && closure.asyncness.is_none()
            {
                return Some(self.value(&closure.body, want));
            }
            let span = self.span(inner);
            let function = self.value(inner, None);
            let call = Self::call_of(function, span);
            return Some(self.hoist(dogpile_ir::Rvalue::Call(call), want, span));
        }
        if is_empty_cell(expr) {
            return None;
        }
        Some(self.value(expr, want))
    }

    /// The closure of `Lazy::new(|| …)`, `LazyLock::new(…)`.
    fn lazy<'e>(&self, expr: &'e Expr) -> Option<&'e Expr> {
        let Expr::Call(call) = bare(expr) else { return None };
        let Expr::Path(path) = bare(&call.func) else { return None };
        let mut parts = path.path.segments.iter().rev();
        let (method, ty) = (parts.next()?, parts.next()?);
        let known = matches!(ty.ident.to_string().as_str(), "Lazy" | "LazyLock" | "LazyCell" | "SyncLazy" | "OnceLazy");
        if known && method.ident == "new" && call.args.len() == 1 { Some(&call.args[0]) } else { None }
    }

    /// The text of `include_str!` in an expression is not at hand.
    pub(crate) fn included(&mut self, mac: &Macro, span: Span) -> Value {
        let path = included_path(mac).unwrap_or_else(|| "".into());
        // A constant of its own, so that whoever reads it finds the file.
        let name: QualName = format!("{}.include_str({path})", self.names.module().path.join("::")).into();
        if !self.build.module.globals.iter().any(|g| g.name == name) {
            let ty = Type::Named("string".into());
            let embeds = Some(path).filter(|p| !p.is_empty());
            self.build.module.globals.push(Global {
                name: name.clone(),
                ty,
                constant: true,
                init: vec![],
                value: None,
                embeds,
                span,
            });
        }
        Value::new(dogpile_ir::ValueKind::Global(name), span)
    }
}

/// The path in `include_str!("…")`.
fn embedded(expr: &Expr) -> Option<Arc<str>> {
    match bare(expr) {
        Expr::Macro(mac) if macro_name(&mac.mac) == "include_str" => included_path(&mac.mac),
        _ => None,
    }
}

fn included_path(mac: &Macro) -> Option<Arc<str>> {
    syn::parse2::<syn::LitStr>(mac.tokens.clone()).ok().map(|text| text.value().into())
}

/// `OnceLock::new()`: filled by whoever comes first.
fn is_empty_cell(expr: &Expr) -> bool {
    let Expr::Call(call) = bare(expr) else { return false };
    let Expr::Path(path) = bare(&call.func) else { return false };
    let mut parts = path.path.segments.iter().rev();
    let (Some(method), Some(ty)) = (parts.next(), parts.next()) else { return false };
    call.args.is_empty()
        && matches!(method.ident.to_string().as_str(), "new" | "const_new")
        && matches!(ty.ident.to_string().as_str(), "OnceLock" | "OnceCell")
}

/// Whether a closure's body needs a function around it.
fn leaves_early(body: &Expr) -> bool {
    struct Found(bool);
    impl<'a> syn::visit::Visit<'a> for Found {
        fn visit_expr_return(&mut self, _: &'a syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}
        fn visit_item(&mut self, _: &'a syn::Item) {}
    }
    let mut found = Found(asks_expr(body));
    syn::visit::Visit::visit_expr(&mut found, body);
    let is_future = matches!(bare(body), Expr::Block(b) if future_block(&b.block).is_some());
    found.0 || is_future
}
