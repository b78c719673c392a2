//! Pure values: evaluating one has no effect, so order and number of evaluations do not matter.

use crate::{Few, FuncId, LocalId, Name, QualName, Type};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A value with the source it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ValueKind {
    /// A literal.
    Lit(Lit),
    /// A parameter, variable or temporary.
    Local(LocalId),
    /// A package-level or imported name: variable, constant, function, enum member. The analysis decides which.
    Global(QualName),
    /// `base.name`: a field read, or a method value when `name` turns out to be a method.
    Field(Box<Value>, Name),
    /// `base[index]`.
    Index(Box<Value>, Box<Value>),
    /// `base[low:high]` and the like: some part of base.
    Slice(Box<Value>),
    /// Logical or arithmetic negation: `!`, `-`.
    Not(Box<Value>),
    /// Arithmetic negation.
    Neg(Box<Value>),
    /// Two operands. `+` on strings is [`BinaryOp::Add`] too.
    Binary(BinaryOp, Box<Value>, Box<Value>),
    /// A template string's parts in order.
    Concat(Vec<Value>),
    /// A struct, list, tuple, map or object built in place.
    Aggregate {
        /// Its declared type (`Type::Unknown` for a plain object).
        ty: Type,
        /// Its parts.
        fields: Vec<FieldInit>,
    },
    /// A function value made here; it captures locals by id.
    Closure(FuncId),
    /// A conversion or assertion to a type; the value itself is unchanged but for its type (and unit: `int(d)`).
    Convert(Type, Box<Value>),
    /// What could not be translated; the reason is for people.
    Opaque(Arc<str>),
}

/// One part of an aggregate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FieldInit {
    /// `name: value`.
    Named(Name, Value),
    /// `key: value` with a computed key.
    Keyed(Box<Value>, Value),
    /// By position.
    Item(Value),
    /// `...value`.
    Spread(Value),
}

/// A literal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Lit {
    /// `nil`, `null`, `undefined`, `None`, `()`.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number that fits 128 bits.
    Int(Int),
    /// A number with a fraction.
    Float(f64),
    /// Text, unescaped (lossy where it is not UTF-8).
    Str(Arc<str>),
}

/// A whole number. It asks for no alignment of its own: every value of a tree would grow by it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[repr(Rust, packed(8))]
pub struct Int(i128);

impl Int {
    /// The number.
    #[must_use]
    pub fn get(self) -> i128 {
        self.0
    }
}

impl Lit {
    /// A whole number.
    #[must_use]
    pub fn int(number: i128) -> Self {
        Self::Int(Int(number))
    }
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    /// Both sides are pure here; a short circuit around a call is lowered to [`crate::StmtKind::If`].
    And,
    Or,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    /// Bit operators and shifts.
    Bits,
    /// `a ?? b`: the right side where the left is nil.
    Coalesce,
}

impl Value {
    /// A value of a kind at a place.
    #[must_use]
    pub fn new(kind: ValueKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The direct parts, in source order.
    #[must_use]
    pub fn parts(&self) -> Few<'_, Value> {
        match &self.kind {
            ValueKind::Lit(_)
            | ValueKind::Local(_)
            | ValueKind::Global(_)
            | ValueKind::Closure(_)
            | ValueKind::Opaque(_) => Few::none(),
            ValueKind::Field(a, _)
            | ValueKind::Slice(a)
            | ValueKind::Not(a)
            | ValueKind::Neg(a)
            | ValueKind::Convert(_, a) => Few::one(a),
            ValueKind::Index(a, b) | ValueKind::Binary(_, a, b) => Few::two(a, b),
            ValueKind::Concat(parts) => Few::all(parts),
            ValueKind::Aggregate { fields, .. } => Few::list(
                fields
                    .iter()
                    .flat_map(|f| match f {
                        FieldInit::Named(_, v) | FieldInit::Item(v) | FieldInit::Spread(v) => [Some(v), None],
                        FieldInit::Keyed(k, v) => [Some(&**k), Some(v)],
                    })
                    .flatten()
                    .collect(),
            ),
        }
    }
}
