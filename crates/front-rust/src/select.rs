//! `select!` of tokio and of futures: a choice among futures that were started before it.

use crate::lowering::{Dest, Lowering};
use crate::patterns::Subject;
use dogpile_ir::{Arm, Comm, StmtKind};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Pat, Token};

/// Whether a macro is a `select!`.
pub(crate) fn is_select(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|s| s.ident == "select" || s.ident == "select_biased")
        && mac.path.segments.first().is_none_or(|s| s.ident != "crossbeam_channel" && s.ident != "crossbeam")
}

/// One arm as written.
struct Written {
    /// Pattern, future, condition; without them it is `else`, `default` or `complete`.
    waits: Option<(Pat, Expr, Option<Expr>)>,
    body: Expr,
    start: proc_macro2::Span,
}

struct Arms(Vec<Written>);

impl Parse for Arms {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arms = vec![];
        if input.peek(syn::Ident) && input.peek2(Token![;]) {
            // `biased;`
            input.parse::<syn::Ident>()?;
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            let start = input.span();
            let waits = if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
                None
            } else if (input.peek(syn::Ident) || input.peek(Token![default])) && input.peek2(Token![=>]) {
                input.call(syn::ext::IdentExt::parse_any).map(|_: syn::Ident| ())?;
                None
            } else {
                let pat = Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<Token![=]>()?;
                let future = until_arrow(input)?;
                Some((pat, future.0, future.1))
            };
            input.parse::<Token![=>]>()?;
            // After a block the next arm may follow at once.
            let body: Expr = if input.peek(syn::token::Brace) {
                Expr::Block(syn::ExprBlock { attrs: vec![], label: None, block: input.parse()? })
            } else {
                input.parse()?
            };
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
            arms.push(Written { waits, body, start });
        }
        Ok(Self(arms))
    }
}

/// A future and the condition after it, up to `=>` (which an expression would take for a closure's or arm's).
fn until_arrow(input: ParseStream<'_>) -> syn::Result<(Expr, Option<Expr>)> {
    let mut before: Vec<TokenTree> = vec![];
    let mut cond: Option<Vec<TokenTree>> = None;
    while !input.peek(Token![=>]) && !input.is_empty() {
        if cond.is_none() && input.peek(Token![,]) && input.peek2(Token![if]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            cond = Some(vec![]);
            continue;
        }
        let tree: TokenTree = input.parse()?;
        cond.as_mut().unwrap_or(&mut before).push(tree);
    }
    let future = syn::parse2(before.into_iter().collect::<TokenStream>())?;
    let cond = match cond {
        Some(trees) => Some(syn::parse2(trees.into_iter().collect::<TokenStream>())?),
        None => None,
    };
    Ok((future, cond))
}

impl Lowering<'_> {
    pub(crate) fn select(&mut self, mac: &syn::Macro, dest: &Dest) {
        let span = self.span_of_macro(mac);
        let Ok(Arms(written)) = Arms::parse.parse2(mac.tokens.clone()) else {
            let reads = self.names_in(&mac.tokens);
            return self.opaque_effect("select", reads, span);
        };
        // All futures are made before any is waited for.
        let mut futures = vec![];
        for arm in &written {
            futures.push(match &arm.waits {
                Some((_, future, cond)) => {
                    if let Some(cond) = cond {
                        self.value(cond, None);
                    }
                    Some(self.future_value(future))
                }
                None => None,
            });
        }
        let label = self.build.label();
        let mut arms = vec![];
        for (arm, from) in written.iter().zip(futures) {
            let body_span = self.span(&arm.body);
            let arm_span = self.between(arm.start, crate::spans::last(&arm.body));
            let mut comm = Comm::Default;
            let body = self.scoped(body_span, |s| {
                if let (Some((pat, ..)), Some(from)) = (&arm.waits, from) {
                    let place = s.pattern_place(pat);
                    comm = Comm::Receive { from, targets: place.iter().map(|(place, _)| place.clone()).collect() };
                    if let Some((_, local)) = place
                        && crate::patterns::irrefutable_name(pat).is_none()
                    {
                        let at = s.span_of_pat(pat);
                        let value = Self::local_value(local, at);
                        s.bind_subject(pat, &Subject::One(value), false);
                    }
                }
                s.counted(|s| s.into(&arm.body, dest));
            });
            arms.push(Arm { comm, body, span: arm_span });
        }
        self.emit(StmtKind::Choose { label, arms }, span);
    }

    /// Variables that tokens name.
    pub(crate) fn names_in(&mut self, tokens: &TokenStream) -> Vec<dogpile_ir::LocalId> {
        let mut found = vec![];
        let mut open = vec![tokens.clone()];
        while let Some(stream) = open.pop() {
            for tree in stream {
                match tree {
                    TokenTree::Ident(ident) => {
                        if let Some(local) = self.names.local(&crate::paths::word(&ident))
                            && !found.contains(&local)
                        {
                            self.plain.insert(local);
                            found.push(local);
                        }
                    }
                    TokenTree::Group(group) if group.delimiter() != Delimiter::None || !group.stream().is_empty() => {
                        open.push(group.stream());
                    }
                    _ => {}
                }
            }
        }
        found.sort();
        found
    }
}
