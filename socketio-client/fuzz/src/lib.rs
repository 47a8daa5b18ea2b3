//! What the targets do with an input. The tests of `socketio-anywhere` do the same with the seeds, without a fuzzer: `tests/fuzz.rs`.

pub mod machine;
pub mod messagepack;
pub mod packets;
pub mod payload;
