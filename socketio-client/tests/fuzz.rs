//! The targets of the fuzzer, with its seeds and what becomes of them by a few thousand changes: without the fuzzer, and its compiler.

#![cfg(all(feature = "machine", feature = "msgpack", not(target_family = "wasm")))]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "the targets are a library of their own")]

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/machine.rs"]
mod machine;
#[path = "../fuzz/src/messagepack.rs"]
mod messagepack;
#[path = "../fuzz/src/packets.rs"]
mod packets;
#[path = "../fuzz/src/payload.rs"]
mod payload;

/// How often each seed is changed.
const CHANGES: u64 = 100;

#[test]
fn any_frames_leave_the_decoders_whole() {
    try_seeds("packets", packets::run);
}

#[test]
fn any_body_of_long_polling_is_read_or_refused() {
    try_seeds("payload", payload::run);
}

#[test]
fn any_document_of_messagepack_is_read_or_refused() {
    try_seeds("messagepack", messagepack::run);
}

#[test]
fn any_conversation_leaves_the_machine_whole() {
    try_seeds("machine", machine::run);
}

fn try_seeds(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a folder of seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    names.sort();
    assert!(names.len() > 5, "the seeds of {target} are there");
    let seeds: Vec<Vec<u8>> = names.iter().map(|name| fs::read(name).expect("a seed")).collect();
    let mut chance = Chance(1);
    for seed in &seeds {
        run(seed);
        for _ in 0..CHANGES {
            run(&changed(seed, &seeds, &mut chance));
        }
    }
}

/// The seed with some bytes or lines of it, or of another one, elsewhere.
fn changed(seed: &[u8], seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, chance.below(256) as u8),
            3 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                let line = lines[chance.below(lines.len())];
                lines.insert(chance.below(lines.len() + 1), line);
                bytes = lines.join(&b'\n');
            }
        }
    }
    bytes
}

/// Numbers that are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}
