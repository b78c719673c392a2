#![no_main]

libfuzzer_sys::fuzz_target!(init: dogpile_fuzz::write_seeds("patch"), |input: &[u8]| dogpile_fuzz::run("patch", input));
