//! Assignments.

use crate::exprs::bare;
use crate::lowering::{Dest, Lowering};
use crate::paths::word;
use dogpile_ir::{Place, Rvalue, Value, ValueKind};
use dogpile_source::Span;
use syn::{Expr, UnOp};

impl Lowering<'_> {
    /// `place = value`.
    pub(crate) fn assignment(&mut self, e: &syn::ExprAssign, span: Span) {
        match bare(&e.left) {
            Expr::Tuple(left) => {
                let places: Vec<Place> = left.elems.iter().map(|p| self.place(p)).collect();
                match bare(&e.right) {
                    Expr::Tuple(right) if right.elems.len() == places.len() => {
                        let values: Vec<Value> = right.elems.iter().map(|v| self.value(v, None)).collect();
                        // All are read before any is written.
                        let held: Vec<Value> =
                            values.into_iter().map(|v| self.hoist(Rvalue::Use(v), None, span)).collect();
                        for (place, value) in places.into_iter().zip(held) {
                            self.assign(vec![place], Rvalue::Use(value), span);
                        }
                    }
                    right => {
                        let value = self.rvalue(right, None);
                        if !self.ended() {
                            self.assign(places, value, span);
                        }
                    }
                }
            }
            left => {
                let place = self.place(left);
                if let (Place::Local(local), Expr::Try(_)) = (&place, bare(&e.right)) {
                    return self.into(&e.right, &Dest::Local(*local));
                }
                if let (Place::Local(local), true) = (&place, crate::exprs::is_structured(bare(&e.right))) {
                    return self.into(&e.right, &Dest::Local(*local));
                }
                let value = self.rvalue(&e.right, None);
                if self.ended() && matches!(value, Rvalue::Use(_)) {
                    return;
                }
                self.names.turbofish = None;
                self.assign(vec![place], value, span);
            }
        }
    }

    /// Where an assignment goes.
    pub(crate) fn place(&mut self, expr: &Expr) -> Place {
        let span = self.span(expr);
        match bare(expr) {
            Expr::Infer(_) => Place::Blank,
            Expr::Path(path) => {
                if let Some(ident) = path.path.get_ident()
                    && let Some(local) = self.names.local(&word(ident))
                {
                    return Place::Local(local);
                }
                Place::Global(self.qself_name(path))
            }
            Expr::Unary(e) if matches!(e.op, UnOp::Deref(_)) => Place::Deref(Box::new(self.place_value(&e.expr, None))),
            inner => match self.value(inner, None).kind {
                ValueKind::Field(base, name) => Place::Field(base, name),
                ValueKind::Index(base, index) => Place::Index(base, index),
                ValueKind::Local(local) => Place::Local(local),
                ValueKind::Global(name) => Place::Global(name),
                kind => Place::Deref(Box::new(Value::new(kind, span))),
            },
        }
    }

    /// What a place holds now.
    pub(crate) fn read(&mut self, place: &Place, span: Span) -> Value {
        let kind = match place {
            Place::Local(local) => ValueKind::Local(*local),
            Place::Global(name) => ValueKind::Global(name.clone()),
            Place::Field(base, name) => ValueKind::Field(base.clone(), name.clone()),
            Place::Index(base, index) => ValueKind::Index(base.clone(), index.clone()),
            Place::Deref(pointer) => return (**pointer).clone(),
            Place::Blank => return self.opaque_value("incomplete expression", span),
        };
        Value::new(kind, span)
    }
}
