//! TypeScript and JavaScript source → IR.
//!
//! One walk over the tree-sitter tree of a file. It never fails: what cannot be read becomes an `Opaque` node and a
//! [`dogpile_ir::Problem`], and the rest of the file goes on. Knows the language and the IR, nothing of Redis or of other
//! files; the canonical name of the file and of what it imports come from the caller.
//!
//! What a reader of the IR may want to know, beside `docs/front-ends.md`:
//! - A call counts as awaited under `await` and where it is returned; builtins that give no promise always do.
//! - `const f = () => …` at the top of a file is the function `f`; a class's arrow-function field is a method.
//! - A variable that is declared without a value is assigned nil.
//! - Statements outside functions become a function `init`.
//! - A second function of the same name in a file is called `name#2`.

mod assign;
mod bodies;
mod calls;
mod classes;
mod clauses;
mod comments;
mod constructors;
mod control;
mod enums;
mod exports;
mod exprs;
mod fields;
mod functions;
mod globals;
mod grammar;
mod imports;
mod items;
mod jsdoc;
mod jsx;
mod literals;
mod lowering;
mod news;
mod objects;
mod operators;
mod optional;
mod params;
mod patterns;
mod promises;
mod scope;
mod shapes;
mod spawned;
mod stmts;
mod tries;
mod types;

use dogpile_ir::Module;
use dogpile_source::FileId;

/// What module specifiers stand for: relative files, `tsconfig` paths, packages of the workspace.
pub trait Resolve {
    /// The canonical path of what `specifier` names in this file; `None`: the specifier stands for itself.
    fn resolve(&self, specifier: &str) -> Option<String>;
}

/// Resolves nothing: every specifier stands for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unresolved;

impl Resolve for Unresolved {
    fn resolve(&self, _specifier: &str) -> Option<String> {
        None
    }
}

/// Translates one file. `module` is the canonical name of the file (`app/src/lock`), `path` tells the dialect by its
/// extension, `resolve` the canonical names of what it imports.
#[must_use]
pub fn parse(file: FileId, module: &str, path: &str, text: &str, resolve: &dyn Resolve) -> Module {
    let patched = grammar::parseable(text);
    let mut lowering = lowering::Lowering::new(file, module, text, resolve);
    let Some(tree) = grammar::tree(path, &patched) else {
        let all = dogpile_source::Span::new(file, 0, text.len());
        lowering.build.problem(all, "the parser gave up on this file");
        return lowering.build.module;
    };
    lowering.build.module.comments = comments::comments(file, text, tree.root_node());
    lowering.file(tree.root_node());
    lowering.build.module
}
