//! Types, values and what statements compute.

use super::{MAX_DEPTH, Parser, Result};
use crate::print::names::RESERVED;
use crate::{BinaryOp, Call, Callee, FieldInit, Lit, Name, Rvalue, Type, Value, ValueKind};

fn operator(word: &str) -> Option<BinaryOp> {
    Some(match word {
        "eq" => BinaryOp::Eq,
        "ne" => BinaryOp::Ne,
        "lt" => BinaryOp::Lt,
        "le" => BinaryOp::Le,
        "gt" => BinaryOp::Gt,
        "ge" => BinaryOp::Ge,
        "and" => BinaryOp::And,
        "or" => BinaryOp::Or,
        "add" => BinaryOp::Add,
        "sub" => BinaryOp::Sub,
        "mul" => BinaryOp::Mul,
        "div" => BinaryOp::Div,
        "rem" => BinaryOp::Rem,
        "bits" => BinaryOp::Bits,
        "coalesce" => BinaryOp::Coalesce,
        _ => return None,
    })
}

/// Takes a method's receiver and name out of a field read.
fn method(value: Value) -> std::result::Result<(Box<Value>, Name), Box<Value>> {
    match value.kind {
        ValueKind::Field(receiver, name) => Ok((receiver, name)),
        kind => Err(Box::new(Value::new(kind, value.span))),
    }
}

