//! Macros that are known, read from their tokens; any other is opaque.

use crate::lowering::{Dest, Lowering};
use crate::paths::word;
use dogpile_ir::{BinaryOp, Call, Callee, FieldInit, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Pat, Token};

/// Macros whose arguments are evaluated and handed on, and that give nothing.
const LOGGING: &[&str] = &[
    "println",
    "eprintln",
    "print",
    "eprint",
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "log",
    "event",
    "span",
    "trace_span",
    "debug_span",
    "info_span",
    "warn_span",
    "error_span",
    "counter",
    "gauge",
    "histogram",
    "increment_counter",
    "increment_gauge",
    "decrement_gauge",
    "record",
    "dbg",
    "info_once",
    "warn_once",
    "notice",
];

/// Macros with a form of their own.
const SPECIAL: &[&str] = &[
    "format",
    "format_args",
    "formatcp",
    "vec",
    "json",
    "matches",
    "include_str",
    "join",
    "try_join",
    "anyhow",
    "eyre",
    "format_err",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "bail",
    "ensure",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "pin",
    "write",
    "writeln",
];

/// Macros whose arguments are expressions and that come down to a call.
const CALLS: &[&str] = &[
    "env",
    "option_env",
    "concat",
    "stringify",
    "line",
    "file",
    "column",
    "module_path",
    "cfg",
    "include_bytes",
    "offset_of",
    "ready",
    "smallvec",
    "hashmap",
    "btreemap",
    "hashset",
    "btreeset",
    "indexmap",
    "query",
    "query_as",
    "query_scalar",
    "query_file",
    "query_file_as",
    "params",
    "named_params",
    "uuid",
    "datetime",
    "doc",
    "bson",
    "type_name",
    "generate_context",
    "generate_handler",
    "routes",
    "nanoid",
    "quote",
    "quote_spanned",
    "assert_snapshot",
    "assert_debug_snapshot",
    "assert_json_snapshot",
    "assert_yaml_snapshot",
    "insta",
    "hex",
    "oid",
    "format_ident",
];

