//! Lines, arrows and words at their places.

use super::label::Fit;
use super::lanes::{Lanes, colour};
use super::state::{Life, State};
use crate::html::escape::text;
use crate::html::time::short;
use crate::verdict::{Held, Kind, Turn};
use std::fmt::Write as _;

/// When something changes in a row, px from its top.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    /// What a client is about.
    pub(super) client: u32,
    /// Who is in the section.
    pub(super) section: u32,
    /// Whose the lock is.
    pub(super) lock: u32,
}

impl Change {
    /// Everything at once.
    pub(super) fn at(y: u32) -> Self {
        Self { client: y, section: y, lock: y }
    }
}

/// A stretch of a lane, in one piece or in two.
fn parts<'s, T: PartialEq>(
    before: &'s State,
    after: &'s State,
    of: impl Fn(&State) -> T,
    top: u32,
    change: u32,
    end: u32,
) -> Vec<(&'s State, u32, u32)> {
    if of(before) == of(after) { vec![(after, top, end)] } else { vec![(before, top, change), (after, change, end)] }
}

/// A drawing that grows downwards.
pub(super) struct Canvas<'l> {
    lanes: &'l Lanes,
    out: String,
    /// Heads of the arrows of this row: they go over the lanes that their shafts go under.
    heads: String,
    /// Where the next row begins, px.
    pub(super) y: u32,
}

/// A place across, as SVG wants it.
fn percent(tenths: u32) -> String {
    if tenths.is_multiple_of(10) { format!("{}%", tenths / 10) } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}

