//! A schedule in plain words.

use crate::narrate::{human_ms, reply};
use crate::program::{Ended, Program, Purpose};
use crate::store::Fate;
use crate::world::{Moment, What, name};
use dogpile_report::{Held, Kind, Turn};
use dogpile_rules::Faults;
use dogpile_source::Span;

/// What was allowed to go wrong.
#[must_use]
pub fn faults(faults: Faults) -> String {
    let counted = |n: u8, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
    let all: Vec<String> = [
        counted(faults.crashes, "crash", "crashes"),
        counted(faults.pauses, "pause", "pauses"),
        counted(faults.losses, "lost command", "lost commands"),
        counted(faults.cancels, "hang-up", "hang-ups"),
        counted(faults.failures, "failure of the work", "failures of the work"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if all.is_empty() { "no faults".to_owned() } else { all.join(", ") }
}

/// One place and what is there.
#[must_use]
pub fn here(at: Span, what: &str) -> Vec<Turn> {
    vec![Turn { at: Some(at), ..turn(None, what.to_owned(), 0) }]
}

/// What a program finds there, and events, as the steps of a report.
#[must_use]
pub fn turns(program: &Program, moments: &[Moment]) -> Vec<Turn> {
    let there = |command: &Vec<Vec<u8>>| Turn {
        commands: vec![command.clone()],
        fate: "arrives",
        reply: Some("OK".to_owned()),
        kind: Kind::Stands,
        ..turn(None, "there already".to_owned(), 0)
    };
    let mut out: Vec<Turn> = program.initial.iter().map(there).collect();
    let mut breaks = false;
    for moment in moments {
        let event = &moment.event;
        let client = event.client.map(name);
        let mut step = turn(client, words(&event.what), event.now_ms);
        step.at = event.at;
        step.kind = kind(&event.what);
        step.lock = moment.lease.map(|lease| Held { by: moment.owner.map(name), until_ms: lease.until_ms });
        step.inside = moment.inside.iter().map(|n| name(*n)).collect();
        breaks |= moment.breaks;
        if !matches!(event.what, What::Arrives) {
            step.breaks = std::mem::take(&mut breaks);
        }
        match &event.what {
            // Who comes does something at once: that is told.
            What::Arrives => continue,
            What::Sends { commands, reply: said, fate, .. } => {
                step.commands.clone_from(commands);
                step.reply = said.as_ref().map(reply);
                step.fate = match fate {
                    Fate::Arrives => "arrives",
                    Fate::LosesReply => "loses-reply",
                    Fate::Refused => "refused",
                };
            }
            What::Passes(ms, lapsed) => {
                step.passes_ms = *ms;
                step.lapsed = lapsed.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
            }
            _ => {}
        }
        out.push(step);
    }
    out
}

fn turn(client: Option<char>, what: String, at_ms: u64) -> Turn {
    Turn {
        client,
        what,
        kind: Kind::Tells,
        at: None,
        at_ms,
        commands: Vec::new(),
        fate: "",
        reply: None,
        passes_ms: 0,
        lapsed: Vec::new(),
        lock: None,
        inside: Vec::new(),
        breaks: false,
    }
}

fn kind(what: &What) -> Kind {
    match what {
        What::Sends { .. } => Kind::Sends,
        What::Works { ms, .. } => Kind::Works(*ms),
        What::Sleeps(ms) => Kind::Sleeps(*ms),
        What::Listens(limit) => Kind::Listens(*limit),
        What::Wakes => Kind::Wakes,
        What::WorkFails => Kind::Fails,
        What::HangsUp => Kind::HangsUp,
        What::Dies => Kind::Dies,
        What::Pauses => Kind::Pauses,
        What::Resumes => Kind::Resumes,
        What::Ends(_) => Kind::Ends,
        What::Passes(..) => Kind::Passes,
        What::Follows => Kind::Follows,
        What::Leads => Kind::Leads,
        What::Arrives | What::NotSent(_) | What::TiresOfWaiting | What::Goes(_) | What::Stops => Kind::Tells,
    }
}

fn words(what: &What) -> String {
    match what {
        What::Arrives => "comes".to_owned(),
        What::Sends { purpose, fate, beat, outcome, .. } => sends(*purpose, *fate, *beat, outcome),
        What::NotSent(Purpose::Release) => {
            "does not release: its caller hung up, and the command is not sent".to_owned()
        }
        What::NotSent(_) => "does not send: its caller hung up".to_owned(),
        What::Works { ms, slow: true } => format!("works for {}, as long as it can take", human_ms(*ms)),
        What::Works { ms, .. } => format!("works for {}", human_ms(*ms)),
        What::WorkFails => "fails in its work".to_owned(),
        What::HangsUp => "works, and its caller hangs up".to_owned(),
        What::Sleeps(ms) => format!("sleeps {}", human_ms(*ms)),
        What::Listens(None) => "waits for a message, for as long as it takes".to_owned(),
        What::Listens(Some(ms)) => format!("waits for a message, at most {}", human_ms(*ms)),
        What::Wakes => "gets a message".to_owned(),
        What::TiresOfWaiting => "has waited long enough".to_owned(),
        What::Leads => "starts the shared work".to_owned(),
        What::Follows => "joins the shared work of its process".to_owned(),
        What::Goes(way) => (*way).to_owned(),
        What::Stops => "is told, and stops its work".to_owned(),
        What::Ends(ended) => match ended {
            Ended::Done => "is done",
            Ended::Refused => "leaves: somebody else holds it, it thinks",
            Ended::GaveUp => "gives up",
            Ended::Failed => "leaves with an error",
            Ended::Poisoned => "gets a failure that is not its own",
        }
        .to_owned(),
        What::Passes(ms, lapsed) => {
            let names: Vec<String> = lapsed.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
            let gone = if names.is_empty() { String::new() } else { format!(", {} expires", names.join(" and ")) };
            format!("{} pass{gone}", human_ms(*ms))
        }
        What::Dies => "is killed".to_owned(),
        What::Pauses => "is held up (a pause of its process, or of its network)".to_owned(),
        What::Resumes => "goes on".to_owned(),
    }
}

fn sends(purpose: Purpose, fate: Fate, beat: bool, outcome: &str) -> String {
    let what = match purpose {
        Purpose::Acquire => "asks for the lock",
        Purpose::NestedAcquire => "asks for the lock that it holds",
        Purpose::Expire => "gives the lock its expiry",
        Purpose::Look => "looks at the lock",
        Purpose::Release => "releases",
        Purpose::Renew if beat => "renews (its heartbeat)",
        Purpose::Renew => "renews",
        Purpose::Steal => "puts the old lock aside",
        Purpose::Read => "reads the cache",
        Purpose::Write => "writes",
        Purpose::WriteOver => "writes data under the lock's key",
        Purpose::Fill => "fills the cache",
        Purpose::Invalidate => "changes the data and drops the cached value",
        Purpose::Subscribe => "subscribes",
        Purpose::Publish => "tells those who wait",
    };
    match (fate, outcome) {
        (Fate::Refused, _) => format!("{what}: the command never arrives"),
        (Fate::LosesReply, _) => format!("{what}: it arrives, and the reply is lost"),
        (Fate::Arrives, "") => what.to_owned(),
        (Fate::Arrives, outcome) => format!("{what}: {outcome}"),
    }
}
