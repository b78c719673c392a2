//! What calls resolve to.

use super::{Typing, lang, path_of, writes_option};
use crate::program::{FuncRef, Program};
use crate::resolved::Called;
use dogpile_ir::{Call, Callee, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_models::{Does, Row};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a call resolves to.
#[derive(Clone, Debug)]
pub(crate) enum Target<'p> {
    /// A function of the project.
    Local(FuncRef),
    /// An interface method: its implementations in the project (at most three are followed, as "may").
    Dispatch(Vec<FuncRef>),
    /// A modelled call and how sure that is.
    Model(Row<'p>, Evidence),
    /// Nothing we know; its canonical name where there is one.
    Unknown(Arc<str>),
}

/// How a modelled call was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Evidence {
    /// Name and shape only.
    Shape,
    /// A distinctive shape, or an import that fits.
    Import,
    /// The receiver's type or the function's package is known.
    Exact,
}

impl Typing {
    /// Resolves a call by declared types alone.
    pub(crate) fn target<'p>(&self, program: &Program<'p>, m: u32, call: &Call) -> Target<'p> {
        match &call.callee {
            Callee::Named(name) => named_target(program, m, name, call.args.len()),
            Callee::Method { receiver, name } => {
                let ty = self.value_type(program, m, receiver, 0);
                if ty == Type::Unknown
                    && let Some(found) = self
                        .function_of(program, m, receiver, name, call.args.len())
                        .or_else(|| self.told(program, m, call))
                {
                    return found;
                }
                match self.method_target(program, m, &ty, name, call.args.len()) {
                    Target::Unknown(unknown) => {
                        let held = ty.name().map_or(Type::Unknown, |_| self.field_of(program, &ty, name));
                        called(program, &held, call.args.len()).unwrap_or(Target::Unknown(unknown))
                    }
                    found => found,
                }
            }
            Callee::Value(value) => match &value.kind {
                ValueKind::Closure(id) => Target::Local(FuncRef { module: m, func: *id }),
                ValueKind::Global(name) => match named_target(program, m, name, call.args.len()) {
                    Target::Unknown(unknown) => {
                        let promised = self.promisified(program, name, call.args.len());
                        let held = || called(program, &self.value_type(program, m, value, 0), call.args.len());
                        promised.or_else(held).unwrap_or(Target::Unknown(unknown))
                    }
                    found => found,
                },
                _ => called(program, &self.value_type(program, m, value, 0), call.args.len())
                    .unwrap_or_else(|| Target::Unknown("".into())),
            },
        }
    }

    /// `const setAsync = promisify(client.set).bind(client)`: the method of that client that gives a promise.
    fn promisified<'p>(&self, program: &Program<'p>, name: &str, args: usize) -> Option<Target<'p>> {
        let (m, global) = program.global(name)?;
        global.init.iter().find_map(|stmt| {
            let StmtKind::Let { value: Rvalue::Call(call), .. } = &stmt.kind else { return None };
            let [Value { kind: ValueKind::Field(object, method), .. }, ..] = call.args.as_slice() else { return None };
            let Target::Model(row, _) = self.target(program, m, call) else { return None };
            if !matches!(row.call.does, Does::Value(dogpile_models::ValueKind::Promisified)) {
                return None;
            }
            let ty = self.value_type(program, m, object, 0);
            Some(self.method_target(program, m, &ty, &dogpile_models::promised(method), args))
        })
    }

    /// A function that belongs to an imported value or to a name of the language: `axios.get`, `Date.now`, `Lock.create`.
    pub(crate) fn function_of<'p>(
        &self,
        program: &Program<'p>,
        m: u32,
        value: &Value,
        name: &str,
        args: usize,
    ) -> Option<Target<'p>> {
        let full = format!("{}.{name}", path_of(value)?);
        match named_target(program, m, &full, args) {
            Target::Unknown(_) => None,
            found => Some(found),
        }
    }

    /// A call on a receiver of unknown type whose options tell whose it is (`{ NX: true, PX: ttl }`).
    pub(crate) fn told<'p>(&self, program: &Program<'p>, m: u32, call: &Call) -> Option<Target<'p>> {
        let Callee::Method { name, .. } = &call.callee else { return None };
        let module = program.module_at(m);
        let models: &'p dogpile_models::Models = program.models;
        let mut rows = models.telling(lang(module), name, call.args.len());
        rows.retain(|row| row.call.telling.iter().any(|path| writes_option(call, path)));
        let imported = rows.iter().find(|row| module.imports.iter().any(|import| models.holds_in(**row, &import.path)));
        imported.or_else(|| rows.first()).map(|row| Target::Model(*row, Evidence::Import))
    }

    /// Resolves a method on a type.
    pub(crate) fn method_target<'p>(
        &self,
        program: &Program<'p>,
        m: u32,
        ty: &Type,
        name: &str,
        args: usize,
    ) -> Target<'p> {
        match ty {
            Type::Named(owner) => {
                program.look_into(m);
                program
                    .resolved
                    .of(Called { owner: Some(owner), name, args }, || found_method(program, m, ty, name, args))
            }
            _ => found_method(program, m, ty, name, args).0,
        }
    }
}

