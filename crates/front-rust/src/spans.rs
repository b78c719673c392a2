//! Where things stand. `syn`'s own answer builds all tokens of a thing anew, so that asking at every level would take
//! the square of a file's depth; the first and the last token are found by walking down the tree's edges.

use crate::lowering::Lowering;
use dogpile_source::Span;
use syn::spanned::Spanned;
use syn::{Expr, Pat, Stmt};

impl Lowering<'_> {
    /// The place of one token (or of anything small).
    pub(crate) fn at(&self, span: proc_macro2::Span) -> Span {
        let range = span.byte_range();
        self.within(Span::new(self.file, self.base + range.start, self.base + range.end))
    }

    /// The place of anything, at the price of its tokens.
    pub(crate) fn span_of(&self, what: &impl Spanned) -> Span {
        self.at(what.span())
    }

    pub(crate) fn between(&self, first: proc_macro2::Span, last: proc_macro2::Span) -> Span {
        let (first, last) = (self.at(first), self.at(last));
        Span { file: self.file, start: first.start, end: last.end.max(first.end) }
    }

    pub(crate) fn span(&self, expr: &Expr) -> Span {
        self.between(first(expr), last(expr))
    }

    pub(crate) fn span_of_block(&self, block: &syn::Block) -> Span {
        self.at(block.brace_token.span.join())
    }

    pub(crate) fn span_of_pat(&self, pat: &Pat) -> Span {
        match pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() => self.at(name.ident.span()),
            _ => self.span_of(pat),
        }
    }

    pub(crate) fn span_of_stmt(&self, stmt: &Stmt) -> Span {
        match stmt {
            Stmt::Local(local) => self.between(local.let_token.span, local.semi_token.span),
            Stmt::Expr(expr, semi) => {
                let span = self.span(expr);
                semi.map_or(span, |semi| Span { end: self.at(semi.span).end.max(span.end), ..span })
            }
            Stmt::Macro(mac) => {
                let span = self.span_of_macro(&mac.mac);
                mac.semi_token.map_or(span, |semi| Span { end: self.at(semi.span).end.max(span.end), ..span })
            }
            Stmt::Item(item) => self.span_of(item),
        }
    }

    pub(crate) fn span_of_macro(&self, mac: &syn::Macro) -> Span {
        self.between(path_first(&mac.path), close(&mac.delimiter))
    }
}

fn close(delimiter: &syn::MacroDelimiter) -> proc_macro2::Span {
    match delimiter {
        syn::MacroDelimiter::Paren(token) => token.span.close(),
        syn::MacroDelimiter::Brace(token) => token.span.close(),
        syn::MacroDelimiter::Bracket(token) => token.span.close(),
    }
}

fn path_first(path: &syn::Path) -> proc_macro2::Span {
    match (&path.leading_colon, path.segments.first()) {
        (Some(colon), _) => colon.spans[0],
        (None, Some(segment)) => segment.ident.span(),
        (None, None) => proc_macro2::Span::call_site(),
    }
}

/// The first token of an expression.
pub(crate) fn first(expr: &Expr) -> proc_macro2::Span {
    let mut at = expr;
    loop {
        at = match at {
            Expr::Call(e) => &e.func,
            Expr::MethodCall(e) => &e.receiver,
            Expr::Field(e) => &e.base,
            Expr::Index(e) => &e.expr,
            Expr::Await(e) => &e.base,
            Expr::Try(e) => &e.expr,
            Expr::Binary(e) => &e.left,
            Expr::Assign(e) => &e.left,
            Expr::Cast(e) => &e.expr,
            Expr::Group(e) => &e.expr,
            Expr::Path(e) if e.qself.is_none() => return path_first(&e.path),
            Expr::Lit(e) => return e.lit.span(),
            Expr::Paren(e) => return e.paren_token.span.open(),
            Expr::Reference(e) => return e.and_token.span,
            Expr::If(e) => return e.if_token.span,
            Expr::Match(e) => return e.match_token.span,
            Expr::Block(e) if e.label.is_none() => return e.block.brace_token.span.open(),
            Expr::Closure(e) if e.attrs.is_empty() && e.lifetimes.is_none() => {
                return e
                    .constness
                    .map(|t| t.span)
                    .or(e.movability.map(|t| t.span))
                    .or(e.asyncness.map(|t| t.span))
                    .or(e.capture.map(|t| t.span))
                    .unwrap_or(e.or1_token.span);
            }
            Expr::Async(e) => return e.async_token.span,
            Expr::Macro(e) => return path_first(&e.mac.path),
            Expr::Struct(e) if e.qself.is_none() => return path_first(&e.path),
            Expr::Return(e) => return e.return_token.span,
            Expr::Tuple(e) => return e.paren_token.span.open(),
            Expr::Array(e) => return e.bracket_token.span.open(),
            Expr::Let(e) => return e.let_token.span,
            other => return other.span(),
        }
    }
}

/// The last token of an expression.
pub(crate) fn last(expr: &Expr) -> proc_macro2::Span {
    let mut at = expr;
    loop {
        at = match at {
            Expr::Binary(e) => &e.right,
            Expr::Assign(e) => &e.right,
            Expr::Group(e) => &e.expr,
            Expr::Reference(e) => &e.expr,
            Expr::Unary(e) => &e.expr,
            Expr::Closure(e) => &e.body,
            Expr::Let(e) => &e.expr,
            Expr::Return(e) => match &e.expr {
                Some(inner) => inner,
                None => return e.return_token.span,
            },
            Expr::If(e) => match &e.else_branch {
                Some((_, other)) => other,
                None => return e.then_branch.brace_token.span.close(),
            },
            Expr::Call(e) => return e.paren_token.span.close(),
            Expr::MethodCall(e) => return e.paren_token.span.close(),
            Expr::Field(e) => return e.member.span(),
            Expr::Index(e) => return e.bracket_token.span.close(),
            Expr::Await(e) => return e.await_token.span,
            Expr::Try(e) => return e.question_token.span,
            Expr::Lit(e) => return e.lit.span(),
            Expr::Paren(e) => return e.paren_token.span.close(),
            Expr::Match(e) => return e.brace_token.span.close(),
            Expr::Block(e) => return e.block.brace_token.span.close(),
            Expr::Async(e) => return e.block.brace_token.span.close(),
            Expr::Unsafe(e) => return e.block.brace_token.span.close(),
            Expr::Loop(e) => return e.body.brace_token.span.close(),
            Expr::While(e) => return e.body.brace_token.span.close(),
            Expr::ForLoop(e) => return e.body.brace_token.span.close(),
            Expr::Macro(e) => return close(&e.mac.delimiter),
            Expr::Struct(e) => return e.brace_token.span.close(),
            Expr::Tuple(e) => return e.paren_token.span.close(),
            Expr::Array(e) => return e.bracket_token.span.close(),
            other => return other.span(),
        }
    }
}
