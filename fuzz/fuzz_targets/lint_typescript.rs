#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(init: dogpile_fuzz::write_seeds("lint_typescript"), |input: &[u8]| dogpile_fuzz::run("lint_typescript", input));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    dogpile_fuzz::mutate("lint_typescript", data, size, max_size, seed)
        .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
