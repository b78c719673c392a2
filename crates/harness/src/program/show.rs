//! A program as text, so that a reader can hold it against the source.

use super::{Mark, Op, Program, Segment, Template, Test};
use dogpile_redis::RespReply;
use std::fmt::Write as _;

/// The program, one instruction a line; `place` says where an instruction stands in the source.
#[must_use]
pub fn show(program: &Program, place: &dyn Fn(dogpile_source::Span) -> String) -> String {
    let mut out = String::new();
    for role in &program.roles {
        let _ = writeln!(out, "{} starts at {}", role.name, role.start);
    }
    for command in &program.initial {
        let words: Vec<String> = command.iter().map(|w| String::from_utf8_lossy(w).into_owned()).collect();
        let _ = writeln!(out, "first {}", words.join(" "));
    }
    for (pc, instr) in program.code.iter().enumerate() {
        let at = instr.at.map(place).unwrap_or_default();
        let _ = writeln!(out, "{pc:>4}  {}{}{at}", op(&instr.op), if at.is_empty() { "" } else { "  @ " });
    }
    if let Some(beat) = &program.beat {
        let words: Vec<String> = beat.send.batch.iter().flatten().map(word).collect();
        let _ = writeln!(
            out,
            "beat  every {} ms: {} (lost: {:?}, failed: {:?})  @ {}",
            beat.every_ms,
            words.join(" "),
            beat.lost,
            beat.failed,
            place(beat.at)
        );
    }
    out
}

fn op(op: &Op) -> String {
    match op {
        Op::Send(send) => {
            let commands: Vec<String> =
                send.batch.iter().map(|words| words.iter().map(word).collect::<Vec<_>>().join(" ")).collect();
            let mut text = format!("{:?} {}", send.role, commands.join("; "));
            for (test, to) in &send.on {
                let _ = write!(text, " | {} → {to}", tested(test));
            }
            let _ = write!(text, " | else → {}", send.otherwise);
            if send.error != send.otherwise {
                let _ = write!(text, " | error → {}", send.error);
            }
            text
        }
        Op::Work(work) => {
            let mut text = format!("work {} ms", work.fast_ms);
            if let Some(slow) = work.slow_ms {
                let _ = write!(text, " or {slow} ms");
            }
            let _ = write!(text, " → {}", work.next);
            if let Some(to) = work.failed {
                let _ = write!(text, " | fails → {to}");
            }
            if let Some(to) = work.cancelled {
                let _ = write!(text, " | hung up → {to}");
            }
            text
        }
        Op::Sleep(ms, to) => format!("sleep {ms} ms → {to}"),
        Op::Await { limit_ms, woken, late } => match limit_ms {
            Some(ms) => format!("wait for a message, at most {ms} ms → {woken} | late → {late}"),
            None => format!("wait for a message → {woken}"),
        },
        Op::Join { lead, joined, failed } => {
            format!("join the flight: leads → {lead} | joined → {joined} | failed → {failed}")
        }
        Op::Mark(mark, to) => format!("{} → {to}", marked(*mark)),
        Op::Choose(ways) => ways.iter().map(|(what, to)| format!("{what} → {to}")).collect::<Vec<_>>().join(" | "),
        Op::End(how) => format!("end: {how:?}"),
    }
}

fn marked(mark: Mark) -> &'static str {
    match mark {
        Mark::Enter => "the section begins",
        Mark::Leave => "the section ends",
        Mark::ReadSource => "reads the source",
        Mark::ChangeSource => "changes the source",
        Mark::Land => "the flight ends well",
        Mark::Crash => "the flight fails, its entry goes",
        Mark::Wreck => "the flight fails, its entry stays",
        Mark::StopBeat => "the heartbeat is stopped",
    }
}

fn tested(test: &Test) -> String {
    match test {
        Test::Is(RespReply::Status(text)) => text.clone(),
        Test::Is(RespReply::Int(n)) => n.to_string(),
        Test::Is(RespReply::Nil) => "nil".to_owned(),
        Test::Is(other) => format!("{other:?}"),
        Test::OwnToken => "own token".to_owned(),
        Test::Something => "something".to_owned(),
        Test::Dead => "a dead holder's".to_owned(),
        Test::Any => "any reply".to_owned(),
    }
}

fn word(template: &Template) -> String {
    let mut out = String::new();
    for segment in template {
        match segment {
            Segment::Text(text) => {
                let text = String::from_utf8_lossy(text);
                let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                out.push_str(&if one_line.len() > 60 {
                    format!("'{}…'", one_line.chars().take(57).collect::<String>())
                } else {
                    one_line
                });
            }
            Segment::Token => out.push_str("{token}"),
            Segment::Value => out.push_str("{value}"),
            Segment::Fence => out.push_str("{fence}"),
            Segment::Version => out.push_str("{version}"),
            Segment::Clock => out.push_str("{now}"),
        }
    }
    out
}
