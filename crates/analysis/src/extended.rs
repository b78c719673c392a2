//! Interfaces of the project that extend one of a client: `interface { redis.Cmdable; Close() error }`. Whoever has one has
//! the client.

use crate::program::Program;
use dogpile_ir::TypeKind;
use dogpile_models::{Does, Row};

/// What a method of such an interface does. One that queues and sends (`interface { redis.Cmdable; Exec() … }`) is no client,
/// though it has all its methods: what it is told is not done when the call returns.
pub(crate) fn row<'a>(program: &Program<'a>, lang: &str, interface: &str, name: &str, args: usize) -> Option<Row<'a>> {
    let models = program.models;
    let extended = program.extends_with(interface, &|ty| models.method(ty, name, args).is_some(), 0)?;
    let TypeKind::Interface { methods, .. } = &program.type_decl(interface)?.kind else { return None };
    let sends = |method: &str, args| {
        models.by_method_name(lang, method, args).iter().any(|row| matches!(row.call.does, Does::Flushes))
    };
    if methods.iter().any(|(method, params, _)| sends(method, params.len())) {
        return None;
    }
    models.method(extended, name, args)
}
