//! The view's hold in the timeline: the end, or a row that keeps its place on the screen.
//!
//! Scrolling and layout both change while nobody looks: a scroll event comes later than the scrolling, and may come
//! between a change of layout and the observer that answers it. So a measurement is never taken for settled. Each look
//! tells two things apart that add up: how far the view was scrolled, and how far the held row moved *in the content*,
//! which no scrolling changes and which is all that has to be made up for.
//!
//! The browser scrolls up by itself, too, wherever a view for a moment has room for more than is below it: a field that is
//! measured, a bar that goes before another one comes. So a short way up while the layout changed is a person's only where
//! a person's hand was at the view.

/// This near to the end still counts as there: a line of text, and the rounding of zooms.
const END_SLACK: i32 = 32;

/// Where a view is in its content, in pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ScrollMetrics {
    /// How far the content's upper edge lies above the view's.
    pub top: i32,
    /// The largest `top` there can be.
    pub end: i32,
    /// How high the view is: it shrinks as the composer grows, or a phone's keyboard comes.
    pub height: i32,
}

/// Follows the end, or stays with a row.
#[derive(Debug)]
pub struct ScrollAnchor {
    following: bool,
    /// Whether the content ends where the room does. Where more is about to come, the end is nothing to follow.
    complete: bool,
    /// How the view was put or seen last.
    last: ScrollMetrics,
}

/// The steps a look asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AnchorStep {
    /// Where to put the view, unless it is well where it is. Answered with [`Stance::stands`].
    pub go: Option<i32>,
    /// Whether to hold another row, once the view is put: the first one that is seen there.
    pub hold_anew: bool,
}

impl ScrollAnchor {
    /// At the end, before anything is laid out.
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

    /// Whether the content ends where the room does, from here on.
    pub fn set_complete(&mut self, complete: bool) {
        self.complete = complete;
        self.following &= complete;
    }

    /// Follows the end no longer: the view is about to be put elsewhere.
    pub fn leave(&mut self) {
        self.following = false;
    }

    /// Follows the end, wherever the view is.
    pub fn follow(&mut self, now: ScrollMetrics) -> AnchorStep {
        self.following = true;
        self.last = now;
        AnchorStep {
            go: Some(now.end),
            hold_anew: true,
        }
    }

    /// Takes in the measurements of `now`, after scrolling, a change of layout, or both in any order. `shift` is how much
    /// further down in the content the held row is than when it was looked at last; `by_hand` says whether a person's
    /// hand, wheel or key was at the view a moment ago.
    pub fn look(&mut self, now: ScrollMetrics, shift: i32, by_hand: bool) -> AnchorStep {
        let last = std::mem::replace(&mut self.last, now);
        let laid_out_anew = now.end != last.end || now.height != last.height;
        // Content that gets shorter pushes the view up, and leaves it at its end: nobody went there. Nor did anybody where
        // the layout changed, no hand was at the view, and the way is shorter than any change of layout can make it.
        let up = last.top - now.top;
        let pushed = now.top >= now.end - 1 || (laid_out_anew && !by_hand && up < now.height);
        let went_up = up > 0 && !pushed;
        // Who did not go up has not left the former end, whatever was added to it since.
        let end = if went_up { now.end } else { now.end.min(last.end) };
        self.following = self.complete && ((self.following && !went_up) || end - now.top <= END_SLACK);

        let go = if self.following {
            // Within the slack a person is not dragged to the end before there is something new.
            Some(now.end).filter(|_| laid_out_anew)
        } else {
            Some(now.top + shift)
        };
        let go = go.filter(|&top| top != now.top);
        AnchorStep {
            go,
            hold_anew: now.top != last.top || (self.following && go.is_some()),
        }
    }