impl Lowering<'_> {
    /// A macro in an expression.
    pub(crate) fn macro_rvalue(&mut self, mac: &Macro) -> Rvalue {
        let span = self.span_of_macro(mac);
        let name = macro_name(mac);
        let value = match name.as_str() {
            "format" | "format_args" | "formatcp" => self.formatted(mac, span),
            "vec" => self.vec_macro(mac, span),
            "json" => self.json(mac.tokens.clone(), span),
            "matches" => self.matches_macro(mac, span),
            "include_str" => self.included(mac, span),
            "join" | "try_join" => return self.join(mac),
            "anyhow" | "eyre" | "format_err" => {
                return self.error_call(mac, span);
            }
            "panic" | "todo" | "unimplemented" | "unreachable" | "bail" | "ensure" | "assert" | "assert_eq"
            | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne" => {
                self.macro_effect(mac);
                Self::nil(span)
            }
            "pin" => match self.expressions(mac).as_deref() {
                Some([one]) => self.future_value(one),
                _ => self.opaque_macro(mac, span),
            },
            "write" | "writeln" => return self.write(mac, span),
            known if LOGGING.contains(&known) => return self.logged(mac, span),
            known if CALLS.contains(&known) => match self.expressions(mac) {
                Some(args) => {
                    let args = self.arguments(&args);
                    return self.macro_call(mac, args, span);
                }
                None => return self.logged(mac, span),
            },
            _ => self.opaque_macro(mac, span),
        };
        Rvalue::Use(value)
    }

    /// Whether [`Self::macro_rvalue`] knows a macro.
    fn is_known(&self, mac: &Macro) -> bool {
        let name = macro_name(mac);
        SPECIAL.contains(&name.as_str()) || LOGGING.contains(&name.as_str()) || CALLS.contains(&name.as_str())
    }

    /// A macro in the middle of an expression. One that is not known is a call there: what could leave the function
    /// stands as a statement or right behind a `=`, as people write it.
    pub(crate) fn macro_operand(&mut self, mac: &Macro) -> Rvalue {
        let span = self.span_of_macro(mac);
        if self.is_known(mac) {
            return self.macro_rvalue(mac);
        }
        let args = match self.expressions(mac) {
            Some(args) => self.arguments(&args),
            None => self.names_in(&mac.tokens).into_iter().map(|local| Self::local_value(local, span)).collect(),
        };
        self.macro_call(mac, args, span)
    }

    /// A macro as a statement.
    pub(crate) fn macro_effect(&mut self, mac: &Macro) {
        let span = self.span_of_macro(mac);
        let name = macro_name(mac);
        match name.as_str() {
            "panic" | "todo" | "unimplemented" | "unreachable" => {
                let value = self.formatted(mac, span);
                self.emit(StmtKind::Raise { value }, span);
            }
            "assert" | "debug_assert" => self.asserted(mac, None, span),
            "assert_eq" | "debug_assert_eq" => self.asserted(mac, Some(BinaryOp::Eq), span),
            "assert_ne" | "debug_assert_ne" => self.asserted(mac, Some(BinaryOp::Ne), span),
            "bail" => {
                let value = self.error_call(mac, span);
                let err = self.hoist(value, None, span);
                self.return_error(err, span);
            }
            "ensure" => self.ensure(mac, span),
            "pin" | "pin_mut" => self.pin(mac, span),
            "defer" | "defer_on_unwind" | "defer_on_success" => self.deferred(mac, span),
            _ if crate::select::is_select(mac) => self.select(mac, &Dest::Discard),
            _ => {
                let value = self.macro_rvalue(mac);
                self.effect_of(value, span);
            }
        }
    }

    /// Arguments that are expressions, all of them.
    pub(crate) fn expressions(&self, mac: &Macro) -> Option<Vec<Expr>> {
        parsed(mac.tokens.clone())
    }

    pub(crate) fn macro_call(&mut self, mac: &Macro, args: Vec<Value>, span: Span) -> Rvalue {
        let name = format!("{}!", self.macro_path(mac)).into();
        let name_span = mac.path.segments.last().map_or(span, |s| self.at(s.ident.span()));
        self.names.turbofish = None;
        Rvalue::Call(Call { callee: Callee::Named(name), args, spread: false, awaited: true, span, name_span })
    }

    /// A macro's canonical path; those without one are the standard library's.
    fn macro_path(&self, mac: &Macro) -> dogpile_ir::QualName {
        match mac.path.get_ident() {
            Some(ident) if !self.names.module().uses.contains_key(&word(ident)) => {
                let name = word(ident);
                let crate_of = match name.as_str() {
                    "trace" | "debug" | "info" | "warn" | "error" | "log" => "log",
                    "anyhow" | "bail" | "ensure" => "anyhow",
                    "json" => "serde_json",
                    _ => "std",
                };
                format!("{crate_of}.{name}").into()
            }
            _ => self.canonical(&mac.path),
        }
    }

    /// Log lines: the message's parts, then the fields.
    fn logged(&mut self, mac: &Macro, span: Span) -> Rvalue {
        let mut args = vec![];
        for part in split(mac.tokens.clone()) {
            if let Some(expr) = field_value(part) {
                args.push(expr);
            }
        }
        let message = args.iter().position(is_text);
        let mut values = vec![];
        for (n, arg) in args.iter().enumerate() {
            if Some(n) == message
                && let Expr::Lit(lit) = arg
                && let syn::Lit::Str(text) = &lit.lit
            {
                let rest: Vec<(Option<String>, Expr)> = args[n + 1..].iter().map(named_argument).collect();
                let at = self.at(text.span());
                values.push(self.concat(text, &rest, at));
                break;
            }
            values.push(match arg {
                Expr::Assign(named) => self.place_value(&named.right, None),
                arg => self.place_value(arg, None),
            });
        }
        self.macro_call(mac, values, span)
    }

    fn error_call(&mut self, mac: &Macro, span: Span) -> Rvalue {
        let value = self.formatted(mac, span);
        let mut call = self.macro_call(mac, vec![value], span);
        if let Rvalue::Call(call) = &mut call
            && let Callee::Named(name) = &mut call.callee
            && name.ends_with(".bail!")
        {
            *name = name.replace(".bail!", ".anyhow!").into();
        }
        call
    }

    fn vec_macro(&mut self, mac: &Macro, span: Span) -> Value {
        if let Some(items) = self.expressions(mac) {
            let items = self.arguments(&items);
            let ty = self.list_of(&items, None);
            return self.aggregate(ty, items, span);
        }
        // `vec![item; count]`
        let parser = |input: syn::parse::ParseStream<'_>| {
            let item: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            let count: Expr = input.parse()?;
            Ok((item, count))
        };
        match parser.parse2(mac.tokens.clone()) {
            Ok((item, count)) => {
                let item = self.value(&item, None);
                self.value(&count, None);
                let ty = self.list_of(std::slice::from_ref(&item), None);
                self.aggregate(ty, vec![item], span)
            }
            Err(_) => self.opaque_macro(mac, span),
        }
    }

    /// `json!({ "key": value })`.
    fn json(&mut self, tokens: TokenStream, span: Span) -> Value {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        if let [TokenTree::Group(group)] = trees.as_slice() {
            let at = self.at(group.span());
            match group.delimiter() {
                proc_macro2::Delimiter::Brace => {
                    let mut fields = vec![];
                    for part in split(group.stream()) {
                        let colon = part.iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == proc_macro2::Spacing::Alone));
                        let Some(colon) = colon else { continue };
                        let key: TokenStream = part[..colon].iter().cloned().collect();
                        let value: TokenStream = part[colon + 1..].iter().cloned().collect();
                        let value = self.json(value, at);
                        match syn::parse2::<Expr>(key) {
                            Ok(Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. })) => {
                                fields.push(FieldInit::Named(name.value().into(), value));
                            }
                            Ok(key) => {
                                let key = self.value(&key, None);
                                fields.push(FieldInit::Keyed(Box::new(key), value));
                            }
                            Err(_) => fields.push(FieldInit::Item(value)),
                        }
                    }
                    return Value::new(ValueKind::Aggregate { ty: Type::Unknown, fields }, at);
                }
                proc_macro2::Delimiter::Bracket => {
                    let items = split(group.stream())
                        .into_iter()
                        .map(|part| self.json(part.into_iter().collect(), at))
                        .collect();
                    return self.aggregate(Type::List(Box::default()), items, at);
                }
                _ => {}
            }
        }
        if let [TokenTree::Ident(word)] = trees.as_slice()
            && word == "null"
        {
            return Self::nil(span);
        }
        match syn::parse2::<Expr>(tokens) {
            Ok(expr) => self.value(&expr, None),
            Err(_) => self.opaque_value("json", span),
        }
    }

    fn matches_macro(&mut self, mac: &Macro, span: Span) -> Value {
        let parser = |input: syn::parse::ParseStream<'_>| {
            let expr: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            let guard: Option<Expr> = if input.peek(Token![if]) {
                input.parse::<Token![if]>()?;
                Some(input.parse()?)
            } else {
                None
            };
            let _ = input.parse::<Option<Token![,]>>()?;
            Ok((expr, pat, guard))
        };
        let Ok((expr, pat, guard)) = parser.parse2(mac.tokens.clone()) else { return self.opaque_macro(mac, span) };
        let subject = self.subject(&expr, &[&pat]);
        let mut tests: Vec<Value> = self.test(&pat, &subject).into_iter().collect();
        if let Some(guard) = guard {
            self.names.push();
            self.bind_subject(&pat, &subject, false);
            tests.push(self.value(&guard, None));
            self.names.pop();
        }
        Self::all_of(tests).unwrap_or_else(|| Self::boolean(true, span))
    }

    fn join(&mut self, mac: &Macro) -> Rvalue {
        let span = self.span_of_macro(mac);
        match self.expressions(mac) {
            Some(args) => self.all_of_futures(&args),
            None => Rvalue::Use(self.opaque_macro(mac, span)),
        }
    }

    fn write(&mut self, mac: &Macro, span: Span) -> Rvalue {
        let parts = split(mac.tokens.clone());
        let target = parts.first().and_then(|p| syn::parse2::<Expr>(p.iter().cloned().collect()).ok());
        let Some(target) = target else { return Rvalue::Use(self.opaque_macro(mac, span)) };
        let receiver = Box::new(self.place_value(&target, None));
        let rest: Vec<Vec<TokenTree>> = parts.into_iter().skip(1).collect();
        let value = self.formatted_parts(rest, span);
        let name_span = mac.path.segments.last().map_or(span, |s| self.at(s.ident.span()));
        let callee = Callee::Method { receiver, name: "write_fmt".into() };
        self.names.turbofish = None;
        Rvalue::Call(Call { callee, args: vec![value], spread: false, awaited: true, span, name_span })
    }

    fn asserted(&mut self, mac: &Macro, op: Option<BinaryOp>, span: Span) {
        let Some(args) = self.expressions(mac) else {
            self.opaque_macro(mac, span);
            return;
        };
        let cond = match (op, args.as_slice()) {
            (None, [cond, ..]) => self.value(cond, None),
            (Some(op), [a, b, ..]) => {
                let a = self.place_value(a, None);
                let b = self.place_value(b, None);
                Self::both(op, a, b)
            }
            _ => return,
        };
        self.unless(cond, span, |s| {
            let value = Self::text_value("assertion failed", span);
            s.emit(StmtKind::Raise { value }, span);
        });
    }

    fn ensure(&mut self, mac: &Macro, span: Span) {
        let parts = split(mac.tokens.clone());
        let cond = parts.first().and_then(|p| syn::parse2::<Expr>(p.iter().cloned().collect()).ok());
        let Some(cond) = cond else {
            self.opaque_macro(mac, span);
            return;
        };
        let cond = self.value(&cond, None);
        let rest: Vec<Vec<TokenTree>> = parts.into_iter().skip(1).collect();
        self.unless(cond, span, |s| {
            let message = s.formatted_parts(rest, span);
            let mut call = s.macro_call(mac, vec![message], span);
            if let Rvalue::Call(call) = &mut call
                && let Callee::Named(name) = &mut call.callee
            {
                *name = name.replace(".ensure!", ".anyhow!").into();
            }
            let err = s.hoist(call, None, span);
            s.return_error(err, span);
        });
    }

    /// `tokio::pin!(future)`, `pin!(let x = f())`: the variable stays what it is.
    fn pin(&mut self, mac: &Macro, span: Span) {
        if let Some(args) = self.expressions(mac) {
            for arg in &args {
                self.place_value(arg, None);
            }
            return;
        }
        let parser = |input: syn::parse::ParseStream<'_>| {
            input.parse::<Token![let]>()?;
            let _ = input.parse::<Option<Token![mut]>>()?;
            let name: syn::Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let value: Expr = input.parse()?;
            let _ = input.parse::<Option<Token![;]>>()?;
            Ok((name, value))
        };
        match parser.parse2(mac.tokens.clone()) {
            Ok((name, value)) => {
                let value = self.future_value(&value);
                self.bind_name(&name, value, false);
            }
            Err(_) => {
                self.opaque_macro(mac, span);
            }
        }
    }

    /// `scopeguard::defer! { … }`.
    fn deferred(&mut self, mac: &Macro, span: Span) {
        let block = syn::Block::parse_within.parse2(mac.tokens.clone());
        let Ok(stmts) = block else {
            self.opaque_macro(mac, span);
            return;
        };
        let block = syn::Block { brace_token: syn::token::Brace::default(), stmts };
        let closure = self.block_closure(&block, vec![], span);
        let call = Self::call_of(closure, span);
        let body = self.nested(|s| s.assign(vec![], Rvalue::Call(call), span));
        self.emit(StmtKind::Defer { body }, span);
    }

    /// A macro whose meaning is not known: it may do anything with what its tokens name.
    fn opaque_macro(&mut self, mac: &Macro, span: Span) -> Value {
        let reads = self.names_in(&mac.tokens);
        let name = macro_name(mac);
        self.opaque_effect(&format!("macro {name}"), reads, span);
        Value::new(ValueKind::Opaque(format!("macro {name}").into()), span)
    }
}

