//! Flights and cache misses as rows.

use crate::locks::origin;
use dogpile_analysis::lifecycle::{CacheScope, Coalescing, FlightContext, FlightForm, Lifecycles};
use dogpile_report::inventory::{FlightRow, MissRow};

/// Every flight.
pub(crate) fn flights(lifecycles: &Lifecycles) -> Vec<FlightRow> {
    let mut rows: Vec<FlightRow> = lifecycles
        .flights
        .iter()
        .map(|flight| FlightRow {
            form: match flight.form {
                FlightForm::Library => "library",
                FlightForm::ByHand => "by hand",
            },
            context: match flight.context {
                FlightContext::FirstCaller(_) => "first caller's",
                FlightContext::Own => "own",
                FlightContext::Unknown => "?",
            },
            cache: match flight.cache {
                CacheScope::Shared => "shared",
                CacheScope::Process => "process",
                CacheScope::Unknown => "?",
                CacheScope::None => "none",
            },
            cross_process_lock: flight.cross_process_lock,
            keeps_failures: flight.keeps_failures.is_some(),
            origin: origin(&flight.site),
        })
        .collect();
    rows.sort_by_key(|row| (row.origin.place, row.origin.command_at));
    rows.dedup_by_key(|row| (row.origin.place, row.origin.command_at));
    rows
}

/// Every read, computation and write back.
pub(crate) fn misses(lifecycles: &Lifecycles) -> Vec<MissRow> {
    let mut rows: Vec<MissRow> = lifecycles
        .misses
        .iter()
        .map(|miss| MissRow {
            key: miss.key.clone(),
            cost: miss.cost.clone(),
            coalescing: match miss.coalescing {
                Coalescing::None => "nothing",
                Coalescing::Process => "flight",
                Coalescing::Cluster => "lock",
                Coalescing::Unknown => "?",
            },
            fixed_ttl_ms: miss.fixed_ttl_ms,
            written_at: miss.write.outer(),
            origin: origin(&miss.read),
        })
        .collect();
    rows.sort_by_key(|row| (row.origin.place, row.origin.command_at));
    rows.dedup_by_key(|row| (row.origin.place, row.origin.command_at));
    rows
}
