//! An inventory for people: a table where it fits, else two lines for each row.

use super::{FlightRow, Inventory, Lease, LockRow, MissRow, Origin};
use crate::clean::clean;
use dogpile_source::{SourceMap, Span};

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// So many columns of a terminal.
    Columns(usize),
    /// As many as it takes: one line for each row, for `grep`, `sort` and files.
    Unlimited,
}

/// The inventory as text.
#[must_use]
pub fn inventory_table(inventory: &Inventory, sources: &SourceMap, width: Width) -> String {
    let place = |span: Span| format!("{}:{}", clean(sources.path(span)), sources.start(span).line);
    let mut parts = Vec::new();
    if !inventory.locks.is_empty() {
        let rows: Vec<Row> = inventory.locks.iter().map(|row| lock(row, &place)).collect();
        parts.push(section("LOCKS", LOCKS, &rows, width));
    }
    if !inventory.flights.is_empty() {
        let rows: Vec<Row> = inventory.flights.iter().map(|row| flight(row, &place)).collect();
        parts.push(section("FLIGHTS: callers of one process share a computation", FLIGHTS, &rows, width));
    }
    if !inventory.misses.is_empty() {
        let rows: Vec<Row> = inventory.misses.iter().map(|row| miss(row, &place)).collect();
        parts.push(section("CACHE MISSES: read, computed, written back", MISSES, &rows, width));
    }
    parts.push(summary(inventory));
    parts.join("\n")
}

/// 25000 → `25s`.
#[must_use]
pub fn duration(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let whole = UNITS.iter().find(|(unit, _)| ms >= *unit && ms.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{}{name}", ms / unit),
        None if ms > 1000 && ms.is_multiple_of(100) => format!("{}.{}s", ms / 1000, ms % 1000 / 100),
        None => format!("{ms}ms"),
    }
}

const LOCKS: &[&str] = &["class", "key", "ttl", "p99", "token", "release", "renewal", "client", "place"];
const FLIGHTS: &[&str] = &["form", "function", "cache", "context", "lock inside", "failures", "place"];
const MISSES: &[&str] = &["coalesced by", "key", "ttl", "cost", "client", "place"];
/// Between two columns.
const GAP: &str = "  ";

/// Cells in the order of the heads: the first says what it is, the second names it, the last says where.
type Row = Vec<String>;

fn lock(row: &LockRow, place: &dyn Fn(Span) -> String) -> Row {
    vec![
        row.class.to_owned(),
        clean(&row.key).into_owned(),
        lease(&row.lease),
        p99(row),
        row.token.to_owned(),
        releases(row),
        renewals(row),
        client(&row.origin),
        place(row.origin.place),
    ]
}

fn flight(row: &FlightRow, place: &dyn Fn(Span) -> String) -> Row {
    vec![
        row.form.to_owned(),
        clean(&row.origin.function).into_owned(),
        row.cache.to_owned(),
        row.context.to_owned(),
        if row.cross_process_lock { "yes" } else { "no" }.to_owned(),
        if row.keeps_failures { "kept" } else { "not kept" }.to_owned(),
        place(row.origin.place),
    ]
}

fn miss(row: &MissRow, place: &dyn Fn(Span) -> String) -> Row {
    vec![
        row.coalescing.to_owned(),
        clean(&row.key).into_owned(),
        row.fixed_ttl_ms.map_or_else(|| "?".to_owned(), duration),
        row.cost.as_deref().map_or_else(|| "?".to_owned(), |cost| clean(cost).into_owned()),
        client(&row.origin),
        place(row.origin.place),
    ]
}

fn client(origin: &Origin) -> String {
    if origin.client.is_empty() { "?".to_owned() } else { clean(&origin.client).into_owned() }
}

fn lease(lease: &Lease) -> String {
    match lease {
        Lease::None => "none".to_owned(),
        Lease::Known { ms, default: true, .. } => format!("{} (default)", duration(*ms)),
        Lease::Known { ms, .. } => duration(*ms),
        Lease::Second => "2nd command".to_owned(),
        Lease::Given => "set, ?".to_owned(),
        Lease::Unknown => "?".to_owned(),
    }
}

fn p99(row: &LockRow) -> String {
    match (row.p99_ms(), row.sleeps_ms()) {
        (Some(ms), _) => duration(ms),
        (None, Some(ms)) => format!(">= {}", duration(ms)),
        (None, None) => "?".to_owned(),
    }
}

fn releases(row: &LockRow) -> String {
    let mut words: Vec<String> = Vec::new();
    for release in &row.releases {
        let when = match release {
            r if r.rollback => " on failure",
            r if r.deferred => ", deferred",
            r if !r.same_session => " elsewhere",
            _ => "",
        };
        let text = format!("{}{when}", release.guard);
        if !words.contains(&text) {
            words.push(text);
        }
    }
    match (words.is_empty(), row.releases_known) {
        (false, _) => words.join("; "),
        (true, true) => "none".to_owned(),
        (true, false) => "?".to_owned(),
    }
}

