//! Durations a person can choose.

use steadfast_shared::limit::ADDRESS_HELD_SECONDS;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeSpan {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
}

impl TimeSpan {
    /// Every span, the shortest first.
    pub const ALL: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Quarter];

    pub fn seconds(self) -> u64 {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Quarter => ADDRESS_HELD_SECONDS,
        }
    }

    /// Its name in a form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// Parses a name; `None` for one that is no span, such as "for good" or "not at all".
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }
}

/// The difference between two times in the largest unit that fits, rounded towards now. Units are
/// named as in `Intl.RelativeTimeFormat`.
pub fn apart(now: u64, at: u64) -> (i64, &'static str) {
    const UNITS: [(u64, &str); 5] = [
        (365 * DAY, "year"),
        (30 * DAY, "month"),
        (DAY, "day"),
        (HOUR, "hour"),
        (60, "minute"),
    ];
    let seconds = now.abs_diff(at) / 1000;
    let (count, unit) = UNITS
        .into_iter()
        .find(|(length, _)| seconds >= *length)
        .map_or((0, "second"), |(length, unit)| (seconds / length, unit));
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    (if at < now { -count } else { count }, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_back_by_its_name() {
        for span in TimeSpan::ALL {
            assert_eq!(TimeSpan::of_name(span.name()), Some(span));
            assert!(span.seconds() <= ADDRESS_HELD_SECONDS);
        }
        assert_eq!(TimeSpan::of_name("ever"), None);
    }

    #[test]
    fn differences_use_the_largest_unit_that_fits() {
        let now = 1_000_000_000_000;
        assert_eq!(apart(now, now - 59_000), (0, "second"));
        assert_eq!(apart(now, now - 60_000), (-1, "minute"));
        assert_eq!(apart(now, now - 3 * HOUR * 1000 - 1), (-3, "hour"));
        assert_eq!(apart(now, now + 7 * DAY * 1000), (7, "day"));
        assert_eq!(apart(now, now + 800 * DAY * 1000), (2, "year"));
    }
}
