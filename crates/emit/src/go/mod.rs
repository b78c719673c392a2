//! Harnesses in Go.

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

const DIALECT: Dialect = Dialect { wait: "", equals: "==", differs: "!=", quoted };

/// What all harnesses have, and what their callers do.
const DRIVER: &str = concat!(include_str!("world.go.txt"), include_str!("caller.go.txt"));
/// From here on a command stands one word a line.
const WIDE: usize = 100;

pub(crate) fn print(request: &Request<'_>, plan: &Plan) -> String {
    let test = test_name(request.rule);
    let mut features = plan.features();
    features.push(if request.client() == Client::Redigo { "redigo" } else { "goredis" });
    let driver = select(DRIVER, &features);
    let body = format!("{}{}{driver}", constants(plan), schedule(&test, plan));
    let run = format!("REDIS_URL=redis://127.0.0.1:6379 go test -run {test} .");
    let head = head::lines(request, plan, &run, "Set repaired to true, and it passes.");
    let mut out = comment("", &head);
    let _ = write!(
        out,
        "\npackage {}\n\n{}\n// repaired is the switch: the protocol as written, or with {}.\nconst repaired = false\n\n",
        request.package,
        imports(&body, request.client()),
        request.trial.what
    );
    out + &body
}

fn test_name(rule: &str) -> String {
    let word = |word: &str| {
        word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect::<String>()
    };
    format!("Test{}", rule.split('-').map(word).collect::<String>())
}

fn imports(body: &str, client: Client) -> String {
    let all = [
        ("context.", "context"),
        ("rand.", "crypto/rand"),
        ("errors.", "errors"),
        ("fmt.", "fmt"),
        ("os.", "os"),
        ("strconv.", "strconv"),
        ("testing.", "testing"),
    ];
    let used = all.iter().filter(|(word, _)| body.contains(word));
    let own: String = used.map(|(_, path)| format!("\t\"{path}\"\n")).collect();
    let package = match client {
        Client::Redigo => "github.com/gomodule/redigo/redis",
        _ => "github.com/redis/go-redis/v9",
    };
    format!("import (\n{own}\n\t\"{package}\"\n)\n")
}

fn comment(indent: &str, lines: &[String]) -> String {
    let line = |line: &String| if line.is_empty() { format!("{indent}//\n") } else { format!("{indent}// {line}\n") };
    lines.iter().map(line).collect()
}

fn constants(plan: &Plan) -> String {
    let mut out = String::from("// The protocol: what the code sends, and what it would send repaired.\n\n");
    let longest = plan.forms.keys.iter().map(|key| camel(&key.name).len()).max().unwrap_or(0);
    if let [key] = plan.forms.keys.as_slice() {
        let _ = writeln!(out, "const {} key = {}\n", camel(&key.name), quoted(&key.text));
    } else if !plan.forms.keys.is_empty() {
        out.push_str("const (\n");
        for key in &plan.forms.keys {
            let _ = writeln!(out, "\t{:<longest$} key = {}", camel(&key.name), quoted(&key.text));
        }
        out.push_str(")\n\n");
    }
    for form in &plan.forms.all {
        out.push_str(&constant(form, plan));
    }
    let features = plan.features();
    if features.contains(&"takes") || features.contains(&"asks") {
        let reply = |won: &Option<String>| {
            won.as_ref().map_or("any(token)".to_owned(), |text| format!("any({})", quoted(text)))
        };
        let (a, b) = (reply(&plan.won.0), reply(&plan.won.1));
        let both = if a == b { a } else { format!("either({a}, {b})") };
        let _ = writeln!(out, "// won is what the server replies to who takes the lock.\nvar won = {both}\n");
    }
    if features.contains(&"renews") && features.contains(&"I1") {
        let _ = writeln!(
            out,
            "// kept is what it replies to who prolongs a lease of its own.\nconst kept = {}\n",
            quoted(&plan.kept)
        );
    }
    if let (Some(ms), true) = (plan.orphan_ms, features.contains(&"I3")) {
        let _ = writeln!(
            out,
            "// meantMs is the lease that was meant: a dead holder may keep the lock for so long.\nconst meantMs = {ms}\n"
        );
    }
    out
}

