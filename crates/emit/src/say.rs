//! Moments in plain words.

use crate::trace::{Deed, Moment, Sending};
use dogpile_harness::narrate::human_ms;
use dogpile_harness::program::{Ended, Purpose};
use dogpile_harness::store::Fate;
use dogpile_harness::world::name;

/// A moment as a sentence, without a full stop.
pub(crate) fn say(moment: &Moment) -> String {
    let who = moment.client.map_or(String::new(), |n| name(n).to_string());
    match &moment.deed {
        Deed::Arrives => format!("{who} comes"),
        Deed::Stands(_) => "This stands there before anybody comes".to_owned(),
        Deed::Sends(sending) => sends(&who, sending),
        Deed::Asks(_, _, ms) => format!("{who} asks again and again, every {}", human_ms(*ms)),
        Deed::NotSent => format!("The release goes with {who}'s cancelled context: it is not sent"),
        Deed::Enters => format!("{who} is in the section"),
        Deed::Leaves => format!("{who} is out of the section"),
        Deed::ReadsSource => format!("{who} reads the source of the value"),
        Deed::ChangesSource => format!("{who} changes the source of the value"),
        Deed::Works { ms, slow: true, .. } => format!("{who} works for {}", human_ms(*ms)),
        Deed::Works { computes: true, .. } => format!("{who} computes the value"),
        Deed::Works { .. } => format!("{who} works"),
        Deed::Fails => format!("{who}'s work fails"),
        Deed::HangsUp => format!("{who}'s own caller hangs up while it works"),
        Deed::Sleeps(ms) => format!("{who} waits for {}, as if the lock were taken", human_ms(*ms)),
        Deed::Listens(None) => format!("{who} waits for a message, without a time limit"),
        Deed::Listens(Some(ms)) => format!("{who} waits for a message, for {} at most", human_ms(*ms)),
        Deed::Wakes => format!("{who} gets the message"),
        Deed::Tires => format!("{who}'s wait is over"),
        Deed::Joins => format!("{who} joins the flight of its process, or starts it"),
        Deed::Lands => "The flight ends well".to_owned(),
        Deed::Wrecks(true) => "The flight fails, and its entry stays".to_owned(),
        Deed::Wrecks(false) => "The flight fails, and its entry goes".to_owned(),
        Deed::Goes(way) => format!("{who}'s code {way}"),
        Deed::Stops => format!("{who} is told that it lost the lease, and stops"),
        Deed::Ends(how) => match how {
            Ended::Done => format!("{who} is done"),
            Ended::Refused => format!("{who} leaves without the lock"),
            Ended::GaveUp => format!("{who} gives up waiting"),
            Ended::Failed => format!("{who} ends with an error"),
            Ended::Poisoned => format!("{who} ends with a failure that is not its own"),
        },
        Deed::Dies => format!("{who} dies: nothing of it is left but what it put into Redis"),
        Deed::Pauses => format!(
            "{who} is held up, for as long as it takes (a stopped process, a collection of garbage, a slow network)"
        ),
        Deed::Resumes => format!("{who} goes on"),
        Deed::Passes(ms, true) => format!("{} pass, and the lease lapses", human_ms(*ms)),
        Deed::Passes(ms, false) => format!("{} pass", human_ms(*ms)),
    }
}

fn sends(who: &str, sending: &Sending) -> String {
    let lost = match sending.fate {
        Fate::Arrives => "",
        Fate::LosesReply => ". It arrives, and the reply is lost",
        Fate::Refused => ". It never arrives, and the client reports an error (simulated: it is not sent)",
    };
    let does = match (sending.purpose, sending.outcome) {
        (Purpose::Acquire, "won") => "takes the lock",
        (Purpose::Acquire, "refused") => "asks for the lock, and is refused",
        (Purpose::Acquire, _) => "asks for the lock",
        (Purpose::NestedAcquire, _) => "asks for the lock that it holds already",
        (Purpose::Expire, _) => "gives the lock an expiry",
        (Purpose::Look, _) => "looks at the lock",
        (Purpose::Release, "left alone") => "releases, and finds that the lock is not its own any more",
        (Purpose::Release, "nothing there") => "releases a lock that is gone",
        (Purpose::Release, _) => "releases the lock",
        (Purpose::Renew, "prolonged") => "renews the lease",
        (Purpose::Renew, _) if sending.fate == Fate::Arrives && !sending.first => {
            "renews, and is told that the lease is lost"
        }
        (Purpose::Renew, _) => "renews the lease",
        (Purpose::Steal, _) => "puts the old lock aside",
        (Purpose::Read, "hit") => "reads the cache, and finds the value",
        (Purpose::Read, _) => "reads the cache, and misses",
        (Purpose::Write, "not written") => "writes, and is refused",
        (Purpose::Write, _) => "writes",
        (Purpose::WriteOver, _) => "writes data under the lock's own key",
        (Purpose::Fill, "not written") => "fills the cache, and is refused",
        (Purpose::Fill, _) => "fills the cache",
        (Purpose::Invalidate, _) => "deletes the cached value, because the data changed",
        (Purpose::Subscribe, _) => "subscribes to the channel",
        (Purpose::Publish, _) => "tells the waiters",
    };
    format!("{who} {does}{lost}")
}
