//! The Steadfast server.

fn main() {}
