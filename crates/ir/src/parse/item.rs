//! What stands at the top level.

use super::{Parser, Result};
use crate::print::names::Scope;
use crate::{
    Block, Field, Function, FunctionKind, Global, Import, Lang, Module, Param, Problem, Type, TypeDecl, TypeKind,
};

impl Parser<'_> {
    pub(super) fn item(&mut self, module: &mut Module) -> Result<()> {
        let word = self.cursor.peek_word();
        let span = self.span();
        match word {
            "fn" | "method" | "closure" | "async" => {
                let function = self.function(module.functions.len())?;
                module.functions.push(function);
                return Ok(());
            }
            "lang" | "import" | "problem" | "type" | "global" | "const" => self.cursor.expect_word(word)?,
            _ => return self.cursor.fail(&format!("expected fn, method, closure, type or global, found {word:?}")),
        }
        match word {
            "lang" => module.lang = self.lang()?,
            "import" => {
                let name = self.cursor.ident()?.into();
                self.cursor.expect("=")?;
                module.imports.push(Import { name, path: self.cursor.word()?.into(), span });
            }
            "problem" => module.problems.push(Problem { span, message: self.cursor.string()? }),
            "type" => module.types.push(self.type_decl()?),
            word => module.globals.push(self.global(word == "const")?),
        }
        Ok(())
    }

    fn lang(&mut self) -> Result<Lang> {
        match &*self.cursor.word()? {
            "go" => Ok(Lang::Go),
            "typescript" => Ok(Lang::TypeScript),
            "rust" => Ok(Lang::Rust),
            other => self.cursor.fail(&format!("expected go, typescript or rust, found {other:?}")),
        }
    }

    fn type_decl(&mut self) -> Result<TypeDecl> {
        let name = self.cursor.word()?.into();
        let kind = if self.cursor.eat("=") {
            TypeKind::Alias(self.ty()?)
        } else if self.cursor.eat_word("struct") {
            self.cursor.expect("{")?;
            let mut fields = vec![];
            while !self.cursor.eat("}") {
                let embedded = self.cursor.eat_word("embed");
                if !embedded {
                    self.cursor.expect_word("field")?;
                }
                let name = self.cursor.ident()?.into();
                fields.push(Field { name, ty: self.typed()?, embedded, span: self.span() });
            }
            TypeKind::Struct(fields)
        } else {
            self.cursor.expect_word("interface")?;
            self.cursor.expect("{")?;
            self.interface()?
        };
        Ok(TypeDecl { name, kind, span: self.span() })
    }

    fn interface(&mut self) -> Result<TypeKind> {
        let (mut methods, mut embeds) = (vec![], vec![]);
        while !self.cursor.eat("}") {
            if self.cursor.eat_word("embed") {
                embeds.push(self.ty()?);
                continue;
            }
            self.cursor.expect_word("method")?;
            let name = self.cursor.ident()?.into();
            self.cursor.expect("(")?;
            let params = self.types()?;
            methods.push((name, params, self.results()?));
        }
        Ok(TypeKind::Interface { methods, embeds })
    }

    fn global(&mut self, constant: bool) -> Result<Global> {
        (self.function, self.scope) = (None, Scope::Init);
        let name = self.cursor.word()?.into();
        let ty = self.typed()?;
        let embeds = if self.cursor.eat_word("embeds") { Some(self.cursor.string()?.into()) } else { None };
        let init = if self.cursor.eat_word("init") { self.block()? } else { Block::new() };
        let value = if self.cursor.eat("=") { Some(self.value()?) } else { None };
        Ok(Global { name, ty, constant, init, value, embeds, span: self.span() })
    }

    fn function(&mut self, id: usize) -> Result<Function> {
        self.function = Some(id);
        self.scope = self.known.as_ref().and_then(|k| k.scopes.get(id)).copied().unwrap_or(Scope::Function(id));
        let is_async = self.cursor.eat_word("async");
        let word = self.cursor.peek_word();
        let mut kind = match word {
            "fn" => FunctionKind::Plain,
            "method" => FunctionKind::Method,
            "closure" => FunctionKind::Closure { parent: None },
            _ => return self.cursor.fail("expected fn, method or closure"),
        };
        self.cursor.expect_word(word)?;
        let mut receiver = None;
        if self.cursor.eat("(") {
            receiver = Some(self.param()?);
            self.cursor.expect(")")?;
        }
        let name = self.cursor.word()?.into();
        if let FunctionKind::Closure { parent } = &mut kind {
            let around = if self.cursor.eat_word("in") { Some(self.cursor.reference()?) } else { None };
            if let Some(reference) = &around {
                *parent = Some(self.resolve(reference)?);
            }
            self.parents.push(around);
        }
        let (params, variadic) = self.params()?;
        let results = self.results()?;
        let mut named_results = vec![];
        if self.cursor.eat_word("named") {
            self.cursor.expect("(")?;
            named_results = self.list(")", Self::local)?;
        }
        for (local, ty) in named_results.iter().zip(&results) {
            self.imply(*local, ty);
        }
        let body = if self.cursor.peek("{") { Some(self.block()?) } else { None };
        let (span, name_span) = (self.span(), self.span());
        Ok(Function { name, kind, receiver, params, variadic, results, named_results, body, is_async, span, name_span })
    }

    fn params(&mut self) -> Result<(Vec<Param>, bool)> {
        self.cursor.expect("(")?;
        let mut variadic = false;
        let params = self.list(")", |p| {
            if variadic {
                return p.cursor.fail("only the last parameter can take the rest");
            }
            variadic = p.cursor.eat("...");
            if variadic && p.cursor.peek(")") { Ok(None) } else { p.param().map(Some) }
        })?;
        Ok((params.into_iter().flatten().collect(), variadic))
    }

    fn param(&mut self) -> Result<Param> {
        let local = self.local()?;
        let name = if self.cursor.eat_word("as") {
            self.cursor.ident()?.into()
        } else {
            self.locals[local.0 as usize].local.name.clone()
        };
        let ty = self.typed()?;
        self.imply(local, &ty);
        Ok(Param { local, name, ty })
    }

    /// `var %x: type`.
    pub(super) fn var(&mut self) -> Result<()> {
        let local = self.local()?;
        self.cursor.expect(":")?;
        let ty = self.ty()?;
        let draft = &mut self.locals[local.0 as usize];
        (draft.local.ty, draft.declared) = (ty, true);
        Ok(())
    }

    /// `: type`, or nothing.
    fn typed(&mut self) -> Result<Type> {
        if self.cursor.eat(":") { self.ty() } else { Ok(Type::Unknown) }
    }
}
