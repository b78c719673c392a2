//! A verdict in lines of text.

use crate::clean::clean;
use crate::verdict::{Evidence, Turn, Verdict};
use dogpile_source::{SourceMap, Span};

/// Longest command in a line of a schedule, in characters; the whole one stands in the JSON report.
const COMMAND_MAX: usize = 72;

/// The proof as lines: how far it goes, the schedule, what became of the repair.
#[must_use]
pub fn lines(sources: &SourceMap, verdict: &Verdict) -> Vec<String> {
    let asked = format!("{} clients, {}", verdict.clients, verdict.faults);
    let head = match (verdict.evidence, &verdict.server) {
        (Evidence::Server, Some(server)) => format!("confirmed on {server}: {}", verdict.outcome),
        (Evidence::Server | Evidence::Model, _) => format!("confirmed on the model only: {}", verdict.outcome),
        (Evidence::Computed, _) => format!("computed: {}", verdict.outcome),
        (Evidence::Refuted, _) => format!("refuted: {} ({asked}); please report this finding", verdict.outcome),
        (Evidence::Inconclusive, _) => format!("inconclusive: {}", verdict.outcome),
    };
    let mut out = vec![head];
    if matches!(verdict.evidence, Evidence::Server | Evidence::Model) {
        out.push(format!("  breaks {}, \"{}\", with {asked}", verdict.invariant, verdict.says));
    }
    if matches!(verdict.evidence, Evidence::Server | Evidence::Model | Evidence::Inconclusive) {
        let width = verdict.schedule.len().to_string().len();
        let steps: Vec<String> = verdict.schedule.iter().map(|turn| step(sources, turn)).collect();
        for row in rows(&steps) {
            out.push(match row {
                Row::Step(at) => format!("  {:>width$}. {}", at + 1, steps[at]),
                Row::Again { times, to, .. } => {
                    format!("  {:>width$}  and so on, {times} times more, to step {to}", "")
                }
            });
        }
    }
    if let Some(repaired) = &verdict.repaired {
        let with = &repaired.with;
        out.push(match repaired.holds {
            true => format!(
                "  with {with}: none found ({} clients, {}, {} states)",
                verdict.clients, repaired.faults, repaired.states
            ),
            false => format!("  with {with} alone it still breaks ({} clients, {})", verdict.clients, repaired.faults),
        });
        if let Some(but) = &repaired.but {
            out.push(format!("  but {but}"));
        }
    }
    for assumed in &verdict.assumed {
        out.push(format!("  assumed: {assumed}"));
    }
    out.extend(verdict.program.iter().map(|line| format!("  | {line}")));
    out.into_iter().map(|line| clean(&line).into_owned()).collect()
}

/// A schedule with its rounds folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// This step, from 0.
    Step(usize),
    /// The steps before it come again.
    Again {
        /// How many steps come again.
        length: usize,
        /// How often.
        times: usize,
        /// The last step of them, from 1.
        to: usize,
    },
}

/// Steps, each told in a line; a round that is done again and again is there once.
pub(crate) fn rows(steps: &[String]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut n = 0;
    while n < steps.len() {
        let (length, times) = repeats(steps, n);
        rows.extend((n..n + length).map(Row::Step));
        n += length * times;
        if times > 1 {
            rows.push(Row::Again { length, times: times - 1, to: n });
        }
    }
    rows
}

/// Longest round that is recognised as one.
const ROUND_MAX: usize = 6;

/// A round of steps that begins here and is done again and again: its length, and how often.
fn repeats(steps: &[String], from: usize) -> (usize, usize) {
    let rounds = |length: usize| {
        let round = &steps[from..from + length];
        steps[from..].chunks_exact(length).take_while(|next| *next == round).count()
    };
    let longest = (1..=ROUND_MAX.min(steps.len() - from)).map(|length| (length, rounds(length)));
    // Twice may be chance, and is as short as saying so.
    longest.filter(|(_, times)| *times > 2).max_by_key(|(length, times)| length * times).unwrap_or((1, 1))
}

/// `A asks for the lock: won   SET lock:x a0 NX PX 5000 → OK   a.go:12`
pub(crate) fn step(sources: &SourceMap, turn: &Turn) -> String {
    let mut text = turn.client.map(|who| format!("{who} ")).unwrap_or_default();
    text.push_str(&turn.what);
    if !turn.commands.is_empty() {
        let reply = turn.reply.as_deref().map(|r| format!(" → {r}")).unwrap_or_default();
        text.push_str(&format!("   {}{reply}", command(&turn.commands)));
    }
    if let Some(at) = turn.at.filter(|at| *at != Span::default()) {
        text.push_str(&format!("   {}:{}", sources.path(at), sources.start(at).line));
    }
    text
}

/// Commands as they would be typed; scripts are cut.
pub(crate) fn command(commands: &[Vec<Vec<u8>>]) -> String {
    let one = |words: &Vec<Vec<u8>>| {
        let shown = words.iter().map(|word| {
            let text = String::from_utf8_lossy(word);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match (text.is_empty(), text.chars().count() > 32) {
                (true, _) => "\"\"".to_owned(),
                (_, true) => format!("'{}…'", text.chars().take(24).collect::<String>()),
                _ if text.contains(' ') => format!("'{text}'"),
                _ => text,
            }
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    let all = commands.iter().map(one).collect::<Vec<_>>().join("; ");
    let whole = if commands.len() > 1 { format!("MULTI; {all}; EXEC") } else { all };
    if whole.chars().count() > COMMAND_MAX {
        format!("{}…", whole.chars().take(COMMAND_MAX).collect::<String>())
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_that_comes_again_is_told_once() {
        let steps: Vec<String> = "a b c b c b c d d".split(' ').map(str::to_owned).collect();
        assert_eq!(repeats(&steps, 0), (1, 1));
        assert_eq!(repeats(&steps, 1), (2, 3));
        // Twice is as short as saying so.
        assert_eq!(repeats(&steps, 7), (1, 1));
    }

    #[test]
    fn commands_are_cut_and_never_broken() {
        let words = |text: &str| text.split(' ').map(|w| w.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(command(&[words("SET k v NX PX 5")]), "SET k v NX PX 5");
        assert_eq!(command(&[words("SETNX k v"), words("EXPIRE k 5")]), "MULTI; SETNX k v; EXPIRE k 5; EXEC");
        let script =
            vec![b"EVAL".to_vec(), b"return redis.call('GET',\n  KEYS[1])  -- and more of it".to_vec(), Vec::new()];
        assert_eq!(command(&[script]), "EVAL 'return redis.call('GET',…' \"\"");
    }
}
