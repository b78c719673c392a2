//! Methods that a program gives to a client: a name, and the script that runs under it.

use crate::asked::{About, Answers, note};
use crate::program::Program;
use crate::typing::lang;
use crate::walk::each_call;
use dogpile_ir::{Call, Callee, FieldInit, Lit, Module, Value, ValueKind};
use dogpile_models::Does;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How many names a script's text may stand behind.
const NAMES: usize = 4;

/// A script under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Command {
    /// Its text.
    pub(crate) script: Arc<str>,
    /// How many of its arguments are keys; `None`: the first argument says it.
    pub(crate) keys: Option<usize>,
    /// The method that defined it, by whose row its reply is read.
    pub(crate) by: Arc<str>,
}

/// The commands that one module defines, in order.
pub(crate) type Part = Vec<(String, Command)>;

/// Commands of a project by name; `None` where two scripts share one.
#[derive(Debug, Default)]
pub(crate) struct Commands(FxHashMap<String, Option<Command>>);

/// The commands of a module.
pub(crate) fn part(program: &Program<'_>, m: u32) -> Part {
    let module = &program.modules[m as usize];
    let bodies = module.functions.iter().filter_map(|f| f.body.as_ref()).chain(module.globals.iter().map(|g| &g.init));
    let mut found = Vec::new();
    for body in bodies {
        each_call(body, &mut |call| found.extend(defined(program, module, call)));
    }
    found
}

impl Commands {
    pub(crate) fn of<'p>(parts: impl Iterator<Item = &'p Part>) -> Self {
        let mut found = Self::default();
        for (name, command) in parts.flatten() {
            let known = found.0.entry(name.clone()).or_insert_with(|| Some(command.clone()));
            if known.as_ref() != Some(command) {
                *known = None;
            }
        }
        found
    }

    /// The command of that name, if there is exactly one.
    pub(crate) fn named(&self, name: &str) -> Option<&Command> {
        note(About::Command, name);
        self.0.get(name).and_then(Option::as_ref)
    }

    pub(crate) fn answers(&self, answers: &mut Answers) {
        self.0.iter().for_each(|(name, command)| answers.add(About::Command, name.as_str(), command));
    }
}

fn defined(program: &Program<'_>, module: &Module, call: &Call) -> Option<(String, Command)> {
    let Callee::Method { name: method, .. } = &call.callee else { return None };
    let rows = program.models.by_method_name(lang(module), method, call.args.len());
    rows.iter().find(|row| matches!(row.call.does, Does::DefinesCommand { .. }))?;
    let [name, how] = call.args.as_slice() else { return None };
    let name = text(program, name, 0)?;
    let script = text(program, field(program, how, "lua", 0)?, 0)?;
    let keys = match field(program, how, "numberOfKeys", 0).map(|value| &value.kind) {
        Some(ValueKind::Lit(Lit::Int(n))) => Some(usize::try_from(*n).ok()?),
        Some(_) => return None,
        None => None,
    };
    Some((name.to_string(), Command { script, keys, by: method.clone() }))
}

/// A field of an object that is written out.
fn field<'v>(program: &'v Program<'_>, value: &'v Value, wanted: &str, depth: usize) -> Option<&'v Value> {
    match &value.kind {
        ValueKind::Aggregate { fields, .. } => fields.iter().find_map(|field| match field {
            FieldInit::Named(name, value) if &**name == wanted => Some(value),
            _ => None,
        }),
        ValueKind::Global(name) if depth < NAMES => field(program, program.global(name)?.1.value.as_ref()?, wanted, depth + 1),
        _ => None,
    }
}

/// A text that is written out, if behind names.
fn text(program: &Program<'_>, value: &Value, depth: usize) -> Option<Arc<str>> {
    match &value.kind {
        ValueKind::Lit(Lit::Str(text)) => Some(text.to_string().into()),
        ValueKind::Global(name) if depth < NAMES => text(program, program.global(name)?.1.value.as_ref()?, depth + 1),
        _ => None,
    }
}
