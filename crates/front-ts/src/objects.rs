//! Object and array literals.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use dogpile_ir::{FieldInit, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn object(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let mut fields = vec![];
        for part in kids(node) {
            let at = self.span(part);
            match part.kind() {
                "pair" => {
                    let (Some(key), Some(value)) = (part.field("key"), part.field("value")) else {
                        continue;
                    };
                    let computed = self.computed_key(key);
                    let value = self.expr(value);
                    fields.push(match computed {
                        Some(key) => FieldInit::Keyed(Box::new(key), value),
                        None => FieldInit::Named(self.property_name(key).into(), value),
                    });
                }
                "shorthand_property_identifier" => {
                    let kind = self.name(self.text_of(part));
                    fields.push(FieldInit::Named(self.text_of(part).into(), Value::new(kind, at)));
                }
                "spread_element" => {
                    if let Some(inner) = only_kid(part) {
                        let value = self.expr(inner);
                        fields.push(FieldInit::Spread(value));
                    }
                }
                "method_definition" => {
                    let Some(name) = part.field("name") else { continue };
                    let computed = self.computed_key(name);
                    let value = Value::new(ValueKind::Closure(self.closure(part)), at);
                    let accessor = crate::classes::accessor(part);
                    fields.push(match computed {
                        Some(key) => FieldInit::Keyed(Box::new(key), value),
                        None => {
                            let key = self.property_name(name);
                            FieldInit::Named(accessor.map_or(key.into(), |a| format!("{a} {key}").into()), value)
                        }
                    });
                }
                _ => {}
            }
        }
        Value::new(ValueKind::Aggregate { ty: Type::Unknown, fields }, span)
    }

    /// The value of a computed key that is no plain text.
    fn computed_key(&mut self, key: Node<'t>) -> Option<Value> {
        if key.kind() != "computed_property_name" {
            return None;
        }
        let inner = only_kid(key)?;
        (inner.kind() != "string").then(|| self.expr(inner))
    }

    pub(crate) fn array(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let mut fields = vec![];
        for part in kids(node) {
            match part.kind() {
                "spread_element" => {
                    if let Some(inner) = only_kid(part) {
                        fields.push(FieldInit::Spread(self.expr(inner)));
                    }
                }
                _ => fields.push(FieldInit::Item(self.expr(part))),
            }
        }
        let item = match fields.first() {
            Some(FieldInit::Item(first)) => self.type_of(first),
            _ => Type::Unknown,
        };
        let same = fields.iter().all(|f| matches!(f, FieldInit::Item(v) if self.type_of(v) == item));
        let ty = Type::List(Box::new(if same { item } else { Type::Unknown }));
        Value::new(ValueKind::Aggregate { ty, fields }, span)
    }
}
