//! Runs that know what others found out.

use super::Known;
use crate::guard::guarded;
use crate::input::InputFile;
use crate::pipeline::{Options, Outcome, lint_again};
use crate::warm::Warm;
use dogpile_report::ProblemKind;
use std::sync::atomic::AtomicBool;

/// Lints with what other runs wrote down; what this one finds out is in `warm`. Should it end badly, which only what no run
/// wrote can make it do, all is found out anew.
pub(crate) fn recalled(files: &[InputFile], options: &Options<'_>, known: Known, warm: &mut Warm) -> Outcome {
    let mut run = |known: Known| {
        *warm = Warm::default();
        warm.known = Some(known);
        lint_again(files, options, Some(warm), &AtomicBool::new(false)).unwrap_or_default()
    };
    if !known.is_empty()
        && let Ok(outcome) = guarded(|| run(known))
        && outcome.problems.iter().all(|problem| problem.kind != ProblemKind::Bug)
    {
        return outcome;
    }
    run(Known::default())
}

#[cfg(test)]
mod tests {
    use crate::fuzzing::packs::{changed, lint_knowing, untold, written};
    use crate::lint_files;
    use dogpile_ir::{FuncId, Module, Rvalue, Stmt, StmtKind, Value, ValueKind};

    #[test]
    fn what_no_run_wrote_is_found_out_anew() {
        let text = "package app\n\nimport (\n\t\"context\"\n\t\"time\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc sweep(ctx context.Context, rdb *redis.Client) {\n\tif ok, _ := rdb.SetNX(ctx, \"lock\", 1, time.Second).Result(); !ok {\n\t\treturn\n\t}\n\tdefer rdb.Del(ctx, \"lock\")\n\twork(ctx)\n}\n";
        let files = vec![("go.mod".to_owned(), "module m\n".to_owned()), ("app/a.go".to_owned(), text.to_owned())];
        // A closure that is not there: whoever looks into it fails.
        let pack = changed(&untold(&written(&files)), 0, |bytes| {
            let mut module: Module = postcard::from_bytes(bytes).expect("a module");
            let function = module.functions.first_mut().expect("a function");
            let closure = Value::new(ValueKind::Closure(FuncId(9_999)), function.span);
            let made = StmtKind::Let { targets: vec![], value: Rvalue::Use(closure) };
            function.body.as_mut().expect("a body").push(Stmt { kind: made, span: function.span });
            *bytes = postcard::to_allocvec(&module).expect("bytes");
        });
        let (known, cold) = (lint_knowing(&files, &[pack]), lint_files(files, None));
        assert!(!cold.findings.is_empty() && known.problems.is_empty(), "{:?}", known.problems);
        assert_eq!(known.findings, cold.findings);
    }
}
