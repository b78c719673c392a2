//! The names of files that are read, then, after an empty line, the words by which one of them is chosen alone:
//! `cargo run -p dogpile-models --example words`.
#![allow(clippy::print_stdout, reason = "a program for people who measure")]

use dogpile_models::{Catalog, ENDINGS};
use std::collections::BTreeSet;

fn main() {
    for (ending, _) in ENDINGS {
        println!("*.{ending}");
    }
    println!();
    let catalog = Catalog::default();
    let languages: BTreeSet<&str> = ENDINGS.iter().map(|(_, language)| *language).collect();
    let words: BTreeSet<String> = languages.into_iter().flat_map(|language| catalog.words(language).alone).collect();
    words.iter().for_each(|word| println!("{word}"));
}
