//! The IR of files: `cargo run --example print -- <file>...`
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]
#![allow(clippy::print_stdout)]

use dogpile_front_ts::Unresolved;
use dogpile_ir::{PrintOptions, print_module_with};
use dogpile_source::{FileId, SourceFile};

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let module = dogpile_front_ts::parse(FileId(0), "app", &path, &text, &Unresolved);
        for broken in dogpile_ir::validate_in(&module, &SourceFile::new(path.as_str(), text.as_str())) {
            println!("BROKEN {}", broken.message);
        }
        print!("{}", print_module_with(&module, PrintOptions { spans: false, origin: true }, None));
    }
}
