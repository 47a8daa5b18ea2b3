//! The machine's time.

use std::time::Duration;

/// Time since a start of the caller's choice, or a time span, up to 292 years. One number of nanoseconds: a [`Duration`] has
/// two, which is several times the code in a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(u64);

/// Nanoseconds in one second.
const NANOSECONDS: u64 = 1_000_000_000;

/// The longest span; longer ones are clamped to it.
const MOST_SECONDS: u64 = u64::MAX / NANOSECONDS - 1;

impl Time {
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) const fn from_secs(seconds: u64) -> Self {
        if seconds > MOST_SECONDS {
            return Self(MOST_SECONDS * NANOSECONDS);
        }
        Self(seconds * NANOSECONDS)
    }

    pub(crate) const fn from_millis(milliseconds: u64) -> Self {
        if milliseconds > MOST_SECONDS * 1000 {
            return Self(MOST_SECONDS * NANOSECONDS);
        }
        Self(milliseconds * (NANOSECONDS / 1000))
    }

    /// The cast saturates at the ends of the range, and gives zero for NaN.
    pub(crate) fn from_nanos(nanoseconds: f64) -> Self {
        Self(nanoseconds as u64)
    }

    pub(crate) fn as_nanos(self) -> f64 {
        self.0 as f64
    }

    #[cfg(all(feature = "client", target_family = "wasm"))]
    pub(crate) fn as_millis(self) -> u64 {
        self.0 / (NANOSECONDS / 1000)
    }

    pub(crate) fn saturating_add(self, more: impl Into<Self>) -> Self {
        Self(self.0.saturating_add(more.into().0))
    }

    pub(crate) fn saturating_sub(self, less: Self) -> Self {
        Self(self.0.saturating_sub(less.0))
    }

    pub(crate) fn checked_sub(self, less: Self) -> Option<Self> {
        self.0.checked_sub(less.0).map(Self)
    }

    pub(crate) fn abs_diff(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }

    /// Doubled this many times.
    pub(crate) fn doubled(self, times: u32) -> Self {
        if times < self.0.leading_zeros() {
            Self(self.0 << times)
        } else {
            Self(u64::MAX)
        }
    }
}

#[cfg(all(feature = "client", not(target_family = "wasm")))]
impl Time {
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }
}

impl From<Duration> for Time {
    fn from(duration: Duration) -> Self {
        Self(Self::from_secs(duration.as_secs()).0 + u64::from(duration.subsec_nanos()))
    }
}

impl From<Time> for Duration {
    fn from(time: Time) -> Self {
        Self::from_nanos(time.0)
    }
}

/// The earlier of two optional times.
pub(crate) fn earliest(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_span_is_too_long() {
        assert!(Time::from(Duration::MAX) > Time::from_secs(500 * 365 * 24 * 3600));
        assert_eq!(Time::from_millis(u64::MAX), Time::from_secs(u64::MAX));
        let nearly = Duration::new(7, 999_999_999);
        assert_eq!(Duration::from(Time::from(nearly)), nearly);
        assert_eq!(Time::from_secs(1).doubled(3), Time::from_secs(8));
        assert_eq!(Time::from_secs(1).doubled(60), Time(u64::MAX));
        assert_eq!(Time::ZERO.doubled(16), Time::ZERO);
        assert_eq!(Time(u64::MAX).saturating_add(nearly), Time(u64::MAX));
    }
}
