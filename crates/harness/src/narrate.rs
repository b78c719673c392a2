//! Times for people.

/// A number of milliseconds as people say it.
#[must_use]
pub fn human_ms(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..600_000 if ms.is_multiple_of(1_000) => format!("{} s", ms / 1_000),
        1_000..600_000 => format!("{:.1} s", ms as f64 / 1_000.0),
        _ => format!("{} min", ms / 60_000),
    }
}