fn renewals(row: &LockRow) -> String {
    let mut words: Vec<String> = Vec::new();
    for renewal in &row.renewals {
        let how = match (renewal.heartbeat, renewal.interval_ms) {
            (_, Some(ms)) => format!("every {}", duration(ms)),
            (true, None) => "every ?".to_owned(),
            (false, None) => "by hand".to_owned(),
        };
        let text = if renewal.guard == "guarded" { how } else { format!("{how}, {}", renewal.guard) };
        if !words.contains(&text) {
            words.push(text);
        }
    }
    if row.auto_renewed {
        words.insert(0, "by library".to_owned());
    }
    if words.is_empty() { "none".to_owned() } else { words.join("; ") }
}

fn section(title: &str, heads: &[&str], rows: &[Row], width: Width) -> String {
    let columns: Vec<usize> = (0..heads.len())
        .map(|i| rows.iter().map(|row| row[i].chars().count()).chain([heads[i].len()]).max().unwrap_or(0))
        .collect();
    let all = columns.iter().sum::<usize>() + GAP.len() * (columns.len() - 1);
    let body = match width {
        Width::Columns(room) if room < all => cards(heads, rows, room),
        _ => table(heads, rows, &columns),
    };
    format!("{title}\n{body}")
}

fn table(heads: &[&str], rows: &[Row], columns: &[usize]) -> String {
    let heads: Row = heads.iter().map(|head| head.to_uppercase()).collect();
    let mut text = String::new();
    for row in std::iter::once(&heads).chain(rows) {
        let cells: Vec<String> = row.iter().zip(columns).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join(GAP).trim_end());
        text.push('\n');
    }
    text
}

/// What and where it is on one line, the rest below, broken where the room ends.
fn cards(heads: &[&str], rows: &[Row], room: usize) -> String {
    let first = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or(0);
    let indent = " ".repeat(first + GAP.len());
    let mut text = String::new();
    for row in rows {
        let Some((place, rest)) = row.split_last() else { continue };
        let head = format!("{:first$}{GAP}{}", row[0], row[1]);
        let free = room.saturating_sub(head.chars().count() + GAP.len());
        let fits = place.chars().count() <= free;
        let head = if fits { format!("{head}{GAP}{place:>free$}") } else { head };
        text.push_str(&head);
        text.push('\n');
        let facts = heads.iter().zip(rest).skip(2).map(|(head, cell)| format!("{head} {cell}"));
        let facts: Vec<String> = facts.chain((!fits).then(|| place.clone())).collect();
        text.push_str(&flow(&facts, &indent, room));
    }
    text
}

/// Facts side by side, as many as fit a line.
fn flow(facts: &[String], indent: &str, room: usize) -> String {
    const BETWEEN: &str = " · ";
    let mut text = String::new();
    let mut line = String::new();
    for fact in facts {
        let needed = indent.len() + line.chars().count() + BETWEEN.chars().count() + fact.chars().count();
        if !line.is_empty() && needed > room {
            text.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(BETWEEN);
        }
        line.push_str(fact);
    }
    text + indent + &line + "\n"
}

fn summary(inventory: &Inventory) -> String {
    let of = |class: &str| inventory.locks.iter().filter(|row| row.class == class).count();
    let count = |n: usize, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
    let counted: Vec<String> = [
        count(of("lock"), "lock", "locks"),
        count(of("?"), "of unknown class", "of unknown class"),
        count(of("tick"), "tick", "ticks"),
        count(of("mark"), "mark", "marks"),
        count(of("record"), "record", "records"),
        count(inventory.flights.len(), "flight", "flights"),
        count(inventory.misses.len(), "cache miss", "cache misses"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counted.is_empty() {
        return "no lock, flight or cache miss was found\n".to_owned();
    }
    let undeclared = inventory.locks.iter().filter(|row| row.wants_p99()).count();
    let mut text = format!("{}; ? is what the code does not tell\n", counted.join(", "));
    if undeclared > 0 {
        text.push_str(&format!("no p99 is known of {undeclared}: `dogpile-lint init` lists what to declare\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let all = [(0, "0ms"), (250, "250ms"), (1000, "1s"), (1500, "1.5s"), (1550, "1550ms"), (90_000, "90s")];
        assert!(all.iter().all(|(ms, text)| duration(*ms) == *text), "{:?}", all.map(|(ms, _)| duration(ms)));
        assert_eq!([120_000, 7_200_000, 86_400_000].map(duration), ["2m", "2h", "1d"]);
    }

    #[test]
    fn facts_break_where_the_room_ends() {
        let facts = ["ttl 10s", "p99 ?", "token fresh"].map(str::to_owned);
        assert_eq!(flow(&facts, "  ", 20), "  ttl 10s · p99 ?\n  token fresh\n");
        assert_eq!(flow(&facts, "  ", 200), "  ttl 10s · p99 ? · token fresh\n");
    }
}
