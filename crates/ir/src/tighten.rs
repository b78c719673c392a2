//! What front ends leave loose: lists with room for more, and the same name many times over. A large tree has all of its
//! modules in memory at once.

use crate::{
    Block, Call, Callee, Comm, FieldInit, Lit, LoopKind, Module, Param, Place, Rvalue, Stmt, StmtKind, Type, TypeKind,
    Value, ValueKind,
};
use rustc_hash::FxHashSet;
use std::sync::Arc;

impl Module {
    /// Gives back room that lists have left, and keeps each name once. Nothing else changes.
    pub fn tighten(&mut self) {
        let mut names = Names::default();
        names.name(&mut self.package);
        for import in &mut self.imports {
            names.name(&mut import.name);
            names.name(&mut import.path);
        }
        for function in &mut self.functions {
            names.name(&mut function.name);
            function.receiver.iter_mut().chain(&mut function.params).for_each(|param| names.param(param));
            names.types(&mut function.results);
            function.params.shrink_to_fit();
            function.named_results.shrink_to_fit();
            function.body.iter_mut().for_each(|body| names.block(body));
        }
        for local in &mut self.locals {
            names.name(&mut local.name);
            names.ty(&mut local.ty);
        }
        for global in &mut self.globals {
            names.name(&mut global.name);
            names.ty(&mut global.ty);
            names.block(&mut global.init);
            global.value.iter_mut().for_each(|value| names.value(value));
        }
        for decl in &mut self.types {
            names.name(&mut decl.name);
            match &mut decl.kind {
                TypeKind::Struct(fields) => {
                    fields.shrink_to_fit();
                    for field in fields {
                        names.name(&mut field.name);
                        names.ty(&mut field.ty);
                    }
                }
                TypeKind::Interface { methods, embeds } => {
                    methods.shrink_to_fit();
                    for (name, params, results) in methods {
                        names.name(name);
                        names.types(params);
                        names.types(results);
                    }
                    names.types(embeds);
                }
                TypeKind::Alias(to) => names.ty(to),
            }
        }
        self.imports.shrink_to_fit();
        self.functions.shrink_to_fit();
        self.locals.shrink_to_fit();
        self.globals.shrink_to_fit();
        self.types.shrink_to_fit();
        self.comments.shrink_to_fit();
    }
}

/// The names of a module.
#[derive(Default)]
struct Names(FxHashSet<Arc<str>>);

impl Names {
    fn name(&mut self, name: &mut Arc<str>) {
        match self.0.get(&**name) {
            Some(known) => *name = Arc::clone(known),
            None => drop(self.0.insert(Arc::clone(name))),
        }
    }

    fn param(&mut self, param: &mut Param) {
        self.name(&mut param.name);
        self.ty(&mut param.ty);
    }

    fn types(&mut self, types: &mut Vec<Type>) {
        types.shrink_to_fit();
        types.iter_mut().for_each(|ty| self.ty(ty));
    }

    fn ty(&mut self, ty: &mut Type) {
        match ty {
            Type::Unknown => {}
            Type::Named(name) => self.name(name),
            Type::List(item) | Type::Chan(item) => self.ty(item),
            Type::Map(key, item) => {
                self.ty(key);
                self.ty(item);
            }
            Type::Func(of) => {
                self.types(&mut of.0);
                self.types(&mut of.1);
            }
            Type::Tuple(items) => self.types(items),
        }
    }

