//! Every call of the source appears in the IR.

use dogpile_source::FileId;
use std::collections::HashSet;
use syn::visit::Visit;

/// Calls that give what they are called on, or what they are given.
const TRANSPARENT: &[&str] = &[
    "as_bytes",
    "as_deref",
    "as_deref_mut",
    "as_mut",
    "as_mut_slice",
    "as_ref",
    "as_slice",
    "as_str",
    "block_on",
    "boxed",
    "boxed_local",
    "by_ref",
    "clone",
    "cloned",
    "const_new",
    "copied",
    "from",
    "fuse",
    "get_or_init",
    "into",
    "into_boxed_str",
    "into_future",
    "into_iter",
    "into_string",
    "iter",
    "iter_mut",
    "new",
    "pin",
    "spawn",
    "spawn_blocking",
    "spawn_local",
    "spawn_on",
    "to_owned",
    "to_string",
    "to_vec",
    "with_capacity",
];

#[derive(Default)]
struct Calls(Vec<(usize, usize, String)>);

impl<'a> Visit<'a> for Calls {
    fn visit_expr_method_call(&mut self, e: &'a syn::ExprMethodCall) {
        self.note(&e.method);
        syn::visit::visit_expr_method_call(self, e);
    }

    fn visit_expr_call(&mut self, e: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*e.func
            && let Some(last) = path.path.segments.last()
            && !last.ident.to_string().starts_with(char::is_uppercase)
        {
            self.note(&last.ident);
        }
        syn::visit::visit_expr_call(self, e);
    }

    // Patterns and types call nothing at run time.
    fn visit_pat(&mut self, _: &'a syn::Pat) {}
    fn visit_type(&mut self, _: &'a syn::Type) {}
    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}
    fn visit_variant(&mut self, _: &'a syn::Variant) {}
}

impl Calls {
    fn note(&mut self, name: &syn::Ident) {
        let text = name.to_string();
        if !TRANSPARENT.contains(&text.as_str()) {
            let range = name.span().byte_range();
            self.0.push((range.start, range.end, text));
        }
    }
}

/// Calls of `text` that the IR does not show.
fn lost(text: &str) -> Vec<String> {
    let module = dogpile_front_rust::parse(FileId(0), "app", text);
    // The debug form names every part of a module, whatever forms there are.
    let shown = format!("{:?}{:?}", module.functions, module.globals);
    let mut spans = HashSet::new();
    for part in shown.split("name_span: Span { file: FileId(0), start: ").skip(1) {
        let mut numbers = part.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
        if let (Some(start), Some(end)) = (numbers.next(), numbers.next()) {
            spans.insert((start.parse().unwrap_or(0), end.parse().unwrap_or(0)));
        }
    }
    let Ok(file) = syn::parse_str::<syn::File>(text) else { return vec![] };
    let mut calls = Calls::default();
    calls.visit_file(&file);
    let missing = calls.0.into_iter().filter(|(start, end, _)| !spans.contains(&(*start, *end)));
    missing.map(|(start, _, name)| format!("{}: {name}", text[..start].matches('\n').count() + 1)).collect()
}

#[test]
fn no_call_is_lost() {
    assert_eq!(lost(include_str!("mixed.rs.txt")), Vec::<String>::new());
}

/// `DOGPILE_RUST_SOURCES=<directory> cargo test -p dogpile-front-rust --test complete -- --ignored`
#[test]
#[ignore = "needs a directory of Rust code"]
#[allow(clippy::disallowed_methods, reason = "reads the directory it is given")]
fn no_call_is_lost_in_real_code() {
    let mut open = vec![std::path::PathBuf::from(std::env::var("DOGPILE_RUST_SOURCES").expect("a directory"))];
    let (mut files, mut all) = (0, vec![]);
    while let Some(path) = open.pop() {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("readable").flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| e == "rs")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            files += 1;
            all.extend(lost(&text).into_iter().map(|call| format!("{}:{call}", path.display())));
        }
    }
    assert!(files > 0);
    assert!(all.is_empty(), "{} lost in {files} files:\n{}", all.len(), all[..all.len().min(60)].join("\n"));
}
