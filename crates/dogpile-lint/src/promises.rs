//! Which files may keep a promise in a variable of the process, decided before anything is parsed.

use crate::prefilter::Prefilter;
use memchr::memmem;
use std::ops::Range;

const DECLARE: [&str; 3] = ["let ", "var ", "const "];
/// Lines that are longer were written by a program, and nobody mends them: what they declare is not looked for.
const LONG_LINE: usize = 1000;

/// A search for promises that a module keeps: a variable of it whose line says so and which is set to something later, or
/// something with that name that is.
#[derive(Debug)]
pub(crate) struct Promises {
    word: Prefilter,
}

impl Default for Promises {
    fn default() -> Self {
        Self { word: Prefilter::new(&["romise".to_owned()], &[]) }
    }
}

impl Promises {
    /// Whether a file may keep one.
    #[must_use]
    pub(crate) fn kept_in(&self, bytes: &[u8]) -> bool {
        let mut declared: Option<Vec<Range<usize>>> = None;
        self.word.places(bytes).any(|at| {
            let line = line_around(bytes, at);
            if declares_variables(&bytes[line.clone()]) {
                return is_set_later(bytes, &line);
            }
            let within = &bytes[line.clone()];
            if let Some(field) = field_of(within, at - line.start) {
                let declared = declared.get_or_insert_with(|| declarations(bytes));
                return is_set_in_one_of(bytes, field, declared);
            }
            let before = bytes[line.start..at].trim_ascii_start();
            if DECLARE.iter().any(|word| before.starts_with(word.as_bytes())) || !is_set(name_end(bytes, at), bytes) {
                return false;
            }
            let Some(owner) = owner(bytes, line.start, at) else { return false };
            let declared = declared.get_or_insert_with(|| declarations(bytes));
            let begins_a_line = bytes[line.start..name_start(bytes, line.start, at)].trim_ascii().is_empty();
            // One of a list of variables is declared there and not set.
            let is_listed = begins_a_line && declared.iter().any(|place| place.contains(&at));
            !is_listed && declared.iter().any(|place| has_word(&bytes[place.clone()], owner))
        })
    }
}

/// A line that declares variables of the module that may change: `let x`, `export var x`.
fn declares_variables(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"export ").unwrap_or(line);
    line.starts_with(b"let ") || line.starts_with(b"var ")
}

/// Whether one of the names of this line is set to something elsewhere.
fn is_set_later(bytes: &[u8], line: &Range<usize>) -> bool {
    let text = &bytes[line.clone()];
    if text.len() > LONG_LINE {
        return false;
    }
    let mut at = 0;
    while let Some(start) = text[at..].iter().position(|b| is_of_name(*b)) {
        let start = at + start;
        let end = name_end(text, start);
        at = end;
        let name = &text[start..end];
        let mut places = memmem::find_iter(bytes, name).filter(|place| !line.contains(place));
        if places.any(|place| {
            is_whole(bytes, place, name.len()) && is_set(place + name.len(), bytes) && !is_declared(&bytes[..place])
        }) {
            return true;
        }
    }
    false
}

/// The field that a line declares as a promise, with the word at `at`: `loader: Promise<Cast> | undefined;`.
fn field_of(line: &[u8], at: usize) -> Option<&[u8]> {
    let ends = matches!(line.trim_ascii_end().last(), Some(b';' | b','));
    let before = line[..name_start(line, 0, at)]
        .trim_ascii_end()
        .strip_suffix(b":")
        .filter(|_| ends && line.len() <= LONG_LINE)?;
    let before = before.strip_suffix(b"?").unwrap_or(before);
    let name = &before[name_start(before, 0, before.len())..];
    (!name.is_empty()).then_some(name)
}

/// Whether `x.field` is set somewhere, with a variable of the module for `x`.
fn is_set_in_one_of(bytes: &[u8], field: &[u8], declared: &[Range<usize>]) -> bool {
    let mut places = memmem::find_iter(bytes, field)
        .filter(|at| *at > 0 && bytes[at - 1] == b'.' && is_whole(bytes, *at, field.len()));
    places.any(|at| {
        let owner = owner(bytes, line_around(bytes, at).start, at);
        is_set(at + field.len(), bytes)
            && owner.is_some_and(|owner| declared.iter().any(|place| has_word(&bytes[place.clone()], owner)))
    })
}

/// Whether what follows is a variable's declaration.
fn is_declared(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    DECLARE.iter().any(|word| before.ends_with(word.trim_end().as_bytes()))
}

