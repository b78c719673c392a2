//! Walks a tree as the program does and reads every file with one of these endings, and nothing else: what looking for
//! anything takes at least. `cargo run --release -p dogpile-lint --example read_every_byte -- TREE *.go *.ts`
#![allow(clippy::print_stdout, reason = "a program for people who measure")]
#![allow(clippy::disallowed_methods, reason = "the same")]

use ignore::{WalkBuilder, WalkState};
use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

fn main() {
    let mut words = std::env::args().skip(1);
    let tree = words.next().unwrap_or_else(|| ".".to_owned());
    let endings: Vec<String> = words.map(|word| word.trim_start_matches("*.").to_owned()).collect();
    let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    WalkBuilder::new(tree).require_git(false).threads(threads).build_parallel().run(|| {
        let (endings, files, bytes) = (&endings, &files, &bytes);
        let mut text = Vec::new();
        Box::new(move |entry| {
            let Ok(entry) = entry else { return WalkState::Continue };
            let of_ours = entry.path().extension().is_some_and(|e| endings.iter().any(|ending| e == ending.as_str()));
            if of_ours && entry.file_type().is_some_and(|kind| kind.is_file()) {
                text.clear();
                if File::open(entry.path()).and_then(|mut file| file.read_to_end(&mut text)).is_ok() {
                    files.fetch_add(1, Relaxed);
                    bytes.fetch_add(text.len() as u64, Relaxed);
                }
            }
            WalkState::Continue
        })
    });
    println!("{} {}", files.into_inner(), bytes.into_inner());
}
