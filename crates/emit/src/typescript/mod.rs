//! Harnesses in TypeScript, and in JavaScript: the same without what stands between « and » in the driver.

use crate::Request;
use crate::acts::{Dialect, act};
use crate::client::Client;
use crate::form::{Batch, Form, Part, Word};
use crate::head;
use crate::names::camel;
use crate::plan::{Guard, Plan, Step};
use crate::template::select;
use dogpile_harness::world::name;
use std::fmt::Write as _;

const DIALECT: Dialect = Dialect { wait: "await ", equals: "===", differs: "!==", quoted };

/// What all harnesses have, and what their callers do.
const DRIVER: &str = concat!(include_str!("world.ts.txt"), include_str!("caller.ts.txt"));
/// Columns of a line, as Prettier counts them.
const WIDTH: usize = 80;

pub(crate) fn print(request: &Request<'_>, plan: &Plan, typed: bool) -> String {
    let ioredis = request.client() == Client::Ioredis;
    let mut features = plan.features();
    features.push(if ioredis { "ioredis" } else { "noderedis" });
    if typed {
        features.push("ts");
    }
    let driver = types(&select(DRIVER, &features), typed);
    let ending = if typed { "mts" } else { "mjs" };
    let run = format!("REDIS_URL=redis://127.0.0.1:6379 node --test {}.test.{ending}", request.rule);
    let mut out = comment("", &head::lines(request, plan, &run, "Set repaired to true, and it passes."));
    let context = if typed { ", type TestContext" } else { "" };
    let random = if driver.contains("randomUUID") { "import { randomUUID } from \"node:crypto\";\n" } else { "" };
    let package =
        if ioredis { "import { Redis } from \"ioredis\";" } else { "import { createClient } from \"redis\";" };
    let _ = write!(
        out,
        "\nimport assert from \"node:assert/strict\";\n{random}import {{ test{context} }} from \"node:test\";\n{package}\n\n"
    );
    out.push_str(&comment(
        "",
        &head::wrapped(&format!("The switch: the protocol as written, or with {}.", request.trial.what), 77),
    ));
    let _ = write!(out, "const repaired{} = false;\n\n", if typed { ": boolean" } else { "" });
    out.push_str(&types(&constants(plan), typed));
    out.push_str(&types(&schedule(request.rule, plan), typed));
    out + &driver
}

/// Text with or without what stands between « and ».
fn types(text: &str, typed: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('«') {
        out.push_str(before);
        let (inner, after) = after.split_once('»').unwrap_or((after, ""));
        if typed {
            out.push_str(inner);
        }
        rest = after;
    }
    out + rest
}

fn comment(indent: &str, lines: &[String]) -> String {
    let line = |line: &String| if line.is_empty() { format!("{indent}//\n") } else { format!("{indent}// {line}\n") };
    lines.iter().map(line).collect()
}

fn constants(plan: &Plan) -> String {
    let mut out = String::from("// The protocol: what the code sends, and what it would send repaired.\n\n");
    let slots = [
        (Part::Token, "token", "Whose lock it is: new for each attempt to take it."),
        (Part::Value, "value", "Tells whose write it is."),
        (Part::Fence, "fence", "The number of the caller's acquisition, as a fencing counter gives it."),
        (Part::Version, "version", "The version of the source that the caller read."),
        (Part::Clock, "clock", "Ms since the epoch, as far as the schedule has come."),
    ];
    let own = plan.won.0.is_none() || plan.won.1.is_none();
    for (part, name, says) in slots {
        if plan.forms.mentions(&part) || (own && part == Part::Token) {
            let _ = writeln!(out, "// {says}\nconst {name} = Symbol(\"{name}\");");
        }
    }
    let features = plan.features();
    if features.contains(&"multi") {
        out.push_str("// Ends a command: what follows is in the same MULTI … EXEC.\nconst then = Symbol(\"then\");\n");
    }
    for key in &plan.forms.keys {
        let (name, text) = (camel(&key.name), quoted(&key.text));
        let line = format!("const {name} = {{ key: {text} }};");
        let _ = if line.chars().count() <= WIDTH {
            writeln!(out, "{line}")
        } else {
            writeln!(out, "const {name} = {{\n  key: {text},\n}};")
        };
    }
    out.push('\n');
    for form in &plan.forms.all {
        out.push_str(&constant(form, plan));
    }
    if features.contains(&"takes") || features.contains(&"asks") {
        let reply = |won: &Option<String>| won.as_ref().map_or("token".to_owned(), |text| quoted(text));
        let (a, b) = (reply(&plan.won.0), reply(&plan.won.1));
        let both = if a == b { a } else { format!("either«<Word>»({a}, {b})") };
        let _ = writeln!(out, "// What the server replies to who takes the lock.\nconst won«: Word» = {both};\n");
    }
    if features.contains(&"renews") && features.contains(&"I1") {
        let _ = writeln!(
            out,
            "// What it replies to who prolongs a lease of its own.\nconst kept = {};\n",
            quoted(&plan.kept)
        );
    }
    if let (Some(ms), true) = (plan.orphan_ms, features.contains(&"I3")) {
        let _ = writeln!(
            out,
            "// The lease that was meant: a dead holder may keep the lock for so long.\nconst meantMs = {ms};\n"
        );
    }
    out
}

