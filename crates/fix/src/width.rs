//! Lines that a fix makes too long are broken as formatters break them: one argument to a line.

use crate::edit::applied_within;
use crate::syntax::{Code, Language, ancestors, descendants, named, parse};
use dogpile_report::Edit;
use tree_sitter::Node;

/// How long lines may be in a file: what its language's formatter allows by default, or what the file itself does.
fn limit(code: &Code<'_>) -> usize {
    let default = match code.language {
        Language::Go => return usize::MAX,
        Language::TypeScript => 80,
        Language::Rust => 100,
    };
    let longest = code.text.lines().filter(|line| !line.contains(['`', '"', '\'']) || line.len() < 130).map(columns);
    longest.max().unwrap_or(0).max(default)
}

/// A tab is two columns wide, as Prettier counts it.
fn columns(line: &str) -> usize {
    line.chars().count() + line.matches('\t').count()
}

/// One edit with the whole of a call in it, broken into lines, if the call's line would become too long by these edits.
pub(crate) fn broken(code: &Code<'_>, call: Node<'_>, edits: Vec<Edit>) -> Vec<Edit> {
    match code.language {
        Language::Go => edits,
        Language::TypeScript => with_arguments(code, call, &edits, code.indent(call.start_byte())).unwrap_or(edits),
        Language::Rust => chain(code, call, &edits).unwrap_or(edits),
    }
}

/// The arguments of a call, a line for each. `None`: they fit as they are.
fn with_arguments(code: &Code<'_>, call: Node<'_>, edits: &[Edit], indent: &str) -> Option<Vec<Edit>> {
    let limit = limit(code);
    let own: Vec<Edit> = edits.iter().filter(|e| inside(code, e, call)).cloned().collect();
    let (start, end) = (code.line_start(call.start_byte()), code.line_end(call.end_byte()));
    let line = applied_within(code.text, start, end, &own)?;
    let code_of_line = line.split("//").next().unwrap_or("").trim_end();
    if code.text_of(call).contains('\n') || columns(code_of_line) <= limit {
        return None;
    }
    let new = applied_within(code.text, call.start_byte(), call.end_byte(), &own)?;
    let text = laid_out(code, &new, indent, limit)?;
    Some(replaced(code, call, edits, text))
}

fn replaced(code: &Code<'_>, call: Node<'_>, edits: &[Edit], text: String) -> Vec<Edit> {
    let mut out: Vec<Edit> = edits.iter().filter(|e| !inside(code, e, call)).cloned().collect();
    out.push(code.replaced(call, text));
    out
}

/// rustfmt's `chain_width`.
const CHAIN: usize = 60;

/// A chain of Rust calls, a line for each link. `None`: it fits as it is.
fn chain(code: &Code<'_>, call: Node<'_>, edits: &[Edit]) -> Option<Vec<Edit>> {
    let whole = ancestors(call)
        .take_while(|n| {
            matches!(
                n.kind(),
                "call_expression" | "generic_function" | "field_expression" | "await_expression" | "try_expression"
            )
        })
        .last()?;
    let own: Vec<Edit> = edits.iter().filter(|e| inside(code, e, call)).cloned().collect();
    let new = applied_within(code.text, whole.start_byte(), whole.end_byte(), &own)?;
    let flat = new.lines().map(str::trim).collect::<String>();
    let multiline = code.text_of(whole).contains('\n');
    let column = code.text[code.line_start(whole.start_byte())..whole.start_byte()].chars().count();
    let own_chains =
        descendants(code.root()).into_iter().filter(|n| n.kind() == "call_expression" && links(code.text_of(*n)) > 1);
    let longest = own_chains.map(|n| code.text_of(n)).filter(|t| !t.contains('\n')).map(str::len).max().unwrap_or(0);
    let width = if longest > CHAIN { limit(code) } else { CHAIN };
    let fits = flat.chars().count() <= width && column + flat.chars().count() < limit(code);
    if multiline && edits.iter().all(|e| !e.text.contains('.')) || (fits && !multiline) {
        return None;
    }
    let (indent, step) = (code.indent(whole.start_byte()), code.step());
    let inner = format!("{indent}{step}");
    let short = links(&flat) < 2;
    let long_argument = if short {
        with_arguments(code, call, edits, if flat.contains(".await") { &inner } else { indent })
    } else {
        None
    };
    if short && !flat.contains(".await") {
        return long_argument;
    }
    let flat = match &long_argument {
        // Its arguments have lines of their own besides.
        Some(broken) => {
            let own: Vec<Edit> = broken.iter().filter(|e| inside(code, e, call)).cloned().collect();
            applied_within(code.text, whole.start_byte(), whole.end_byte(), &own)?
        }
        None => flat,
    };
    let text = chained(&flat, indent, &step, code.newline(), long_argument.is_some());
    let mut out: Vec<Edit> = edits.iter().filter(|e| !inside(code, e, whole)).cloned().collect();
    out.push(code.replaced(whole, text));
    Some(out)
}

/// Calls that are chained to a first one.
fn links(text: &str) -> usize {
    chained(text, "", "", "\u{0}", false).matches('\u{0}').count()
}

fn inside(code: &Code<'_>, edit: &Edit, call: Node<'_>) -> bool {
    edit.span.file == code.file
        && call.start_byte() <= edit.span.start as usize
        && edit.span.end as usize <= call.end_byte()
}

/// A call with a line for each of its arguments; an argument that is itself too long has one for each link of its chain.
fn laid_out(code: &Code<'_>, call: &str, indent: &str, limit: usize) -> Option<String> {
    let (before, after) = if code.language == Language::Rust { ("fn f() { ", "; }\n") } else { ("", ";\n") };
    let whole = format!("{before}{call}{after}");
    let tree = parse(code.language, "call.ts", &whole)?;
    let args = descendants(tree.root_node())
        .into_iter()
        .filter(|n| n.kind() == "arguments" && n.end_byte() == before.len() + call.len())
        .min_by_key(|n| n.start_byte());
    // `.await` and the like may follow.
    let args = args.or_else(|| descendants(tree.root_node()).into_iter().find(|n| n.kind() == "arguments"))?;
    let inner = format!("{indent}{}", code.step());
    let newline = code.newline();
    let given = named(args);
    // Prettier breaks the object at the end rather than the list around it.
    if let Some(object) = given
        .last()
        .filter(|last| last.kind() == "object" && given.iter().filter(|n| n.kind() == "object").count() == 1)
    {
        let mut out = format!("{}{{{newline}", whole.get(before.len()..object.start_byte())?);
        for property in named(*object) {
            out += &format!("{inner}{},{newline}", whole.get(property.byte_range())?);
        }
        return Some(out + indent + "}" + whole.get(object.end_byte()..before.len() + call.len())?);
    }
    let mut out = format!("{}({newline}", whole.get(before.len()..args.start_byte())?);
    for arg in given {
        let text = whole.get(arg.byte_range())?;
        let fits = inner.chars().count() + text.chars().count() < limit;
        let text = if fits { text.to_owned() } else { chained(text, &inner, &code.step(), newline, false) };
        out += &format!("{inner}{text},{newline}");
    }
    out += &format!("{indent}){}", whole.get(args.end_byte()..before.len() + call.len())?);
    Some(out)
}

/// A chain of calls with a line for each but the first; with one for the first too, where it is long.
fn chained(text: &str, indent: &str, step: &str, newline: &str, first: bool) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '.' if depth == 0 && (first || text[..at].ends_with([')', '?'])) => {
                out += &format!("{newline}{indent}{step}")
            }
            _ => {}
        }
        out.push(c);
    }
    out
}
