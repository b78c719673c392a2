//! Go source → IR.
//!
//! One walk over the tree-sitter tree of a file. It never fails: what cannot be read becomes an `Opaque` node and a
//! [`dogpile_ir::Problem`], and the rest of the file goes on. Knows Go and the IR, nothing of Redis, of other files or
//! of control-flow graphs; the package path comes from the caller, who has read `go.mod`.
//!
//! What a reader of the IR may want to know:
//! - `make(T, n)` is a call of `builtin.make` whose first argument is an empty aggregate of `T`; `new(T)` and `&T{}` are
//!   the aggregate itself; `&x`, `*x` are `x`.
//! - A variable without an initialiser is assigned its zero value; a type of another package counts as a struct.
//! - Constants that name `iota` are computed; all others stay as written.
//! - A case whose guards call something starts a switch of its own in the default of the one before it.
//! - Statements outside functions, in a snippet, become a function `init`.
//! - A second function of the same name in a file is called `name#2`.

mod assign;
mod calls;
mod clauses;
mod comments;
mod concurrency;
mod control;
mod exprs;
mod fields;
mod functions;
mod generics;
mod globals;
mod grammar;
mod imports;
mod items;
mod literals;
mod lowering;
mod operators;
mod outline;
mod scope;
mod stmts;
mod test_items;
mod types;

pub use outline::outline;
pub use test_items::parse_without_tests;

use dogpile_ir::Module;
use dogpile_source::FileId;

/// Translates one file. `package` is the canonical import path of its package (`example.com/app/lock`).
#[must_use]
pub fn parse(file: FileId, package: &str, text: &str) -> Module {
    let mut lowering = lowering::Lowering::new(file, package, text);
    lowering.build.module.comments = comments::comments(file, text);
    let Some(tree) = dogpile_syntax::tree(&tree_sitter_go::LANGUAGE.into(), &grammar::parseable(text)) else {
        let all = dogpile_source::Span::new(file, 0, text.len());
        lowering.build.problem(all, "the Go parser gave up on this file");
        return lowering.build.module;
    };
    lowering.file(tree.root_node());
    lowering.build.module
}

/// The name in a file's package clause, without parsing the file.
#[must_use]
pub fn package_name(text: &str) -> Option<&str> {
    let rest = comments::skip_blank(text).strip_prefix("package")?;
    let name = comments::skip_blank(rest);
    if name.len() == rest.len() {
        return None;
    }
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
    (end > 0).then(|| &name[..end])
}
