#![no_main]

libfuzzer_sys::fuzz_target!(init: dogpile_fuzz::write_seeds("transport"), |input: &[u8]| dogpile_fuzz::run("transport", input));
