//! Times for people.

/// A number of milliseconds, short: `10 ms`, `5.001 s`, `10 min`.
pub(super) fn short(ms: u64) -> String {
    let fraction = |whole: u64, rest: u64| {
        let digits = format!("{rest:03}");
        match digits.trim_end_matches('0') {
            "" => whole.to_string(),
            digits => format!("{whole}.{digits}"),
        }
    };
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..600_000 => format!("{} s", fraction(ms / 1_000, ms % 1_000)),
        600_000..172_800_000 => format!("{} min", ms / 60_000),
        _ => format!("{} days", ms / 86_400_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let told = [0, 999, 1_000, 5_001, 5_010, 60_500, 600_000, 172_800_000].map(short);
        assert_eq!(told, ["0 ms", "999 ms", "1 s", "5.001 s", "5.01 s", "60.5 s", "10 min", "2 days"]);
    }
}
