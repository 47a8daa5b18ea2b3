//! Warnings about allowances that are nearly used up.

use steadfast_shared::Millis;
use steadfast_shared::http::{DiskRoom, Usage};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scarce {
    /// This person's messages today.
    Quota {
        /// How much of it is used.
        percent: u64,
        /// When the next period begins.
        renews_at: Millis,
    },
    Disk,
}

impl Scarce {
    /// The allowance that is nearly used up, by the server's last answer. The person's quota takes
    /// precedence: it ends sooner.
    pub fn of(usage: &Usage, now: Millis) -> Option<Self> {
        let used = |used: u64, most: u64| used.saturating_mul(100).checked_div(most).unwrap_or(0);
        if usage.near && now < usage.renews_at {
            let percent = used(usage.entries, usage.max_entries).max(used(usage.bytes, usage.max_bytes));
            return Some(Self::Quota {
                percent: percent.min(100),
                renews_at: usage.renews_at,
            });
        }
        (usage.disk == Some(DiskRoom::Low)).then_some(Self::Disk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_m08_what_runs_out_is_told_by_the_fuller_of_both_and_until_the_next_day() {
        let usage = Usage {
            entries: 40,
            max_entries: 100,
            bytes: 850,
            max_bytes: 1_000,
            renews_at: 500,
            near: true,
            disk: Some(DiskRoom::Low),
        };
        let quota = Scarce::Quota {
            percent: 85,
            renews_at: 500,
        };
        assert_eq!(Scarce::of(&usage, 499), Some(quota));
        assert_eq!(Scarce::of(&usage, 500), Some(Scarce::Disk), "another day");
        let usage = Usage {
            near: false,
            max_entries: 0,
            ..usage
        };
        assert_eq!(Scarce::of(&usage, 1), Some(Scarce::Disk));
        let enough = Usage {
            disk: Some(DiskRoom::Enough),
            ..usage
        };
        assert_eq!(Scarce::of(&enough, 1), None);
    }
}
