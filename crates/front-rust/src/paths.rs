//! Paths to canonical names: `crate`, `self`, `super`, `Self`, imports and what this file declares are resolved; any
//! other path is that of another crate.

use crate::lowering::Lowering;
use crate::scope::Binding;
use dogpile_ir::{QualName, Type};
use syn::Path;

impl Lowering<'_> {
    /// `<module>.<name>`, in the module at hand.
    pub(crate) fn qualified(&self, name: &str) -> QualName {
        format!("{}.{name}", self.names.module().path.join("::")).into()
    }

    /// The canonical name of a path.
    pub(crate) fn canonical(&self, path: &Path) -> QualName {
        let parts: Vec<String> = path.segments.iter().map(|s| word(&s.ident)).collect();
        if path.leading_colon.is_some() {
            return joined(&parts);
        }
        self.canonical_parts(&parts)
    }

    pub(crate) fn canonical_parts(&self, parts: &[String]) -> QualName {
        let Some((first, rest)) = parts.split_first() else { return "".into() };
        let with_rest = |name: &str| -> QualName {
            rest.iter().fold(name.to_owned(), |name, part| format!("{name}.{part}")).into()
        };
        if first == "Self"
            && let Some(Type::Named(name)) = &self.self_type
        {
            return with_rest(name);
        }
        match self.names.find(first) {
            Some(Binding::Type(Type::Named(name)) | Binding::Name(name)) => return with_rest(name),
            Some(Binding::Path(found)) => return joined(&[found.as_slice(), rest].concat()),
            _ => {}
        }
        if rest.is_empty() && is_primitive(first) {
            return first.as_str().into();
        }
        joined(&self.absolute(self.names.here, parts))
    }

    /// A path's parts from the crate's root, as seen from a module.
    pub(crate) fn absolute(&self, module: usize, parts: &[String]) -> Vec<String> {
        let Some((first, rest)) = parts.split_first() else { return vec![] };
        let scope = &self.names.modules[module];
        let here = |rest: &[String]| [scope.path.as_slice(), rest].concat();
        match first.as_str() {
            "crate" | "$crate" => {
                let root = self.names.modules[0].path.first().cloned();
                return root.into_iter().chain(rest.iter().cloned()).collect();
            }
            "self" => return here(rest),
            "super" => {
                let mut path = scope.path.clone();
                let ups = parts.iter().take_while(|p| *p == "super").count();
                path.truncate(path.len().saturating_sub(ups).max(1));
                path.extend_from_slice(&parts[ups..]);
                return path;
            }
            _ => {}
        }
        if scope.items.contains(first) {
            return here(parts);
        }
        if let Some(found) = scope.uses.get(first) {
            return [found.as_slice(), rest].concat();
        }
        if let Some(known) = prelude(first) {
            return known.iter().map(|p| (*p).to_owned()).chain(rest.iter().cloned()).collect();
        }
        // A crate's name is in small letters; anything else came in through a glob.
        if rest.is_empty() || first.starts_with(char::is_uppercase) { here(parts) } else { parts.to_vec() }
    }
}

/// An identifier's text, without the mark of a raw one.
pub(crate) fn word(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// Parts as a canonical name: modules joined by `::`, then item, type and member after dots.
pub(crate) fn joined(parts: &[String]) -> QualName {
    let Some((last, before)) = parts.split_last() else { return "".into() };
    if before.is_empty() {
        return last.as_str().into();
    }
    // The first part may be the path of a package with dots and capitals in it.
    let ty = before.iter().skip(1).position(|p| p.starts_with(char::is_uppercase)).map_or(before.len(), |n| n + 1);
    let ty = if before.len() == 1 && is_primitive(&before[0]) { 0 } else { ty };
    let module = before[..ty].join("::");
    let mut name = module;
    for part in before[ty..].iter().chain([last]) {
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(part);
    }
    name.into()
}

/// Names that need no import.
fn prelude(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "Option" => &["core", "option", "Option"],
        "Result" => &["core", "result", "Result"],
        "Vec" => &["std", "vec", "Vec"],
        "String" => &["std", "string", "String"],
        "Box" => &["std", "boxed", "Box"],
        "Default" => &["std", "default", "Default"],
        "Drop" => &["std", "ops", "Drop"],
        "From" => &["std", "convert", "From"],
        "Into" => &["std", "convert", "Into"],
        "TryFrom" => &["std", "convert", "TryFrom"],
        "ToString" => &["std", "string", "ToString"],
        "Iterator" => &["std", "iter", "Iterator"],
        "drop" => &["core", "mem", "drop"],
        _ => return None,
    })
}

pub(crate) fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "u8" | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "f32"
            | "f64"
            | "bool"
            | "char"
            | "str"
    )
}
