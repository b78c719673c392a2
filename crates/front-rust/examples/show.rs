//! The IR of Rust files: `cargo run --example show -- <file>...`
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use dogpile_source::{FileId, SourceFile};

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let module = dogpile_front_rust::parse(FileId(0), "app::p", &text);
        let options = dogpile_ir::PrintOptions { origin: true, ..Default::default() };
        print!("{}", dogpile_ir::print_module_with(&module, options, None));
        let source = SourceFile::new(path.as_str(), text.as_str());
        for broken in dogpile_ir::validate_in(&module, &source) {
            println!("// BROKEN {}: {}", source.position(broken.span.start).line, broken.message);
        }
    }
}
