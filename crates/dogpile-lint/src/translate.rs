//! Which front end reads which file.

use crate::input::InputFile;
use crate::packages::Specifiers;
use dogpile_front_ts::Resolve;
use dogpile_ir::{Lang, Module};
use dogpile_source::FileId;

impl Resolve for Specifiers<'_> {
    fn resolve(&self, specifier: &str) -> Option<String> {
        self.target(specifier).map(str::to_owned)
    }
}

/// Translates a file; `specifiers` tells where those of TypeScript lead. Tests that stand among other code are left out, unless they are asked for.
#[must_use]
pub(crate) fn translate(
    file: &InputFile,
    id: FileId,
    text: &str,
    specifiers: &impl Resolve,
    include_tests: bool,
) -> Module {
    let mut module = match file.lang {
        Lang::Go if include_tests => dogpile_front_go::parse(id, &file.package, text),
        Lang::Go => dogpile_front_go::parse_without_tests(id, &file.package, text),
        Lang::TypeScript => dogpile_front_ts::parse(id, &file.package, &file.path, text, specifiers),
        Lang::Rust if include_tests => dogpile_front_rust::parse(id, &file.package, text),
        Lang::Rust => dogpile_front_rust::parse_without_tests(id, &file.package, text),
    };
    module.tighten();
    module
}
