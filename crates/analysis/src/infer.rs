//! Types of modules, each inferred in its turn.

use crate::asked::during;
use crate::missed::{self, Missed};
use crate::program::Program;
use crate::shown::Shown;
use crate::typing::{Stamp, Typing};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Two rounds: the second sees types that calls further down gave to fields and globals.
const ROUNDS: u8 = 2;

impl Typing {
    /// Of so many modules, of which nothing is inferred yet.
    pub(crate) fn of(modules: usize) -> Self {
        Self { locals: vec![Arc::default(); modules], last_shown: vec![Shown::default(); modules], ..Self::default() }
    }

    /// Infers some modules, each in its turn among all the others: what came later is not there for it. `asked`: by module,
    /// what that asked; empty if nobody wants to know.
    pub(crate) fn infer(&mut self, program: &Program<'_>, some: &BTreeSet<u32>, asked: &mut [FxHashSet<u64>]) {
        some.iter().for_each(|m| self.locals[*m as usize] = Arc::default());
        if !self.by_use.is_empty() {
            Arc::make_mut(&mut self.by_use).retain(|_, (_, (_, m))| !some.contains(m));
        }
        let mut missed: BTreeMap<u32, Missed> = BTreeMap::new();
        for round in 0..ROUNDS {
            for m in some {
                self.now = Some((round, *m));
                // What gets the same answers comes to the same.
                if missed.get(m).is_some_and(|missed| !missed.may_be_told(self)) {
                    debug_assert!(
                        self.comes_to_the_same(program, (round, *m)),
                        "a module has something to say once more"
                    );
                    continue;
                }
                let mut infer = || missed::during(*m, self, |typing| typing.infer_module(program, (round, *m)));
                let now = match asked.get_mut(*m as usize) {
                    Some(asked) => {
                        let (now, questions) = during(infer);
                        asked.extend(questions);
                        now
                    }
                    None => infer(),
                };
                missed.insert(*m, now);
            }
        }
        self.now = None;
        for m in some {
            self.last_shown[*m as usize] = self.shown_locals(&program.modules[*m as usize], *m);
        }
        for (name, (ty, (round, m))) in self.by_use.iter().filter(|(_, (_, (_, m)))| some.contains(m)) {
            self.last_shown[*m as usize].by_use.insert(name.clone(), (ty.clone(), *round));
        }
    }

    /// Whether inferring a module once more adds nothing.
    fn comes_to_the_same(&mut self, program: &Program<'_>, at: Stamp) -> bool {
        let (locals, uses) = (Arc::clone(&self.locals[at.1 as usize]), Arc::clone(&self.by_use));
        self.infer_module(program, at);
        locals == self.locals[at.1 as usize] && (Arc::ptr_eq(&uses, &self.by_use) || uses == self.by_use)
    }
}
