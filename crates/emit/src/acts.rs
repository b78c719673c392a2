//! Acts in languages that call methods of clients with dots: Go and TypeScript.

use crate::names::camel;
use crate::plan::{Act, Cond, How, Plan};
use dogpile_harness::world::name;

/// What differs between them.
pub(crate) struct Dialect {
    /// What stands before a call that asks the server.
    pub(crate) wait: &'static str,
    /// Equal.
    pub(crate) equals: &'static str,
    /// Not equal.
    pub(crate) differs: &'static str,
    /// A text as a literal.
    pub(crate) quoted: fn(&str) -> String,
}

impl Dialect {
    /// A call inside an expression.
    fn grouped(&self, call: &str) -> String {
        if self.wait.is_empty() { call.to_owned() } else { format!("({call})") }
    }
}

/// An act as a statement, without what ends it.
pub(crate) fn act(act: &Act, plan: &Plan, dialect: &Dialect) -> String {
    let wait = dialect.wait;
    let quoted = dialect.quoted;
    let constant = |form: &usize| camel(&plan.forms.all[*form].name);
    let who = |n: &usize| name(*n).to_ascii_lowercase();
    match act {
        Act::First { form } => format!("{wait}w.first({})", constant(form)),
        Act::Takes { who: n, form, only } => {
            let call = format!("{wait}{}.takes({})", who(n), constant(form));
            match only {
                Some(true) => format!("{}.onlyIf({call})", who(n)),
                Some(false) => format!("{}.onlyIf(!{})", who(n), dialect.grouped(&call)),
                None => call,
            }
        }
        Act::TakesAgain { who: n, form } => format!("{wait}{}.takesAgain({})", who(n), constant(form)),
        Act::Asks { who: n, form, most: (a, b), every_ms } => {
            let number = |most: &Option<usize>| most.unwrap_or(0).to_string();
            let most = if a == b { number(a) } else { format!("either({}, {})", number(a), number(b)) };
            format!("{wait}{}.asks({}, {most}, {every_ms})", who(n), constant(form))
        }
        Act::Sends { who: n, how, form, only } => {
            let method = match how {
                How::Sends => "sends",
                How::Frees => "frees",
                How::Renews => "renews",
                How::Writes => "writes",
                How::Fills => "fills",
                How::Invalidates => "invalidates",
                How::WritesOver => "writesOver",
                How::Publishes => "publishes",
            };
            let call = format!("{wait}{}.{method}({})", who(n), constant(form));
            let so = match only {
                None => return call,
                Some(Cond::Is(text)) => format!("{} {} {}", dialect.grouped(&call), dialect.equals, quoted(text)),
                Some(Cond::IsNot(text)) => format!("{} {} {}", dialect.grouped(&call), dialect.differs, quoted(text)),
                Some(Cond::Own) => format!("{} {} {}.token", dialect.grouped(&call), dialect.equals, who(n)),
                Some(Cond::NotOwn) => format!("{} {} {}.token", dialect.grouped(&call), dialect.differs, who(n)),
                Some(Cond::Something) => format!("something({call})"),
                Some(Cond::Nothing) => format!("!something({call})"),
            };
            format!("{}.onlyIf({so})", who(n))
        }
        Act::Subscribes { who: n, form } => format!("{wait}{}.subscribes({})", who(n), constant(form)),
        Act::Listens { who: n, limited } => format!("{}.listens({})", who(n), switched(*limited)),
        Act::Enters(n) => format!("{}.enters()", who(n)),
        Act::Leaves(n) => format!("{}.leaves()", who(n)),
        Act::Stops(n) => format!("{}.stops()", who(n)),
        Act::HeldUp(n) => format!("{}.isHeldUp()", who(n)),
        Act::GoesOn(n) => format!("{}.goesOn()", who(n)),
        Act::Computes(n) => format!("{wait}{}.computes()", who(n)),
        Act::ReadsSource(n) => format!("{}.readsSource()", who(n)),
        Act::ChangesSource => "w.changesSource()".to_owned(),
        Act::Errs { who: n, form } => format!("{}.errs({})", who(n), constant(form)),
        Act::Waits(n) => format!("{wait}{}.waits()", who(n)),
        Act::Ends(n) => {
            let asks =
                matches!(plan.invariant, dogpile_rules::Invariant::NoOrphan | dogpile_rules::Invariant::TrueRefusal);
            format!("{}{}.ends()", if asks { wait } else { "" }, who(n))
        }
        Act::Dies(n) => {
            let asks = plan.invariant == dogpile_rules::Invariant::NoOrphan;
            format!("{}{}.dies()", if asks { wait } else { "" }, who(n))
        }
        Act::Joins(n) => format!("{}.joins()", who(n)),
        Act::Lands => "w.flightLands()".to_owned(),
        Act::FlightFails { shared } => format!("w.flightFails({})", switched(*shared)),
        Act::Passes(ms) => format!("{wait}w.passes({ms})"),
        Act::CheckInside => "w.atMostOneInside()".to_owned(),
        Act::CheckSleepers => "w.everySleeperCanWake()".to_owned(),
    }
}

/// A condition that the switch at the top decides.
fn switched(both: (bool, bool)) -> String {
    match both {
        (true, false) => "!repaired".to_owned(),
        (false, true) => "repaired".to_owned(),
        (one, _) => one.to_string(),
    }
}
