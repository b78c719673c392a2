//! Where each reply of an acquire leads.

use super::Assembly;
use crate::explore::record::SessionFacts;
use crate::explore::state::Status;
use crate::lifecycle::{Fate, Outcomes};
use crate::program::FuncRef;
use crate::sym::{S, Sym};
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};

impl Assembly<'_, '_> {
    pub(super) fn outcomes(&self, root: FuncRef, s: &SessionFacts) -> Outcomes {
        let lost = match s.visits.iter().find(|(_, st)| st.contains(&Status::Lost)) {
            Some((span, _)) if super::class::given_back_by_losers(s) => Fate::Enters(*span),
            _ => entered(s, Status::Lost),
        };
        let failed = match entered(s, Status::Failed) {
            Fate::Enters(span) => Fate::Enters(span),
            _ if !matches!(lost, Fate::Enters(_)) && !s.indistinct && reads_as_held(s) => {
                Fate::ReadsAsHeld(s.caught.unwrap_or(s.site.span))
            }
            other => other,
        };
        Outcomes { lost, failed, fail_open: self.says_fail_open(root, s) }
    }

    /// Somebody wrote down that the section runs without the lock when Redis is away.
    fn says_fail_open(&self, root: FuncRef, s: &SessionFacts) -> bool {
        // The function that asks, the one it starts from, and those between, where replies are handed on.
        let between = s.site.via.iter().filter_map(|call| self.cx.program.functions_around(*call).next());
        let mut all = [root, s.site.func].into_iter().chain(between);
        all.any(|f| self.cx.fails_open_within(self.cx.program.function(f).span))
    }
}

/// Whether everything that a winner does is done on another reply, too.
fn entered(s: &SessionFacts, status: Status) -> Fate {
    let won = |of: &BTreeMap<Span, BTreeSet<Status>>| of.values().any(|statuses| statuses.contains(&Status::Won));
    // Where all of it runs beside the path, who starts it is in.
    let visits = if won(&s.visits) { &s.visits } else { &s.beyond.started };
    let work: Vec<&Span> = visits.iter().filter(|(_, st)| st.contains(&Status::Won)).map(|(span, _)| span).collect();
    if work.is_empty() || s.runs {
        return Fate::Handled;
    }
    // That ordinary calls fail is only looked at where the lock is held: what handles it says nothing of who gets in.
    if work.iter().any(|span| !visits[*span].contains(&status) && !s.beyond.handled.contains(*span)) {
        return Fate::Handled;
    }
    work.iter().find(|span| visits[**span].contains(&status)).map_or(Fate::Handled, |span| Fate::Enters(**span))
}

/// Whether an outage takes exactly the way of "somebody else holds it".
fn reads_as_held(s: &SessionFacts) -> bool {
    let visits = |status: Status| -> BTreeSet<Span> {
        s.visits.iter().filter(|(_, st)| st.contains(&status)).map(|(span, _)| *span).collect()
    };
    let exits = |status: Status| -> BTreeSet<(Span, Vec<S>)> {
        s.exits.iter().filter(|e| e.status == status && !e.panics).map(|e| (e.span, e.values.clone())).collect()
    };
    let (lost, failed) = (exits(Status::Lost), exits(Status::Failed));
    let tells = failed
        .iter()
        .any(|(_, values)| values.iter().any(|v| v.any(&mut |x| matches!(x, Sym::Error(e) if &**e == "failure"))));
    if tells || visits(Status::Lost) != visits(Status::Failed) {
        return false;
    }
    (lost == failed && !lost.is_empty()) || (lost.is_empty() && failed.is_empty() && s.wait.is_some())
}
