//! Puts a program together, with labels that may be used before they are placed.

use super::{Instr, Op, Pc};
use dogpile_source::Span;

/// Instructions under construction. Every instruction has a label; a label stands for one instruction.
#[derive(Debug, Default)]
pub struct Asm {
    code: Vec<Option<Instr>>,
}

impl Asm {
    /// A label for an instruction to come.
    pub fn label(&mut self) -> Pc {
        self.code.push(None);
        self.code.len() - 1
    }

    /// Puts an instruction at a label.
    pub fn place(&mut self, label: Pc, at: Option<Span>, op: Op) {
        if let Some(slot) = self.code.get_mut(label) {
            *slot = Some(Instr { at, op });
        }
    }

    /// An instruction with a label of its own.
    pub fn put(&mut self, at: Option<Span>, op: Op) -> Pc {
        let label = self.label();
        self.place(label, at, op);
        label
    }

    /// The finished code. A label that nobody placed ends its client: it cannot be reached by what was lowered.
    #[must_use]
    pub fn finish(self) -> Vec<Instr> {
        let nowhere = || Instr { at: None, op: Op::End(super::Ended::Done) };
        self.code.into_iter().map(|instr| instr.unwrap_or_else(nowhere)).collect()
    }
}
