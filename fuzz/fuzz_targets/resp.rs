#![no_main]

libfuzzer_sys::fuzz_target!(init: dogpile_fuzz::write_seeds("resp"), |input: &[u8]| dogpile_fuzz::run("resp", input));