impl Parser<'_> {
    pub(super) fn ty(&mut self) -> Result<Type> {
        self.nested(|p| {
            if p.cursor.eat("?") {
                return Ok(Type::Unknown);
            }
            if p.cursor.eat("[]") {
                return Ok(Type::List(Box::new(p.ty()?)));
            }
            if p.cursor.eat("(") {
                return Ok(Type::Tuple(p.types()?));
            }
            if p.cursor.eat_word("chan") {
                return Ok(Type::Chan(Box::new(p.ty()?)));
            }
            if p.cursor.eat_word("map") {
                p.cursor.expect("[")?;
                let key = p.ty()?;
                p.cursor.expect("]")?;
                return Ok(Type::Map(Box::new(key), Box::new(p.ty()?)));
            }
            if p.cursor.eat_word("func") {
                p.cursor.expect("(")?;
                let params = p.types()?;
                return Ok(Type::function(params, p.results()?));
            }
            Ok(Type::Named(p.cursor.word()?.into()))
        })
    }

    /// Types up to the closing parenthesis.
    pub(super) fn types(&mut self) -> Result<Vec<Type>> {
        self.list(")", Self::ty)
    }

    /// `-> (types)`, or nothing.
    pub(super) fn results(&mut self) -> Result<Vec<Type>> {
        if !self.cursor.eat("->") {
            return Ok(vec![]);
        }
        self.cursor.expect("(")?;
        self.types()
    }

    fn make(&self, kind: ValueKind) -> Value {
        Value::new(kind, self.span())
    }

    /// A value that is part of another one, whose height so far is `height`.
    fn part(&mut self, height: &mut usize) -> Result<Value> {
        let value = self.value()?;
        *height = (*height).max(self.height);
        Ok(value)
    }

    /// Notes that a value with parts of `height` was read.
    fn grown(&mut self, height: usize) -> Result<()> {
        self.height = height + 1;
        if self.height > MAX_DEPTH { self.cursor.fail("nested too deep") } else { Ok(()) }
    }

    pub(super) fn value(&mut self) -> Result<Value> {
        let value = self.nested(Self::primary)?;
        Ok(self.postfix(value)?.0)
    }

    /// Fields and items of a value; also whether the last of them is a field.
    fn postfix(&mut self, mut value: Value) -> Result<(Value, bool)> {
        let mut field = false;
        loop {
            let mut height = self.height;
            let base = |value| Box::new(value);
            if self.cursor.eat_here("[..]") {
                field = false;
                value = self.make(ValueKind::Slice(base(value)));
            } else if self.cursor.eat_here("[") {
                field = false;
                let index = self.nested(|p| p.part(&mut height))?;
                self.cursor.expect("]")?;
                value = self.make(ValueKind::Index(base(value), Box::new(index)));
            } else if self.cursor.eat_here(".") {
                field = true;
                let name = self.cursor.ident_here()?;
                value = self.make(ValueKind::Field(base(value), name.into()));
            } else {
                return Ok((value, field));
            }
            self.grown(height)?;
        }
    }

    fn primary(&mut self) -> Result<Value> {
        self.height = 1;
        if self.cursor.peek("%") {
            let id = self.local()?;
            return Ok(self.make(ValueKind::Local(id)));
        }
        if self.cursor.peek("\"") {
            let text = self.cursor.string()?;
            return Ok(self.make(ValueKind::Lit(Lit::Str(text.into()))));
        }
        if self.cursor.eat("(") {
            return self.parenthesised();
        }
        let number = self.cursor.number();
        if !number.is_empty() {
            let lit = number.parse().map(Lit::int).or_else(|_| number.parse().map(Lit::Float));
            return match lit {
                Ok(lit) => Ok(self.make(ValueKind::Lit(lit))),
                Err(_) => self.cursor.fail(&format!("{number:?} is no number")),
            };
        }
        let word = self.cursor.peek_word();
        if word.is_empty() || !RESERVED.contains(&word) {
            let name = self.cursor.word()?;
            return Ok(self.make(ValueKind::Global(name.into())));
        }
        let start = self.cursor.mark();
        self.cursor.expect_word(word)?;
        let kind = match word {
            "nil" => ValueKind::Lit(Lit::Nil),
            "true" | "false" => ValueKind::Lit(Lit::Bool(word == "true")),
            "inf" => ValueKind::Lit(Lit::Float(f64::INFINITY)),
            "nan" => ValueKind::Lit(Lit::Float(f64::NAN)),
            "opaque" => ValueKind::Opaque(self.cursor.string()?.into()),
            "new" => return self.aggregate(),
            "closure" => {
                let reference = self.cursor.reference()?;
                ValueKind::Closure(self.resolve(&reference)?)
            }
            _ => {
                self.cursor.reset(start);
                return self.cursor.fail(&format!("{word:?} is no value"));
            }
        };
        Ok(self.make(kind))
    }

    /// Behind an opening parenthesis: an operator and its operands, or a value.
    fn parenthesised(&mut self) -> Result<Value> {
        let word = self.cursor.peek_word();
        let mut height = 0;
        let binary = operator(word);
        if binary.is_none() && !matches!(word, "not" | "neg" | "concat" | "as") {
            let value = self.value()?;
            self.cursor.expect(")")?;
            return Ok(value);
        }
        self.cursor.expect_word(word)?;
        let kind = match (word, binary) {
            (_, Some(op)) => {
                let left = self.part(&mut height)?;
                ValueKind::Binary(op, Box::new(left), Box::new(self.part(&mut height)?))
            }
            ("not", _) => ValueKind::Not(Box::new(self.part(&mut height)?)),
            ("neg", _) => ValueKind::Neg(Box::new(self.part(&mut height)?)),
            ("as", _) => {
                let ty = self.ty()?;
                ValueKind::Convert(ty, Box::new(self.part(&mut height)?))
            }
            _ => {
                let mut parts = vec![];
                while !self.cursor.peek(")") {
                    parts.push(self.part(&mut height)?);
                }
                ValueKind::Concat(parts)
            }
        };
        self.cursor.expect(")")?;
        self.grown(height)?;
        Ok(self.make(kind))
    }

    /// Behind `new`.
    fn aggregate(&mut self) -> Result<Value> {
        let ty = if self.cursor.peek("{") { Type::Unknown } else { self.ty()? };
        self.cursor.expect("{")?;
        let mut height = 0;
        let fields = self.list("}", |p| p.field_init(&mut height))?;
        self.grown(height)?;
        Ok(self.make(ValueKind::Aggregate { ty, fields }))
    }

    fn field_init(&mut self, height: &mut usize) -> Result<FieldInit> {
        if self.cursor.eat("...") {
            return Ok(FieldInit::Spread(self.part(height)?));
        }
        if self.cursor.eat("[") {
            let key = self.part(height)?;
            self.cursor.expect("]")?;
            self.cursor.expect(":")?;
            return Ok(FieldInit::Keyed(Box::new(key), self.part(height)?));
        }
        let start = self.cursor.mark();
        if let Ok(name) = self.cursor.ident()
            && self.cursor.eat_here(": ")
        {
            return Ok(FieldInit::Named(name.into(), self.part(height)?));
        }
        self.cursor.reset(start);
        Ok(FieldInit::Item(self.part(height)?))
    }

    pub(super) fn values(&mut self) -> Result<Vec<Value>> {
        self.some(Self::value)
    }

    /// What a statement computes.
    pub(super) fn rvalue(&mut self) -> Result<Rvalue> {
        let word = self.cursor.peek_word();
        if !matches!(word, "call" | "start" | "await" | "race" | "all" | "receive" | "send" | "typetest" | "lookup") {
            return Ok(Rvalue::Use(self.value()?));
        }
        self.cursor.expect_word(word)?;
        match word {
            "call" => return Ok(Rvalue::Call(self.call()?)),
            "start" => return Ok(Rvalue::Call(Call { awaited: false, ..self.call()? })),
            "await" => return Ok(Rvalue::Await(self.value()?)),
            "receive" => return Ok(Rvalue::Receive(self.value()?)),
            _ => self.cursor.expect("(")?,
        }
        if matches!(word, "race" | "all") {
            let values = self.list(")", Self::value)?;
            return Ok(if word == "race" { Rvalue::Race(values) } else { Rvalue::All(values) });
        }
        let first = self.value()?;
        self.cursor.expect(",")?;
        let rvalue = match word {
            "typetest" => Rvalue::TypeTest(first, self.ty()?),
            "send" => Rvalue::Send(Box::new(first), Box::new(self.value()?)),
            _ => Rvalue::Lookup(Box::new(first), Box::new(self.value()?)),
        };
        self.cursor.expect(")")?;
        Ok(rvalue)
    }

    fn call(&mut self) -> Result<Call> {
        let callee = if self.cursor.peek("%") || self.cursor.peek("(") {
            let value = self.nested(Self::primary)?;
            let (value, field) = self.postfix(value)?;
            match method(value) {
                Ok((receiver, name)) if field => Callee::Method { receiver, name },
                Ok((receiver, name)) => Callee::Value(Box::new(self.make(ValueKind::Field(receiver, name)))),
                Err(value) => Callee::Value(value),
            }
        } else {
            Callee::Named(self.cursor.word()?.into())
        };
        self.cursor.expect("(")?;
        let mut spread = false;
        let args = self.list(")", |p| {
            if spread {
                return p.cursor.fail("only the last argument can be spread");
            }
            spread = p.cursor.eat("...");
            if spread && p.cursor.peek(")") { Ok(None) } else { p.value().map(Some) }
        })?;
        let args = args.into_iter().flatten().collect();
        Ok(Call { callee, args, spread, awaited: true, span: self.span(), name_span: self.span() })
    }
}
