//! Findings without an interleaving: the number that follows from the code.

use crate::lower::Subject;
use crate::narrate::human_ms;

/// Keys in the example of a number.
const KEYS: u64 = 1_000;
/// What counts as one instant, ms.
const TICK_MS: u64 = 10;

/// The number, in words.
///
/// # Errors
/// A number is missing, and which one.
pub(crate) fn computed(rule: &str, subject: &Subject) -> Result<String, String> {
    match (rule, subject) {
        ("synchronized-expiry", Subject::Fill(fill)) => {
            let ttl = fill.fixed_ttl_ms.ok_or("needs the TTL")?;
            // Spread evenly over the tenth of the TTL that jitter adds.
            let ticks = (ttl / 10).div_ceil(TICK_MS).max(1);
            let spread = KEYS.div_ceil(ticks);
            let (lives, tick) = (human_ms(ttl), human_ms(TICK_MS));
            Ok(format!(
                "{KEYS} keys written at once miss within one tick of {tick}, {lives} later; with a tenth of jitter {spread} do"
            ))
        }
        ("no-stale-fallback", Subject::Lock(lock)) => {
            if let Some(longest) = lock.section.durations.iter().map(|d| d.ms).max() {
                return Ok(format!(
                    "every other caller is refused for {}, as long as the work takes",
                    human_ms(longest)
                ));
            }
            match lock.acquire.ttl.known_ms() {
                Some(lease) => Ok(format!(
                    "every other caller is refused for as long as the work takes, up to {} if its holder dies",
                    human_ms(lease)
                )),
                None => Err("needs p99: how long the work takes, or the lease".to_owned()),
            }
        }
        _ => Err("no number follows from what is known".to_owned()),
    }
}
