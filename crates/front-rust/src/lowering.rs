//! The state of the walk: where statements go, how deep it is, and what could not be read.

use crate::results::Returns;
use crate::scope::Names;
use dogpile_ir::{
    Block, Builder, FuncId, LabelId, Lang, Lit, LocalId, Name, Place, QualName, Rvalue, Stmt, StmtKind, Type, Value,
    ValueKind,
};
use dogpile_source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// Levels of nesting that are followed: far more than people write, far less than a thread's stack holds.
const MAX_DEPTH: u32 = 160;

/// A function (or a global's initialiser) being translated.
pub(crate) struct Frame {
    pub(crate) id: Option<FuncId>,
    pub(crate) name: QualName,
    pub(crate) targets: Vec<Target>,
    pub(crate) returns: Returns,
    /// Declared results.
    pub(crate) results: Vec<Type>,
    /// Whether it takes what it captures.
    pub(crate) moves: bool,
    /// Variables whose future is awaited later in this function.
    pub(crate) awaited_later: FxHashSet<String>,
}

/// Something that `break` or `continue` can name.
pub(crate) struct Target {
    pub(crate) name: Option<String>,
    pub(crate) label: LabelId,
    pub(crate) is_loop: bool,
    /// Where the value of `break value` goes.
    pub(crate) dest: Dest,
}

/// Where what an expression gives goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Dest {
    /// Nowhere: a statement.
    Discard,
    /// Out of the function.
    Return,
    /// Into a variable.
    Local(LocalId),
    /// A `Result`, taken apart.
    Pair(LocalId, LocalId),
}

/// One file being translated.
pub(crate) struct Lowering<'t> {
    pub(crate) text: &'t str,
    pub(crate) file: FileId,
    /// Where in the file the text that was parsed starts.
    pub(crate) base: usize,
    pub(crate) build: Builder,
    pub(crate) names: Names,
    pub(crate) frames: Vec<Frame>,
    /// Closures so far in what has a name.
    pub(crate) closures: FxHashMap<QualName, u32>,
    /// How often a function's name was declared.
    pub(crate) declared: FxHashMap<QualName, u32>,
    /// The block under construction: hoisted calls are pushed here before the statement that uses them.
    pub(crate) out: Block,
    /// The type that `Self` stands for.
    pub(crate) self_type: Option<Type>,
    /// Variables used as plain values: moved, compared, tested. They are no guards of their block's.
    pub(crate) plain: FxHashSet<LocalId>,
    /// Variables of the block at hand that may be guards.
    pub(crate) guards: Vec<LocalId>,
    /// Variables that the call at hand may write to.
    pub(crate) lent: Vec<LocalId>,
    depth: u32,
    /// One problem says it for the file.
    told_depth: bool,
    /// Whether the statement at hand became or holds something opaque.
    pub(crate) opaque_here: bool,
}

impl<'t> Lowering<'t> {
    pub(crate) fn new(file: FileId, package: &str, text: &'t str) -> Self {
        let path: QualName = package.into();
        Self {
            text,
            file,
            base: 0,
            build: Builder::new(file, Lang::Rust, path),
            names: Names::new(package),
            frames: vec![],
            closures: FxHashMap::default(),
            declared: FxHashMap::default(),
            out: vec![],
            self_type: None,
            plain: FxHashSet::default(),
            guards: vec![],
            lent: vec![],
            depth: 0,
            told_depth: false,
            opaque_here: false,
        }
    }