/// See [`Typing::method_target`]; and whether this is the same for every module.
fn found_method<'p>(program: &Program<'p>, m: u32, ty: &Type, name: &str, args: usize) -> (Target<'p>, bool) {
    let resolved = program.resolve_alias(ty);
    let models: &'p dogpile_models::Models = program.models;
    for ty in [ty, resolved] {
        let Some(owner) = ty.name() else { continue };
        let owner = &*program.canonical(owner);
        let row = models.method(owner, name, args);
        if let Some(found) = told_or_followed(program, m, row, || program.method(owner, name)) {
            return found;
        }
        if program.is_interface(owner) {
            let found = program.implementations(owner, name);
            if !found.is_empty() {
                return (Target::Dispatch(found), true);
            }
        }
        // An embedded foreign type or interface.
        if let Some(inner) = program.embedded_with(
            owner,
            &|t| {
                models.method(t, name, args).is_some()
                    || (program.is_interface(t) && !program.implementations(t, name).is_empty())
            },
            0,
        ) {
            let target = match models.method(inner, name, args) {
                Some(row) => Target::Model(row, Evidence::Exact),
                None => Target::Dispatch(program.implementations(inner, name)),
            };
            return (target, true);
        }
        if program.is_interface(owner) {
            if let Some(row) = crate::extended::row(program, lang(program.module_at(m)), owner, name, args) {
                return (Target::Model(row, Evidence::Exact), true);
            }
            // An interface of the project may be a narrow view of a client: its calls can be as telling.
            break;
        }
        // Another name for a type: what it stands for is asked next.
        if ty != resolved {
            continue;
        }
        return (Target::Unknown(format!("{owner}.{name}").into()), true);
    }
    let target = match models.distinctive(lang(program.module_at(m)), name, args) {
        Some(row) if *resolved == Type::Unknown || resolved.name().is_some_and(|n| program.is_interface(n)) => {
            Target::Model(row, Evidence::Import)
        }
        _ => Target::Unknown(name.into()),
    };
    (target, true)
}

/// What a call of an object itself does: `limit(f)`.
pub(crate) fn called_row<'p>(program: &Program<'p>, ty: &Type, args: usize) -> Option<Row<'p>> {
    program.models.method(&program.canonical(ty.name()?), "()", args)
}

fn called<'p>(program: &Program<'p>, ty: &Type, args: usize) -> Option<Target<'p>> {
    called_row(program, ty, args).map(|row| Target::Model(row, Evidence::Exact))
}

fn named_target<'p>(program: &Program<'p>, m: u32, name: &str, args: usize) -> Target<'p> {
    program.resolved.of(Called { owner: None, name, args }, || found_name(program, m, name, args))
}

/// See [`named_target`]; and whether this is the same for every module.
fn found_name<'p>(program: &Program<'p>, m: u32, name: &str, args: usize) -> (Target<'p>, bool) {
    let name = &*program.canonical(name);
    let row = program.models.function(name, args);
    if let Some(found) = told_or_followed(program, m, row, || program.function_named(name)) {
        return found;
    }
    // A method called as a function takes its receiver first: `Type.method(x)`, `super.method()`.
    if let Some((owner, method)) = name.rsplit_once('.') {
        if let Some(f) = program.method(owner, method) {
            return (Target::Local(f), true);
        }
        if let Some(row) = args.checked_sub(1).and_then(|args| program.models.method(owner, method, args)) {
            return (Target::Model(row, Evidence::Exact), true);
        }
    }
    (Target::Unknown(name.into()), true)
}

/// What a row tells of a call, or the code that it runs. A user's row counts more than code, and so does one on
/// another project's client whose code lies in the tree: where there are both, it depends on the module that calls.
fn told_or_followed<'p>(
    program: &Program<'p>,
    m: u32,
    row: Option<Row<'p>>,
    code: impl FnOnce() -> Option<FuncRef>,
) -> Option<(Target<'p>, bool)> {
    let told = row.map(|row| Target::Model(row, Evidence::Exact));
    if row.is_some_and(|row| program.models.is_users(row.client)) {
        return Some((told?, true));
    }
    match (told, code()) {
        (Some(told), Some(f)) => Some((if program.is_client_to(m, f.module) { told } else { Target::Local(f) }, false)),
        (None, Some(f)) => Some((Target::Local(f), true)),
        (told, None) => Some((told?, true)),
    }
}
