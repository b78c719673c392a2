//! A schedule as a space-time diagram: clients and Redis as lanes, time downwards, a row for each step.
//!
//! Widths are in percent, so that the same drawing fits a phone and a wall; heights are in pixels. Everything of a step
//! stands in one group, which is all that stepping through it has to know. Rows are as high as they have to be: time
//! that passes is drawn on a logarithmic scale, and everything else happens at an instant.

mod canvas;
mod label;
mod lanes;
mod state;

use super::escape::text;
use super::time::short;
use crate::proof::Row;
use crate::verdict::{Held, Kind, Turn, Verdict};
use canvas::{Canvas, Change};
use label::{Fit, command, local, wrapped};
use lanes::Lanes;
use state::State;

pub(super) use lanes::colour;

/// Heights of rows, px.
const HEAD: u32 = 40;
const LOCAL: u32 = 28;
const COMMAND: u32 = 20;
const REPLY: u32 = 24;
const AGAIN: u32 = 36;
const LINE: u32 = 16;
/// How much lower an arrow ends than it starts.
const SLANT: u32 = 6;

/// The drawing, named `name` in its page.
pub(super) fn diagram(verdict: &Verdict, rows: &[Row], name: &str) -> String {
    let lanes = Lanes::of(verdict);
    let mut canvas = Canvas::new(&lanes);
    let mut state = State::new(&lanes);
    canvas.heads(HEAD, verdict.server.as_deref().unwrap_or("Redis"));
    for (n, row) in rows.iter().enumerate() {
        let turn = match row {
            Row::Step(at) => verdict.schedule.get(*at),
            Row::Again { .. } => None,
        };
        let broken = turn.filter(|turn| turn.breaks);
        let class = if broken.is_some() { "s broken" } else { "s" };
        canvas.put(&format!("<g class=\"{class}\" data-n=\"{n}\">"));
        match (row, turn) {
            (Row::Step(at), Some(turn)) => step(&mut canvas, &mut state, *at, turn),
            (Row::Again { times, to, .. }, _) => again(&mut canvas, &mut state, verdict, *times, *to),
            _ => {}
        }
        if let Some(turn) = broken {
            flash(&mut canvas, &state, verdict, turn.client);
        }
        canvas.put("</g>");
    }
    tail(&mut canvas, &state);
    let height = canvas.y;
    let told = format!(
        "{} lanes: {}. {} steps, listed one by one beside the drawing. {}",
        lanes.count(),
        lanes.names(),
        verdict.schedule.len(),
        verdict.outcome
    );
    format!(
        "<svg class=\"diagram l{}\" role=\"img\" aria-labelledby=\"{name}-t {name}-d\" width=\"100%\" height=\"{height}\">\
         <title id=\"{name}-t\">{}</title><desc id=\"{name}-d\">{}</desc>{}</svg>",
        lanes.count(),
        text(&format!("Space-time diagram: {}", verdict.outcome)),
        text(&told),
        canvas.finish()
    )
}

fn step(canvas: &mut Canvas<'_>, state: &mut State, at: usize, turn: &Turn) {
    let top = canvas.y;
    match turn.kind {
        Kind::Sends => sends(canvas, state, turn),
        Kind::Passes => passes(canvas, state, turn),
        Kind::Wakes => wakes(canvas, state, turn),
        Kind::Stands => stands(canvas, state, turn),
        _ => {
            let before = state.clone();
            state.apply(turn);
            canvas.lanes(&before, state, LOCAL, Change::at(14));
            if let Some(client) = turn.client {
                let class = if turn.fault().is_some() { "t fault" } else { "t" };
                canvas.beside(client, top + 18, class, &local(turn));
                canvas.sign(client, top + 14, turn);
            }
            canvas.y += LOCAL;
        }
    }
    // Over the band of time that passes.
    canvas.number(top + 14, at + 1);
}

/// Commands on their way to Redis, and the reply on its way back.
fn sends(canvas: &mut Canvas<'_>, state: &mut State, turn: &Turn) {
    let top = canvas.y;
    let count = u32::try_from(turn.commands.len()).unwrap_or(1).max(1);
    let arrived = top + COMMAND * count + SLANT;
    let answers = turn.fate == "arrives" && turn.reply.is_some() || turn.fate == "loses-reply";
    let rest = if answers { REPLY } else { 8 };
    let height = COMMAND * count + SLANT + 8 + rest;
    let before = state.clone();
    state.apply(turn);
    let Some(client) = turn.client else { return };
    for (n, words) in turn.commands.iter().enumerate() {
        let y = top + COMMAND * (u32::try_from(n).unwrap_or(0) + 1) - 2;
        canvas.along(client, y - 5, "t cmd", &command(words));
        canvas.arrow_to_redis(client, y, turn.fate == "refused");
    }
    if answers {
        let y = arrived + REPLY - 8;
        let said = if turn.fate == "loses-reply" { "reply lost" } else { turn.reply.as_deref().unwrap_or_default() };
        let class = if turn.fault().is_some() { "t fault" } else { "t reply" };
        canvas.along(client, y - 3, class, &Fit::of(said));
        canvas.arrow_to_client(client, y, turn.fate == "loses-reply");
    }
    let told = if answers { arrived + REPLY - 8 + SLANT } else { arrived };
    let change = Change { client: COMMAND - 2, section: told - top, lock: arrived - top };
    canvas.lanes(&before, state, height, change);
    canvas.heads_of_arrows();
    if turn.fate == "refused" {
        canvas.along(client, top + COMMAND * count + 20, "t fault", &Fit::of("never arrives"));
    }
    told_lease(canvas, &before, state, turn, arrived);
    canvas.y += height;
}

