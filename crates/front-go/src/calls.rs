//! Calls: what is called, with what; and what only looks like a call (conversions, `new`, `panic`).

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid, unwrapped};
use crate::scope::{Item, Resolved};
use crate::types::is_type;
use dogpile_ir::{Call, Callee, LocalId, Place, QualName, Rvalue, StmtKind, Type, Value, ValueKind};
use tree_sitter::Node;

/// Types of the standard library that conversions to are common; any other `package.Name(x)` stays a call.
const CONVERSIONS: &[&str] = &[
    "encoding/json.RawMessage",
    "io/fs.FileMode",
    "net/http.HandlerFunc",
    "net/http.Header",
    "os.FileMode",
    "time.Duration",
    "time.Month",
    "time.Weekday",
];

/// What a call expression turned out to be.
pub(crate) enum Called {
    Call(Call),
    /// A conversion, `new(T)`, or what is left of a `panic` in an expression.
    Value(Value),
}

/// What stands before the parentheses.
enum Head {
    Callee(Callee),
    Convert(Type),
}

impl<'t> Lowering<'t> {
    /// A call expression, its receiver and arguments made pure.
    pub(crate) fn call(&mut self, node: Node<'t>) -> Called {
        let span = self.span(node);
        let function = node.field("function").or_else(|| node.field("type"));
        let Some(function) = function else {
            return Called::Value(self.opaque_value("incomplete call", span));
        };
        let arguments = match node.field("arguments") {
            Some(list) => kids(list),
            None => node.field("operand").into_iter().collect(),
        };
        if let Some(value) = self.special(node, function, &arguments) {
            return Called::Value(value);
        }
        let name_span = self.span(callee_name(function));
        let item = node.field("type_arguments").and_then(|types| self.table_item(function, types));
        let head = match item {
            Some(item) => Head::Callee(Callee::Value(Box::new(item))),
            None => self.head(function, arguments.len()),
        };
        match head {
            Head::Convert(ty) => {
                let Some(operand) = arguments.first() else {
                    return Called::Value(self.opaque_value("incomplete conversion", span));
                };
                let value = self.expr(*operand);
                Called::Value(Value::new(ValueKind::Convert(ty, Box::new(value)), span))
            }
            Head::Callee(callee) => {
                let (args, spread) = self.arguments(&arguments);
                Called::Call(Call { callee, args, spread, awaited: true, span, name_span })
            }
        }
    }

