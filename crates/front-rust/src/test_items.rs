//! Tests that stand among other code: what is built for tests only.

use crate::lowering::Lowering;
use dogpile_source::Span;
use syn::{Attribute, ImplItem, Item, Meta, Token, punctuated::Punctuated};

/// Modules and conditions within one another that are looked into.
const DEPTH: usize = 60;

impl Lowering<'_> {
    /// Takes tests out of items, and their comments with them.
    pub(crate) fn leave_out_tests(&mut self, items: &mut Vec<Item>) {
        let mut spans = vec![];
        self.take_out(items, DEPTH, &mut spans);
        let inside = |comment: &Span| spans.iter().any(|s| s.start <= comment.start && comment.end <= s.end);
        self.build.module.comments.retain(|comment| !inside(&comment.span));
    }

    fn take_out(&self, items: &mut Vec<Item>, depth: usize, spans: &mut Vec<Span>) {
        items.retain_mut(|item| {
            if attributes(item).iter().any(is_for_tests) {
                spans.push(self.span_of(item));
                return false;
            }
            match item {
                Item::Mod(inner) if depth > 0 => {
                    if let Some((_, content)) = &mut inner.content {
                        self.take_out(content, depth - 1, spans);
                    }
                }
                Item::Impl(block) => block.items.retain(|part| {
                    let ImplItem::Fn(method) = part else { return true };
                    let taken = method.attrs.iter().any(is_for_tests);
                    if taken {
                        spans.push(self.span_of(part));
                    }
                    !taken
                }),
                _ => {}
            }
            true
        });
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[bench]`, `#[cfg(test)]`.
fn is_for_tests(attribute: &Attribute) -> bool {
    let Some(last) = attribute.path().segments.last() else { return false };
    if attribute.path().is_ident("cfg") {
        return attribute.parse_args::<Meta>().is_ok_and(|condition| needs_test(&condition, DEPTH));
    }
    last.ident == "test" || attribute.path().is_ident("rstest") || attribute.path().is_ident("bench")
}

/// Whether a condition holds in tests only.
fn needs_test(condition: &Meta, depth: usize) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if depth > 0 => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
            if list.path.is_ident("all") {
                return parts.iter().any(|part| needs_test(part, depth - 1));
            }
            list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(|part| needs_test(part, depth - 1))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use dogpile_source::FileId;

    fn left(text: &str) -> (Vec<String>, usize) {
        let module = crate::parse_without_tests(FileId(0), "app", text);
        (module.functions.iter().map(|f| f.name.to_string()).collect(), module.comments.len())
    }

    #[test]
    fn what_is_built_for_tests_only_goes_with_its_comments() {
        let text = "// one\nfn a() {}\n#[cfg(test)]\nmod tests {\n    // two\n    fn b() {}\n}\n#[test]\nfn c() { /* three */ }\n#[tokio::test(flavor = \"x\")]\nasync fn d() {}\n#[cfg(all(test, feature = \"x\"))]\nfn e() {}\nstruct S;\nimpl S { #[cfg(test)] fn f(&self) {} fn g(&self) {} }\nmod m { #[cfg(any(test))] fn h() {} fn i() {} }\n";
        assert_eq!(left(text), (vec!["app.a".to_owned(), "app.S.g".to_owned(), "app::m.i".to_owned()], 1));
        assert_eq!(crate::parse(FileId(0), "app", text).functions.len(), 9);
    }

    #[test]
    fn what_is_built_otherwise_too_stays() {
        for condition in
            ["not(test)", "any(test, feature = \"fakes\")", "feature = \"test\"", "unix", "any()", "all(unix)"]
        {
            assert_eq!(left(&format!("#[cfg({condition})]\nfn a() {{}}\n")).0, ["app.a"], "{condition}");
        }
    }
}
