//! Lines that a fix makes too long are broken as formatters break them: one argument to a line.

use crate::syntax::{Code, Language, descendants, named, parse};
use dogpile_report::Edit;
use tree_sitter::Node;

/// How long lines may be in a file: what its language's formatter allows by default, or what the file itself does.
fn limit(code: &Code<'_>) -> usize {
    let default = match code.language {
        Language::Go => return usize::MAX,
        Language::TypeScript => 80,
        Language::Rust => 100,
    };
    let longest = code.text.lines().filter(|line| !line.contains(['`', '"', '\'']) || line.len() < 130).map(|line| line.chars().count());
    longest.max().unwrap_or(0).max(default)
}

/// One edit with the whole of a call in it, broken into lines, if the call's line would become too long by these edits.
pub(crate) fn broken(code: &Code<'_>, call: Node<'_>, edits: Vec<Edit>) -> Vec<Edit> {
    let limit = limit(code);
    let mut shifted: Vec<Edit> = edits.iter().filter(|e| inside(code, e, call)).cloned().collect();
    let (start, end) = (code.line_start(call.start_byte()), code.line_end(call.end_byte()));
    let Some(line) = crate::edit::applied_within(code.text, start, end, &mut shifted) else { return edits };
    if code.text_of(call).contains('\n') || line.trim_end().chars().count() <= limit {
        return edits;
    }
    let Some(new) = crate::edit::applied_within(code.text, call.start_byte(), call.end_byte(), &mut shifted) else { return edits };
    // What follows a broken call in Rust begins a line too, and then so does the call itself.
    let awaited = code.language == Language::Rust && code.text[call.end_byte()..].starts_with(".await");
    let outer = code.indent(call.start_byte()).to_owned();
    let indent = if awaited { format!("{outer}{}", code.step()) } else { outer };
    let Some(mut text) = laid_out(code, &new, &indent, limit) else { return edits };
    let mut out: Vec<Edit> = edits.into_iter().filter(|e| !inside(code, e, call)).collect();
    if awaited {
        let line = format!("{}{indent}.", code.newline());
        let head = text.find('(').and_then(|at| text[..at].rfind('.'));
        let Some(dot) = head else { return out };
        text.replace_range(dot..=dot, &line);
        text += &format!("{}{indent}", code.newline());
    }
    out.push(Edit { span: code.span(call.start_byte(), call.end_byte()), text });
    out
}

fn inside(code: &Code<'_>, edit: &Edit, call: Node<'_>) -> bool {
    edit.span.file == code.file && call.start_byte() <= edit.span.start as usize && edit.span.end as usize <= call.end_byte()
}

/// A call with a line for each of its arguments; an argument that is itself too long has one for each link of its chain.
fn laid_out(code: &Code<'_>, call: &str, indent: &str, limit: usize) -> Option<String> {
    let (before, after) = if code.language == Language::Rust { ("fn f() { ", "; }\n") } else { ("", ";\n") };
    let whole = format!("{before}{call}{after}");
    let tree = parse(code.language, "call.ts", &whole)?;
    let args = descendants(tree.root_node()).into_iter().filter(|n| n.kind() == "arguments" && n.end_byte() == before.len() + call.len()).min_by_key(|n| n.start_byte());
    // `.await` and the like may follow.
    let args = args.or_else(|| descendants(tree.root_node()).into_iter().find(|n| n.kind() == "arguments"))?;
    let inner = format!("{indent}{}", code.step());
    let newline = code.newline();
    let mut out = format!("{}({newline}", whole.get(before.len()..args.start_byte())?);
    for arg in named(args) {
        let text = whole.get(arg.byte_range())?;
        let fits = inner.chars().count() + text.chars().count() < limit;
        let text = if fits { text.to_owned() } else { chained(text, &inner, &code.step(), newline) };
        out += &format!("{inner}{text},{newline}");
    }
    out += &format!("{indent}){}", whole.get(args.end_byte()..before.len() + call.len())?);
    Some(out)
}

/// A chain of calls with a line for each but the first.
fn chained(text: &str, indent: &str, step: &str, newline: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '.' if depth == 0 && text[..at].ends_with(')') => out += &format!("{newline}{indent}{step}"),
            _ => {}
        }
        out.push(c);
    }
    out
}