/// What became of the lease, on the other side of it.
fn told_lease(canvas: &mut Canvas<'_>, before: &State, after: &State, turn: &Turn, y: u32) {
    let Some(client) = turn.client else { return };
    let said = match (before.lock, after.lock) {
        (old, Some(held)) if old != Some(held) => lasts(held),
        (Some(_), None) => Fit::of("lock gone"),
        _ => return,
    };
    canvas.across(client, y + 4, "t lease", &said);
}

/// How long a lock lasts by itself.
fn lasts(held: Held) -> Fit {
    match held.until_ms {
        Some(ms) => Fit { wide: format!("lease to {}", short(ms)), narrow: format!("to {}", short(ms)) },
        None => Fit::of("no expiry"),
    }
}

/// Time passes.
fn passes(canvas: &mut Canvas<'_>, state: &mut State, turn: &Turn) {
    let top = canvas.y;
    let before = state.clone();
    state.apply(turn);
    let long = turn.passes_ms >= 1_000;
    let height = 30 + 6 * turn.passes_ms.max(1).ilog10();
    let ends = height - 8;
    canvas.gap(top, height, long);
    canvas.lanes(&before, state, height, Change::at(ends));
    canvas.outer(top + height / 2 + 4, "t time", &Fit::of(&format!("{} pass", short(turn.passes_ms))));
    canvas.axis(top + height, turn.at_ms);
    if !turn.lapsed.is_empty() {
        let of_lock = before.lock.is_some() && state.lock.is_none();
        if of_lock {
            canvas.expiry(top + ends);
        }
        let said = if of_lock { "lease ends".to_owned() } else { format!("{} expires", turn.lapsed.join(", ")) };
        canvas.inner(top + ends + 4, "t lease", &Fit::of(&said));
    }
    canvas.y += height;
}

/// A message reaches who waits for it.
fn wakes(canvas: &mut Canvas<'_>, state: &mut State, turn: &Turn) {
    let top = canvas.y;
    let before = state.clone();
    state.apply(turn);
    if let Some(client) = turn.client {
        canvas.along(client, top + 13, "t reply", &Fit::of("message"));
        canvas.arrow_to_client(client, top + 16, false);
    }
    canvas.lanes(&before, state, LOCAL + 2, Change::at(20));
    canvas.heads_of_arrows();
    canvas.y += LOCAL + 2;
}

/// Something that stands there before anybody comes.
fn stands(canvas: &mut Canvas<'_>, state: &mut State, turn: &Turn) {
    let top = canvas.y;
    let before = state.clone();
    state.apply(turn);
    canvas.lanes(&before, state, LOCAL, Change::at(10));
    let said = turn.commands.first().map(|words| command(words)).unwrap_or_default();
    canvas.outer(top + 18, "t", &said.after("there: "));
    canvas.y += LOCAL;
}

/// A round that comes again.
fn again(canvas: &mut Canvas<'_>, state: &mut State, verdict: &Verdict, times: usize, to: usize) {
    let top = canvas.y;
    let before = state.clone();
    if let Some(last) = to.checked_sub(1).and_then(|at| verdict.schedule.get(at)) {
        state.apply(last);
    }
    canvas.gap(top, AGAIN, true);
    if let Some(last) = to.checked_sub(1).and_then(|at| verdict.schedule.get(at)) {
        canvas.axis(top + AGAIN, last.at_ms);
    }
    canvas.lanes(&before, state, AGAIN, Change::at(AGAIN));
    canvas.middle(top + 22, "t time", &Fit::of(&format!("{times} times more, to step {to}")));
    canvas.y += AGAIN;
}

/// The invariant breaks.
fn flash(canvas: &mut Canvas<'_>, state: &State, verdict: &Verdict, client: Option<char>) {
    let top = canvas.y;
    let lines = wrapped(&verdict.outcome, 48);
    let height = 18 + LINE * (1 + u32::try_from(lines.len()).unwrap_or(1));
    canvas.lanes(state, state, height, Change::default());
    canvas.flash(client, top + 5, height - 8);
    canvas.middle(top + 23, "t flash", &Fit::of(&format!("{} breaks", verdict.invariant)));
    for (line, y) in lines.iter().zip((top + 23 + LINE..).step_by(LINE as usize)) {
        canvas.middle(y, "t why", &Fit::whole(line));
    }
    canvas.y += height;
}

/// What stands when it is over.
fn tail(canvas: &mut Canvas<'_>, state: &State) {
    let top = canvas.y;
    canvas.put("<g class=\"s end\">");
    let height = if state.lock.is_some() { 30 } else { 14 };
    canvas.tail(state, height);
    if let Some(held) = state.lock {
        canvas.inner(top + 20, "t lease", &lasts(held));
    }
    canvas.put("</g>");
    canvas.y += height;
}
