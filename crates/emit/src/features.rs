//! What a harness needs of its driver: the words that templates ask for.

use crate::form::Part;
use crate::plan::{Act, Cond, How, Plan};

impl Plan {
    /// What the driver must be able to do.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let mut out = vec![self.invariant.id()];
        for (part, feature) in [
            (Part::Token, "token"),
            (Part::Value, "value"),
            (Part::Fence, "fence"),
            (Part::Version, "version"),
            (Part::Clock, "clock"),
        ] {
            if self.forms.mentions(&part) {
                out.push(feature);
            }
        }
        if (self.won.0.is_none() || self.won.1.is_none()) && !out.contains(&"token") {
            out.push("token");
        }
        let batches = || self.forms.all.iter().flat_map(|form| form.written.iter().chain(&form.repaired));
        if batches().any(|batch| batch.len() > 1) {
            out.push("multi");
        }
        if batches().flatten().flatten().any(|word| word.len() != 1) {
            out.push("parts");
        }
        if !self.forms.all.is_empty() {
            out.push("commands");
        }
        let kinds = ["HSET", "HMSET", "HSETNX", "RPUSH", "LPUSH", "SADD", "ZADD", "XADD"];
        let of_a_kind =
            |word: &[Part]| matches!(word, [Part::Text(text)] if kinds.contains(&text.to_ascii_uppercase().as_str()));
        out.push(if batches().flatten().filter_map(|command| command.first()).any(|word| of_a_kind(word)) {
            "dump"
        } else {
            "get"
        });
        if self.immortal {
            out.push("immortal");
        }
        if self.data.is_some() {
            out.push("data");
        }
        if self.lock.is_some() {
            out.push("lock");
        }
        if self.orphan_ms.is_some() {
            out.push("meant");
        }
        for act in self.steps.iter().flat_map(|step| &step.acts) {
            let feature = match act {
                Act::First { .. } => "first",
                Act::Takes { only, .. } => {
                    if only.is_some() {
                        out.push("only");
                    }
                    "takes"
                }
                Act::TakesAgain { .. } => "again",
                Act::Asks { .. } => "asks",
                Act::Sends { how, only, .. } => {
                    if let Some(only) = only {
                        out.push("only");
                        if matches!(only, Cond::Something | Cond::Nothing) {
                            out.push("something");
                        }
                    }
                    match how {
                        How::Sends => "sends",
                        How::Frees => "frees",
                        How::Renews => "renews",
                        How::Writes => "writes",
                        How::Fills => "fills",
                        How::Invalidates => "invalidates",
                        How::WritesOver => "over",
                        How::Publishes => "publishes",
                    }
                }
                Act::Subscribes { .. } => "subscribes",
                Act::Listens { .. } => "listens",
                Act::Enters(_) => "enters",
                Act::Leaves(_) => "leaves",
                Act::Stops(_) => "stops",
                Act::HeldUp(_) => "held",
                Act::GoesOn(_) => "resumes",
                Act::Computes(_) => "computes",
                Act::ReadsSource(_) => "source",
                Act::ChangesSource => "source",
                Act::Errs { .. } => "errs",
                Act::Waits(_) => "waits",
                Act::Ends(_) => "ends",
                Act::Dies(_) => "dies",
                Act::Joins(_) => "joins",
                Act::Lands => "lands",
                Act::FlightFails { .. } => "fails",
                Act::Passes(_) => "passes",
                Act::CheckInside | Act::CheckSleepers => "check",
            };
            out.push(feature);
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}
