//! Two runs as one: what happens in both, what only as written, what only repaired, in an order that fits both.

use crate::trace::{Deed, Moment};

/// A moment of one run or of both.
#[derive(Clone, Debug)]
pub(crate) enum Merged {
    /// In both.
    Both(Moment, Moment),
    /// Only as written.
    Written(Moment),
    /// Only repaired.
    Repaired(Moment),
}

impl Merged {
    /// Whose moment it is.
    pub(crate) fn client(&self) -> Option<usize> {
        self.any().client
    }

    /// The moment, as written if it is there.
    pub(crate) fn any(&self) -> &Moment {
        match self {
            Self::Both(moment, _) | Self::Written(moment) | Self::Repaired(moment) => moment,
        }
    }
}

/// Merges two runs along their longest common sequence.
pub(crate) fn merge(written: Vec<Moment>, repaired: Vec<Moment>) -> Vec<Merged> {
    let told = |moments: Vec<Moment>| -> Vec<Moment> {
        moments.into_iter().filter(|m| !matches!(m.deed, Deed::Arrives)).collect()
    };
    let (written, repaired) = (told(written), told(repaired));
    let common = common(&written, &repaired);
    let mut out = Vec::new();
    let (mut left, mut right) =
        (written.into_iter().enumerate().peekable(), repaired.into_iter().enumerate().peekable());
    for (at_left, at_right) in common {
        while let Some((_, moment)) = left.next_if(|(at, _)| *at < at_left) {
            out.push(Merged::Written(moment));
        }
        while let Some((_, moment)) = right.next_if(|(at, _)| *at < at_right) {
            out.push(Merged::Repaired(moment));
        }
        if let (Some((_, a)), Some((_, b))) = (left.next(), right.next()) {
            out.push(Merged::Both(a, b));
        }
    }
    out.extend(left.map(|(_, moment)| Merged::Written(moment)));
    out.extend(right.map(|(_, moment)| Merged::Repaired(moment)));
    out
}

fn alike(a: &Moment, b: &Moment) -> bool {
    a.client == b.client && a.deed.alike(&b.deed)
}

/// Places of the longest common sequence; of several the one that matches early.
fn common(a: &[Moment], b: &[Moment]) -> Vec<(usize, usize)> {
    let mut longest = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] =
                if alike(&a[i], &b[j]) { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if alike(&a[i], &b[j]) {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}
