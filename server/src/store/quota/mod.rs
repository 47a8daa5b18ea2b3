//! Limits on storage: per person and day, and by the disk's free space.

pub(in crate::store) mod usage;

use async_trait::async_trait;
use steadfast_shared::{Millis, UserId};

use super::StoreError;

/// The period of a quota, in milliseconds.
pub const DAY: Millis = 24 * 60 * 60 * 1_000;

/// The limits on storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StorageLimits {
    /// The quota of people who have none of their own.
    pub quota: Quota,
    /// Bytes to keep free on the disk; at most a twentieth of it.
    pub min_free: u64,
}

/// How much one person may write per day, UTC. 0 is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quota {
    /// Messages, edits, reactions, and entries about what the person has renamed, changed or created.
    pub entries: u64,
    pub bytes: u64,
}

/// How much a person has written in a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DayUsage {
    /// Entries of the kinds that a [`Quota`] counts.
    pub entries: u64,
    pub bytes: u64,
}

#[async_trait]
pub trait Quotas {
    /// Gives a person a quota of their own, or the server's again. `false` if the person does not exist.
    async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<bool, StoreError>;

    /// A person's usage on the day of `at`, and their quota.
    async fn usage(&self, user: UserId, at: Millis) -> Result<(DayUsage, Quota), StoreError>;

    /// The state of the disk's free space.
    fn disk(&self) -> DiskSpace;
}

impl Quota {
    /// Whether another entry of this size fits.
    pub(super) fn allows(self, usage: DayUsage, bytes: u64) -> bool {
        (self.entries == 0 || usage.entries < self.entries)
            && (self.bytes == 0 || usage.bytes + bytes <= self.bytes)
    }

    /// Whether a person with this usage is near their quota.
    pub fn is_near(self, usage: DayUsage) -> bool {
        let near = |used: u64, limit: u64| limit > 0 && used >= limit / 5 * 4;
        near(usage.entries, self.entries) || near(usage.bytes, self.bytes)
    }
}

/// The state of a disk's free space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskSpace {
    Enough,
    /// Less than twice the reserve.
    Low,
    /// Less than the reserve: new entries are refused.
    Full,
}

impl DiskSpace {
    /// Classifies `free` of `size` bytes, with `floor` as the reserve.
    pub fn of(free: u64, size: u64, floor: u64) -> Self {
        let floor = floor.min(size / 20);
        if free == 0 || free < floor {
            Self::Full
        } else if free < floor.saturating_mul(2) {
            Self::Low
        } else {
            Self::Enough
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_told_before_it_is_reached_and_is_no_more_than_a_twentieth_of_the_disk() {
        const GB: u64 = 1_000_000_000;
        assert_eq!(DiskSpace::of(50 * GB, 100 * GB, GB), DiskSpace::Enough);
        assert_eq!(DiskSpace::of(GB + 1, 100 * GB, GB), DiskSpace::Low);
        assert_eq!(DiskSpace::of(GB - 1, 100 * GB, GB), DiskSpace::Full);
        assert_eq!(DiskSpace::of(GB, 2 * GB, 5 * GB), DiskSpace::Enough);
        assert_eq!(DiskSpace::of(0, 100 * GB, 0), DiskSpace::Full);
        assert_eq!(DiskSpace::of(1, 100 * GB, 0), DiskSpace::Enough);
    }

    #[test]
    fn a_quota_ends_at_either_bound_and_nought_is_none() {
        let quota = Quota {
            entries: 10,
            bytes: 100,
        };
        let usage = |entries, bytes| DayUsage { entries, bytes };
        assert!(quota.allows(usage(9, 90), 10));
        assert!(!quota.allows(usage(10, 0), 0));
        assert!(!quota.allows(usage(0, 91), 10));
        assert!(Quota::default().allows(usage(1 << 40, 1 << 40), 1 << 40));
        assert!(
            quota.is_near(usage(8, 0))
                && !quota.is_near(usage(7, 79))
                && !Quota::default().is_near(usage(9, 9))
        );
    }
}
