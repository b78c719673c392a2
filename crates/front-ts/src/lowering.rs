//! The state of the walk: where statements go, how deep it is, and what could not be read.

use crate::Resolve;
use crate::constructors::Opening;
use crate::fields::Fields as _;
use crate::optional::Chain;
use crate::scope::Names;
use dogpile_ir::{
    Block, Builder, FuncId, LabelId, Lang, LocalId, Place, QualName, Rvalue, Stmt, StmtKind, Type, Value, ValueKind,
};
use dogpile_source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

/// Levels of nesting that are followed: far more than people write, far less than a thread's stack holds.
const MAX_DEPTH: u32 = 150;

/// What `this` is.
#[derive(Clone, Debug)]
pub(crate) enum This {
    Local(LocalId),
    /// In static members: the class itself.
    Class(QualName),
    Unknown,
}

/// A function (or a global's initialiser) being translated.
pub(crate) struct Frame<'t> {
    pub(crate) id: Option<FuncId>,
    pub(crate) name: QualName,
    pub(crate) labels: Vec<Target<'t>>,
    pub(crate) this: This,
    /// The parent class, in members of a class that has one.
    pub(crate) parent: Option<QualName>,
    /// Whether this is a static member.
    pub(crate) is_static: bool,
    /// Blocks around that do something when they are left: what is returned from them is not waited for inside.
    pub(crate) guards: u32,
    /// What a constructor does first, or after `super(…)`.
    pub(crate) opening: Option<Opening<'t>>,
}

impl Frame<'_> {
    /// Of what has no `this`.
    pub(crate) fn bare(id: Option<FuncId>, name: QualName) -> Self {
        Self { id, name, labels: vec![], this: This::Unknown, parent: None, is_static: false, guards: 0, opening: None }
    }
}

/// Something that `break` or `continue` can name.
pub(crate) struct Target<'t> {
    pub(crate) name: Option<&'t str>,
    pub(crate) label: LabelId,
    pub(crate) is_loop: bool,
    /// Whether a `break` without a name leaves it: not a mere labelled block.
    pub(crate) plain: bool,
}

/// One file being translated.
pub(crate) struct Lowering<'t> {
    pub(crate) text: &'t str,
    pub(crate) file: FileId,
    pub(crate) package: QualName,
    /// What items declared here are named after: the package, and the namespaces around.
    pub(crate) prefix: QualName,
    pub(crate) build: Builder,
    pub(crate) names: Names<'t>,
    pub(crate) frames: Vec<Frame<'t>>,
    /// Whether comments tell types.
    pub(crate) documented: bool,
    pub(crate) resolver: &'t dyn Resolve,
    /// Functions so far of a name that has closures.
    pub(crate) closures: FxHashMap<QualName, u32>,
    /// How often a function's name was declared.
    pub(crate) declared: FxHashMap<QualName, u32>,
    /// Functions of this file that are `async`, or declared to give a promise, by name.
    pub(crate) told: FxHashMap<QualName, bool>,
    /// Names that a global stands for already.
    pub(crate) given: FxHashSet<QualName>,
    /// The block under construction: hoisted calls are pushed here before the statement that uses them.
    pub(crate) out: Block,
    /// A label waiting for the statement that follows it.
    pub(crate) pending_label: Option<&'t str>,
    /// Optional chains being translated.
    pub(crate) chains: Vec<Chain>,
    depth: u32,
    /// One problem says it for the file: below the limit there may be thousands of statements.
    told_depth: bool,
    /// Whether the statement at hand became or holds something opaque.
    pub(crate) opaque_here: bool,
}

impl<'t> Lowering<'t> {
    pub(crate) fn new(file: FileId, package: &str, text: &'t str, resolver: &'t dyn Resolve) -> Self {
        let package: QualName = package.into();
        Self {
            text,
            file,
            build: Builder::new(file, Lang::TypeScript, package.clone()),
            prefix: package.clone(),
            package,
            names: Names::default(),
            frames: vec![],
            documented: text.contains("@param {") || text.contains("@type {"),
            resolver,
            closures: FxHashMap::default(),
            declared: FxHashMap::default(),
            told: FxHashMap::default(),
            given: FxHashSet::default(),
            out: vec![],
            pending_label: None,
            chains: vec![],
            depth: 0,
            told_depth: false,
            opaque_here: false,
        }
    }

    /// `<package>.<name>`, in the namespace at hand.
    pub(crate) fn qualified(&self, name: &str) -> QualName {
        format!("{}.{name}", self.prefix).into()
    }

    pub(crate) fn span(&self, node: Node<'t>) -> Span {
        Span::new(self.file, node.start_byte(), node.end_byte())
    }

    pub(crate) fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    pub(crate) fn field_text(&self, node: Node<'t>, field: &str) -> &'t str {
        node.field(field).map_or("", |n| self.text_of(n))
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
        self.emit(StmtKind::Let { targets, value }, span);
    }

    /// Statements of a block that does something when it is left.
    pub(crate) fn guarding<T>(&mut self, guards: bool, build: impl FnOnce(&mut Self) -> T) -> T {
        let step = u32::from(guards);
        if let Some(frame) = self.frames.last_mut() {
            frame.guards += step;
        }
        let built = build(self);
        if let Some(frame) = self.frames.last_mut() {
            frame.guards -= step;
        }
        built
    }

    /// Stores `value` in a new temporary and gives that.
    pub(crate) fn hoist(&mut self, value: Rvalue, span: Span) -> Value {
        let ty = self.type_of_rvalue(&value);
        let temp = self.typed_temp(ty, span);
        self.assign(vec![Place::Local(temp)], value, span);
        Value::new(ValueKind::Local(temp), span)
    }

    /// The value itself where it is pure, else a temporary that holds it.
    pub(crate) fn settled(&mut self, value: Rvalue, span: Span) -> Value {
        match value {
            Rvalue::Use(value) => value,
            value => self.hoist(value, span),
        }
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
            // `&` in the text of an element or attribute is no entity: text all the same.
            let is_text = at.kind().starts_with("jsx_") || at.kind() == "string";
            for child in at.children(&mut cursor) {
                if is_text && child.is_error() {
                    continue;
                }
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
    matches!(kind, "statement_block" | "lexical_declaration" | "variable_declaration" | "class_body" | "switch_body")
        || (kind.ends_with("_statement"))
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

/// Whether a word stands among the children (`async`, `static`, `get`).
pub(crate) fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|n| !n.is_named() && n.kind() == word)
}

/// An expression without what is written around it for people and the type checker.
pub(crate) fn unwrapped(mut node: Node<'_>) -> Node<'_> {
    while matches!(
        node.kind(),
        "parenthesized_expression" | "non_null_expression" | "satisfies_expression" | "instantiation_expression"
    ) {
        match only_kid(node) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

/// Like [`unwrapped`], and without `as T`.
pub(crate) fn bare(mut node: Node<'_>) -> Node<'_> {
    loop {
        node = unwrapped(node);
        let inner = match node.kind() {
            "as_expression" => only_kid(node),
            "type_assertion" => kids(node).last().copied(),
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
}
