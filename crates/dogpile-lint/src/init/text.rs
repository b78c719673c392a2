//! The text of a first `dogpile.toml`. Everything in it is a comment or an empty table: it changes nothing until somebody
//! decides something.

use crate::config::FILE_NAME;
use crate::pipeline::Outcome;
use dogpile_inventory::{Piece, pieces};
use dogpile_report::clean;
use dogpile_report::inventory::{Inventory, Lease, LockRow, duration};
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Folders that hold no code that runs in production, by their name.
const ASIDE: &[&str] = &[
    "example",
    "examples",
    "demo",
    "demos",
    "sample",
    "samples",
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "mock",
    "mocks",
    "testutil",
    "testutils",
    "testing",
    "sandbox",
    "playground",
    "scripts",
];
/// Longer lists are cut: a file that nobody reads to the end helps nobody.
const MOST: usize = 60;

/// Locks whose p99 would matter and is not known.
pub(super) fn undeclared(inventory: &Inventory) -> usize {
    inventory.locks.iter().filter(|row| row.wants_p99()).count()
}

/// The file, for the folder that was linted.
pub(super) fn configuration(inventory: &Inventory, outcome: &Outcome) -> String {
    let writer = Writer { inventory, outcome };
    let parts = [
        writer.head(),
        writer.latency(),
        writer.profile(),
        writer.fleet(),
        writer.models(),
        writer.rules(),
        writer.lint(),
    ];
    parts.join("\n")
}

struct Writer<'w> {
    inventory: &'w Inventory,
    outcome: &'w Outcome,
}

impl Writer<'_> {
    fn head(&self) -> String {
        let mut text = format!(
            "# {FILE_NAME}: what dogpile-lint cannot read from the code.\n\
             # Every line here is a comment, and as it is by default: take the `#` away from what you decide.\n\
             # `dogpile-lint config` shows what is in force, `dogpile-lint locks` every lock there is.\n#\n"
        );
        let count = |class: &str| self.inventory.locks.iter().filter(|row| row.class == class).count();
        let found = [
            (count("lock"), "lock", "locks"),
            (count("mark") + count("tick"), "mark or tick", "marks and ticks"),
            (self.inventory.flights.len(), "flight", "flights"),
            (self.inventory.misses.len(), "cache miss", "cache misses"),
        ];
        let named = |(n, one, many): &(usize, &str, &str)| format!("{n} {}", if *n == 1 { one } else { many });
        let found: Vec<String> = found.iter().filter(|found| found.0 > 0).map(named).collect();
        let _ = match found.is_empty() {
            true => writeln!(
                text,
                "# Found: no lock. Where a wrapper of yours hides the client, say so under [[wrapper]] or in a model (see below)."
            ),
            false => writeln!(text, "# Found: {}.", found.join(", ")),
        };
        let clients = self.clients();
        if !clients.is_empty() {
            let names: Vec<String> = clients.iter().map(|(name, n)| format!("{} ({n})", clean(name))).collect();
            let _ = writeln!(text, "# Clients: {}.", names.join(", "));
        }
        text
    }

    fn clients(&self) -> BTreeMap<&str, usize> {
        let mut clients = BTreeMap::new();
        let locks = self.inventory.locks.iter().map(|row| &row.origin);
        let flights = self.inventory.flights.iter().map(|row| &row.origin);
        for origin in locks.chain(flights).chain(self.inventory.misses.iter().map(|row| &row.origin)) {
            if !origin.client.is_empty() {
                *clients.entry(origin.client.as_str()).or_insert(0) += 1;
            }
        }
        clients
    }

    fn latency(&self) -> String {
        let mut text = "# How long can the work under a lock take? A p99 that is longer than the lease is a lock that two hold.\n\
                        # By function, or by key pattern; measured ones can come from a file: `dogpile-lint --latency p99.json`.\n\
                        [latency]\n"
            .to_owned();
        let mut wanted: BTreeMap<&str, Vec<&LockRow>> = BTreeMap::new();
        for row in self.inventory.locks.iter().filter(|row| row.wants_p99()) {
            wanted.entry(row.origin.function.as_str()).or_default().push(row);
        }
        for (function, rows) in wanted.iter().take(MOST) {
            let holds: BTreeSet<String> =
                rows.iter().map(|row| format!("{} ({})", clean(&row.key), lease(&row.lease))).collect();
            let holds: Vec<String> = holds.into_iter().collect();
            let place = rows.first().map_or_else(String::new, |row| self.place(row.origin.place));
            let _ = writeln!(text, "# {} = \"?\"  # holds {}, {place}", quoted(function), holds.join(" and "));
        }
        more(&mut text, wanted.len());
        for row in self.inventory.locks.iter().filter(|row| row.class == "lock") {
            if let (Some(ms), Some(time)) = (row.p99_ms(), row.times.iter().find(|time| time.source.is_stated())) {
                let place = self.place(row.origin.place);
                let _ =
                    writeln!(text, "# known: {} is {}: {}, {place}", clean(&row.key), duration(ms), clean(&time.text));
            }
        }
        text
    }

    fn profile(&self) -> String {
        let mut text =
            "# Does a lock protect data (\"correctness\"), or only save work (\"efficiency\", the default)?\n\
                        # By key or path pattern.\n[profile]\n"
                .to_owned();
        let locks = self.inventory.locks.iter().filter(|row| row.class == "lock");
        let globs: BTreeSet<String> =
            locks.map(|row| glob(&row.key)).filter(|glob| glob.chars().any(char::is_alphanumeric)).collect();
        for glob in globs.iter().take(MOST) {
            let _ = writeln!(text, "# {} = \"correctness\"", quoted(glob));
        }
        more(&mut text, globs.len());
        text
    }

    fn fleet(&self) -> String {
        "# How many instances run? With 1, in-process flights are enough.\n[fleet]\n# instances = 2\n".to_owned()
    }

    fn models(&self) -> String {
        "# A client library that dogpile-lint does not know, or a wrapper whose code it cannot see.\n\
         [models]\n# files = [\"dogpile/our-client.toml\"]\n\
         # [[wrapper]]\n# function = \"example.com/app/locks.Take\"\n# acquires = { key = \"$1\", ttl = \"$2\", held = \"ret0\" }\n"
            .to_owned()
    }

    fn rules(&self) -> String {
        let mut text =
            "# error, warning, note or off. `dogpile-lint explain <rule>` says what a rule is about.\n[rules]\n"
                .to_owned();
        let mut found: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
        for entry in self.outcome.entries.iter().filter(|e| e.finding.suppressed.is_none()) {
            found.entry(entry.finding.rule).or_insert((entry.finding.level.name(), 0)).1 += 1;
        }
        for (rule, (level, n)) in found {
            let _ = writeln!(text, "# {rule} = \"{level}\"  # {n} found");
        }
        text
    }

    fn lint(&self) -> String {
        let mut text = "[lint]\n".to_owned();
        let aside = self.aside();
        if !aside.is_empty() {
            let globs: Vec<String> = aside.iter().map(|folder| quoted(&format!("{folder}/**"))).collect();
            let _ = writeln!(text, "# Locks were found in folders that look like no production code:");
            let _ = writeln!(text, "# exclude = [{}]", globs.join(", "));
        }
        text + "# include-tests = false\n# fail-on = \"warning\"  # error, warning, note or never\n"
    }

    /// Folders with locks whose names say that they are set aside.
    fn aside(&self) -> BTreeSet<String> {
        let locks = self.inventory.locks.iter().map(|row| row.origin.place);
        let places = locks.chain(self.inventory.misses.iter().map(|row| row.origin.place));
        places.filter_map(|place| set_aside(self.outcome.sources.path(place))).collect()
    }

    fn place(&self, span: Span) -> String {
        format!("{}:{}", clean(self.outcome.sources.path(span)), self.outcome.sources.start(span).line)
    }
}

