//! A recorded schedule, once more: the same commands in the same order, every reply compared with the one on record.

use crate::narrate::{human_ms, reply};
use crate::store::{Fate, Halt, LiveStore, Lockstep, Store};
use dogpile_server::Redis;

/// A step on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Who.
    pub client: Option<char>,
    /// What, in words.
    pub what: String,
    /// Commands, word for word.
    pub commands: Vec<Vec<Vec<u8>>>,
    /// What becomes of them.
    pub fate: String,
    /// The reply on record.
    pub reply: Option<String>,
    /// Time that passes, ms.
    pub passes_ms: u64,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// A line for each step that was done.
    pub lines: Vec<String>,
    /// Where it went another way than on record.
    pub differs: Option<String>,
}

/// Runs recorded steps on a server.
#[must_use]
pub fn again(redis: &Redis, steps: &[Recorded]) -> Run {
    let mut run = Run::default();
    if let Err(halt) = go(redis, steps, &mut run) {
        run.differs = Some(format!("inconclusive after step {}: {halt}", run.lines.len()));
    }
    run
}

fn go(redis: &Redis, steps: &[Recorded], run: &mut Run) -> Result<(), Halt> {
    let mut store = Lockstep::new(LiveStore::new(redis, std::iter::empty())?);
    for step in steps {
        let who = step.client.map(|c| format!("{c} ")).unwrap_or_default();
        let client = step.client.map_or(usize::MAX, |c| usize::try_from(u32::from(c)).unwrap_or(0));
        if step.passes_ms > 0 {
            store.pass(step.passes_ms)?;
            run.lines.push(format!("{} pass", human_ms(step.passes_ms)));
            continue;
        }
        let fate = match step.fate.as_str() {
            "refused" => Fate::Refused,
            "loses-reply" => Fate::LosesReply,
            _ => Fate::Arrives,
        };
        if step.commands.is_empty() {
            run.lines.push(format!("{who}{}", step.what));
            continue;
        }
        let subscribes = step
            .commands
            .first()
            .and_then(|words| words.split_first())
            .filter(|(name, _)| name.eq_ignore_ascii_case(b"SUBSCRIBE"));
        let said = match subscribes {
            Some((_, [channel])) => Some(store.subscribe(client, channel)?),
            _ => store.send(client, &step.commands, fate)?,
        };
        let said = said.as_ref().map(reply);
        run.lines.push(format!("{who}{}{}", step.what, said.as_ref().map(|s| format!(" → {s}")).unwrap_or_default()));
        if said != step.reply {
            let told = |reply: &Option<String>| reply.clone().unwrap_or_else(|| "no reply".to_owned());
            run.differs =
                Some(format!("step {} differs: {} on record, {} now", run.lines.len(), told(&step.reply), told(&said)));
            return Ok(());
        }
    }
    Ok(())
}