fn constant(form: &Form, plan: &Plan) -> String {
    let name = camel(&form.name);
    let places =
        if form.places.is_empty() { String::new() } else { format!(" ({})", head::plain(&form.places.join(", "))) };
    let mut out = comment("", &head::wrapped(&format!("{name} {}.{places}", form.says()), 77));
    let head = format!("const {name}: Word[] = ");
    let _ = match (&form.written, &form.repaired) {
        (Some(a), Some(b)) if a != b => {
            let line =
                format!("{head}either({}, {});", command(a, plan, 0, usize::MAX), command(b, plan, 0, usize::MAX));
            if line.chars().count() <= WIDTH && !line.contains('\n') {
                writeln!(out, "{}\n", line.replacen(": Word[]", "«: Word[]»", 1))
            } else {
                writeln!(
                    out,
                    "const {name}«: Word[]» = either(\n  {},\n  {},\n);\n",
                    command(a, plan, 2, WIDTH - 1),
                    command(b, plan, 2, WIDTH - 1)
                )
            }
        }
        (Some(one), _) | (None, Some(one)) => {
            writeln!(out, "const {name}«: Word[]» = {};\n", command(one, plan, 0, WIDTH - 1 - head.len()))
        }
        (None, None) => Ok(()),
    };
    out
}

/// A command, in one line if it is not wider than this.
fn command(batch: &Batch, plan: &Plan, indent: usize, width: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for (at, one) in batch.iter().enumerate() {
        if at > 0 {
            words.push("then".to_owned());
        }
        words.extend(one.iter().map(|w| word(w, plan)));
    }
    let line = format!("[{}]", words.join(", "));
    if line.chars().count() + indent <= width && !line.contains('\n') {
        return line;
    }
    let indent = " ".repeat(indent);
    let words: String = words.iter().map(|word| format!("{indent}  {word},\n")).collect();
    format!("[\n{words}{indent}]")
}

fn word(word: &Word, plan: &Plan) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => quoted(text),
        Part::Key(at) => camel(&plan.forms.keys[*at].name),
        Part::Token => "token".to_owned(),
        Part::Value => "value".to_owned(),
        Part::Fence => "fence".to_owned(),
        Part::Version => "version".to_owned(),
        Part::Clock => "clock".to_owned(),
    };
    match word.as_slice() {
        [one] => part(one),
        [] => "\"\"".to_owned(),
        many => format!("[{}]", many.iter().map(part).collect::<Vec<_>>().join(", ")),
    }
}

fn schedule(rule: &str, plan: &Plan) -> String {
    let mut out =
        format!("// The schedule, step by step.\n\ntest(\"{rule}\", async (t) => {{\n  const w = await begin(t);\n");
    let acts: String = plan.steps.iter().flat_map(|step| &step.acts).map(|one| act(one, plan, &DIALECT)).collect();
    for n in 0..plan.clients {
        let (who, var) = (name(n), name(n).to_ascii_lowercase());
        let used = acts.contains(&format!("{var}."));
        let _ = writeln!(
            out,
            "  {}await w.caller(\"{who}\");",
            if used { format!("const {var} = ") } else { String::new() }
        );
    }
    let mut steps = plan.steps.iter().enumerate().peekable();
    while let Some((at, step)) = steps.next() {
        out.push('\n');
        if step.guard == Guard::Always || step.acts.is_empty() {
            out.push_str(&shown(at, step, plan, "  "));
            continue;
        }
        let _ = writeln!(out, "  if ({}repaired) {{", if step.guard == Guard::Written { "!" } else { "" });
        out.push_str(&shown(at, step, plan, "    "));
        while let Some((at, next)) = steps.next_if(|(_, next)| next.guard == step.guard) {
            out.push('\n');
            out.push_str(&shown(at, next, plan, "    "));
        }
        out.push_str("  }\n");
    }
    out.push_str("});\n\n");
    out
}

fn shown(at: usize, step: &Step, plan: &Plan, indent: &str) -> String {
    let place = step.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
    let text = head::plain(&format!("{}. {}.{place}", at + 1, step.says));
    let mut out = comment(indent, &head::wrapped(&text, WIDTH - 3 - indent.len()));
    for one in &step.acts {
        let _ = writeln!(out, "{indent}{};", act(one, plan, &DIALECT));
    }
    out
}

/// A string as Prettier writes it: in the quotes that need fewer escapes; a template where there are several lines.
fn quoted(text: &str) -> String {
    let lines = text.contains('\n');
    let quote = if lines {
        '`'
    } else if text.matches('"').count() > text.matches('\'').count() {
        '\''
    } else {
        '"'
    };
    let mut out = String::from(quote);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' if lines => out.push('\n'),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '$' if lines && chars.peek() == Some(&'{') => out.push_str("\\$"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            // What ends a line, what no editor shows, and what this file's own templates are marked with.
            c if c.is_control() || head::is_trap(c) || matches!(c, '«' | '»') => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