fn constant(form: &Form, plan: &Plan) -> String {
    let name = camel(&form.name);
    let places =
        if form.places.is_empty() { String::new() } else { format!(" ({})", head::plain(&form.places.join(", "))) };
    let mut out = comment("", &head::wrapped(&format!("{name} {}.{places}", form.says()), 100));
    let at = |depth: usize, batch: &Batch| command(batch, plan, depth);
    let _ = match (&form.written, &form.repaired) {
        (Some(a), Some(b)) if a != b => writeln!(out, "var {name} = either(\n\t{},\n\t{},\n)\n", at(1, a), at(1, b)),
        (Some(one), _) | (None, Some(one)) => writeln!(out, "var {name} = {}\n", at(0, one)),
        (None, None) => Ok(()),
    };
    out
}

fn command(batch: &Batch, plan: &Plan, depth: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for (at, one) in batch.iter().enumerate() {
        if at > 0 {
            words.push("then".to_owned());
        }
        words.extend(one.iter().map(|w| word(w, plan)));
    }
    let line = format!("command{{{}}}", words.join(", "));
    if line.chars().count() <= WIDE && !line.contains('\n') {
        return line;
    }
    let indent = "\t".repeat(depth);
    let words: String = words.iter().map(|word| format!("{indent}\t{word},\n")).collect();
    format!("command{{\n{words}{indent}}}")
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
        many => format!("joined{{{}}}", many.iter().map(part).collect::<Vec<_>>().join(", ")),
    }
}

fn schedule(test: &str, plan: &Plan) -> String {
    let names: Vec<String> = (0..plan.clients).map(|n| name(n).to_string()).collect();
    let vars = names.iter().map(|n| n.to_lowercase()).collect::<Vec<_>>().join(", ");
    let made = names.iter().map(|n| format!("w.caller(\"{n}\")")).collect::<Vec<_>>().join(", ");
    let mut out = format!(
        "// The schedule: {} of the protocol, step by step.\n\nfunc {test}(t *testing.T) {{\n\tw := begin(t)\n",
        if plan.clients == 1 { "one caller" } else { "callers" }
    );
    let acts: String = plan.steps.iter().flat_map(|step| &step.acts).map(|one| act(one, plan, &DIALECT)).collect();
    let used = |n: &String| acts.contains(&format!("{}.", n.to_lowercase()));
    let _ = writeln!(out, "\t{vars} := {made}");
    for unused in names.iter().filter(|n| !used(n)) {
        let _ = writeln!(out, "\t_ = {}", unused.to_lowercase());
    }
    let mut steps = plan.steps.iter().enumerate().peekable();
    while let Some((at, step)) = steps.next() {
        out.push('\n');
        let guarded = step.guard != Guard::Always && !step.acts.is_empty();
        if !guarded {
            out.push_str(&shown(at, step, plan, "\t"));
            continue;
        }
        let _ = writeln!(out, "\tif {}repaired {{", if step.guard == Guard::Written { "!" } else { "" });
        out.push_str(&shown(at, step, plan, "\t\t"));
        while let Some((at, next)) = steps.next_if(|(_, next)| next.guard == step.guard) {
            out.push('\n');
            out.push_str(&shown(at, next, plan, "\t\t"));
        }
        out.push_str("\t}\n");
    }
    out.push_str("}\n\n");
    out
}

fn shown(at: usize, step: &Step, plan: &Plan, indent: &str) -> String {
    let place = step.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
    let mut out = comment(indent, &head::wrapped(&head::plain(&format!("{}. {}.{place}", at + 1, step.says)), 100));
    for one in &step.acts {
        let _ = writeln!(out, "{indent}{}", act(one, plan, &DIALECT));
    }
    out
}

/// A string as Go writes it: raw where that reads better.
fn quoted(text: &str) -> String {
    let clean = |c: char| !head::is_trap(c) && (!c.is_control() || matches!(c, '\n' | '\t'));
    if (text.contains('\n') || text.contains('"') || text.contains('\\'))
        && !text.contains('`')
        && text.chars().all(clean)
    {
        return format!("`{text}`");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || head::is_trap(c) => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