/// Of `name…` and of `owner.name…`, with the word at `at`, the name that has to be the module's for what is set to be: `None`
/// where it cannot be one.
fn owner(bytes: &[u8], line: usize, at: usize) -> Option<&[u8]> {
    let name = name_start(bytes, line, at);
    if name == line || bytes[name - 1] != b'.' {
        return Some(&bytes[name..name_end(bytes, at)]);
    }
    let owner = name_start(bytes, line, name - 1);
    let is_alone = owner == line || bytes[owner - 1] != b'.';
    Some(&bytes[owner..name - 1]).filter(|owner| is_alone && !owner.is_empty() && *owner != b"this")
}

/// Where a module declares variables: from the beginning of a line, as long as lines say that they go on.
fn declarations(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = None;
    let mut at = 0;
    for line in bytes.split(|b| *b == b'\n') {
        let plain = line.strip_prefix(b"export ").unwrap_or(line);
        if line.len() <= LONG_LINE && DECLARE.iter().any(|word| plain.starts_with(word.as_bytes())) {
            from = Some(at);
        }
        let end = at + line.len();
        let goes_on = matches!(line.trim_ascii_end().last(), Some(b',' | b'{' | b'['));
        if let Some(start) = from.filter(|_| !goes_on) {
            found.push(start..end);
            from = None;
        }
        at = end + 1;
    }
    found.extend(from.map(|start| start..bytes.len()));
    found
}

/// A name that ends there is assigned: `x = y`, `x ??= y`.
fn is_set(end: usize, bytes: &[u8]) -> bool {
    let rest = bytes[end..].trim_ascii_start();
    let rest = rest.strip_prefix(b"??").or_else(|| rest.strip_prefix(b"||")).unwrap_or(rest);
    rest.strip_prefix(b"=").is_some_and(|value| !value.starts_with(b"=") && !value.starts_with(b">"))
}

fn line_around(bytes: &[u8], at: usize) -> Range<usize> {
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline);
    start..end
}

fn name_start(bytes: &[u8], line: usize, end: usize) -> usize {
    bytes[line..end].iter().rposition(|b| !is_of_name(*b)).map_or(line, |before| line + before + 1)
}

fn name_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| !is_of_name(*b)).map_or(bytes.len(), |behind| at + behind)
}

fn has_word(text: &[u8], word: &[u8]) -> bool {
    memmem::find_iter(text, word).any(|at| is_whole(text, at, word.len()))
}

fn is_whole(text: &[u8], at: usize, len: usize) -> bool {
    let behind = text.get(at + len);
    (at == 0 || !is_of_name(text[at - 1])) && behind.is_none_or(|b| !is_of_name(*b))
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_that_a_module_keeps() {
        let kept = |text: &str| Promises::default().kept_in(text.as_bytes());
        for text in [
            "let ready: Promise<void> | null = null;\nfunction f() { ready = go(); }",
            "a();\nexport let ready: Promise<X>;\n  ready ||= go();",
            "var promise;\npromise = go();",
            "const cached = global.mongo;\n  cached.promise = connect();",
            "let a = 1,\n    readyPromise = null;\nif (!readyPromise) readyPromise ??= go();",
            "export const { state } = x;\nfunction f() { state.promise = go(); }",
            "class S {\n  worker: Promise<W> | undefined;\n}\nconst s = new S();\nconst w = () => (s.worker ??= go());",
            "interface S {\n  worker?: Promise<W>,\n}\nlet s: S = {};\nfunction f() {\n  s.worker = go();\n}",
        ] {
            assert!(kept(text), "{text}");
        }
        for text in [
            "",
            "function f(): Promise<void> {}",
            "let ready: Promise<void> | null = null;",
            "  let ready: Promise<void> | null = null;\n  ready = go();",
            "  const promise = go();",
            "if (promise == other) {}",
            "const f = (promise => promise);",
            "var promises = require('fs/promises');\nvar other = promises;",
            "var a = 1,\n  localPromise = b;",
            "class A { f() { this.promise = go(); } }",
            "function f(deferred) { deferred.promise = go(); }",
            "const deferredOnes = 1; function f() { a.deferred.promise = go(); }",
            "function f(promise) { promise = go(); }",
            "class S {\n  worker: Promise<W>;\n  f() { this.worker = go(); }\n}\nconst s = new S();",
            "interface S {\n  worker?: Promise<W>;\n}\nlet s: S;\nif (s.worker === w) f();",
            &format!("var e={{{}}};function f(){{e.promise=go()}}", "a:1,".repeat(300)),
        ] {
            assert!(!kept(text), "{text}");
        }
    }
}