    /// The view was put: the browser made this of it, no further than the ends.
    pub fn stands(&mut self, now: ScrollMetrics) {
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAYS: AnchorStep = AnchorStep {
        go: None,
        hold_anew: false,
    };

    const HEIGHT: i32 = 600;

    fn reading(top: i32, end: i32) -> ScrollMetrics {
        ScrollMetrics {
            top,
            end,
            height: HEIGHT,
        }
    }

    /// A look while a person's hand is at the view, as most are.
    fn look(anchor: &mut ScrollAnchor, now: ScrollMetrics, shift: i32) -> AnchorStep {
        anchor.look(now, shift, true)
    }

    /// A view that was put at the end of this much content.
    fn following(end: i32) -> ScrollAnchor {
        let mut anchor = ScrollAnchor::at_end();
        assert_eq!(look(&mut anchor, reading(0, end), 0).go, Some(end));
        anchor.stands(reading(end, end));
        anchor
    }

    /// A view that a person scrolled to `top`, and that was seen there.
    fn reading_at(top: i32, end: i32) -> ScrollAnchor {
        let mut anchor = following(end);
        let step = look(&mut anchor, reading(top, end), 0);
        assert!(step.go.is_none() && step.hold_anew && !anchor.follows());
        anchor
    }

    #[test]
    fn what_is_added_is_followed() {
        let mut anchor = following(2000);
        let step = look(&mut anchor, reading(2000, 2026), 0);
        assert_eq!((step.go, step.hold_anew), (Some(2026), true));
        anchor.stands(reading(2026, 2026));
        assert_eq!(
            look(&mut anchor, reading(2026, 2026), 0),
            STAYS,
            "the event of the view's own move"
        );
    }

    #[test]
    fn a_late_event_of_the_views_own_move_leaves_nothing() {
        let mut anchor = following(2000);
        assert_eq!(look(&mut anchor, reading(2000, 2500), 0).go, Some(2500));
        assert!(anchor.follows());
    }

    #[test]
    fn who_reads_further_up_is_not_pulled_down() {
        let mut anchor = reading_at(500, 2000);
        assert_eq!(look(&mut anchor, reading(500, 2400), 0), STAYS);
        assert!(!anchor.follows());
    }

    #[test]
    fn what_is_put_before_the_held_row_moves_the_view_along() {
        let mut anchor = reading_at(0, 2000);
        let step = look(&mut anchor, reading(0, 4600), 2600);
        assert_eq!(
            step,
            AnchorStep {
                go: Some(2600),
                hold_anew: false
            }
        );
        anchor.stands(reading(2600, 4600));
        assert_eq!(look(&mut anchor, reading(2600, 4600), 0), STAYS);
    }

    /// First the line that says that older rows are coming moved the view by 52; the event of that move came when the
    /// rows were there and nobody had made up for them.
    #[test]
    fn an_event_between_a_change_of_layout_and_its_observer_keeps_the_held_row() {
        let mut anchor = reading_at(0, 2243);
        assert_eq!(look(&mut anchor, reading(0, 2294), 52).go, Some(52));
        anchor.stands(reading(52, 2294));
        let step = look(&mut anchor, reading(52, 4893), 2617);
        assert_eq!(
            step,
            AnchorStep {
                go: Some(2669),
                hold_anew: false
            }
        );
    }

    #[test]
    fn an_observer_between_going_up_and_its_event_does_not_pull_back() {
        let mut anchor = following(2000);
        let step = look(&mut anchor, reading(0, 2052), 52);
        assert_eq!((step.go, step.hold_anew), (Some(52), true));
        assert!(!anchor.follows());
    }

    #[test]
    fn scrolling_and_a_change_of_layout_in_one_look_are_told_apart() {
        let mut anchor = reading_at(500, 2000);
        let step = look(&mut anchor, reading(450, 4600), 2600);
        assert_eq!(
            step,
            AnchorStep {
                go: Some(3050),
                hold_anew: true
            }
        );
    }

    #[test]
    fn content_that_gets_shorter_leaves_the_end_to_nobody() {
        let mut anchor = following(2000);
        let step = look(&mut anchor, reading(1900, 1900), 0);
        assert_eq!(step.go, None);
        assert!(anchor.follows());
        assert_eq!(look(&mut anchor, reading(1900, 2100), 0).go, Some(2100));
    }

    #[test]
    fn content_that_gets_shorter_above_is_made_up_for() {
        let mut anchor = reading_at(1000, 2000);
        assert_eq!(look(&mut anchor, reading(1000, 1950), -50).go, Some(950));
        assert!(!anchor.follows());
    }

    #[test]
    fn a_reader_whom_shorter_content_pushed_to_the_end_follows_it() {
        let mut anchor = reading_at(1900, 2000);
        look(&mut anchor, reading(1850, 1850), 0);
        assert!(anchor.follows());
    }

    #[test]
    fn a_nudge_within_the_slack_is_left_alone_until_something_is_added() {
        let mut anchor = following(2000);
        assert_eq!(look(&mut anchor, reading(1980, 2000), 0).go, None);
        assert!(anchor.follows());
        assert_eq!(look(&mut anchor, reading(1980, 2026), 0).go, Some(2026));
    }

    #[test]
    fn small_steps_up_leave_the_end_together() {
        let mut anchor = following(2000);
        for top in [1990, 1980, 1970] {
            assert_eq!(look(&mut anchor, reading(top, 2000), 0).go, None);
        }
        look(&mut anchor, reading(1960, 2000), 0);
        assert!(!anchor.follows());
    }

    #[test]
    fn whoever_reaches_the_end_follows_it_though_it_has_moved_on() {
        let mut anchor = reading_at(500, 2000);
        let step = look(&mut anchor, reading(2000, 2026), 0);
        assert_eq!(step.go, Some(2026));
        assert!(anchor.follows());
    }

    #[test]
    fn an_end_at_which_more_is_to_come_is_not_followed() {
        let mut anchor = reading_at(500, 2000);
        anchor.set_complete(false);
        look(&mut anchor, reading(2000, 2000), 0);
        assert!(!anchor.follows());
        assert_eq!(look(&mut anchor, reading(2000, 4600), 0).go, None);
        anchor.set_complete(true);
        look(&mut anchor, reading(4600, 4600), 0);
        assert!(anchor.follows());
    }

    /// The composer is measured: for a moment it is one line high, the view has room for more, and the browser moves it up.
    /// Then the composer is a line higher than before.
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
            assert_eq!(anchor.look(now, 0, false).go, Some(end), "line {line}");
            assert!(anchor.follows(), "line {line}");
            anchor.stands(ScrollMetrics { top: end, ..now });
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
        assert_eq!(anchor.look(now, 0, false).go, Some(1990));
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
        assert_eq!(anchor.look(with_keyboard, 0, true).go, Some(2300));
        anchor.stands(ScrollMetrics {
            top: 2300,
            ..with_keyboard
        });
        anchor.look(reading(2000, 2000), 0, true);
        assert!(anchor.follows());
    }

    #[test]
    fn a_hand_that_goes_up_while_the_layout_changes_has_left_the_end() {
        let mut anchor = following(2000);
        look(&mut anchor, reading(1900, 2026), 0);
        assert!(!anchor.follows());
    }

    #[test]
    fn a_way_up_without_a_hand_is_believed_where_the_layout_is_as_it_was() {
        let mut anchor = following(2000);
        anchor.look(reading(1900, 2000), 0, false);
        assert!(!anchor.follows(), "a screen reader, or the browser's own search");
    }

    #[test]
    fn a_long_way_up_without_a_hand_is_believed() {
        let mut anchor = following(2000);
        anchor.look(reading(0, 2052), 52, false);
        assert!(!anchor.follows());
    }

    #[test]
    fn asked_to_follow_it_goes_to_the_end_from_anywhere() {
        let mut anchor = reading_at(500, 2000);
        assert_eq!(anchor.follow(reading(500, 2000)).go, Some(2000));
        assert!(anchor.follows());
    }
}
