//! Tests among other code: functions that a test runs, in files that are not called `_test.go`.

use dogpile_ir::{FuncId, FunctionKind, Module, Type};
use dogpile_source::FileId;

/// What `go test` hands to tests, benchmarks and their helpers.
const HANDED: [&str; 5] = ["testing.T", "testing.B", "testing.F", "testing.M", "testing.TB"];

/// The same as [`parse`](crate::parse), but functions that take a `*testing.T` or its like have no body.
#[must_use]
pub fn parse_without_tests(file: FileId, package: &str, text: &str) -> Module {
    let mut module = crate::parse(file, package, text);
    if !module.imports.iter().any(|import| &*import.path == "testing") {
        return module;
    }
    let tests: Vec<bool> = (0u32..).zip(&module.functions).map(|(at, _)| is_of_a_test(&module, FuncId(at))).collect();
    for (function, _) in module.functions.iter_mut().zip(tests).filter(|(_, test)| *test) {
        function.body = None;
    }
    module
}

/// Itself or a function around it.
fn is_of_a_test(module: &Module, mut at: FuncId) -> bool {
    loop {
        let function = module.function(at);
        let handed = |ty: &Type| matches!(ty, Type::Named(name) if HANDED.contains(&&**name));
        if function.params.iter().any(|param| handed(&param.ty)) {
            return true;
        }
        match function.kind {
            FunctionKind::Closure { parent: Some(parent) } => at = parent,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_tests_have_no_body() {
        let text = "package p\n\nimport \"testing\"\n\nfunc Conforms(t *testing.T, s Store) {\n\tt.Run(\"a\", func(t *testing.T) { s.Take() })\n\tdefer func() { s.Drop() }()\n}\n\nfunc work(s Store) { s.Take() }\n";
        let bodies = |module: &Module| {
            module.functions.iter().filter(|f| f.body.is_some()).map(|f| f.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(bodies(&parse_without_tests(FileId(0), "m/p", text)), ["m/p.work"]);
        assert_eq!(bodies(&crate::parse(FileId(0), "m/p", text)).len(), 4);
    }
}
