//! Trees of Rust.

use super::{Kind, Node};
use std::ops::Range;
use syn::visit::{self, Visit};

pub(super) fn parse(text: &str) -> Option<Node> {
    let file = syn::parse_file(text).ok()?;
    let mut build = Build { open: vec![node(Kind::File, "file", 0..text.len())], field: "" };
    build.visit_file(&file);
    build.open.pop()
}

fn node(kind: Kind, raw: &'static str, span: Range<usize>) -> Node {
    Node { kind, raw, field: "", span, children: Vec::new() }
}

struct Build {
    open: Vec<Node>,
    field: &'static str,
}

impl Build {
    fn within(&mut self, kind: Kind, raw: &'static str, span: Range<usize>, inside: impl FnOnce(&mut Self)) {
        let field = std::mem::take(&mut self.field);
        self.open.push(Node { field, ..node(kind, raw, span) });
        inside(self);
        let made = self.open.pop();
        if let (Some(parent), Some(made)) = (self.open.last_mut(), made) {
            parent.children.push(made);
        }
    }

    fn named(&mut self, field: &'static str) -> &mut Self {
        self.field = field;
        self
    }

    fn name(&mut self, raw: &'static str, ident: &syn::Ident, field: &'static str) {
        self.named(field).within(Kind::Name, raw, ident.span().byte_range(), |_| ());
    }
}

fn bytes(of: &impl syn::spanned::Spanned) -> Range<usize> {
    of.span().byte_range()
}

impl<'a> Visit<'a> for Build {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.within(Kind::Function, "item_fn", bytes(item), |b| {
            b.name("ident", &item.sig.ident, "name");
            item.sig.inputs.iter().for_each(|input| b.visit_fn_arg(input));
            b.named("body").visit_block(&item.block);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.within(Kind::Function, "impl_fn", bytes(item), |b| {
            b.name("ident", &item.sig.ident, "name");
            item.sig.inputs.iter().for_each(|input| b.visit_fn_arg(input));
            b.named("body").visit_block(&item.block);
        });
    }

    fn visit_item(&mut self, item: &'a syn::Item) {
        match item {
            syn::Item::Fn(_) => visit::visit_item(self, item),
            syn::Item::Use(_) => self.within(Kind::Import, "use", bytes(item), |_| ()),
            syn::Item::Const(c) => self.within(Kind::Other, "const", bytes(item), |b| {
                b.name("ident", &c.ident, "name");
                b.named("type").within(Kind::Other, "type", bytes(&c.ty), |_| ());
                b.named("value").visit_expr(&c.expr);
            }),
            syn::Item::Impl(_) => self.within(Kind::Other, "impl", bytes(item), |b| visit::visit_item(b, item)),
            _ => self.within(Kind::Other, "item", bytes(item), |b| visit::visit_item(b, item)),
        }
    }

    fn visit_fn_arg(&mut self, arg: &'a syn::FnArg) {
        self.within(Kind::Other, "parameter", bytes(arg), |b| {
            if let syn::FnArg::Typed(typed) = arg {
                b.named("name").visit_pat(&typed.pat);
                b.named("type").within(Kind::Other, "type", bytes(&*typed.ty), |_| ());
            }
        });
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        self.within(Kind::Block, "block", bytes(block), |b| visit::visit_block(b, block));
    }

    fn visit_stmt(&mut self, stmt: &'a syn::Stmt) {
        let raw = match stmt {
            syn::Stmt::Expr(_, None) => "tail",
            syn::Stmt::Local(_) => "let",
            _ => "statement",
        };
        self.within(Kind::Other, raw, bytes(stmt), |b| visit::visit_stmt(b, stmt));
    }

    fn visit_expr(&mut self, expr: &'a syn::Expr) {
        use syn::Expr;
        let span = bytes(expr);
        match expr {
            Expr::Call(call) => self.within(Kind::Call, "call", span, |b| {
                b.named("function").visit_expr(&call.func);
                b.named("arguments").within(Kind::Other, "arguments", call.paren_token.span.join().byte_range(), |b| {
                    call.args.iter().for_each(|arg| b.visit_expr(arg));
                });
            }),
            Expr::MethodCall(call) => self.within(Kind::Call, "method_call", span, |b| {
                b.named("receiver").visit_expr(&call.receiver);
                b.name("method", &call.method, "method");
                b.named("arguments").within(Kind::Other, "arguments", call.paren_token.span.join().byte_range(), |b| {
                    call.args.iter().for_each(|arg| b.visit_expr(arg));
                });
            }),
            Expr::If(e) => self.within(Kind::If, "if", span, |b| {
                b.named("condition").visit_expr(&e.cond);
                b.named("consequence").visit_block(&e.then_branch);
                if let Some((_, other)) = &e.else_branch {
                    b.named("alternative").visit_expr(other);
                }
            }),
            Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) => {
                self.within(Kind::Loop, "loop", span, |b| visit::visit_expr(b, expr));
            }
            Expr::Return(_) => self.within(Kind::Return, "return", span, |b| visit::visit_expr(b, expr)),
            Expr::Try(_) => self.within(Kind::Other, "question", span, |b| visit::visit_expr(b, expr)),
            Expr::Await(_) => self.within(Kind::Other, "await", span, |b| visit::visit_expr(b, expr)),
            Expr::Closure(_) | Expr::Async(_) => {
                self.within(Kind::Closure, "closure", span, |b| visit::visit_expr(b, expr));
            }
            Expr::Path(path) => match path.path.get_ident() {
                Some(ident) => {
                    let field = std::mem::take(&mut self.field);
                    self.name("name", ident, field);
                }
                None => self.within(Kind::Other, "path", span, |_| ()),
            },
            Expr::Lit(lit) => {
                let kind = match lit.lit {
                    syn::Lit::Str(_) => Kind::Text,
                    syn::Lit::Int(_) => Kind::Number,
                    _ => Kind::Other,
                };
                self.within(kind, "literal", span, |_| ());
            }
            _ => self.within(Kind::Other, "expr", span, |b| visit::visit_expr(b, expr)),
        }
    }

