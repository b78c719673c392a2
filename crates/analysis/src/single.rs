//! Classes of which there is one object in a process: a container makes it once and hands it to everybody.

use crate::program::Program;
use crate::typing::lang;
use crate::walk::each_call;
use dogpile_ir::{Call, Callee, FieldInit, ValueKind as Kind};
use dogpile_models::{Does, ValueKind};
use std::collections::HashSet;

/// What a front end adds to the name of a class for the calls that decorate it.
const DECORATORS: &str = "@decorators";

/// The classes that are decorated so.
pub(crate) fn classes(program: &Program<'_>) -> HashSet<String> {
    let mut found = HashSet::new();
    for module in program.modules {
        for global in &module.globals {
            let Some(class) = global.name.strip_suffix(DECORATORS).filter(|name| program.type_decl(name).is_some())
            else {
                continue;
            };
            each_call(&global.init, &mut |call| {
                if let Callee::Named(name) = &call.callee
                    && !is_scoped(call)
                    && program.models.function(&program.canonical(name), call.args.len()).is_some_and(|row| {
                        row_language(program, row.client) == lang(module)
                            && matches!(row.call.does, Does::Value(ValueKind::PerProcess))
                    })
                {
                    found.insert(class.to_owned());
                }
            });
        }
    }
    found
}

fn row_language<'p>(program: &Program<'p>, client: dogpile_models::ClientId) -> &'p str {
    let models: &'p dogpile_models::Models = program.models;
    &models.client(client).language
}

/// `@Injectable({ scope: Scope.REQUEST })`: one for each request.
fn is_scoped(call: &Call) -> bool {
    call.args.iter().any(|arg| match &arg.kind {
        Kind::Aggregate { fields, .. } => fields
            .iter()
            .any(|f| !matches!(f, FieldInit::Named(name, _) if &**name != "scope" && &**name != "transient")),
        Kind::Lit(_) | Kind::Global(_) => false,
        _ => true,
    })
}
