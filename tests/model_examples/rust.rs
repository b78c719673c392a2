//! A Rust file with nothing in it but an example: a function whose parameter has the row's type. Functions are called by
//! their whole path.

use dogpile_models::{Models, Row};

/// The file; `None` when the example does not call the row.
pub(crate) fn program(models: &Models, row: Row<'_>) -> Option<String> {
    let example = row.call.example.as_str();
    let head = models.client(row.client);
    let parameter = match row.call.on.as_deref() {
        Some(ty) => {
            let whole = ty.contains("::") || head.packages.iter().any(|p| p == "std");
            let ty = if whole { ty.to_owned() } else { format!("{}.{ty}", head.packages[0]) };
            format!("{}: {}", receiver(row)?, ty.replace('.', "::"))
        }
        None => {
            row.call.name.iter().find(|name| called_by_path(example, name))?;
            String::new()
        }
    };
    Some(format!("async fn f({parameter}) -> Result<(), Error> {{\n    {example}\n    Ok(())\n}}\n"))
}

/// Whether a path that ends like the name is called.
fn called_by_path(example: &str, name: &str) -> bool {
    let path = format!("::{}", name.replace('.', "::"));
    let ends = |path: &str| ["(", "!(", "::<"].iter().any(|open| example.contains(&format!("{path}{open}")));
    ends(&path) || ends(&path[2..])
}

/// What one of the row's methods is called on, in a variable; for `drop` its argument.
fn receiver<'r>(row: Row<'r>) -> Option<&'r str> {
    let text = row.call.example.as_str();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    row.call.name.iter().find_map(|name| {
        if name == "drop" {
            return text.strip_prefix("drop(")?.strip_suffix(");");
        }
        let at = ["(", "::<"].iter().find_map(|open| text.find(&format!(".{name}{open}")))?;
        let start = text[..at].rfind(|c| !is_word(c)).map_or(0, |before| before + 1);
        let plain = start == 0 || !text[..start].ends_with(['.', ':']);
        (start < at && plain).then(|| &text[start..at])
    })
}
