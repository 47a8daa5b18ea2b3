//! The view's scroll anchor: the end of the content, or a row that keeps its place on the screen.
//!
//! Scrolling and layout change independently: a scroll event arrives after the scrolling it
//! reports, possibly between a layout change and the observer that handles it. So no single
//! measurement is trusted. Each update separates two amounts that add up: how far the view was
//! scrolled, and how far the anchor row moved *within the content*. Scrolling cannot cause the
//! second, and it alone has to be compensated.
//!
//! The browser also scrolls up by itself when a view briefly has more room than content below it:
//! while a field is measured, or between one bar's removal and the next one's arrival. So a short
//! move up during a layout change counts as the person's only if there was recent input at the
//! view.

/// Within this many pixels of the end counts as at the end: a line of text, and the rounding of
/// zoom levels.
const END_SLACK: i32 = 32;

/// A view's position in its content, in pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ScrollMetrics {
    /// Distance from the content's upper edge to the view's.
    pub top: i32,
    /// The largest possible `top`.
    pub end: i32,
    /// The view's height. It shrinks as the composer grows, or when a phone's keyboard opens.
    pub height: i32,
}

/// Follows the end, or stays with a row.
#[derive(Debug)]
pub struct ScrollAnchor {
    following: bool,
    /// Whether the content's end is the room's newest row. If more rows are about to load, the end
    /// is not followed.
    complete: bool,
    /// The view's position when last set or measured.
    last: ScrollMetrics,
}

/// The changes an update asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AnchorStep {
    /// The `top` to scroll to, unless the view is already there. Report the result with
    /// [`ScrollAnchor::placed`].
    pub go: Option<i32>,
    /// Whether to pick a new anchor row once the view is placed: the first visible one.
    pub pick_row: bool,
}

impl ScrollAnchor {
    /// Starts at the end, before the first layout.
    pub fn at_end() -> Self {
        Self {
            following: true,
            complete: true,
            last: ScrollMetrics::default(),
        }
    }

    /// Whether the view follows the end.
    pub fn follows(&self) -> bool {
        self.following
    }

    /// Records whether the content's end is the room's newest row.
    pub fn set_complete(&mut self, complete: bool) {
        self.complete = complete;
        self.following &= complete;
    }

    /// Stops following the end: the view is about to be moved elsewhere.
    pub fn leave(&mut self) {
        self.following = false;
    }

    /// Follows the end, wherever the view is.
    pub fn follow(&mut self, now: ScrollMetrics) -> AnchorStep {
        self.following = true;
        self.last = now;
        AnchorStep {
            go: Some(now.end),
            pick_row: true,
        }
    }

    /// Takes in the measurements of `now`, after scrolling, a layout change, or both in any order.
    /// `shift` is how much further down in the content the anchor row is than at the last update;
    /// `by_hand` says whether the person used a pointer, wheel or key at the view recently.
    pub fn update(&mut self, now: ScrollMetrics, shift: i32, by_hand: bool) -> AnchorStep {
        let last = std::mem::replace(&mut self.last, now);
        let layout_changed = shift != 0 || now.end != last.end || now.height != last.height;
        // Content that gets shorter pushes the view up and leaves it at its end: nobody scrolled.
        // Nor did anybody if the layout changed, there was no recent input, and the move is shorter
        // than a layout change can cause.
        // What left the content above the view adds to that.
        let (up, removed) = (last.top - now.top, (-shift).max(0));
        let pushed = now.top >= now.end - 1
            || up <= removed
            || (layout_changed && !by_hand && up < now.height + removed);
        let went_up = up > 0 && !pushed;
        // A person who did not scroll up is still at the former end, whatever was added since.
        let end = if went_up { now.end } else { now.end.min(last.end) };
        self.following = self.complete && ((self.following && !went_up) || end - now.top <= END_SLACK);

        let go = if self.following {
            // Within the slack, the view moves to the end only when something is added.
            Some(now.end).filter(|_| layout_changed)
        } else {
            Some(now.top + shift)
        };
        let go = go.filter(|&top| top != now.top);
        AnchorStep {
            go,
            pick_row: now.top != last.top || (self.following && go.is_some()),
        }
    }

