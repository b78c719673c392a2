//! Methods that a program gives to a client: a name, and the script that runs under it.

use crate::asked::{About, Answers, note};
use crate::program::Program;
use crate::typing::lang;
use crate::walk::each_call;
use dogpile_ir::{Call, Callee, FieldInit, Lit, Module, Type, Value, ValueKind};
use dogpile_models::{AccessPath, Base, Does, Models, Row};
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
    /// The method that defined it, and how many arguments it got.
    pub(crate) by: Arc<str>,
    pub(crate) given: usize,
    /// Name of the reply row by which its reply is read.
    pub(crate) reply: Arc<str>,
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

    /// What a method of that name runs, if exactly one script has it, and if the receiver can have been taught it: what
    /// it is is not known, or it is of a type on which commands are defined.
    pub(crate) fn taught(
        &self,
        program: &Program<'_>,
        name: &str,
        receiver: impl FnOnce() -> Type,
    ) -> Option<&Command> {
        note(About::Command, name);
        let command = self.0.get(name).and_then(Option::as_ref)?;
        let receiver = receiver();
        (receiver == Type::Unknown || command.is_of(program, &receiver)).then_some(command)
    }

    pub(crate) fn answers(&self, answers: &mut Answers) {
        self.0.iter().for_each(|(name, command)| answers.add(About::Command, name.as_str(), command));
    }
}

impl Command {
    /// Whether a type has the method that defined this command, or has it from one that it extends.
    fn is_of(&self, program: &Program<'_>, ty: &Type) -> bool {
        let defines = |owner: &str| self.row_of(program, owner).is_some();
        [ty, program.resolve_alias(ty)].into_iter().filter_map(Type::name).any(|owner| {
            let owner = &*program.canonical(owner);
            defines(owner)
                || program.embedded_with(owner, &defines, 0).is_some()
                || program.extends_with(owner, &defines, 0).is_some()
        })
    }

    /// The row that defined it, as a type has it.
    pub(crate) fn row_of<'p>(&self, program: &Program<'p>, ty: &str) -> Option<Row<'p>> {
        let models: &'p Models = program.models;
        models.method(ty, &self.by, self.given).filter(|row| matches!(row.call.does, Does::DefinesCommand { .. }))
    }
}

fn defined(program: &Program<'_>, module: &Module, call: &Call) -> Vec<(String, Command)> {
    let given: Vec<Option<&Value>> = call.args.iter().map(Some).collect();
    match &call.callee {
        Callee::Method { name: method, .. } => {
            let rows = program.models.by_method_name(lang(module), method, given.len());
            rows.iter().find_map(|row| read(program, &row.call.does, method, None, &given)).into_iter().collect()
        }
        Callee::Named(name) => brought(program, name, &given).unwrap_or_default(),
        Callee::Value(_) => vec![],
    }
}

/// The scripts that an object is made with.
fn brought(program: &Program<'_>, maker: &str, given: &[Option<&Value>]) -> Option<Vec<(String, Command)>> {
    let row = program.models.function(&program.canonical(maker), given.len())?;
    let Does::Makes { ty, defines: Some(defines), .. } = &row.call.does else { return None };
    let ty = program.models.qualified_type(row.client, ty);
    let definer = program.models.method(&ty, &defines.by, 2)?;
    let ValueKind::Aggregate { fields, .. } = &behind(program, at(program, &defines.each, given)?, 0)?.kind else {
        return None;
    };
    let each = fields.iter().filter_map(|field| match field {
        FieldInit::Named(name, how) => read(program, &definer.call.does, &defines.by, Some(name), &[None, Some(how)]),
        _ => None,
    });
    Some(each.collect())
}

/// A definition as its row reads it, under a name that is known or stands among the arguments.
fn read(
    program: &Program<'_>,
    does: &Does,
    by: &str,
    called: Option<&str>,
    given: &[Option<&Value>],
) -> Option<(String, Command)> {
    let Does::DefinesCommand { name, script, keys, reply } = does else { return None };
    let called = match called {
        Some(called) => called.to_owned(),
        None => text(program, at(program, name, given)?, 0)?.to_string(),
    };
    let script = text(program, at(program, script, given)?, 0)?;
    let keys = match at(program, keys, given).map(|value| &value.kind) {
        Some(ValueKind::Lit(Lit::Int(n))) => Some(usize::try_from(n.get()).ok()?),
        Some(_) => return None,
        None => None,
    };
    Some((called, Command { script, keys, by: by.into(), given: given.len(), reply: reply.as_str().into() }))
}

/// What stands at a path of a row.
fn at<'v>(program: &'v Program<'_>, path: &str, given: &[Option<&'v Value>]) -> Option<&'v Value> {
    let AccessPath { base: Base::Arg(n), fields } = AccessPath::parse(path)? else { return None };
    let value = (*given.get(n.checked_sub(1)?)?)?;
    fields.iter().try_fold(value, |value, wanted| field(program, value, wanted))
}

/// A field of an object that is written out, if behind names.
fn field<'v>(program: &'v Program<'_>, value: &'v Value, wanted: &str) -> Option<&'v Value> {
    let ValueKind::Aggregate { fields, .. } = &behind(program, value, 0)?.kind else { return None };
    fields.iter().find_map(|field| match field {
        FieldInit::Named(name, value) if &**name == wanted => Some(value),
        _ => None,
    })
}

/// What a name of the project stands for; any other value is itself.
fn behind<'v>(program: &'v Program<'_>, value: &'v Value, depth: usize) -> Option<&'v Value> {
    match &value.kind {
        ValueKind::Global(name) if depth < NAMES => behind(program, program.global(name)?.1.value.as_ref()?, depth + 1),
        ValueKind::Global(_) => None,
        _ => Some(value),
    }
}

/// A text that is written out, if behind names.
fn text(program: &Program<'_>, value: &Value, depth: usize) -> Option<Arc<str>> {
    match &behind(program, value, depth)?.kind {
        ValueKind::Lit(Lit::Str(text)) => Some(text.to_string().into()),
        _ => None,
    }
}
