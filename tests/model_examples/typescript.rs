//! A TypeScript file with nothing in it but an example: an import, and a function whose parameter has the row's type.

use crate::concrete;
use dogpile_models::{Models, Row};

/// The file; `None` when the example does not call the row.
pub(crate) fn program(models: &Models, row: Row<'_>) -> Option<String> {
    let head = models.client(row.client);
    let example = row.call.example.as_str();
    let own = (!head.packages.iter().any(|p| p == "std")).then(|| concrete(&head.packages[0]));
    let (import, parameter) = match row.call.on.as_deref() {
        Some(ty) => {
            let (package, item) = own.map_or_else(|| parts(ty), |own| (own, ty.to_owned()));
            let (import, ty) = typed(&package, &item);
            (import, format!("{}: {ty}", receiver(row)?))
        }
        None => {
            let import = row.call.name.iter().find_map(|name| match &own {
                Some(own) => imported(own, name, example),
                None => {
                    let (package, item) = parts(name);
                    imported(&package, &item, example)
                }
            })?;
            (import, String::new())
        }
    };
    Some(format!("{import}\nasync function f({parameter}) {{\n  {example}\n}}\n"))
}

/// `timers/promises.setTimeout`, `builtin.Date.now`, `string` → the package and what is in it.
fn parts(name: &str) -> (String, String) {
    let start = name.rfind('/').map_or(0, |at| at + 1);
    match name[start..].find('.') {
        Some(dot) => (name[..start + dot].to_owned(), name[start + dot + 1..].to_owned()),
        None => ("builtin".to_owned(), name.to_owned()),
    }
}

fn named(package: &str, item: &str) -> String {
    if package == "builtin" { String::new() } else { format!("import {{ {item} }} from '{package}';") }
}

/// The import of a type and how it is written.
fn typed(package: &str, item: &str) -> (String, String) {
    if item == "default" {
        return (format!("import Default from '{package}';"), "Default".to_owned());
    }
    let first = item.split('.').next().unwrap_or(item);
    (named(package, first), item.to_owned())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The word that ends before `at`, after any of `.` in a chain.
fn word_before(text: &str, at: usize) -> &str {
    let start = text[..at].rfind(|c: char| !is_word(c)).map_or(0, |i| i + 1);
    &text[start..at]
}

/// The variable that the method is called on: a plain one.
fn receiver<'r>(row: Row<'r>) -> Option<&'r str> {
    let example = row.call.example.as_str();
    let found = row.call.name.iter().find_map(|name| match name.as_str() {
        "()" => example.find('(').map(|at| word_before(example, at)),
        name => example.find(&format!(".{name}(")).map(|at| word_before(example, at)),
    });
    found.filter(|word| !word.is_empty())
}

/// The import by which the example calls `item` of a package, if it does.
fn imported(package: &str, item: &str, example: &str) -> Option<String> {
    let class = item.strip_suffix("new").map(|class| class.trim_end_matches('.'));
    if let Some(class) = class.filter(|class| item == "new" || item.len() > class.len() + "new".len()) {
        let at = example.find("new ")? + "new ".len();
        let called = &example[at..at + example[at..].find(['(', '<'])?];
        return match class {
            "default" => Some(format!("import {called} from '{package}';")),
            _ if class == called => Some(named(package, called.split('.').next()?)),
            _ => None,
        };
    }
    if item == "default" {
        let open = example.find('(')?;
        let called = word_before(example, open);
        let before = example[..open - called.len()].trim_end();
        let plain = !called.is_empty() && !before.ends_with('.') && !before.ends_with("new");
        return plain.then(|| format!("import {called} from '{package}';"));
    }
    let at =
        example.match_indices(&format!("{item}(")).map(|(at, _)| at).find(|at| !example[..*at].ends_with(is_word))?;
    match example[..at].strip_suffix('.') {
        Some(before) if package != "builtin" => {
            Some(format!("import * as {} from '{package}';", word_before(before, before.len())))
        }
        Some(_) => None,
        None => Some(named(package, item.split('.').next()?)),
    }
}
