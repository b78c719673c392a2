//! Statements.

use super::{Parser, Result};
use crate::{Arm, Block, Case, Comm, LocalId, LoopKind, Place, Rvalue, Stmt, StmtKind, ValueKind};

impl Parser<'_> {
    /// Statements in braces.
    pub(super) fn block(&mut self) -> Result<Block> {
        self.cursor.expect("{")?;
        self.nested(|p| {
            let mut stmts = vec![];
            while !p.cursor.eat("}") {
                if p.cursor.eat_word("var") {
                    p.var()?;
                    continue;
                }
                let kind = p.stmt()?;
                stmts.push(Stmt { kind, span: p.span() });
            }
            Ok(stmts)
        })
    }

    /// A block behind a word, nothing without it.
    fn optional(&mut self, word: &str) -> Result<Block> {
        if self.cursor.eat_word(word) { self.block() } else { Ok(vec![]) }
    }

    fn stmt(&mut self) -> Result<StmtKind> {
        let start = self.cursor.mark();
        let word = self.cursor.peek_word();
        match word {
            "" | "_" => return self.assignment(),
            _ => self.cursor.expect_word(word)?,
        }
        match word {
            "if" => {
                let cond = self.value()?;
                let then = self.block()?;
                Ok(StmtKind::If { cond, then, otherwise: self.optional("else")? })
            }
            "loop" => self.looping(),
            "switch" => self.switch(),
            "choose" => self.choose(),
            "try" => self.trying(),
            "defer" => Ok(StmtKind::Defer { body: self.block()? }),
            "spawn" => {
                let handle = if self.cursor.peek("%") { Some(self.local()?) } else { None };
                Ok(StmtKind::Spawn { body: self.block()?, handle })
            }
            "scope" => {
                let owns = if self.cursor.peek("%") { self.some(Self::local)? } else { vec![] };
                Ok(StmtKind::Scope { owns, body: self.block()? })
            }
            "return" => {
                let values = if self.cursor.at_line_end() { vec![] } else { self.values()? };
                Ok(StmtKind::Return { values })
            }
            "raise" => Ok(StmtKind::Raise { value: self.value()? }),
            "break" => Ok(StmtKind::Break(self.label()?)),
            "continue" => Ok(StmtKind::Continue(self.label()?)),
            "opaque" => self.opaque(),
            "use" => Ok(StmtKind::Let { targets: vec![], value: Rvalue::Use(self.value()?) }),
            "call" | "start" | "await" | "race" | "all" | "receive" | "send" | "typetest" | "lookup" => {
                self.cursor.reset(start);
                Ok(StmtKind::Let { targets: vec![], value: self.rvalue()? })
            }
            _ => {
                self.cursor.reset(start);
                self.assignment()
            }
        }
    }

    fn assignment(&mut self) -> Result<StmtKind> {
        let targets = self.places()?;
        self.cursor.expect("=")?;
        Ok(StmtKind::Let { targets, value: self.rvalue()? })
    }

    fn places(&mut self) -> Result<Vec<Place>> {
        self.some(Self::place)
    }

    fn place(&mut self) -> Result<Place> {
        if self.cursor.eat_word("_") {
            return Ok(Place::Blank);
        }
        if self.cursor.eat("*") {
            return Ok(Place::Deref(Box::new(self.value()?)));
        }
        match self.value()?.kind {
            ValueKind::Local(id) => Ok(Place::Local(id)),
            ValueKind::Global(name) => Ok(Place::Global(name)),
            ValueKind::Field(base, name) => Ok(Place::Field(base, name)),
            ValueKind::Index(base, index) => Ok(Place::Index(base, index)),
            _ => self.cursor.fail("nothing can be stored there"),
        }
    }

    fn looping(&mut self) -> Result<StmtKind> {
        let label = self.label()?;
        let kind = match self.cursor.peek_word() {
            "while" => LoopKind::While,
            "forever" => LoopKind::Forever,
            "counted" => LoopKind::Counted,
            "range" => {
                self.cursor.expect_word("range")?;
                LoopKind::Range { over: Box::new(self.value()?) }
            }
            _ => return self.cursor.fail("expected while, forever, counted or range"),
        };
        if !matches!(kind, LoopKind::Range { .. }) {
            let word = self.cursor.peek_word();
            self.cursor.expect_word(word)?;
        }
        self.cursor.expect("{")?;
        let header = self.optional("header")?;
        let cond = if self.cursor.eat_word("cond") { Some(self.value()?) } else { None };
        self.cursor.expect_word("body")?;
        let body = self.block()?;
        let post = self.optional("post")?;
        self.cursor.expect("}")?;
        Ok(StmtKind::Loop { label, kind, header, cond: cond.map(Box::new), body, post })
    }

    fn switch(&mut self) -> Result<StmtKind> {
        let label = self.label()?;
        self.cursor.expect("{")?;
        let mut cases = vec![];
        while self.cursor.eat_word("case") {
            let bare = self.cursor.peek("{") || self.cursor.peek_word() == "fallthrough";
            let guards = if bare { vec![] } else { self.values()? };
            let falls_through = self.cursor.eat_word("fallthrough");
            cases.push(Case { guards, body: self.block()?, falls_through });
        }
        let default = if self.cursor.eat_word("default") { Some(self.block()?) } else { None };
        self.cursor.expect("}")?;
        Ok(StmtKind::Switch { label, cases, default })
    }

    fn choose(&mut self) -> Result<StmtKind> {
        let label = self.label()?;
        self.cursor.expect("{")?;
        let mut arms = vec![];
        while !self.cursor.eat("}") {
            let comm = if self.cursor.eat_word("default") {
                Comm::Default
            } else if self.cursor.eat_word("send") {
                let to = self.value()?;
                self.cursor.expect(",")?;
                Comm::Send { to, value: self.value()? }
            } else {
                self.cursor.expect_word("receive")?;
                let from = self.value()?;
                let targets = if self.cursor.eat_word("into") { self.places()? } else { vec![] };
                Comm::Receive { from, targets }
            };
            arms.push(Arm { comm, body: self.block()?, span: self.span() });
        }
        Ok(StmtKind::Choose { label, arms })
    }

    fn trying(&mut self) -> Result<StmtKind> {
        let body = self.block()?;
        let mut catch = None;
        if self.cursor.eat_word("catch") {
            let caught = if self.cursor.peek("%") { Some(self.local()?) } else { None };
            catch = Some((caught, self.block()?));
        }
        Ok(StmtKind::Try { body, catch, finally: self.optional("finally")? })
    }

    fn opaque(&mut self) -> Result<StmtKind> {
        let why = self.cursor.string()?.into();
        let may_call = self.cursor.eat_word("may_call");
        let may_exit = self.cursor.eat_word("may_exit");
        let reads = self.locals_behind("reads")?;
        Ok(StmtKind::Opaque { why, may_call, may_exit, reads, writes: self.locals_behind("writes")? })
    }

    fn locals_behind(&mut self, word: &str) -> Result<Vec<LocalId>> {
        if self.cursor.eat_word(word) { self.some(Self::local) } else { Ok(vec![]) }
    }
}
