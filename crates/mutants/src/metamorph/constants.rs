//! The lease's number in another package or module.

use super::split::beside;
use super::{File, MARK};
use crate::edit::{Edit, apply};
use crate::syntax::{Kind, Language};
use dogpile_analysis::lifecycle::Ttl;
use std::ops::Range;

pub(super) fn moved(file: &File<'_>) -> Option<Vec<(String, String)>> {
    let span = lease(file)?;
    let text = file.text.get(span.clone())?.to_owned();
    let made = match file.language {
        Language::Go => go(file, &span, &text),
        Language::TypeScript => typescript(file, &span, &text),
        Language::Rust => rust(file, &span, &text),
    }?;
    made.iter().all(|(path, text)| crate::syntax::parse(file.language, path, text).is_some()).then_some(made)
}

/// Where a lock's lease stands as a number in this file, not as a name.
fn lease(file: &File<'_>) -> Option<Range<usize>> {
    file.before.lifecycles.locks.iter().find_map(|lock| {
        let Ttl::Known { span, default: false, .. } = &lock.acquire.ttl else { return None };
        if file.before.sources.path(*span) != file.path {
            return None;
        }
        let span = crate::project::bytes(*span);
        let text = file.text.get(span.clone())?;
        let plain = text.chars().all(|c| c.is_alphanumeric() || " *_.:()".contains(c));
        let number = text.chars().any(|c| c.is_ascii_digit()) && plain;
        // In a quoted script there are no constants.
        let quoted = file.tree.path(&span).iter().any(|node| node.kind == Kind::Text);
        (number && !quoted && made_of_numbers(file.language, text)).then_some(span)
    })
}

fn made_of_numbers(language: Language, text: &str) -> bool {
    let words = super::rename::words(text).filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let known: &[&str] = match language {
        Language::Go => &["time", "Second", "Minute", "Millisecond", "Hour"],
        Language::TypeScript => &[],
        Language::Rust => &["Duration", "from_secs", "from_millis", "std", "time"],
    };
    let mut words = words.peekable();
    words.all(|word| known.contains(&word))
}

fn go(file: &File<'_>, span: &Range<usize>, text: &str) -> Option<Vec<(String, String)>> {
    let (root, module) =
        file.project.files.iter().filter(|(path, _)| path.ends_with("go.mod")).find_map(|(path, text)| {
            let root = path.strip_suffix("go.mod")?;
            let name = text.lines().find_map(|line| line.strip_prefix("module "))?;
            file.path.starts_with(root).then(|| (root.to_owned(), name.trim().to_owned()))
        })?;
    let package = format!("lease{}", MARK.to_lowercase());
    let clause = file.tree.children.iter().find(|node| node.raw == "package_clause")?;
    let edits = [
        Edit::insert(clause.span.end, format!("\n\nimport \"{module}/{package}\"\n")),
        Edit::replace(span.clone(), format!("{package}.Lease{MARK}")),
    ];
    let import = if text.contains("time.") { "import \"time\"\n\n" } else { "" };
    let constant = format!("package {package}\n\n{import}const Lease{MARK} = {text}\n");
    Some(vec![(file.path.to_owned(), apply(file.text, &edits)?), (format!("{root}{package}/lease.go"), constant)])
}

fn typescript(file: &File<'_>, span: &Range<usize>, text: &str) -> Option<Vec<(String, String)>> {
    if file.text.contains("module.exports") || !file.path.ends_with("ts") {
        return None;
    }
    let edits = [
        Edit::insert(0, format!("import {{ LEASE_{MARK} }} from './lease{MARK}';\n")),
        Edit::replace(span.clone(), format!("LEASE_{MARK}")),
    ];
    let constant = format!("export const LEASE_{MARK} = {text};\n");
    Some(vec![
        (file.path.to_owned(), apply(file.text, &edits)?),
        (beside(file.path, &format!("lease{MARK}.ts")), constant),
    ])
}

fn rust(file: &File<'_>, span: &Range<usize>, text: &str) -> Option<Vec<(String, String)>> {
    let module = format!("lease{}", MARK.to_lowercase());
    let name = file.path.rsplit('/').next()?;
    let base = name.strip_suffix(".rs")?;
    let path = match base {
        "mod" | "lib" | "main" => beside(file.path, &format!("{module}.rs")),
        _ => beside(file.path, &format!("{base}/{module}.rs")),
    };
    let (of, import) = if text.contains("Duration") {
        ("Duration", "use std::time::Duration;\n\n")
    } else if text.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        ("u64", "")
    } else {
        return None;
    };
    let constant = format!("{import}pub const LEASE: {of} = {text};\n");
    // Behind the inner attributes and imports.
    let at =
        file.tree.children.iter().filter(|node| node.kind == Kind::Import).map(|node| node.span.end).next_back()?;
    let edits =
        [Edit::insert(at, format!("\n\nmod {module};\n")), Edit::replace(span.clone(), format!("{module}::LEASE"))];
    Some(vec![(file.path.to_owned(), apply(file.text, &edits)?), (path, constant)])
}
