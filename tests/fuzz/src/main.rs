//! libFuzzer's program. `FUZZ_TARGET` names the target.

#![no_main]

use std::sync::LazyLock;

use bank_mfa_fuzz::mutator::{cross, mutate};
use bank_mfa_fuzz::plant;
use bank_mfa_fuzz::targets::{TARGETS, Target};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    &found
        .unwrap_or_else(|| panic!("FUZZ_TARGET names no target: {name}"))
        .1
});

static IS_PLANTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("FUZZ_PLANT").is_some());

fuzz_target!(|data: &[u8]| {
    TARGET.run(data);
    if *IS_PLANTED {
        plant::fall(data);
    }
});

// One of three mutations is libFuzzer's own.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match seed % 3 {
        0 => fuzzer_mutate(data, size, max_size),
        _ => mutate(data, size, max_size, seed),
    }
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
    cross(one, other, out, seed)
});
