//! What stands at the top level.

use super::Printer;
use super::names::{push_ident, push_quoted, push_word};
use crate::{Function, FunctionKind, Global, Lang, LocalId, Param, Type, TypeDecl, TypeKind};
use std::fmt::Write as _;

impl Printer<'_> {
    /// Everything but the functions.
    pub(super) fn module_head(&mut self) -> String {
        let module = self.module;
        self.line("module ");
        push_word(&mut self.out, &module.package);
        self.out.push('\n');
        if self.options.origin {
            let lang = match module.lang {
                Lang::Go => "go",
                Lang::TypeScript => "typescript",
                Lang::Rust => "rust",
            };
            let _ = writeln!(self.out, "lang {lang}");
            for import in &module.imports {
                self.line("import ");
                push_ident(&mut self.out, &import.name);
                self.out.push_str(" = ");
                push_word(&mut self.out, &import.path);
                self.end(import.span);
            }
        }
        for problem in &module.problems {
            self.line("problem ");
            push_quoted(&mut self.out, &problem.message, '"');
            self.end(problem.span);
        }
        for decl in &module.types {
            self.out.push('\n');
            self.type_decl(decl);
        }
        for global in &module.globals {
            self.out.push('\n');
            self.global(global);
        }
        std::mem::take(&mut self.out)
    }

    fn type_decl(&mut self, decl: &TypeDecl) {
        self.line("type ");
        push_word(&mut self.out, &decl.name);
        match &decl.kind {
            TypeKind::Alias(ty) => {
                self.out.push_str(" = ");
                self.ty(ty);
                self.end(decl.span);
            }
            TypeKind::Struct(fields) => {
                self.out.push_str(" struct {");
                self.end(decl.span);
                for field in fields {
                    self.line(if field.embedded { "  embed " } else { "  field " });
                    push_ident(&mut self.out, &field.name);
                    self.typed(&field.ty);
                    self.end(field.span);
                }
                self.line("}\n");
            }
            TypeKind::Interface { methods, embeds } => {
                self.out.push_str(" interface {");
                self.end(decl.span);
                for (name, params, results) in methods {
                    self.line("  method ");
                    push_ident(&mut self.out, name);
                    self.signature_types(params, results);
                    self.out.push('\n');
                }
                for ty in embeds {
                    self.line("  embed ");
                    self.ty(ty);
                    self.out.push('\n');
                }
                self.line("}\n");
            }
        }
    }

    fn global(&mut self, global: &Global) {
        self.line(if global.constant { "const " } else { "global " });
        push_word(&mut self.out, &global.name);
        self.typed(&global.ty);
        if let Some(path) = &global.embeds {
            self.out.push_str(" embeds ");
            push_quoted(&mut self.out, path, '"');
        }
        self.labels.clear();
        self.scope = super::Scope::Init;
        let (head, _) = (std::mem::take(&mut self.out), self.fresh.clear());
        self.indent = 1;
        self.block(&global.init);
        self.indent = 0;
        let init = std::mem::take(&mut self.out);
        if let Some(value) = &global.value {
            self.out.push_str(" = ");
            self.value(value);
        }
        let value = std::mem::replace(&mut self.out, head);
        let vars = self.vars();
        if !init.is_empty() || !vars.is_empty() {
            self.out.push_str(" init {\n");
            self.out.push_str(&vars);
            self.out.push_str(&init);
            self.out.push('}');
        }
        self.out.push_str(&value);
        self.end(global.span);
    }

    /// One function.
    pub(super) fn function(&mut self, id: usize) -> String {
        let function = &self.module.functions[id];
        self.scope = self.scopes[id];
        self.labels.clear();
        self.fresh.clear();
        self.header(function);
        if let Some(body) = &function.body {
            self.out.push_str(" {");
            self.end(function.span);
            let head = std::mem::take(&mut self.out);
            self.indent = 1;
            self.block(body);
            self.indent = 0;
            let body = std::mem::replace(&mut self.out, head);
            let vars = self.vars();
            self.out.push_str(&vars);
            self.out.push_str(&body);
            self.out.push_str("}\n");
        } else {
            self.end(function.span);
        }
        std::mem::take(&mut self.out)
    }

    fn header(&mut self, function: &Function) {
        if function.is_async {
            self.out.push_str("async ");
        }
        self.out.push_str(match function.kind {
            FunctionKind::Plain => "fn ",
            FunctionKind::Method => "method ",
            FunctionKind::Closure { .. } => "closure ",
        });
        if let Some(receiver) = &function.receiver {
            self.out.push('(');
            self.param(receiver);
            self.out.push_str(") ");
        }
        push_word(&mut self.out, &function.name);
        if let FunctionKind::Closure { parent: Some(parent) } = function.kind {
            self.out.push_str(" in ");
            self.reference(parent);
        }
        self.out.push('(');
        let last = function.params.len().checked_sub(1).filter(|_| function.variadic);
        for (i, param) in function.params.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            if last == Some(i) {
                self.out.push_str("...");
            }
            self.param(param);
        }
        if function.variadic && last.is_none() {
            self.out.push_str("...");
        }
        self.out.push(')');
        self.results(&function.results);
        if !function.named_results.is_empty() {
            self.out.push_str(" named (");
            self.list(&function.named_results, |p, local| p.local(*local));
            self.out.push(')');
        }
    }

    fn param(&mut self, param: &Param) {
        self.local(param.local);
        let name = self.module.locals.get(param.local.0 as usize).map_or("", |l| &*l.name);
        if name != &*param.name {
            self.out.push_str(" as ");
            push_ident(&mut self.out, &param.name);
        }
        self.typed(&param.ty);
    }

    /// Lines for the types of locals that first appear here and whose type no signature gives.
    fn vars(&mut self) -> String {
        let kept = std::mem::take(&mut self.out);
        for id in std::mem::take(&mut self.fresh) {
            let Some(declared) = self.declared(id) else { continue };
            self.line("  var ");
            self.local(id);
            self.out.push_str(": ");
            self.ty(declared);
            self.out.push('\n');
        }
        std::mem::replace(&mut self.out, kept)
    }
}

impl<'m> Printer<'m> {
    fn declared(&self, id: LocalId) -> Option<&'m Type> {
        let declared = &self.module.locals.get(id.0 as usize)?.ty;
        let implied = self.implied.get(&(self.scope, id)).map_or(&Type::Unknown, |ty| *ty);
        (declared != implied).then_some(declared)
    }
}
