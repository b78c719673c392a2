//! How much of real code is translated: `cargo run --release -p dogpile-lint --example share -- [-v] <file or directory>...`
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use dogpile_front_ts::Unresolved;
use dogpile_models::language_of;
use dogpile_source::{FileId, SourceFile};
use std::path::{Path, PathBuf};

fn main() {
    let mut verbose = false;
    let mut files = vec![];
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "-v" => verbose = true,
            path => collect(Path::new(path), &mut files),
        }
    }
    let (mut statements, mut opaque, mut problems, mut violations, mut bytes) = (0, 0, 0, 0, 0);
    let start = std::time::Instant::now();
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        bytes += text.len();
        let shown = path.display().to_string();
        let module = match language_of(&shown) {
            Some("go") => dogpile_front_go::parse(FileId(0), "example.com/p", &text),
            Some("typescript") => dogpile_front_ts::parse(FileId(0), "example.com/p", &shown, &text, &Unresolved),
            _ => dogpile_front_rust::parse(FileId(0), "app::p", &text),
        };
        statements += module.stats.statements;
        opaque += module.stats.opaque;
        problems += module.problems.len();
        let source = SourceFile::new(shown, text);
        let broken = dogpile_ir::validate_in(&module, &source);
        for violation in &broken {
            println!("{}:{}: BROKEN {}", path.display(), source.position(violation.span.start).line, violation.message);
        }
        violations += broken.len();
        if verbose || !module.problems.is_empty() {
            println!("{}: {} of {} opaque", path.display(), module.stats.opaque, module.stats.statements);
        }
        if !module.problems.is_empty() {
            for problem in &module.problems {
                let at = source.position(problem.span.start);
                let line: String = source.line_text(at.line).trim().chars().take(90).collect();
                println!("  {}: {} | {line}", at.line, problem.message);
            }
        }
    }
    let share = 100.0 * f64::from(opaque) / f64::from(statements.max(1));
    println!(
        "{} files, {:.1} MB in {:.1?}: {opaque} of {statements} statements opaque ({share:.3} %), {problems} problems, {violations} broken promises",
        files.len(),
        bytes as f64 / 1e6,
        start.elapsed()
    );
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        let mut entries: Vec<_> = entries.flatten().map(|e| e.path()).collect();
        entries.sort();
        for entry in entries {
            if !entry.is_symlink() {
                collect(&entry, files);
            }
        }
    } else if language_of(&path.display().to_string()).is_some() {
        files.push(path.to_owned());
    }
}