/// Whether a macro gives `()`.
pub(crate) fn gives_nothing(name: &str) -> bool {
    LOGGING.contains(&name) && !name.ends_with("span") && name != "dbg"
        || matches!(name, "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "panic" | "todo")
}

pub(crate) fn macro_name(mac: &Macro) -> String {
    mac.path.segments.last().map(|s| word(&s.ident)).unwrap_or_default()
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(lit) if matches!(lit.lit, syn::Lit::Str(_)))
}

/// `name = value` in a format's arguments.
pub(crate) fn named_argument(expr: &Expr) -> (Option<String>, Expr) {
    if let Expr::Assign(named) = expr
        && let Expr::Path(path) = &*named.left
        && let Some(ident) = path.path.get_ident()
    {
        return (Some(word(ident)), (*named.right).clone());
    }
    (None, expr.clone())
}

/// Expressions between commas.
pub(crate) fn parsed(tokens: TokenStream) -> Option<Vec<Expr>> {
    Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens).ok().map(|list| list.into_iter().collect())
}

/// Tokens between commas (and semicolons, which `tracing` and `log` allow).
pub(crate) fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![];
    let mut part = vec![];
    for tree in tokens {
        match &tree {
            TokenTree::Punct(p) if matches!(p.as_char(), ',' | ';') => parts.push(std::mem::take(&mut part)),
            _ => part.push(tree),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// The expression of a log line's part: `%x`, `?x`, `name = %x`, `name: x`, `a.b = x`.
fn field_value(part: Vec<TokenTree>) -> Option<Expr> {
    let is_sigil = |t: Option<&TokenTree>| matches!(t, Some(TokenTree::Punct(p)) if matches!(p.as_char(), '%' | '?'));
    let mut rest = part.as_slice();
    let assigns = rest.iter().position(
        |t| matches!(t, TokenTree::Punct(p) if p.as_char() == '=' && p.spacing() == proc_macro2::Spacing::Alone),
    );
    if let Some(at) = assigns
        && at > 0
        && rest[..at].iter().all(|t| matches!(t, TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)))
    {
        if is_sigil(rest.get(at + 1)) || at > 1 {
            rest = &rest[at + 1..];
        }
    } else if let [TokenTree::Ident(_), TokenTree::Punct(colon), value @ ..] = rest
        && colon.as_char() == ':'
        && colon.spacing() == proc_macro2::Spacing::Alone
    {
        rest = value;
    }
    if is_sigil(rest.first()) {
        rest = &rest[1..];
    }
    syn::parse2(rest.iter().cloned().collect()).ok()
}
