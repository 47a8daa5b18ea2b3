//! Random numbers from a seed: the same seed makes the same session.

use uuid::Uuid;

/// SplitMix64 (Steele, Lea, Flood 2014). For jitter and names, never for secrets.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform from 0 to 1, without 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        // An f64 has 53 bits of precision.
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.roll()) << 64) | u128::from(self.roll());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}
