//! An inventory for programs: one JSON object, described in `docs/locks.md`.

use super::{FlightRow, Inventory, Lease, LockRow, MissRow, Origin, ReleaseRow, RenewalRow, SectionTime};
use crate::clean::json_text;
use crate::json::ToolOut;
use crate::report::Tool;
use dogpile_source::{SourceMap, Span};
use serde::Serialize;

/// Version of the format. It grows when a field goes away or changes its meaning; new fields come without notice.
pub const INVENTORY_VERSION: u32 = 1;

/// The inventory as JSON.
#[must_use]
pub fn inventory_json(inventory: &Inventory, sources: &SourceMap, tool: &Tool) -> String {
    let out = Out { sources };
    json_text(&Document {
        version: INVENTORY_VERSION,
        tool: ToolOut::of(tool),
        locks: inventory.locks.iter().map(|row| out.lock(row)).collect(),
        flights: inventory.flights.iter().map(|row| out.flight(row)).collect(),
        misses: inventory.misses.iter().map(|row| out.miss(row)).collect(),
    })
}

#[derive(Serialize)]
struct Document<'i> {
    version: u32,
    tool: ToolOut,
    locks: Vec<LockOut<'i>>,
    flights: Vec<FlightOut<'i>>,
    misses: Vec<MissOut<'i>>,
}

#[derive(Serialize)]
struct PlaceOut<'i> {
    path: &'i str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct OriginOut<'i> {
    command: &'i str,
    client: Option<&'i str>,
    function: &'i str,
    confidence: &'static str,
    place: PlaceOut<'i>,
    command_at: PlaceOut<'i>,
}

#[derive(Serialize)]
struct LockOut<'i> {
    class: &'static str,
    class_reason: &'i str,
    key: &'i str,
    key_text: &'i str,
    ttl: TtlOut<'i>,
    p99_ms: Option<u64>,
    times: Vec<TimeOut<'i>>,
    token: TokenOut<'i>,
    releases: Vec<ReleaseOut<'i>>,
    releases_known: bool,
    renewals: Vec<RenewalOut<'i>>,
    auto_renewed: bool,
    waits: Option<&'static str>,
    profile: &'static str,
    library: bool,
    #[serde(flatten)]
    origin: OriginOut<'i>,
    reached_from: Vec<PlaceOut<'i>>,
}

#[derive(Serialize)]
struct TtlOut<'i> {
    kind: &'static str,
    ms: Option<u64>,
    text: Option<&'i str>,
    default: bool,
}

#[derive(Serialize)]
struct TimeOut<'i> {
    ms: u64,
    source: &'static str,
    text: &'i str,
}

#[derive(Serialize)]
struct TokenOut<'i> {
    kind: &'static str,
    text: Option<&'i str>,
}

#[derive(Serialize)]
struct ReleaseOut<'i> {
    guard: &'static str,
    command: &'i str,
    deferred: bool,
    same_session: bool,
    rollback: bool,
    place: PlaceOut<'i>,
}

#[derive(Serialize)]
struct RenewalOut<'i> {
    guard: &'static str,
    command: &'i str,
    heartbeat: bool,
    interval_ms: Option<u64>,
    ttl_ms: Option<u64>,
    same_session: bool,
    place: PlaceOut<'i>,
}

#[derive(Serialize)]
struct FlightOut<'i> {
    form: &'static str,
    cache: &'static str,
    context: &'static str,
    cross_process_lock: bool,
    keeps_failures: bool,
    #[serde(flatten)]
    origin: OriginOut<'i>,
}

#[derive(Serialize)]
struct MissOut<'i> {
    key: &'i str,
    coalesced_by: &'static str,
    fixed_ttl_ms: Option<u64>,
    cost: Option<&'i str>,
    written_at: PlaceOut<'i>,
    #[serde(flatten)]
    origin: OriginOut<'i>,
}

struct Out<'i> {
    sources: &'i SourceMap,
}

/// In JSON what is not known is a word.
fn known(word: &'static str) -> &'static str {
    if word == "?" { "unknown" } else { word }
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl<'i> Out<'i> {
    fn place(&self, span: Span) -> PlaceOut<'i> {
        let start = self.sources.start(span);
        PlaceOut { path: self.sources.path(span), line: start.line, column: start.column }
    }

    fn origin(&self, origin: &'i Origin) -> OriginOut<'i> {
        OriginOut {
            command: &origin.command,
            client: filled(&origin.client),
            function: &origin.function,
            confidence: origin.confidence.name(),
            place: self.place(origin.place),
            command_at: self.place(origin.command_at),
        }
    }

    fn lock(&self, row: &'i LockRow) -> LockOut<'i> {
        LockOut {
            class: known(row.class),
            class_reason: &row.class_reason,
            key: &row.key,
            key_text: &row.key_text,
            ttl: ttl(&row.lease),
            p99_ms: row.p99_ms(),
            times: row.times.iter().map(time).collect(),
            token: TokenOut { kind: known(row.token), text: filled(&row.token_text) },
            releases: row.releases.iter().map(|r| self.release(r)).collect(),
            releases_known: row.releases_known,
            renewals: row.renewals.iter().map(|r| self.renewal(r)).collect(),
            auto_renewed: row.auto_renewed,
            waits: row.waits.map(known),
            profile: row.profile,
            library: row.library,
            origin: self.origin(&row.origin),
            reached_from: row.reached_from.iter().map(|span| self.place(*span)).collect(),
        }
    }

    fn release(&self, row: &'i ReleaseRow) -> ReleaseOut<'i> {
        ReleaseOut {
            guard: known(row.guard),
            command: &row.command,
            deferred: row.deferred,
            same_session: row.same_session,
            rollback: row.rollback,
            place: self.place(row.place),
        }
    }

    fn renewal(&self, row: &'i RenewalRow) -> RenewalOut<'i> {
        RenewalOut {
            guard: known(row.guard),
            command: &row.command,
            heartbeat: row.heartbeat,
            interval_ms: row.interval_ms,
            ttl_ms: row.lease_ms,
            same_session: row.same_session,
            place: self.place(row.place),
        }
    }

    fn flight(&self, row: &'i FlightRow) -> FlightOut<'i> {
        FlightOut {
            form: row.form,
            cache: known(row.cache),
            context: known(row.context),
            cross_process_lock: row.cross_process_lock,
            keeps_failures: row.keeps_failures,
            origin: self.origin(&row.origin),
        }
    }

    fn miss(&self, row: &'i MissRow) -> MissOut<'i> {
        MissOut {
            key: &row.key,
            coalesced_by: known(row.coalescing),
            fixed_ttl_ms: row.fixed_ttl_ms,
            cost: row.cost.as_deref(),
            written_at: self.place(row.written_at),
            origin: self.origin(&row.origin),
        }
    }
}

fn ttl(lease: &Lease) -> TtlOut<'_> {
    let (kind, ms, text, default) = match lease {
        Lease::None => ("none", None, None, false),
        Lease::Known { ms, text, default } => ("known", Some(*ms), filled(text), *default),
        Lease::Second => ("second-command", None, None, false),
        Lease::Given => ("given", None, None, false),
        Lease::Unknown => ("unknown", None, None, false),
    };
    TtlOut { kind, ms, text, default }
}

fn time(time: &SectionTime) -> TimeOut<'_> {
    TimeOut { ms: time.ms, source: time.source.name(), text: &time.text }
}
