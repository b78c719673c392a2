//! Where clients and Redis stand.

use crate::verdict::Verdict;
use std::collections::BTreeSet;

/// Colours that clients have; more clients than that take turns, and their letters tell them apart.
const COLOURS: usize = 6;

/// Lanes from left to right, Redis among the clients.
pub(super) struct Lanes {
    clients: Vec<char>,
}

impl Lanes {
    /// A lane for each client that does something.
    pub(super) fn of(verdict: &Verdict) -> Self {
        let clients: BTreeSet<char> = verdict.schedule.iter().filter_map(|turn| turn.client).collect();
        Self { clients: clients.into_iter().collect() }
    }

    /// Clients, in the order of their names.
    pub(super) fn clients(&self) -> &[char] {
        &self.clients
    }

    /// How many lanes there are.
    pub(super) fn count(&self) -> usize {
        self.clients.len() + 1
    }

    /// `A, Redis, B`
    pub(super) fn names(&self) -> String {
        let mut names: Vec<String> = self.clients.iter().map(char::to_string).collect();
        names.insert(self.left(), "Redis".to_owned());
        names.join(", ")
    }

    /// How many clients stand left of Redis.
    fn left(&self) -> usize {
        self.clients.len().div_ceil(2)
    }

    /// Where a lane is, in tenths of a percent of the width. What is left of them is for numbers and times.
    fn place(&self, lane: usize) -> u32 {
        let (first, last) = (160, 920);
        let gaps = u32::try_from(self.count().max(2) - 1).unwrap_or(1);
        let lane = u32::try_from(lane).unwrap_or(0);
        if self.clients.len() == 1 { [200, 760][(lane as usize).min(1)] } else { first + (last - first) * lane / gaps }
    }

    /// Where Redis is.
    pub(super) fn redis(&self) -> u32 {
        self.place(self.left())
    }

    /// Where a client is.
    pub(super) fn client(&self, name: char) -> u32 {
        let index = self.index(name);
        self.place(if index < self.left() { index } else { index + 1 })
    }

    /// A client's number.
    pub(super) fn index(&self, name: char) -> usize {
        self.clients.iter().position(|client| *client == name).unwrap_or(0)
    }

    /// How many characters fit between two lanes of a wide drawing, and of a narrow one.
    pub(super) fn room(&self) -> (usize, usize) {
        let gaps = self.count().max(2) - 1;
        (56 / gaps, 31 / gaps)
    }

    /// The lane next to Redis on the side of a client, or on the other.
    pub(super) fn neighbour(&self, left: bool) -> Option<u32> {
        let redis = self.left();
        match left {
            true => redis.checked_sub(1).map(|lane| self.place(lane)),
            false => (redis + 1 < self.count()).then(|| self.place(redis + 1)),
        }
    }
}

/// The number of a client's colour.
pub(crate) fn colour(client: char) -> usize {
    (client as usize).wrapping_sub('A' as usize) % COLOURS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redis_stands_between_the_clients() {
        let lanes = |clients: &[char]| Lanes { clients: clients.to_vec() };
        let two = lanes(&['A', 'B']);
        assert_eq!((two.client('A'), two.redis(), two.client('B')), (160, 540, 920));
        assert_eq!(two.names(), "A, Redis, B");
        assert_eq!(lanes(&['A', 'B', 'C']).names(), "A, B, Redis, C");
        assert!(lanes(&['A']).redis() > lanes(&['A']).client('A'));
        // Nobody does anything: nothing to draw, and nothing to fall over.
        assert_eq!(lanes(&[]).names(), "Redis");
        assert!(lanes(&[]).neighbour(true).is_none());
    }
}