/// The outermost folder of a path whose name says that it is set aside.
fn set_aside(path: &str) -> Option<String> {
    let folders: Vec<&str> = path.split('/').collect();
    let (_, folders) = folders.split_last()?;
    let at = folders.iter().position(|folder| ASIDE.contains(folder))?;
    Some(folders[..=at].join("/"))
}

fn more(text: &mut String, all: usize) {
    if all > MOST {
        let _ = writeln!(text, "# … and {} more: `dogpile-lint locks`", all - MOST);
    }
}

fn lease(lease: &Lease) -> String {
    match lease {
        Lease::Known { ms, .. } => format!("TTL {}", duration(*ms)),
        Lease::None => "no TTL".to_owned(),
        Lease::Second => "TTL by a second command".to_owned(),
        Lease::Given | Lease::Unknown => "TTL ?".to_owned(),
    }
}

/// A key's pattern as a glob: whatever varies is `*`.
fn glob(pattern: &str) -> String {
    let mut text = String::new();
    for piece in pieces(pattern) {
        match piece {
            Piece::Varies if text.ends_with('*') => {}
            Piece::Varies | Piece::Literal('[' | ']' | '?' | '*' | '\\') => text.push('*'),
            Piece::Literal(c) => text.push(c),
        }
    }
    text
}

/// A key or text of TOML.
fn quoted(text: &str) -> String {
    let text = clean(text);
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "?")) } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_globs() {
        assert_eq!(glob("lock:feed:{user}"), "lock:feed:*");
        assert_eq!(glob("q:{{id}}:{x}"), "q:*:*");
        assert_eq!(glob("{key}"), "*");
        assert_eq!(glob("lock:sweep"), "lock:sweep");
    }

    #[test]
    fn folders_that_are_set_aside_are_named_once() {
        assert_eq!(set_aside("svc/examples/a/b.go").as_deref(), Some("svc/examples"));
        assert_eq!(set_aside("examples.go"), None);
        assert_eq!(set_aside("svc/feed/a.go"), None);
    }
}
