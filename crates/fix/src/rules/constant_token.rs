//! A token of its own for each acquisition.
//!
//! Not safe: the stored value changes, and whoever reads it (a dashboard, another service) sees another. The token is made
//! by what the file already imports, or by the language's own library, and everything that the function releases or
//! compares with the old value gets the new one.

use crate::desk::{Desk, Offer};
use crate::imports::{self, put};
use crate::release::guarded;
use crate::syntax::{Code, Language, ancestors, descendants};
use crate::token;
use dogpile_analysis::lifecycle::Guard;
use dogpile_report::{Edit, Finding};

/// `rand.Text` of `crypto/rand` came with Go 1.24.
const RAND_TEXT: (u32, u32) = (1, 24);

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    if lock.acquire.site.span.file != code.file {
        return None;
    }
    let stored = token::bare(code, token::stored(desk, code, lock)?);
    let statement = code.statement(stored)?;
    let home = statement.parent()?;
    let old = code.text_of(stored);
    let (made, mut edits) = fresh(desk, code)?;
    let name = token::free_name(code, stored)?;
    let start = code.line_start(statement.start_byte());
    if !code.text[start..statement.start_byte()].trim().is_empty() || code.function(stored) != code.function(statement)
    {
        return None;
    }
    edits.push(put(
        code,
        start,
        format!("{}{}\n", code.indent(statement.start_byte()), token::declared(code, name, &made)),
    ));
    let used = |text: &str| if code.language == Language::Rust { format!("&{text}") } else { text.to_owned() };
    edits.push(code.replaced(stored, used(name)));
    // Every release sees it, or nothing is done: half of them would never fit.
    let releases: Vec<_> = lock.releases.iter().filter(|r| !r.rollback && !r.administrative).collect();
    if releases.is_empty() || !lock.renewals.is_empty() {
        return None;
    }
    for release in releases {
        let place = code.covering(release.site.span)?;
        let sees = ancestors(place).any(|n| n == home) && place.start_byte() > stored.end_byte();
        if release.site.span.file != code.file || !sees {
            return None;
        }
        match release.guard {
            Guard::None => {
                let token = token::Token { text: name.to_owned(), edits: Vec::new() };
                edits.extend(guarded(desk, code, release, &token)?);
            }
            Guard::Atomic => {
                let call = ancestors(place).find(|n| n.kind() == "call_expression")?;
                let same: Vec<_> = descendants(call)
                    .into_iter()
                    .filter(|n| code.text_of(*n) == old && n.kind() == stored.kind())
                    .collect();
                let [argument] = same[..] else { return None };
                edits.push(code.replaced(argument, name));
            }
            Guard::ReadThenAct(_) | Guard::Unknown => return None,
        }
    }
    Some(Offer::unsafe_("store a token that is new at each acquisition", edits))
}

/// An expression for a value that nobody else has, by what is at hand.
fn fresh(desk: &Desk<'_>, code: &Code<'_>) -> Option<(String, Vec<Edit>)> {
    let has = |text: &str| code.text.contains(text);
    let known = |pairs: &[(&str, &str)]| {
        pairs.iter().find(|(import, _)| has(import)).map(|(_, made)| ((*made).to_owned(), Vec::new()))
    };
    match code.language {
        Language::Go => known(&[
            ("\"github.com/google/uuid\"", "uuid.NewString()"),
            ("\"github.com/rs/xid\"", "xid.New().String()"),
            ("\"github.com/segmentio/ksuid\"", "ksuid.New().String()"),
        ])
        .or_else(|| {
            ((desk.go_version)(code.path)? >= RAND_TEXT).then_some(())?;
            Some(("rand.Text()".to_owned(), imports::go(code, "crypto/rand")?))
        }),
        Language::TypeScript => {
            let imported = named_import(code, "randomUUID").map(|_| "randomUUID()".to_owned());
            let uuid = named_import(code, "v4").map(|name| format!("{name}()"));
            let nanoid = named_import(code, "nanoid").map(|name| format!("{name}()"));
            imported.or(uuid).or(nanoid).map(|made| (made, Vec::new())).or_else(|| {
                // The global that browsers and Node have; not where the name is another thing.
                let other = imports::declared(code, "crypto") || has("from 'crypto'") || has("from \"crypto\"");
                (!other).then(|| ("crypto.randomUUID()".to_owned(), Vec::new()))
            })
        }
        Language::Rust => known(&[
            ("use uuid::Uuid;", "Uuid::new_v4().to_string()"),
            ("uuid::Uuid::new_v4()", "uuid::Uuid::new_v4().to_string()"),
        ]),
    }
}

/// The local name of something that is imported by name.
fn named_import<'s>(code: &Code<'s>, name: &str) -> Option<&'s str> {
    let specifier = descendants(code.root()).into_iter().find(|n| {
        n.kind() == "import_specifier" && n.child_by_field_name("name").is_some_and(|own| code.text_of(own) == name)
    })?;
    let local = specifier.child_by_field_name("alias").or_else(|| specifier.child_by_field_name("name"))?;
    Some(code.text_of(local))
}
