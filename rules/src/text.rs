//! Words for messages.

use dogpile_analysis::lifecycle::Ttl;

/// Longest message.
pub(crate) const MESSAGE_MAX: usize = 90;

/// At most `max` characters of one line, cut with an ellipsis.
pub(crate) fn short(text: &str, max: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= max {
        return flat;
    }
    let mut cut: String = flat.chars().take(max.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// A key for a message: short, in backticks, or "the lock" when it has no text.
pub(crate) fn key(text: &str) -> String {
    if text.trim().is_empty() { "the lock".to_owned() } else { format!("`{}`", short(&text.replace('`', "'"), 22)) }
}

/// `500ms`, `10s`, `1m30s`, `24h`.
pub(crate) fn human_ms(ms: u64) -> String {
    if ms == 0 || !ms.is_multiple_of(1_000) {
        return if ms < 10_000 { format!("{ms}ms") } else { format!("{}.{}s", ms / 1_000, ms % 1_000 / 100) };
    }
    let seconds = ms / 1_000;
    let part = |n: u64, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
    if seconds < 60 {
        return format!("{seconds}s");
    }
    format!("{}{}{}", part(seconds / 3_600, "h"), part(seconds / 60 % 60, "m"), part(seconds % 60, "s"))
}

/// How a lock that nobody releases ends: `for ever`, `until its 10s lease ends`.
pub(crate) fn ended(ttl: &Ttl) -> String {
    match ttl {
        Ttl::Absent => "for ever".to_owned(),
        Ttl::Known { ms, .. } => format!("until its {} lease ends", human_ms(*ms)),
        Ttl::Given | Ttl::Unknown => "until its lease ends".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let all =
            [(0, "0ms"), (500, "500ms"), (1_500, "1500ms"), (10_000, "10s"), (90_000, "1m30s"), (86_400_000, "24h")];
        for (ms, text) in all {
            assert_eq!(human_ms(ms), text);
        }
        assert_eq!(human_ms(12_345), "12.3s");
    }

    #[test]
    fn long_keys_are_cut_at_a_character() {
        assert_eq!(short("\"lock:\" + tenant", 22), "\"lock:\" + tenant");
        assert_eq!(short("äöüäöü", 4), "äöü…");
        assert_eq!(key("  "), "the lock");
        assert_eq!(key("\"lock:report:\" + tenant + id"), "`\"lock:report:\" + tena…`");
    }
}
