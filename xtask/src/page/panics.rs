//! The functions that a failed assertion ends in.
//!
//! A release page prints no panic: it has no hook, and a browser has no standard error. So these functions become traps, which is
//! all that a visitor's console showed of them before, and what only they use goes.

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{DataKind, KnownCustom, Name, Operator, Parser, Payload};

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

/// Overwrites where in the sources panics happen, which nothing reads once they are traps, with zeros: paths, and for each place
/// a path, its length, a line and a column.
pub(super) fn forget_places(module: &mut [u8]) {
    let segments = segments(module);
    let mut paths = Vec::new();
    for segment in &segments {
        let aligned = segment.bytes.start + (4 - segment.address % 4) % 4;
        for at in (aligned..segment.bytes.end.saturating_sub(PLACE - 1)).step_by(4) {
            if let Some(path) = path_of_place(&module[at..at + PLACE], &segments, module) {
                module[at..at + PLACE].fill(0);
                paths.push(path);
            }
        }
    }
    for path in paths {
        module[path].fill(0);
    }
}

/// The size of a place, `core::panic::Location`.
const PLACE: usize = 16;

/// A part of the module's initial memory.
struct Segment {
    address: usize,
    /// Where it is in the module.
    bytes: Range<usize>,
}

fn segments(module: &[u8]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for payload in Parser::new(0).parse_all(module).flatten() {
        let Payload::DataSection(section) = payload else {
            continue;
        };
        for data in section.into_iter().flatten() {
            let DataKind::Active { offset_expr, .. } = data.kind else {
                continue;
            };
            let Ok(Operator::I32Const { value }) = offset_expr.get_operators_reader().read() else {
                continue;
            };
            let (Ok(address), Ok(end)) = (usize::try_from(value), usize::try_from(data.range.end)) else {
                continue;
            };
            segments.push(Segment {
                address,
                bytes: end - data.data.len()..end,
            });
        }
    }
    segments
}

/// Where the path of a place is in the module. None if these bytes are no place.
fn path_of_place(bytes: &[u8], segments: &[Segment], module: &[u8]) -> Option<Range<usize>> {
    let mut words = bytes.chunks_exact(4).map(|word| {
        let word = word.try_into().map_or(0, u32::from_le_bytes);
        usize::try_from(word).unwrap_or(usize::MAX)
    });
    let [address, length, line, column] = std::array::from_fn(|_| words.next().unwrap_or_default());
    if !(4..300).contains(&length) || !(1..50_000).contains(&line) || !(1..500).contains(&column) {
        return None;
    }
    let segment = segments.iter().find(|segment| {
        segment.address <= address && address + length <= segment.address + segment.bytes.len()
    })?;
    let start = segment.bytes.start + (address - segment.address);
    let path = start..start + length;
    let text = &module[path.clone()];
    // One that is overwritten already is zeros.
    (text.ends_with(b".rs") && text.iter().all(u8::is_ascii_graphic)).then_some(path)
}

fn is_panic(mangled: &str) -> bool {
    PANICS.iter().any(|name| mangled.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_overwritten_and_other_data_stays() {
        use wasm_encoder::{ConstExpr, DataSection, MemorySection, MemoryType, Module};
        let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
        let path = b"web/src/main.rs";
        let mut memory = path.to_vec();
        memory.push(b'!');
        let place = words([1024, 15, 7, 9]);
        let no_line = words([1024, 15, 0, 9]);
        let no_path = words([1025, 11, 7, 9]);
        for part in [&place, &no_line, &no_path, &place] {
            memory.extend(part);
        }
        let mut module = Module::new();
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&memories);
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(1024), memory.clone());
        module.section(&data);
        let mut module = module.finish();
        let length = module.len();
        forget_places(&mut module);
        memory[..15].fill(0);
        memory[16..32].fill(0);
        memory[64..80].fill(0);
        assert_eq!(module.len(), length);
        assert!(module.ends_with(&memory), "{module:?}");
    }

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
