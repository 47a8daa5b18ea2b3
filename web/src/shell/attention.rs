//! Whether the person is at this page, by their input, its visibility and its connection. Pure.

use steadfast_shared::Millis;

/// A person without input here for this long is away.
const IDLE_MS: u64 = 5 * 60 * 1_000;

/// A person whose page is hidden for this long is away.
const HIDDEN_MS: u64 = 10 * 1_000;

/// A person whose page is cut off for this long, and who does nothing, may have closed the laptop. The restart of a server takes
/// less.
const CUT_OFF_MS: u64 = 5 * 1_000;

/// What shows whether the person is at this page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attention {
    active_at: Millis,
    hidden_at: Option<Millis>,
    cut_off_at: Option<Millis>,
}

impl Attention {
    pub fn new(now: Millis) -> Self {
        Self {
            active_at: now,
            hidden_at: None,
            cut_off_at: None,
        }
    }

    /// Handles input, or the page becoming visible.
    pub fn mark_active(&mut self, now: Millis, hidden: bool) {
        self.active_at = now;
        self.hidden_at = hidden.then_some(now);
    }

    pub fn hide(&mut self, now: Millis) {
        self.hidden_at = Some(now);
    }

    /// Handles a change of the connection.
    pub fn set_connected(&mut self, connected: bool, now: Millis) {
        self.cut_off_at = (!connected).then_some(self.cut_off_at.unwrap_or(now));
    }

    /// When the person counts as away, for others too.
    pub fn away_at(&self) -> Millis {
        let idle = self.active_at.saturating_add(IDLE_MS);
        let hidden = self.hidden_at.map(|at| at.saturating_add(HIDDEN_MS));
        hidden.map_or(idle, |hidden| hidden.min(idle))
    }

    /// When the person stops seeing the messages that arrive: then, or once the page has been cut off for a while.
    pub fn absent_at(&self) -> Millis {
        let away = self.away_at();
        let cut_off = self
            .cut_off_at
            .map(|at| at.max(self.active_at).saturating_add(CUT_OFF_MS));
        cut_off.map_or(away, |cut_off| cut_off.min(away))
    }

    /// How long until time alone changes either. Bounded: the device's clock may have been set back by years.
    pub fn next_check(&self, now: Millis) -> Option<u64> {
        let times = [self.absent_at(), self.away_at()].into_iter();
        let next = times.filter(|at| *at > now).min();
        next.map(|at| (at - now).min(IDLE_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_000_000;

    #[test]
    fn a_person_without_input_is_away_after_minutes_and_behind_a_hidden_page_after_seconds() {
        let mut attention = Attention::new(NOW);
        assert_eq!(attention.away_at(), NOW + IDLE_MS);
        attention.mark_active(NOW + 1_000, false);
        assert_eq!(attention.away_at(), NOW + 1_000 + IDLE_MS);
        attention.hide(NOW + 2_000);
        assert_eq!(attention.away_at(), NOW + 2_000 + HIDDEN_MS);
        attention.mark_active(NOW + 3_000, false);
        assert_eq!(attention.away_at(), NOW + 3_000 + IDLE_MS);
        assert_eq!(attention.absent_at(), attention.away_at());
    }

    #[test]
    fn a_page_that_is_cut_off_is_unattended_until_somebody_does_something() {
        let mut attention = Attention::new(NOW);
        attention.set_connected(false, NOW + 60_000);
        attention.set_connected(false, NOW + 62_000);
        assert_eq!(attention.absent_at(), NOW + 60_000 + CUT_OFF_MS);
        assert_eq!(attention.away_at(), NOW + IDLE_MS, "others see nothing of it");
        attention.mark_active(NOW + 63_000, false);
        assert_eq!(attention.absent_at(), NOW + 63_000 + CUT_OFF_MS);
        attention.set_connected(true, NOW + 64_000);
        assert_eq!(attention.absent_at(), attention.away_at());
    }

    #[test]
    fn a_laptop_that_wakes_after_minutes_is_unattended_before_it_reconnects() {
        let mut attention = Attention::new(NOW);
        let woken = NOW + 10 * IDLE_MS;
        attention.set_connected(false, woken);
        assert!(attention.absent_at() <= woken);
        assert_eq!(attention.next_check(woken), None);
        assert_eq!(attention.next_check(0), Some(IDLE_MS), "the clock was set back");
    }
}
