//! The state of the walk: where statements go, how deep it is, and what could not be read.

use crate::scope::Names;
use dogpile_ir::{
    Block, Builder, FuncId, LabelId, Lang, LocalId, Place, QualName, Rvalue, Stmt, StmtKind, Type, Value, ValueKind,
};
use dogpile_source::{FileId, Span};
use rustc_hash::FxHashMap;
use tree_sitter::Node;

/// Levels of nesting that are followed: far more than people write, far less than a thread's stack holds.
const MAX_DEPTH: u32 = 200;

/// A function (or a global's initialiser) being translated.
pub(crate) struct Frame<'t> {
    pub(crate) id: Option<FuncId>,
    pub(crate) name: QualName,
    pub(crate) labels: Vec<Target<'t>>,
    /// How many results it declares.
    pub(crate) results: usize,
    pub(crate) named_results: Vec<LocalId>,
}

/// Something that `break` or `continue` can name.
pub(crate) struct Target<'t> {
    pub(crate) name: Option<&'t str>,
    pub(crate) label: LabelId,
    pub(crate) is_loop: bool,
}

/// One file being translated.
pub(crate) struct Lowering<'t> {
    pub(crate) text: &'t str,
    pub(crate) file: FileId,
    pub(crate) package: QualName,
    pub(crate) build: Builder,
    pub(crate) names: Names<'t>,
    pub(crate) frames: Vec<Frame<'t>>,
    /// Closures so far in what has a name (several `init` and `_` share theirs).
    pub(crate) closures: FxHashMap<QualName, u32>,
    /// How often a function's name was declared: once, in code that compiles.
    pub(crate) declared: FxHashMap<QualName, u32>,
    /// The block under construction: hoisted calls are pushed here before the statement that uses them.
    pub(crate) out: Block,
    /// The value of `iota`, in a constant declaration.
    pub(crate) iota: Option<i128>,
    /// A label waiting for the loop, switch or select that follows it.
    pub(crate) pending_label: Option<&'t str>,
    /// Variables whose address the call at hand gets.
    pub(crate) lent: Vec<LocalId>,
    depth: u32,
    /// One problem says it for the file: below the limit there may be thousands of statements.
    told_depth: bool,
    /// Whether the statement at hand became or holds something opaque.
    pub(crate) opaque_here: bool,
}

impl<'t> Lowering<'t> {
    pub(crate) fn new(file: FileId, package: &str, text: &'t str) -> Self {
        let package: QualName = package.into();
        Self {
            text,
            file,
            build: Builder::new(file, Lang::Go, package.clone()),
            package,
            names: Names::default(),
            frames: vec![],
            closures: FxHashMap::default(),
            declared: FxHashMap::default(),
            out: vec![],
            iota: None,
            pending_label: None,
            lent: vec![],
            depth: 0,
            told_depth: false,
            opaque_here: false,
        }
    }

    /// `<package>.<name>`.
    pub(crate) fn qualified(&self, name: &str) -> QualName {
        format!("{}.{name}", self.package).into()
    }

    pub(crate) fn span(&self, node: Node<'t>) -> Span {
        Span::new(self.file, node.start_byte(), node.end_byte())
    }

    pub(crate) fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    pub(crate) fn owner(&self) -> Option<FuncId> {
        self.frames.last().and_then(|f| f.id)
    }

    pub(crate) fn temp(&mut self, span: Span) -> LocalId {
        let owner = self.owner();
        self.build.temp(span, owner)
    }

    /// A temporary of a known type.
    pub(crate) fn typed_temp(&mut self, ty: Type, span: Span) -> LocalId {
        let owner = self.owner();
        self.build.local("", ty, span, owner)
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

    /// Stores `value` in a new temporary and gives that.
    pub(crate) fn hoist(&mut self, value: Rvalue, span: Span) -> Value {
        let ty = self.type_of_rvalue(&value);
        let temp = self.typed_temp(ty, span);
        self.assign(vec![Place::Local(temp)], value, span);
        Value::new(ValueKind::Local(temp), span)
    }

    /// The statements that `build` emits, kept apart from the block at hand.
    pub(crate) fn nested(&mut self, build: impl FnOnce(&mut Self)) -> Block {
        let saved = std::mem::take(&mut self.out);
        build(self);
        std::mem::replace(&mut self.out, saved)
    }

    /// Like [`Self::nested`], in a scope of its own.
    pub(crate) fn scoped(&mut self, build: impl FnOnce(&mut Self)) -> Block {
        self.names.push();
        let block = self.nested(build);
        self.names.pop();
        block
    }

    /// Goes one level down; `false` at the bottom, where the caller must give up on the subtree.
    pub(crate) fn enter(&mut self, node: Node<'t>) -> bool {
        if self.depth >= MAX_DEPTH {
            let span = self.span(node);
            if !std::mem::replace(&mut self.told_depth, true) {
                self.build.problem(span, "nested too deeply to follow");
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
    pub(crate) fn unknown_form(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let what = node.kind().replace('_', " ");
        self.build.problem(span, format!("not translated: {what}"));
        self.emit_opaque(&what, true, true, span);
    }

    pub(crate) fn syntax_error(&mut self, node: Node<'t>, construct: &str) {
        let span = self.span(node);
        let construct = construct.replace('_', " ");
        let message = if node.is_missing() {
            format!("syntax error in {construct}: missing `{}`", node.kind())
        } else {
            format!("syntax error in {construct}")
        };
        self.build.problem(span, message);
        self.emit_opaque("syntax error", true, true, span);
    }

    /// Notes the syntax errors in `node` that no statement inside it will note. Iterative: a broken tree may be deep.
    pub(crate) fn note_errors(&mut self, node: Node<'t>) {
        if !node.has_error() {
            return;
        }
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            let mut cursor = at.walk();
            for child in at.children(&mut cursor) {
                if child.is_error() || child.is_missing() {
                    self.syntax_error(child, node.kind());
                } else if child.has_error() && !notes_its_own_errors(child.kind()) {
                    open.push(child);
                }
            }
        }
    }
}

fn notes_its_own_errors(kind: &str) -> bool {
    matches!(
        kind,
        "block"
            | "statement_list"
            | "short_var_declaration"
            | "var_declaration"
            | "const_declaration"
            | "type_declaration"
    ) || kind.ends_with("_case")
        || (kind.ends_with("_statement") && kind != "receive_statement")
}

/// The children that carry meaning: no comments, no punctuation, no errors (which [`Lowering::note_errors`] notes).
pub(crate) fn kids(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|n| !n.is_extra() && !n.is_error()).collect()
}

/// The first child that carries meaning.
pub(crate) fn only_kid(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|n| !n.is_extra() && !n.is_error())
}

/// The children of a repeated field, without its separators.
pub(crate) fn field_list<'t>(node: Node<'t>, field: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(field, &mut cursor).filter(|n| n.is_named() && !n.is_extra()).collect()
}

/// An expression without the parentheses around it.
pub(crate) fn unwrapped(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == "parenthesized_expression" {
        match only_kid(node) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}