    /// Records where the browser put the view: it clamps to the ends.
    pub fn placed(&mut self, now: ScrollMetrics) {
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAYS: AnchorStep = AnchorStep {
        go: None,
        pick_row: false,
    };

    const HEIGHT: i32 = 600;

    fn reading(top: i32, end: i32) -> ScrollMetrics {
        ScrollMetrics {
            top,
            end,
            height: HEIGHT,
        }
    }

    /// An update with recent input at the view, the usual case.
    fn update(anchor: &mut ScrollAnchor, now: ScrollMetrics, shift: i32) -> AnchorStep {
        anchor.update(now, shift, true)
    }

    /// A view placed at the end of this much content.
    fn following(end: i32) -> ScrollAnchor {
        let mut anchor = ScrollAnchor::at_end();
        assert_eq!(update(&mut anchor, reading(0, end), 0).go, Some(end));
        anchor.placed(reading(end, end));
        anchor
    }

    /// A view that a person scrolled to `top`, already measured there.
    fn reading_at(top: i32, end: i32) -> ScrollAnchor {
        let mut anchor = following(end);
        let step = update(&mut anchor, reading(top, end), 0);
        assert!(step.go.is_none() && step.pick_row && !anchor.follows());
        anchor
    }

    #[test]
    fn added_rows_are_followed() {
        let mut anchor = following(2000);
        let step = update(&mut anchor, reading(2000, 2026), 0);
        assert_eq!((step.go, step.pick_row), (Some(2026), true));
        anchor.placed(reading(2026, 2026));
        assert_eq!(
            update(&mut anchor, reading(2026, 2026), 0),
            STAYS,
            "the event of the view's own move"
        );
    }

    #[test]
    fn a_late_event_of_the_views_own_move_leaves_nothing() {
        let mut anchor = following(2000);
        assert_eq!(update(&mut anchor, reading(2000, 2500), 0).go, Some(2500));
        assert!(anchor.follows());
    }

    #[test]
    fn a_reader_further_up_is_not_pulled_down() {
        let mut anchor = reading_at(500, 2000);
        assert_eq!(update(&mut anchor, reading(500, 2400), 0), STAYS);
        assert!(!anchor.follows());
    }

    #[test]
    fn rows_added_above_the_anchor_row_move_the_view_along() {
        let mut anchor = reading_at(0, 2000);
        let step = update(&mut anchor, reading(0, 4600), 2600);
        assert_eq!(
            step,
            AnchorStep {
                go: Some(2600),
                pick_row: false
            }
        );
        anchor.placed(reading(2600, 4600));
        assert_eq!(update(&mut anchor, reading(2600, 4600), 0), STAYS);
    }

    /// The note that older rows are loading moved the view by 52; the event of that move arrives
    /// after the rows did and before they are compensated.
    #[test]
    fn an_event_between_a_layout_change_and_its_observer_keeps_the_anchor_row() {
        let mut anchor = reading_at(0, 2243);
        assert_eq!(update(&mut anchor, reading(0, 2294), 52).go, Some(52));
        anchor.placed(reading(52, 2294));
        let step = update(&mut anchor, reading(52, 4893), 2617);
        assert_eq!(
            step,
            AnchorStep {
                go: Some(2669),
                pick_row: false
            }
        );
    }

    #[test]
    fn an_observer_between_going_up_and_its_event_does_not_pull_back() {
        let mut anchor = following(2000);
        let step = update(&mut anchor, reading(0, 2052), 52);
        assert_eq!((step.go, step.pick_row), (Some(52), true));
        assert!(!anchor.follows());
    }

    #[test]
    fn scrolling_and_a_layout_change_in_one_update_are_separated() {
        let mut anchor = reading_at(500, 2000);
        let step = update(&mut anchor, reading(450, 4600), 2600);
        assert_eq!(
            step,
            AnchorStep {
                go: Some(3050),
                pick_row: true
            }
        );
    }

    #[test]
    fn content_that_gets_shorter_does_not_leave_the_end() {
        let mut anchor = following(2000);
        let step = update(&mut anchor, reading(1900, 1900), 0);
        assert_eq!(step.go, None);
        assert!(anchor.follows());
        assert_eq!(update(&mut anchor, reading(1900, 2100), 0).go, Some(2100));
    }

    #[test]
    fn content_that_gets_shorter_above_is_compensated() {
        let mut anchor = reading_at(1000, 2000);
        assert_eq!(update(&mut anchor, reading(1000, 1950), -50).go, Some(950));
        assert!(!anchor.follows());
    }

    #[test]
    fn a_reader_whom_shorter_content_pushed_to_the_end_follows_it() {
        let mut anchor = reading_at(1900, 2000);
        update(&mut anchor, reading(1850, 1850), 0);
        assert!(anchor.follows());
    }

    #[test]
    fn a_nudge_within_the_slack_is_left_alone_until_something_is_added() {
        let mut anchor = following(2000);
        assert_eq!(update(&mut anchor, reading(1980, 2000), 0).go, None);
        assert!(anchor.follows());
        assert_eq!(update(&mut anchor, reading(1980, 2026), 0).go, Some(2026));
    }

    #[test]
    fn small_steps_up_leave_the_end_together() {
        let mut anchor = following(2000);
        for top in [1990, 1980, 1970] {
            assert_eq!(update(&mut anchor, reading(top, 2000), 0).go, None);
        }
        update(&mut anchor, reading(1960, 2000), 0);
        assert!(!anchor.follows());
    }

    #[test]
    fn reaching_the_former_end_follows_the_new_one() {
        let mut anchor = reading_at(500, 2000);
        let step = update(&mut anchor, reading(2000, 2026), 0);
        assert_eq!(step.go, Some(2026));
        assert!(anchor.follows());
    }

    #[test]
    fn an_end_before_unloaded_rows_is_not_followed() {
        let mut anchor = reading_at(500, 2000);
        anchor.set_complete(false);
        update(&mut anchor, reading(2000, 2000), 0);
        assert!(!anchor.follows());
        assert_eq!(update(&mut anchor, reading(2000, 4600), 0).go, None);
        anchor.set_complete(true);
        update(&mut anchor, reading(4600, 4600), 0);
        assert!(anchor.follows());
    }

    /// While the composer is measured it is one line high, the view has spare room, and the browser
    /// moves it up. Then the composer is a line higher than before.
    #[test]
    fn fault_f05_a_composer_that_grows_leaves_the_view_at_the_end() {
        let mut anchor = following(2000);
        let mut end = 2000;
        for line in 1..=8 {
            let clamped = end - 22 * (line - 1);
            end += 22;
            let now = ScrollMetrics {
                top: clamped,
                end,
                height: HEIGHT - 22 * line,
            };
            assert_eq!(anchor.update(now, 0, false).go, Some(end), "line {line}");
            assert!(anchor.follows(), "line {line}");
            anchor.placed(ScrollMetrics { top: end, ..now });
        }
    }

    #[test]
    fn fault_f05_a_bar_that_goes_while_a_row_comes_leaves_the_view_at_the_end() {
        let mut anchor = following(2000);
        let now = ScrollMetrics {
            top: 1900,
            end: 1990,
            height: HEIGHT + 100,
        };
        assert_eq!(anchor.update(now, 0, false).go, Some(1990));
        assert!(anchor.follows());
    }

    #[test]
    fn fault_f05_a_phones_keyboard_that_comes_and_goes_leaves_the_view_at_the_end() {
        let mut anchor = following(2000);
        let with_keyboard = ScrollMetrics {
            top: 2000,
            end: 2300,
            height: HEIGHT - 300,
        };
        assert_eq!(anchor.update(with_keyboard, 0, true).go, Some(2300));
        anchor.placed(ScrollMetrics {
            top: 2300,
            ..with_keyboard
        });
        anchor.update(reading(2000, 2000), 0, true);
        assert!(anchor.follows());
    }

    /// In a burst rows go above and come below: the browser pushes the view up, and the content is as high as before by the
    /// time it is measured.
    #[test]
    fn rows_that_go_above_while_as_many_come_below_leave_the_view_at_the_end() {
        let mut anchor = following(2000);
        assert_eq!(anchor.update(reading(1948, 2000), -52, false).go, Some(2000));
        assert!(anchor.follows());
    }

    /// Many rows leave together. A key in the composer lays out what is left before the rows of the next frame come.
    #[test]
    fn many_rows_that_go_above_leave_the_view_at_the_end() {
        for by_hand in [false, true] {
            let mut anchor = following(12_000);
            assert_eq!(
                anchor.update(reading(10_700, 10_960), -1_300, by_hand).go,
                Some(10_960)
            );
            assert!(anchor.follows());
        }
        let mut anchor = following(12_000);
        anchor.update(reading(9_000, 10_960), -1_300, true);
        assert!(!anchor.follows(), "a person went further up than that");
    }

    #[test]
    fn scrolling_up_by_hand_during_a_layout_change_leaves_the_end() {
        let mut anchor = following(2000);
        update(&mut anchor, reading(1900, 2026), 0);
        assert!(!anchor.follows());
    }

    #[test]
    fn scrolling_up_without_input_counts_while_the_layout_is_unchanged() {
        let mut anchor = following(2000);
        anchor.update(reading(1900, 2000), 0, false);
        assert!(!anchor.follows(), "a screen reader, or the browser's own search");
    }

    #[test]
    fn a_long_scroll_up_without_input_counts() {
        let mut anchor = following(2000);
        anchor.update(reading(0, 2052), 52, false);
        assert!(!anchor.follows());
    }

    #[test]
    fn follow_goes_to_the_end_from_anywhere() {
        let mut anchor = reading_at(500, 2000);
        assert_eq!(anchor.follow(reading(500, 2000)).go, Some(2000));
        assert!(anchor.follows());
    }
}