    fn visit_pat_ident(&mut self, pat: &'a syn::PatIdent) {
        let field = std::mem::take(&mut self.field);
        self.name("binding", &pat.ident, field);
    }

    fn visit_field_value(&mut self, field: &'a syn::FieldValue) {
        let short = field.colon_token.is_none();
        if let syn::Member::Named(ident) = &field.member {
            self.name(if short { "shorthand" } else { "member" }, ident, "");
        }
        if !short {
            self.visit_expr(&field.expr);
        }
    }

    fn visit_field_pat(&mut self, field: &'a syn::FieldPat) {
        let short = field.colon_token.is_none();
        if let syn::Member::Named(ident) = &field.member {
            self.name(if short { "shorthand_binding" } else { "member" }, ident, "");
        }
        if !short {
            self.visit_pat(&field.pat);
        }
    }

    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        self.within(Kind::Other, "macro", bytes(mac), |b| b.tokens(mac.tokens.clone()));
    }
}

impl Build {
    /// What a macro is given: names that are no members, and texts.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let all: Vec<proc_macro2::TokenTree> = tokens.into_iter().collect();
        let punct = |at: Option<&proc_macro2::TokenTree>, c: char| matches!(at, Some(proc_macro2::TokenTree::Punct(p)) if p.as_char() == c);
        for (at, token) in all.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|i| all.get(i));
            let member = punct(before, '.') || punct(before, ':') || punct(all.get(at + 1), ':');
            match token {
                proc_macro2::TokenTree::Ident(ident) if !member => self.name("token", ident, ""),
                proc_macro2::TokenTree::Ident(ident) => self.name("member", ident, ""),
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    self.within(Kind::Text, "token", literal.span().byte_range(), |_| ());
                }
                proc_macro2::TokenTree::Punct(_) => {}
            }
        }
    }
}
