//! The functions that a failed assertion ends in.
//!
//! A release page prints no panic: it has no hook, and a browser has no standard error. So these functions become traps, which is
//! all that a visitor's console showed of them before, and what only they use goes.

use std::collections::BTreeSet;

use wasmparser::{KnownCustom, Name, Parser, Payload};

/// Parts of mangled names, of the standard library's functions that never return.
const PANICS: [&str; 17] = [
    "4core9panicking",
    "3std9panicking11begin_panic",
    "3std5alloc8rust_oom",
    "4core4cell22panic_already_borrowed",
    "4core4cell30panic_already_mutably_borrowed",
    "6option13unwrap_failed",
    "6option13expect_failed",
    "6result13unwrap_failed",
    "5index16slice_index_fail",
    "3str16slice_error_fail",
    "17len_mismatch_fail",
    "7raw_vec12handle_error",
    "18handle_alloc_error",
    "13assert_failed",
    "17rust_begin_unwind",
    "10rust_panic",
    "15panic_with_hook",
];

/// The indexes of the functions of a module that do nothing but panic. None if the module has no names.
pub(super) fn functions(module: &[u8]) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module).flatten() {
        let Payload::CustomSection(section) = payload else {
            continue;
        };
        let KnownCustom::Name(names) = section.as_known() else {
            continue;
        };
        for names in names.into_iter().flatten() {
            let Name::Function(names) = names else { continue };
            let panics = names.into_iter().flatten().filter(|naming| is_panic(naming.name));
            found.extend(panics.map(|naming| naming.index));
        }
    }
    found
}

fn is_panic(mangled: &str) -> bool {
    PANICS.iter().any(|name| mangled.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_manglings_are_known() {
        for mangled in [
            "_ZN4core9panicking9panic_fmt17h0123456789abcdefE",
            "_RNvNtCsgXGp5Oqx2Ny_4core9panicking18panic_bounds_check",
            "_RNvNtCsgXGp5Oqx2Ny_4core6option13unwrap_failed",
            "_RNvNtCs1234_5alloc7raw_vec12handle_error",
            "_RNvCs9_7___rustc17rust_begin_unwind",
        ] {
            assert!(is_panic(mangled), "{mangled}");
        }
        for mangled in [
            "main",
            "_ZN13steadfast_web4show17h0123456789abcdefE",
            "_RNvMs_NtCs_5alloc6stringNtB4_6String4push",
        ] {
            assert!(!is_panic(mangled), "{mangled}");
        }
    }
}
