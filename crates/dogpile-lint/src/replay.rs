//! `dogpile-lint replay`: a schedule from a JSON report, once more on a server.

use crate::bounded;
use crate::check::there;
use crate::cli::ReplayArgs;
use crate::exit::Exit;
use crate::output;
use anyhow::{Context as _, bail};
use dogpile_harness::again::{Recorded, again};
use dogpile_report::clean;
use dogpile_server::Redis;
use serde_json::Value;

/// Runs every schedule of the file again and compares each reply with the one on record.
///
/// # Errors
/// The file holds no schedule, or there is no server.
pub(crate) fn replay(args: &ReplayArgs) -> anyhow::Result<Exit> {
    let name = args.file.display();
    let cwd = std::env::current_dir().context("the current folder cannot be found")?;
    there(&cwd, &args.file, "file", "`dogpile-lint confirm --format json --output FILE` writes one")?;
    let text = bounded::named(&args.file, bounded::RECORDS).with_context(|| format!("cannot read {name}"))?;
    let recorded = recorded(&name.to_string(), &text)?;
    let redis = Redis::open(&args.server.choice())?;
    let mut same = true;
    let mut out = String::new();
    for (rule, outcome, steps) in recorded {
        let run = again(&redis, &steps);
        out.push_str(&format!("{} on {}\n", clean(&rule), redis.version()));
        for (n, line) in run.lines.iter().enumerate() {
            out.push_str(&format!("  {:>2}. {}\n", n + 1, clean(line)));
        }
        match run.differs {
            None => out.push_str(&format!("  as recorded, step by step: {}\n\n", clean(&outcome))),
            Some(why) => {
                same = false;
                out.push_str(&format!("  {}\n\n", clean(&why)));
            }
        }
    }
    output::write(&out, None)?;
    Ok(if same { Exit::Findings } else { Exit::CouldNotRun })
}

/// A rule, the verdict on its finding, and its schedule.
type Record = (String, String, Vec<Recorded>);

/// The schedules of a report, or of one finding of it. `name` is what it is called in complaints.
///
/// # Errors
/// It is no report, or holds no schedule.
pub(crate) fn recorded(name: &str, text: &str) -> anyhow::Result<Vec<Record>> {
    let json: Value = serde_json::from_str(text).with_context(|| format!("{name} is no JSON report"))?;
    let findings: Vec<&Value> = match json.get("findings").and_then(Value::as_array) {
        Some(findings) => findings.iter().collect(),
        None => vec![&json],
    };
    let mut recorded = Vec::new();
    for finding in findings {
        if let Some(schedule) =
            finding.pointer("/verdict/schedule").filter(|s| s.as_array().is_some_and(|s| !s.is_empty()))
        {
            let told = |pointer: &str| finding.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            recorded.push((
                told("/rule"),
                told("/verdict/outcome"),
                steps(schedule).with_context(|| format!("{name}: a schedule that is none"))?,
            ));
        }
    }
    if recorded.is_empty() {
        bail!("{name} holds no schedule; write one with `dogpile-lint confirm --format json --output FILE`");
    }
    Ok(recorded)
}

fn steps(schedule: &Value) -> Option<Vec<Recorded>> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let words = |command: &Value| -> Option<Vec<Vec<u8>>> {
        command.as_array()?.iter().map(|word| word.as_str().map(|w| w.as_bytes().to_vec())).collect()
    };
    let one = |step: &Value| -> Option<Recorded> {
        let commands = match step.get("commands") {
            Some(commands) => commands.as_array()?.iter().map(words).collect::<Option<_>>()?,
            None => Vec::new(),
        };
        Some(Recorded {
            client: text(step, "client").and_then(|c| c.chars().next()),
            what: text(step, "what")?,
            commands,
            fate: text(step, "fate").unwrap_or_default(),
            reply: text(step, "reply"),
            passes_ms: step.get("passes_ms").and_then(Value::as_u64).unwrap_or(0),
        })
    };
    schedule.as_array()?.iter().map(one).collect()
}