    /// A span that lies in the file, on the edges of characters.
    pub(crate) fn within(&self, span: Span) -> Span {
        let edge = |at: u32| {
            let mut at = (at as usize).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = edge(span.start);
        Span::new(self.file, start, edge(span.end).max(start))
    }

    pub(crate) fn owner(&self) -> Option<FuncId> {
        self.frames.last().and_then(|f| f.id)
    }

    pub(crate) fn temp(&mut self, span: Span) -> LocalId {
        let owner = self.owner();
        self.build.temp(span, owner)
    }

    /// A temporary of a known type.
    pub(crate) fn typed_temp(&mut self, ty: Option<Type>, span: Span) -> LocalId {
        let owner = self.owner();
        self.build.local("", ty.unwrap_or_default(), span, owner)
    }

    /// A variable that no name reaches yet.
    pub(crate) fn variable(&mut self, name: impl Into<Name>, ty: Type, span: Span) -> LocalId {
        let owner = self.owner();
        self.build.local(name, ty, span, owner)
    }

    pub(crate) fn emit(&mut self, kind: StmtKind, span: Span) {
        self.out.push(Stmt { kind, span });
    }

    pub(crate) fn assign(&mut self, targets: Vec<Place>, value: Rvalue, span: Span) {
        if matches!(value, Rvalue::Call(_))
            && let Some(written) = StmtKind::written(std::mem::take(&mut self.lent), &targets)
        {
            self.emit(written, span);
        }
        self.emit(StmtKind::Let { targets, value }, span);
    }

    /// Stores a value in a variable.
    pub(crate) fn store(&mut self, local: LocalId, value: Rvalue, span: Span) {
        self.assign(vec![Place::Local(local)], value, span);
    }

    /// Stores `value` in a new temporary and gives that.
    pub(crate) fn hoist(&mut self, value: Rvalue, ty: Option<Type>, span: Span) -> Value {
        let ty = ty.or_else(|| match &value {
            Rvalue::Use(value) => Some(self.type_of(value)),
            _ => None,
        });
        let temp = self.typed_temp(ty, span);
        self.store(temp, value, span);
        Self::local_value(temp, span)
    }

    pub(crate) fn local_value(local: LocalId, span: Span) -> Value {
        Value::new(ValueKind::Local(local), span)
    }

    pub(crate) fn nil(span: Span) -> Value {
        Value::new(ValueKind::Lit(Lit::Nil), span)
    }

    pub(crate) fn boolean(value: bool, span: Span) -> Value {
        Value::new(ValueKind::Lit(Lit::Bool(value)), span)
    }

    pub(crate) fn text_value(text: &str, span: Span) -> Value {
        Value::new(ValueKind::Lit(Lit::Str(text.into())), span)
    }

    /// The statements that `build` emits, kept apart from the block at hand.
    pub(crate) fn nested(&mut self, build: impl FnOnce(&mut Self)) -> Block {
        let saved = std::mem::take(&mut self.out);
        build(self);
        std::mem::replace(&mut self.out, saved)
    }

    /// Like [`Self::nested`], in a scope of its own, which owns its guards.
    pub(crate) fn scoped(&mut self, span: Span, build: impl FnOnce(&mut Self)) -> Block {
        let outer = std::mem::take(&mut self.guards);
        self.names.push();
        let block = self.nested(build);
        self.names.pop();
        let guards = std::mem::replace(&mut self.guards, outer);
        let owns = self.owned(guards);
        if owns.is_empty() { block } else { vec![Stmt { kind: StmtKind::Scope { owns, body: block }, span }] }
    }

    /// Whether the block at hand ended: what follows does not run.
    pub(crate) fn ended(&self) -> bool {
        self.out.last().is_some_and(|last| leaves(&last.kind))
    }

    /// Goes one level down; `false` at the bottom, where the caller must give up on the subtree.
    pub(crate) fn enter(&mut self, span: Span) -> bool {
        if self.depth >= MAX_DEPTH {
            if !std::mem::replace(&mut self.told_depth, true) {
                self.note(span, "nested too deeply to follow");
            }
            self.emit_opaque("nested too deeply", true, true, span);
            return false;
        }
        self.depth += 1;
        true
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn emit_opaque(&mut self, why: &str, may_call: bool, may_exit: bool, span: Span) {
        self.opaque_here = true;
        self.emit(StmtKind::Opaque { why: why.into(), may_call, may_exit, reads: vec![], writes: vec![] }, span);
    }

    /// A value for a form that is not translated.
    pub(crate) fn opaque_value(&mut self, why: &str, span: Span) -> Value {
        self.opaque_here = true;
        Value::new(ValueKind::Opaque(why.into()), span)
    }

    /// A form this front end does not know: whatever it does, it is on record.
    pub(crate) fn unknown_form(&mut self, what: &str, span: Span) {
        self.note(span, &format!("not translated: {what}"));
        self.emit_opaque(what, true, true, span);
    }
}

/// Whether nothing that follows a statement in its block runs.
pub(crate) fn leaves(kind: &StmtKind) -> bool {
    let block = |block: &Block| block.last().is_some_and(|last| leaves(&last.kind));
    match kind {
        StmtKind::Return { .. } | StmtKind::Raise { .. } | StmtKind::Break(_) | StmtKind::Continue(_) => true,
        StmtKind::If { then, otherwise, .. } => block(then) && block(otherwise),
        StmtKind::Scope { body, .. } => block(body),
        _ => false,
    }
}
