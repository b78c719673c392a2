//! Calls in functions of their own.

use super::rename::{declared, taken};
use super::{File, MARK};
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};
use std::collections::BTreeSet;
use std::ops::Range;

/// Functions that send a command hand everything on to a function that does what they did.
pub(super) fn delegated(file: &File<'_>) -> Vec<Edit> {
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut edits = Vec::new();
    for site in file.sites() {
        let path = file.tree.path(&site);
        let Some(function) = path.iter().rev().find(|node| node.kind == Kind::Function) else { continue };
        if done.insert(function.span.start) {
            edits.extend(delegate(file, function).unwrap_or_default());
        }
    }
    edits
}

fn delegate(file: &File<'_>, function: &Node) -> Option<Vec<Edit>> {
    let name = function.child("name")?;
    let body = function.child("body")?;
    let head = file.text.get(function.span.start..body.span.start)?;
    let named = name.text(file.text);
    let inner = format!("{named}{MARK}");
    let passed: Vec<String> = parameters(file, function)?;
    let passed = passed.join(", ");
    let call = match file.language {
        Language::Go => {
            let results = function.child("result").is_some();
            let to = match function.child("receiver") {
                Some(receiver) => format!("{}.", receiver.find(Kind::Name).next()?.text(file.text)),
                None => String::new(),
            };
            // What is generic says with which types.
            if function.child("type_parameters").is_some() {
                return None;
            }
            format!("{}{to}{inner}({passed})", if results { "return " } else { "" })
        }
        Language::TypeScript => {
            let method = function.raw == "method_definition";
            if method && named.starts_with(['#', '[', '"', '\'']) || named == "constructor" || head.contains("get ") {
                return None;
            }
            // Overloads and decorators are said of the first; a static method is not asked of an object.
            if head.contains('@') || head.contains("static ") || head.contains('*') || head.contains("set ") {
                return None;
            }
            let to = if method { "this." } else { "" };
            format!("return {to}{inner}({passed});")
        }
        Language::Rust => {
            let wait = if head.contains("async fn") { ".await" } else { "" };
            let method = function.raw == "impl_fn";
            let own = file.text.get(function.span.start..body.span.start)?;
            let has_self = own.contains("self,") || own.contains("self)");
            let trait_impl = method
                && file.tree.path(&name.span).iter().any(|n| {
                    n.raw == "impl" && n.text(file.text).split('{').next().is_some_and(|h| h.contains(" for "))
                });
            if trait_impl || head.contains("#[") {
                return None;
            }
            let to = if has_self {
                "self."
            } else if method {
                "Self::"
            } else {
                ""
            };
            format!("{to}{inner}({passed}){wait}")
        }
    };
    let shell =
        if file.language == Language::TypeScript && head.trim_start().starts_with("export") { "" } else { head };
    // The first keeps the name; the second stands right behind it.
    let second = format!(
        "{}{}{}",
        &shell[..name.span.start - function.span.start],
        inner,
        &shell[name.span.end - function.span.start..]
    );
    let second = format!("{{\n{call}\n}}\n\n{second}{}", body.text(file.text));
    Some(vec![Edit::replace(body.span.clone(), second)])
}

/// The names of the parameters as they are handed on. `None`: one has no name.
fn parameters(file: &File<'_>, function: &Node) -> Option<Vec<String>> {
    let mut names = Vec::new();
    match file.language {
        Language::Go => {
            for one in &function.child("parameters")?.children {
                let own: Vec<&Node> = one.children.iter().filter(|c| c.field == "name").collect();
                if own.is_empty() || own.iter().any(|name| name.text(file.text) == "_") {
                    return (one.raw == "comment").then(Vec::new);
                }
                let more = if one.raw == "variadic_parameter_declaration" { "..." } else { "" };
                names.extend(own.iter().map(|name| format!("{}{more}", name.text(file.text))));
            }
        }
        Language::TypeScript => {
            for one in &function.child("parameters")?.children {
                let pattern = one.child("pattern")?;
                match pattern.raw {
                    "identifier" => names.push(pattern.text(file.text).to_owned()),
                    "rest_pattern" => names.push(pattern.text(file.text).to_owned()),
                    _ => return None,
                }
            }
        }
        Language::Rust => {
            for one in function.children.iter().filter(|c| c.raw == "parameter") {
                let Some(name) = one.child("name") else { continue };
                if name.raw != "binding" {
                    return None;
                }
                names.push(name.text(file.text).to_owned());
            }
        }
    }
    Some(names)
}

/// Each site's call in a function that has what the call uses as parameters.
pub(super) fn wrapped(file: &File<'_>) -> Vec<Vec<Edit>> {
    file.sites().iter().filter_map(|site| wrap(file, site)).collect()
}