impl<'l> Canvas<'l> {
    pub(super) fn new(lanes: &'l Lanes) -> Self {
        Self { lanes, out: String::new(), heads: String::new(), y: 0 }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn put(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Names above the lanes.
    pub(super) fn heads(&mut self, height: u32, server: &str) {
        for client in self.lanes.clients() {
            let (x, k) = (percent(self.lanes.client(*client)), colour(*client));
            let _ = write!(self.out, "<circle class=\"who k{k}\" cx=\"{x}\" cy=\"15\" r=\"13\"/>");
            let _ = write!(self.out, "<text class=\"t m who\" x=\"{x}\" y=\"20\">{}</text>", text(&client.to_string()));
        }
        let x = self.lanes.redis();
        self.say(x, 20, 0, "t m who", &Fit { wide: server.to_owned(), narrow: "Redis".to_owned() });
        let _ = write!(self.out, "<text class=\"t n\" x=\"0\" y=\"{}\">0 ms</text>", height - 2);
        self.y = height;
    }

    /// A step's number, at the left.
    pub(super) fn number(&mut self, y: u32, n: usize) {
        let _ = write!(self.out, "<text class=\"t n step\" x=\"0\" y=\"{}\">{n}</text>", y + 4);
    }

    /// The time at the end of a row.
    pub(super) fn axis(&mut self, y: u32, ms: u64) {
        let _ = write!(self.out, "<text class=\"t n\" x=\"0\" y=\"{}\">{}</text>", y - 3, short(ms));
    }

    /// Time that passes, behind everything.
    pub(super) fn gap(&mut self, y: u32, height: u32, long: bool) {
        let class = if long { "gap long" } else { "gap" };
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"0\" y=\"{}\" width=\"100%\" height=\"{}\"/>",
            y + 1,
            height - 2
        );
    }

    /// The box of a broken invariant.
    pub(super) fn flash(&mut self, client: Option<char>, y: u32, height: u32) {
        let _ = write!(
            self.out,
            "<rect class=\"flash\" x=\"1\" y=\"{y}\" width=\"99.6%\" height=\"{height}\" rx=\"6\"/>\
             <use href=\"#burst\" x=\"16\" y=\"{}\"/>",
            y + height / 2
        );
        if let Some(client) = client {
            let _ = write!(self.out, "<use href=\"#point\" x=\"{}\" y=\"{y}\"/>", percent(self.lanes.client(client)));
        }
    }

    /// All lanes of a row of this height, and when what changes in it, px from its top.
    pub(super) fn lanes(&mut self, before: &State, after: &State, height: u32, change: Change) {
        let (top, end) = (self.y, self.y + height);
        let Change { client, section, lock } = change;
        for name in self.lanes.clients() {
            for (state, from, to) in parts(before, after, |s| s.is_inside(*name), top, top + section, end) {
                if state.is_inside(*name) {
                    self.line(self.lanes.client(*name), from, to, &format!("in k{}", colour(*name)));
                }
            }
            for (state, from, to) in parts(before, after, |s| s.life(*name), top, top + client, end) {
                self.life(*name, state.life(*name), from, to);
            }
        }
        let x = self.lanes.redis();
        self.line(x, top, end, "redis");
        if before.lock.map(|held| held.by) == after.lock.map(|held| held.by) {
            self.held(before.lock, top, end);
            if before.lock != after.lock {
                // Prolonged, or cut short.
                let _ = write!(self.out, "<use href=\"#notch\" x=\"{}\" y=\"{}\"/>", percent(x), top + lock);
            }
        } else {
            self.held(before.lock, top, top + lock);
            self.held(after.lock, top + lock, end);
            if let Some(by) = after.lock.and_then(|held| held.by).filter(|_| lock + 14 <= height) {
                let (x, y) = (percent(x), top + lock + 12);
                let _ =
                    write!(self.out, "<text class=\"t m own\" x=\"{x}\" y=\"{y}\">{}</text>", text(&by.to_string()));
            }
        }
    }

    /// Who stays when it is over, and a lock that does.
    pub(super) fn tail(&mut self, state: &State, height: u32) {
        self.lanes(state, state, height, Change::default());
        if state.lock.is_some() {
            let _ = write!(
                self.out,
                "<use href=\"#open\" x=\"{}\" y=\"{}\"/>",
                percent(self.lanes.redis()),
                self.y + height
            );
        }
    }

    fn line(&mut self, x: u32, from: u32, to: u32, class: &str) {
        if from < to {
            let x = percent(x);
            let _ = write!(self.out, "<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"{from}\" y2=\"{to}\"/>");
        }
    }

    fn held(&mut self, held: Option<Held>, from: u32, to: u32) {
        let Some(held) = held else { return };
        let class = held.by.map_or("held left".to_owned(), |by| format!("held k{}", colour(by)));
        self.line(self.lanes.redis(), from, to, &class);
        let hatch = held.by.map_or("hatch hl".to_owned(), |by| format!("hatch h{}", colour(by)));
        self.line(self.lanes.redis(), from, to, &hatch);
    }

    fn life(&mut self, client: char, life: Life, from: u32, to: u32) {
        let (x, k) = (self.lanes.client(client), colour(client));
        match life {
            Life::Away => self.line(x, from, to, "away"),
            Life::Here => self.line(x, from, to, &format!("here k{k}")),
            Life::Works => self.line(x, from, to, &format!("works k{k}")),
            Life::Waits => self.line(x, from, to, &format!("waits k{k}")),
            Life::Paused if from < to => {
                let mut path = format!("M0 {from}");
                let turns = (to - from).div_ceil(5).max(1);
                for n in 1..=turns {
                    let side = if n == turns {
                        0
                    } else if n % 2 == 1 {
                        4
                    } else {
                        -4
                    };
                    let _ = write!(path, "L{side} {}", from + (to - from) * n / turns);
                }
                let _ = write!(self.out, "<svg x=\"{}\"><path class=\"paused\" d=\"{path}\"/></svg>", percent(x));
            }
            Life::Paused => {}
        }
    }

    /// The end of a lease.
    pub(super) fn expiry(&mut self, y: u32) {
        let _ = write!(self.out, "<use href=\"#expiry\" x=\"{}\" y=\"{y}\"/>", percent(self.lanes.redis()));
    }

    /// What happens to a client, as a sign on its lane.
    pub(super) fn sign(&mut self, client: char, y: u32, turn: &Turn) {
        let sign = match turn.kind {
            Kind::Dies => "cross",
            Kind::Pauses => "pause",
            Kind::Resumes => "resume",
            Kind::Ends => "stop",
            Kind::Fails | Kind::HangsUp => "bolt",
            _ => "dot",
        };
        let x = percent(self.lanes.client(client));
        let _ = write!(self.out, "<use class=\"k{}\" href=\"#{sign}\" x=\"{x}\" y=\"{y}\"/>", colour(client));
    }

    /// A command from a client to Redis, or as far as it comes.
    pub(super) fn arrow_to_redis(&mut self, client: char, y: u32, lost: bool) {
        let (from, redis) = (self.lanes.client(client), self.lanes.redis());
        let side = if from < redis { "" } else { "l" };
        self.shaft(from, redis, y, lost, "arrow cmd", colour(client));
        if !lost {
            let at = percent(redis);
            let _ = write!(
                self.heads,
                "<use class=\"k{}\" href=\"#to{side}\" x=\"{at}\" y=\"{}\"/>",
                colour(client),
                y + super::SLANT
            );
        }
    }

    /// A reply or a message from Redis to a client, or as far as it comes.
    pub(super) fn arrow_to_client(&mut self, client: char, y: u32, lost: bool) {
        let (to, redis) = (self.lanes.client(client), self.lanes.redis());
        let side = if to < redis { "l" } else { "" };
        self.shaft(redis, to, y, lost, "arrow reply", colour(client));
        if !lost {
            let at = percent(to);
            let _ = write!(
                self.heads,
                "<use class=\"k{}\" href=\"#back{side}\" x=\"{at}\" y=\"{}\"/>",
                colour(client),
                y + super::SLANT
            );
        }
    }

    fn shaft(&mut self, from: u32, to: u32, y: u32, lost: bool, class: &str, k: usize) {
        let (end, low) = if lost { ((from + to) / 2, super::SLANT / 2) } else { (to, super::SLANT) };
        let (x1, x2) = (percent(from), percent(end));
        let lost_class = if lost { " lost" } else { "" };
        let _ = write!(
            self.out,
            "<line class=\"{class}{lost_class} k{k}\" x1=\"{x1}\" y1=\"{y}\" x2=\"{x2}\" y2=\"{}\"/>",
            y + low
        );
        if lost {
            let _ = write!(self.heads, "<use class=\"fault\" href=\"#cross\" x=\"{x2}\" y=\"{}\"/>", y + low);
        }
    }

    /// Draws the heads over what was drawn meanwhile.
    pub(super) fn heads_of_arrows(&mut self) {
        let heads = std::mem::take(&mut self.heads);
        self.out.push_str(&heads);
    }

    /// Words between a client and Redis.
    pub(super) fn along(&mut self, client: char, y: u32, class: &str, fit: &Fit) {
        let redis = self.lanes.redis();
        let own = self.lanes.client(client);
        let next = self.lanes.neighbour(own < redis).unwrap_or(own);
        let side = if own < redis { -3 } else { 3 };
        self.say((next + redis) / 2, y, side, &format!("{class} m"), &fit.within(self.lanes.room()));
    }

    /// Words at the other side of Redis, close to it.
    pub(super) fn across(&mut self, client: char, y: u32, class: &str, fit: &Fit) {
        let left = self.lanes.client(client) > self.lanes.redis();
        self.near(left, y, class, fit);
    }

    /// Words right of Redis, or left of it where there is nothing at its right.
    pub(super) fn inner(&mut self, y: u32, class: &str, fit: &Fit) {
        self.near(self.lanes.neighbour(false).is_none(), y, class, fit);
    }

    fn near(&mut self, left: bool, y: u32, class: &str, fit: &Fit) {
        let x = self.lanes.redis();
        match left {
            true => self.say(x, y, -17, &format!("{class} e"), fit),
            false => self.say(x, y, 17, class, fit),
        }
    }

    /// Words left of Redis.
    pub(super) fn outer(&mut self, y: u32, class: &str, fit: &Fit) {
        let redis = self.lanes.redis();
        let next = self.lanes.neighbour(true).unwrap_or(redis / 2);
        self.say((next + redis) / 2, y, 0, &format!("{class} m"), fit);
    }

    /// Words in the middle of everything.
    pub(super) fn middle(&mut self, y: u32, class: &str, fit: &Fit) {
        self.say(500, y, 0, &format!("{class} m"), fit);
    }

    /// Words beside a client, on the side of Redis.
    pub(super) fn beside(&mut self, client: char, y: u32, class: &str, fit: &Fit) {
        let x = self.lanes.client(client);
        match x < self.lanes.redis() {
            true => self.say(x, y, 14, class, fit),
            false => self.say(x, y, -14, &format!("{class} e"), fit),
        }
    }

    fn say(&mut self, x: u32, y: u32, dx: i32, class: &str, fit: &Fit) {
        let at = percent(x);
        let moved = if dx == 0 { String::new() } else { format!(" dx=\"{dx}\"") };
        if fit.wide == fit.narrow {
            let _ = write!(self.out, "<text class=\"{class}\" x=\"{at}\"{moved} y=\"{y}\">{}</text>", text(&fit.wide));
            return;
        }
        for (which, words) in [("wide", &fit.wide), ("narrow", &fit.narrow)] {
            let _ =
                write!(self.out, "<text class=\"{class} {which}\" x=\"{at}\"{moved} y=\"{y}\">{}</text>", text(words));
        }
    }
}
