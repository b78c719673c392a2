//! Rust source → IR.
//!
//! One walk over the `syn` tree of a file. It never fails: what cannot be read becomes an `Opaque` node and a
//! [`dogpile_ir::Problem`], and the rest of the file goes on. Knows Rust and the IR, nothing of Redis, of other files,
//! of types that are not written down or of control-flow graphs; the module path comes from the caller, who has read
//! `Cargo.toml`.
//!
//! What a reader of the IR may want to know (the whole agreement is `docs/front-ends.md`):
//! - A `Result` is two results wherever it is produced or taken apart; `Result<(), E>` too. One target of a call with
//!   two results holds both, and two targets of such a value take it apart.
//! - The error of a `?` is a variable named `err`.
//! - A pattern on an enum's variant with parts is a `typetest` against the variant's name before the `match`.
//! - The last arm of a `match` without a guard is its default: the compiler has checked that the others leave only it.
//! - A second function of the same name in a file is called `name#2`.

mod assign;
mod asynchronous;
mod calls;
mod closures;
mod collect;
mod comments;
mod control;
mod exprs;
mod flow;
mod format;
mod functions;
mod globals;
mod items;
mod literals;
mod lowering;
mod macros;
mod matches;
mod operators;
mod paths;
mod patterns;
mod reading;
mod results;
mod scope;
mod select;
mod spans;
mod statics;
mod stmts;
mod test_items;
mod types;

use dogpile_ir::Module;
use dogpile_source::FileId;

/// Stack for files whose nesting may need more than a worker thread has.
const BIG_STACK: usize = 512 << 20;

/// Translates one file. `module` is its canonical module path (`app::jobs::lock`), whose first part names the crate.
#[must_use]
pub fn parse(file: FileId, module: &str, text: &str) -> Module {
    on_a_stack(file, module, text, Tests::Kept)
}

/// Translates one file but for what is built for tests only (`#[cfg(test)]`, `#[test]`).
#[must_use]
pub fn parse_without_tests(file: FileId, module: &str, text: &str) -> Module {
    on_a_stack(file, module, text, Tests::LeftOut)
}

/// What becomes of tests among other code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tests {
    Kept,
    LeftOut,
}

fn on_a_stack(file: FileId, module: &str, text: &str, tests: Tests) -> Module {
    let scan = comments::scan(file, text);
    if !scan.is_steep() {
        return translate(file, module, text, scan, tests);
    }
    std::thread::scope(|scope| {
        let scan = scan.clone();
        let run = std::thread::Builder::new()
            .stack_size(BIG_STACK)
            .spawn_scoped(scope, move || translate(file, module, text, scan, tests));
        run.ok().and_then(|thread| thread.join().ok())
    })
    .unwrap_or_else(|| {
        let mut build = dogpile_ir::Builder::new(file, dogpile_ir::Lang::Rust, module.into());
        build.module.comments = scan.comments;
        build.problem(dogpile_source::Span::new(file, 0, text.len()), "nested too deeply to follow");
        build.module
    })
}

fn translate(file: FileId, module: &str, text: &str, scan: comments::Scan, tests: Tests) -> Module {
    let mut lowering = lowering::Lowering::new(file, module, text);
    lowering.build.module.comments = scan.comments;
    if scan.depth > comments::MAX_BRACKETS || scan.run > comments::MAX_RUN {
        let all = dogpile_source::Span::new(file, 0, text.len());
        lowering.build.problem(all, "nested too deeply to follow");
        return lowering.build.module;
    }
    let mut items = reading::items(&mut lowering, text);
    if tests == Tests::LeftOut {
        lowering.leave_out_tests(&mut items);
    }
    lowering.file(&items);
    drop(items);
    // Positions of this thread's files are kept until they are given up.
    proc_macro2::extra::invalidate_current_thread_spans();
    lowering.build.module
}