fn wrap(file: &File<'_>, site: &Range<usize>) -> Option<Vec<Edit>> {
    let path = file.tree.path(site);
    let function = path.iter().rev().find(|node| node.kind == Kind::Function)?;
    let outer = file.tree.function(site)?;
    // The call, with what is asked of its reply.
    let mut at = path.iter().rposition(|node| node.kind == Kind::Call)?;
    while at > 0
        && matches!(path[at - 1].raw, "selector_expression" | "call_expression")
        && file.language == Language::Go
    {
        // `.Result()` belongs to it; a call that it is an argument of does not.
        if path[at - 1].kind == Kind::Call && path[at].field != "function" {
            break;
        }
        at -= 1;
    }
    let call = path[at];
    if call.kind != Kind::Call {
        return None;
    }
    let text = call.text(file.text);
    // The names as they are written, not those of fields.
    let names = call.find(Kind::Name).map(|n| n.text(file.text));
    let shorthand = call.raw("shorthand_property_identifier").map(|n| n.text(file.text));
    let local = declared(file, outer);
    let known = taken(file);
    let mut used: Vec<&str> = names.chain(shorthand).filter(|n| local.contains(n)).collect();
    // Which of two is meant, only the scopes know.
    if used.iter().any(|name| known.contains(name)) {
        return None;
    }
    used.sort_unstable();
    used.dedup();
    if call.all().iter().any(|n| n.kind == Kind::Closure) {
        return None;
    }
    let name = format!("send{MARK}");
    match file.language {
        Language::Go => go(file, function, call, text, &used, &name),
        Language::TypeScript => typescript(file, function, outer, call, text, &used, &name),
        Language::Rust => None,
    }
}

fn go(file: &File<'_>, function: &Node, call: &Node, text: &str, used: &[&str], name: &str) -> Option<Vec<Edit>> {
    let receiver = function.child("receiver");
    let me = receiver.and_then(|r| r.find(Kind::Name).next()).map(|n| n.text(file.text));
    let result = go_result(text)?;
    let (mut params, mut passed) = (Vec::new(), Vec::new());
    for local in used.iter().filter(|local| Some(**local) != me) {
        params.push(format!("{local} {}", go_type(file, function, local)?));
        passed.push(*local);
    }
    let (own, to) = match (receiver, me) {
        (Some(receiver), Some(me)) if used.contains(&me) => {
            (format!("{} ", receiver.text(file.text)), format!("{me}."))
        }
        _ => (String::new(), String::new()),
    };
    let made = format!("\n\nfunc {own}{name}({}) {result} {{\n\treturn {text}\n}}\n", params.join(", "));
    Some(vec![
        Edit::replace(call.span.clone(), format!("{to}{name}({})", passed.join(", "))),
        Edit::insert(function.span.end, made),
    ])
}

/// What a command's call gives. `None`: not known.
fn go_result(text: &str) -> Option<&'static str> {
    let method = |name: &str| text.contains(&format!(".{name}("));
    let ends = |name: &str| text.trim_end().ends_with(&format!(".{name}()"));
    let set = method("SetNX");
    Some(match () {
        () if ends("Err") => "error",
        () if ends("Result") && set => "(bool, error)",
        () if ends("Result") && (method("Del") || method("Unlink")) => "(int64, error)",
        () if ends("Result") && (method("Eval") || method("Run") || method("EvalSha")) => "(interface{}, error)",
        () if ends("Val") && set => "bool",
        // `.Int()`, `.StringSlice()`: whatever else is asked of a reply.
        () if text.trim_end().ends_with("()") => return None,
        () if set => "*redis.BoolCmd",
        () if method("Del") || method("Unlink") => "*redis.IntCmd",
        () if method("Eval") || method("Run") => "*redis.Cmd",
        () => return None,
    })
}

/// The type of a local: declared as a parameter, or plain from what it is made of.
fn go_type(file: &File<'_>, function: &Node, local: &str) -> Option<String> {
    for node in function.all() {
        let here = |n: &&Node| n.field == "name" && n.text(file.text) == local;
        if node.raw == "parameter_declaration" && node.children.iter().any(|c| here(&c)) {
            return Some(node.child("type")?.text(file.text).to_owned());
        }
        if node.raw != "short_var_declaration" {
            continue;
        }
        let (left, right) = (node.child("left")?, node.child("right")?);
        let Some(n) = left.children.iter().position(|c| c.text(file.text) == local) else { continue };
        if left.children.len() != right.children.len() {
            return None;
        }
        let value = right.children.get(n)?.text(file.text);
        let text =
            value.starts_with('"') || ["fmt.Sprint", "uuid.NewString()", ".String()"].iter().any(|w| value.contains(w));
        return text
            .then(|| "string".to_owned())
            .or_else(|| value.contains("time.").then(|| "time.Duration".to_owned()));
    }
    None
}

fn typescript(
    file: &File<'_>,
    function: &Node,
    outer: &Node,
    call: &Node,
    text: &str,
    used: &[&str],
    name: &str,
) -> Option<Vec<Edit>> {
    if text.contains("super.") || text.contains("await ") {
        return None;
    }
    let typed = |local: &&str| {
        let declared = outer.all().into_iter().find_map(|node| {
            let own = matches!(node.raw, "required_parameter" | "variable_declarator");
            let named = node.child("pattern").or(node.child("name"))?;
            (own && named.text(file.text) == *local).then(|| node.child("type"))?
        });
        format!("{local}{}", declared.map(|of| of.text(file.text)).unwrap_or_default())
    };
    let params: Vec<String> = used.iter().map(typed).collect();
    let (params, passed) = (params.join(", "), used.join(", "));
    let method = function.raw == "method_definition";
    if !method && text.contains("this.") {
        return None;
    }
    let (head, to) = if method { ("", "this.") } else { ("function ", "") };
    let made = format!("\n\n{head}{name}({params}) {{\n  return {text};\n}}\n");
    Some(vec![Edit::replace(call.span.clone(), format!("{to}{name}({passed})")), Edit::insert(function.span.end, made)])
}
