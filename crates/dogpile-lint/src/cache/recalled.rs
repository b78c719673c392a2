//! Runs that know what others found out.

use super::Known;
use crate::guard::guarded;
use crate::input::InputFile;
use crate::pipeline::{Options, Outcome, lint_again};
use crate::warm::Warm;
use dogpile_report::ProblemKind;
use dogpile_source::Span;
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
        && is_sound(&outcome)
    {
        return outcome;
    }
    run(Known::default())
}

/// Whether nothing failed, and every finding is about a place that is there.
fn is_sound(outcome: &Outcome) -> bool {
    let found = outcome.entries.iter().chain(&outcome.hidden).map(|entry| &entry.finding);
    let mut places = found.flat_map(|finding| finding.labels.iter().map(|label| label.span).chain([finding.primary]));
    let is_there = |span: Span| {
        let file = outcome.sources.get(span.file);
        file.is_some_and(|file| file.text.get(span.start as usize..span.end as usize).is_some())
    };
    places.all(is_there) && outcome.problems.iter().all(|problem| problem.kind != ProblemKind::Bug)
}

#[cfg(test)]
mod tests {
    use crate::fuzzing::packs::{changed, lint_knowing, untold, written};
    use crate::lint_files;
    use dogpile_ir::{FuncId, Module, Rvalue, Stmt, StmtKind, Value, ValueKind};

    fn files() -> Vec<(String, String)> {
        let text = "package app\n\nimport (\n\t\"context\"\n\t\"time\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc sweep(ctx context.Context, rdb *redis.Client) {\n\tif ok, _ := rdb.SetNX(ctx, \"lock\", 1, time.Second).Result(); !ok {\n\t\treturn\n\t}\n\tdefer rdb.Del(ctx, \"lock\")\n\twork(ctx)\n}\n";
        vec![("go.mod".to_owned(), "module m\n".to_owned()), ("app/a.go".to_owned(), text.to_owned())]
    }

    #[test]
    fn what_no_run_wrote_is_found_out_anew() {
        let files = files();
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

    #[test]
    fn findings_are_about_places_that_are_there() {
        let (pack, cold) = (written(&files()), lint_files(files(), None));
        // The module, an exploration for each effort, and what was told of all of it.
        let mut told = 0;
        drop(changed(&pack, 2, |bytes| told = bytes.len()));
        let mut others = 0;
        for at in 0..told {
            let result = lint_knowing(&files(), &[changed(&pack, 2, |bytes| bytes[at] ^= 0x20)]);
            others += usize::from(result.findings != cold.findings);
            for finding in &result.findings {
                let (start, end) = (finding.primary.start as usize, finding.primary.end as usize);
                let file = result.sources.get(finding.primary.file);
                assert!(file.is_some_and(|file| file.text.get(start..end).is_some()), "byte {at}: {finding:?}");
            }
        }
        assert!(told > 500 && others > 0, "what was told counts: {told} bytes, {others} other findings");
    }
}
