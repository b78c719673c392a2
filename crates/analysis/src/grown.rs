//! Linking when modules come to those that are linked: of the others, those are linked again that asked something which has
//! another answer now.

use crate::asked::{About, Answers, question};
use crate::linked::{Linked, NAMES, Source, answered};
use crate::program::Program;
use crate::typing::Typing;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Linked {
    /// Whether what was there is as it was, and what it asked is known.
    pub(crate) fn may_grow(&self, source: Source<'_>) -> bool {
        let is_as_before = |(before, now): (&u64, &u64)| *before == 0 || before == now;
        self.asked.len() == source.modules.len() && self.versions.iter().zip(source.versions).all(is_as_before)
    }

    /// Links modules of which only some are new.
    pub(crate) fn grown(mut self, source: Source<'_>) -> (Program<'_>, Self) {
        let program = Program::new(source);
        self.tables = Arc::clone(&program.tables);
        let names = answered(|to| program.answers(to));
        let mut changed = Answers::changed(&self.answers[NAMES..=NAMES], &[Arc::clone(&names)]);
        self.answers[NAMES] = names;
        let mut some: BTreeSet<u32> = (0u32..)
            .zip(self.versions.iter().zip(source.versions))
            .filter(|(_, (old, new))| old != new)
            .map(|(m, _)| m)
            .collect();
        changed.extend(some.iter().map(|m| question(About::Package, &*source.modules[*m as usize].package)));
        self.asking(&changed, &mut some);
        let before = self.typing.clone();
        loop {
            for m in &some {
                self.asked[*m as usize] = FxHashSet::default();
            }
            self.typing.clone_from(&before);
            self.typing.infer(&program, &some, &mut self.asked);
            let count = some.len();
            self.asking(&self.typing.other_than(&before, &program, &some), &mut some);
            if some.len() == count {
                break;
            }
        }
        for m in &some {
            self.notes[*m as usize] = Arc::default();
        }
        self.finish(&program, &some);
        (program, self)
    }

    /// Adds the modules that asked one of these.
    fn asking(&self, questions: &FxHashSet<u64>, some: &mut BTreeSet<u32>) {
        let asked: Vec<(u32, &FxHashSet<u64>)> =
            (0u32..).zip(&self.asked).filter(|(m, asked)| !asked.is_empty() && !some.contains(m)).collect();
        let found: Vec<u32> =
            asked.into_par_iter().filter(|(_, asked)| !asked.is_disjoint(questions)).map(|(m, _)| m).collect();
        some.extend(found);
    }
}

impl Typing {
    /// The questions that have another answer than before, or the same at another time, if only some modules were inferred
    /// anew.
    fn other_than(&self, before: &Self, program: &Program<'_>, some: &BTreeSet<u32>) -> FxHashSet<u64> {
        let differs = |name: &&String| self.by_use.get(*name) != before.by_use.get(*name);
        let names: BTreeSet<&String> = self.by_use.keys().chain(before.by_use.keys()).filter(differs).collect();
        let mut changed: FxHashSet<u64> = names.into_iter().map(|name| question(About::Use, name.as_str())).collect();
        for m in some {
            let (now, then) = (&self.locals[*m as usize], &before.locals[*m as usize]);
            let locals: BTreeSet<_> =
                now.keys().chain(then.keys()).filter(|local| now.get(local) != then.get(local)).collect();
            changed
                .extend(locals.into_iter().map(|local| question(About::Local, &(program.identities.of(*m), *local))));
        }
        changed
    }
}