    /// `new` and `panic`, where they are the builtins.
    fn special(&mut self, node: Node<'t>, function: Node<'t>, arguments: &[Node<'t>]) -> Option<Value> {
        let name = self.text_of(function);
        if function.kind() != "identifier"
            || !matches!(name, "new" | "panic")
            || !matches!(self.resolve(name), Resolved::BuiltinFunc)
        {
            return None;
        }
        let span = self.span(node);
        let argument = *arguments.first()?;
        if name == "panic" {
            let value = self.expr(argument);
            self.emit(StmtKind::Raise { value }, span);
            return Some(self.nil(span));
        }
        // Go 1.26: `new(x)` of a value is a pointer to a copy of it.
        if !is_type(argument.kind()) {
            return Some(self.expr(argument));
        }
        if self.is_index(argument) {
            return Some(self.type_as_value(argument));
        }
        let ty = self.ty(argument);
        Some(Value::new(ValueKind::Aggregate { ty, fields: vec![] }, span))
    }

    fn head(&mut self, function: Node<'t>, arguments: usize) -> Head {
        let function = unwrapped(function);
        let span = self.span(function);
        match function.kind() {
            "identifier" | "type_identifier" => self.named_head(function),
            "selector_expression" | "qualified_type" => self.selected_head(function, arguments),
            "generic_type" => {
                let types = function.field("type_arguments");
                let Some(inner) = function.field("type") else {
                    return Head::Callee(Callee::Value(Box::new(self.opaque_value("incomplete call", span))));
                };
                match types.and_then(|types| self.table_item(inner, types)) {
                    Some(item) => Head::Callee(Callee::Value(Box::new(item))),
                    None => self.head(inner, arguments),
                }
            }
            "type_instantiation_expression" => match function.field("type") {
                Some(inner) => self.head(inner, arguments),
                None => Head::Callee(Callee::Value(Box::new(self.opaque_value("incomplete call", span)))),
            },
            "index_expression" if self.is_instantiation(function) => match function.field("operand") {
                Some(operand) => self.head(operand, arguments),
                None => Head::Callee(Callee::Value(Box::new(self.expr(function)))),
            },
            "unary_expression" if arguments == 1 && self.names_type(function) => {
                Head::Convert(self.pointer_type(function))
            }
            kind if is_type(kind) => Head::Convert(self.ty(function)),
            _ => Head::Callee(Callee::Value(Box::new(self.expr(function)))),
        }
    }

    fn named_head(&mut self, node: Node<'t>) -> Head {
        let name = self.text_of(node);
        let span = self.span(node);
        Head::Callee(match self.resolve(name) {
            Resolved::Local(local) => Callee::Value(Box::new(Value::new(ValueKind::Local(local), span))),
            Resolved::LocalType(ty) => return Head::Convert(ty),
            Resolved::Item(Item::Type(_)) | Resolved::BuiltinType => return Head::Convert(self.type_name(name)),
            Resolved::Item(Item::Var) => {
                Callee::Value(Box::new(Value::new(ValueKind::Global(self.qualified(name)), span)))
            }
            Resolved::BuiltinFunc => Callee::Named(format!("builtin.{name}").into()),
            Resolved::Item(Item::Func { .. }) | Resolved::Import(_) | Resolved::Elsewhere => {
                Callee::Named(self.qualified(name))
            }
        })
    }

    fn selected_head(&mut self, node: Node<'t>, arguments: usize) -> Head {
        let base = node.field("operand").or_else(|| node.field("package"));
        let name = node.field("field").or_else(|| node.field("name"));
        let name = name.map_or("", |n| self.text_of(n));
        let Some(base) = base else {
            let span = self.span(node);
            return Head::Callee(Callee::Value(Box::new(self.opaque_value("incomplete call", span))));
        };
        if let Some(path) = self.package_of(base) {
            let full: QualName = format!("{path}.{name}").into();
            if arguments == 1 && CONVERSIONS.contains(&&*full) {
                return Head::Convert(Type::Named(full));
            }
            return Head::Callee(Callee::Named(full));
        }
        let receiver = match base.kind() {
            "package_identifier" => Value::new(self.name(self.text_of(base)), self.span(base)),
            _ => self.expr(base),
        };
        Head::Callee(Callee::Method { receiver: Box::new(receiver), name: name.into() })
    }

    /// The type in `(*T)(x)`.
    fn pointer_type(&mut self, node: Node<'t>) -> Type {
        let mut node = node;
        while node.kind() == "unary_expression" {
            match node.field("operand") {
                Some(inner) => node = unwrapped(inner),
                None => return Type::Unknown,
            }
        }
        match node.kind() {
            "selector_expression" => {
                let part = |field| node.field(field).map_or("", |n| self.text_of(n));
                self.imported_type(part("operand"), part("field"))
            }
            "index_expression" => match node.field("operand") {
                Some(generic) => self.pointer_type(generic),
                None => Type::Unknown,
            },
            _ => self.ty(node),
        }
    }

    fn arguments(&mut self, nodes: &[Node<'t>]) -> (Vec<Value>, bool) {
        let mut spread = false;
        if let [only] = nodes
            && let Some(results) = self.result_count(*only)
            && results > 1
        {
            return (self.spread_call(*only, results), false);
        }
        let mut args = Vec::with_capacity(nodes.len());
        for node in nodes {
            self.lent.extend(self.lends(*node));
            let node = if node.kind() == "variadic_argument" {
                spread = true;
                only_kid(*node).unwrap_or(*node)
            } else {
                *node
            };
            args.push(if is_type(node.kind()) {
                // `make([]T, n)`: the type travels as an empty value of it.
                let ty = self.ty(node);
                Value::new(ValueKind::Aggregate { ty, fields: vec![] }, self.span(node))
            } else {
                self.expr(node)
            });
        }
        (args, spread)
    }

    /// `&n` or `&n.field` as an argument: the variable, which what is called may write to.
    fn lends(&self, node: Node<'t>) -> Option<LocalId> {
        if node.kind() != "unary_expression" || self.operator(node) != "&" {
            return None;
        }
        let mut operand = node.field("operand")?;
        while operand.kind() == "selector_expression" {
            operand = operand.field("operand")?;
        }
        if operand.kind() != "identifier" {
            return None;
        }
        match self.resolve(self.text_of(operand)) {
            Resolved::Local(local) => Some(local),
            _ => None,
        }
    }

    /// How many values a call gives, where this file tells.
    fn result_count(&self, node: Node<'t>) -> Option<usize> {
        let node = unwrapped(node);
        if node.kind() != "call_expression" {
            return None;
        }
        let function = unwrapped(node.field("function")?);
        match function.kind() {
            "identifier" => match self.resolve(self.text_of(function)) {
                Resolved::Item(Item::Func { results }) => Some(results),
                _ => None,
            },
            "selector_expression" => {
                if self.package_of(function.field("operand")?).is_some() {
                    return None;
                }
                let name = self.text_of(function.field("field")?);
                self.names.method_results.get(name).copied().flatten()
            }
            _ => None,
        }
    }

    /// A call whose results become `count` temporaries.
    pub(crate) fn spread_call(&mut self, node: Node<'t>, count: usize) -> Vec<Value> {
        let span = self.span(node);
        let value = self.rvalue(node);
        let temps: Vec<_> = (0..count).map(|_| self.temp(span)).collect();
        self.assign(temps.iter().map(|t| Place::Local(*t)).collect(), value, span);
        temps.into_iter().map(|t| Value::new(ValueKind::Local(t), span)).collect()
    }

    /// A call for its effect.
    pub(crate) fn effect(&mut self, node: Node<'t>) {
        let before = self.out.len();
        let span = self.span(node);
        let value = self.rvalue(node);
        let raised =
            self.out.len() > before && matches!(self.out.last().map(|s| &s.kind), Some(StmtKind::Raise { .. }));
        if !(raised && matches!(&value, Rvalue::Use(_))) {
            self.assign(vec![], value, span);
        }
    }
}

/// The identifier a squiggle belongs under.
fn callee_name(function: Node<'_>) -> Node<'_> {
    let mut node = unwrapped(function);
    loop {
        let next = match node.kind() {
            "selector_expression" => node.field("field"),
            "qualified_type" => node.field("name"),
            "generic_type" | "type_instantiation_expression" => node.field("type"),
            "index_expression" => node.field("operand"),
            "func_literal" => node.child(0),
            _ => None,
        };
        match next {
            Some(next) => node = unwrapped(next),
            None => return node,
        }
    }
}
