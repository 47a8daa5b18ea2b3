//! The options of `cargo xtask simulate`, which reach the tests in the environment.

/// The only seed to run.
pub(crate) fn seed() -> Option<u64> {
    number("STEADFAST_SIMULATE_SEED")
}

/// Whether to explain how a deliberate fault breaks a rule.
pub(crate) fn explains() -> bool {
    std::env::var_os("STEADFAST_SIMULATE_EXPLAIN").is_some()
}

/// A number in the environment.
pub(crate) fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