    fn block(&mut self, block: &mut Block) {
        block.shrink_to_fit();
        block.iter_mut().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match &mut stmt.kind {
            StmtKind::Let { targets, value } => {
                self.places(targets);
                self.rvalue(value);
            }
            StmtKind::If { cond, then, otherwise } => {
                self.value(cond);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Loop { kind, header, cond, body, post, .. } => {
                if let LoopKind::Range { over } = kind {
                    self.value(over);
                }
                cond.iter_mut().for_each(|cond| self.value(cond));
                [header, body, post].into_iter().for_each(|block| self.block(block));
            }
            StmtKind::Switch { cases, default, .. } => {
                cases.shrink_to_fit();
                for case in cases {
                    self.values(&mut case.guards);
                    self.block(&mut case.body);
                }
                default.iter_mut().for_each(|block| self.block(block));
            }
            StmtKind::Choose { arms, .. } => {
                arms.shrink_to_fit();
                for arm in arms {
                    match &mut arm.comm {
                        Comm::Receive { from, targets } => {
                            self.value(from);
                            self.places(targets);
                        }
                        Comm::Send { to, value } => {
                            self.value(to);
                            self.value(value);
                        }
                        Comm::Default => {}
                    }
                    self.block(&mut arm.body);
                }
            }
            StmtKind::Try { body, catch, finally } => {
                self.block(body);
                catch.iter_mut().for_each(|(_, block)| self.block(block));
                self.block(finally);
            }
            StmtKind::Defer { body } | StmtKind::Spawn { body, .. } | StmtKind::Scope { body, .. } => self.block(body),
            StmtKind::Return { values } => self.values(values),
            StmtKind::Raise { value } => self.value(value),
            StmtKind::Break(_) | StmtKind::Continue(_) => {}
            StmtKind::Opaque { why, reads, writes, .. } => {
                self.name(why);
                reads.shrink_to_fit();
                writes.shrink_to_fit();
            }
        }
    }

    fn places(&mut self, places: &mut Vec<Place>) {
        places.shrink_to_fit();
        for place in places {
            match place {
                Place::Blank | Place::Local(_) => {}
                Place::Global(name) => self.name(name),
                Place::Field(base, name) => {
                    self.value(base);
                    self.name(name);
                }
                Place::Index(base, index) => {
                    self.value(base);
                    self.value(index);
                }
                Place::Deref(pointer) => self.value(pointer),
            }
        }
    }

    fn rvalue(&mut self, rvalue: &mut Rvalue) {
        match rvalue {
            Rvalue::Use(value) | Rvalue::Await(value) | Rvalue::Receive(value) => self.value(value),
            Rvalue::TypeTest(value, ty) => {
                self.value(value);
                self.ty(ty);
            }
            Rvalue::Send(a, b) | Rvalue::Lookup(a, b) => {
                self.value(a);
                self.value(b);
            }
            Rvalue::Race(values) | Rvalue::All(values) => self.values(values),
            Rvalue::Call(Call { callee, args, .. }) => {
                match callee {
                    Callee::Named(name) => self.name(name),
                    Callee::Method { receiver, name } => {
                        self.value(receiver);
                        self.name(name);
                    }
                    Callee::Value(value) => self.value(value),
                }
                self.values(args);
            }
        }
    }

    fn values(&mut self, values: &mut Vec<Value>) {
        values.shrink_to_fit();
        values.iter_mut().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &mut Value) {
        match &mut value.kind {
            ValueKind::Local(_) | ValueKind::Closure(_) => {}
            ValueKind::Lit(lit) => {
                // Long texts are rarely there twice.
                if let Lit::Str(text) = lit
                    && text.len() <= 32
                {
                    self.name(text);
                }
            }
            ValueKind::Global(name) | ValueKind::Opaque(name) => self.name(name),
            ValueKind::Field(base, name) => {
                self.value(base);
                self.name(name);
            }
            ValueKind::Slice(inner) | ValueKind::Not(inner) | ValueKind::Neg(inner) => self.value(inner),
            ValueKind::Index(a, b) | ValueKind::Binary(_, a, b) => {
                self.value(a);
                self.value(b);
            }
            ValueKind::Concat(parts) => self.values(parts),
            ValueKind::Aggregate { ty, fields } => {
                self.ty(ty);
                fields.shrink_to_fit();
                for field in fields {
                    match field {
                        FieldInit::Named(name, value) => {
                            self.name(name);
                            self.value(value);
                        }
                        FieldInit::Keyed(key, value) => {
                            self.value(key);
                            self.value(value);
                        }
                        FieldInit::Item(value) | FieldInit::Spread(value) => self.value(value),
                    }
                }
            }
            ValueKind::Convert(ty, inner) => {
                self.ty(ty);
                self.value(inner);
            }
        }
    }
}
