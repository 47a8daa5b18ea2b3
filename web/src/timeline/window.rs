//! Which of a timeline's rows are in the document: enough around the view, and never more than a
//! bound.
//!
//! A long timeline is a list of keys; the document holds a run of them. Coming near one end of the
//! run adds rows there and removes as many at the other. The view keeps the row being read in
//! place, so nothing visibly moves.

use std::ops::Range;

/// Maximum number of rows in the document.
pub const ROWS: usize = 400;

/// Rows of a room's first frame: more than fit on a screen, so the rest appears out of sight.
pub const OPENING: usize = 40;

/// Rows added in a frame while the view is near an end: few enough for the frame to come in time, and more than a wheel turns past in it.
pub const STEP: usize = 16;

/// Rows that leave the document together when the newest ones become too many. Each removal above moves every row below it,
/// which the browser then lays out and paints afresh.
pub const TRIM: usize = 50;

/// The run of rows in the document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum RenderWindow<K> {
    /// The few newest rows, for the first frame of a room.
    #[default]
    Opening,
    /// The newest rows, following additions.
    Newest,
    /// The newest rows, from this one on until they are too many.
    Following(K),
    /// The rows from this one on.
    From(K),
}

impl<K: Copy + PartialEq> RenderWindow<K> {
    /// Which of `keys` are in the document.
    pub fn range(&self, keys: &[K]) -> Range<usize> {
        let newest = keys.len().saturating_sub(ROWS);
        let start = match self {
            Self::Opening => keys.len().saturating_sub(OPENING),
            Self::Newest => newest,
            Self::Following(first) => newest.max(position(keys, first).unwrap_or(newest)),
            // If the first row is gone, along with the page it was loaded with, the newest rows are
            // shown.
            Self::From(first) => position(keys, first).unwrap_or(newest),
        };
        start..keys.len().min(start + ROWS)
    }

    /// Takes in `keys`, some of which may be new: of the newest rows, the oldest leave once there are too many.
    pub fn settle(&mut self, keys: &[K]) {
        let excess = keys.len().saturating_sub(ROWS);
        let first = match self {
            Self::Newest if excess > 0 => excess,
            Self::Following(first) => match position(keys, first) {
                Some(at) if at >= excess => return,
                Some(_) => excess + TRIM,
                None => excess,
            },
            _ => return,
        };
        *self = keys
            .get(first)
            .map_or(Self::Newest, |first| Self::Following(*first));
    }

    /// The view follows the end: these are the newest rows, however many come. A short view that shows older ones is at the end,
    /// too. No row comes above at once.
    pub fn follow(&mut self) {
        if let Self::From(first) = self {
            *self = Self::Following(*first);
        }
    }

    /// Moves the run up. Returns whether it could: at the oldest loaded row it cannot.
    pub fn up(&mut self, keys: &[K]) -> bool {
        let Range { start, .. } = self.range(keys);
        self.begin_at(keys, start.saturating_sub(STEP), start)
    }

    /// Moves the run down. Returns whether it could: at the newest loaded row it cannot.
    pub fn down(&mut self, keys: &[K]) -> bool {
        let Range { start, end } = self.range(keys);
        if end == keys.len() {
            return false;
        }
        self.begin_at(keys, (start + STEP).min(keys.len() - ROWS), start)
    }

    /// Brings a row into the run: into its middle, if it was outside.
    pub fn show(&mut self, keys: &[K], key: &K) {
        let Some(at) = keys.iter().position(|other| other == key) else {
            return;
        };
        let range = self.range(keys);
        if !range.contains(&at) {
            self.begin_at(keys, at.saturating_sub(ROWS / 2), range.start);
        }
    }

    /// Keeps the current rows, whatever is added after them.
    pub fn stay(&mut self, keys: &[K]) {
        if !matches!(self, Self::From(_))
            && let Some(first) = keys.get(self.range(keys).start)
        {
            *self = Self::From(*first);
        }
    }

    /// Ends the first frame. Returns whether there are more rows.
    pub fn open(&mut self, keys: &[K]) -> bool {
        if *self != Self::Opening || keys.is_empty() {
            return false;
        }
        *self = Self::Newest;
        keys.len() > OPENING
    }

    fn begin_at(&mut self, keys: &[K], start: usize, was: usize) -> bool {
        if let Some(first) = keys.get(start).filter(|_| start != was) {
            *self = Self::From(*first);
            return true;
        }
        false
    }
}

/// The place of a row. Searched from the end, where most are.
fn position<K: PartialEq>(keys: &[K], key: &K) -> Option<usize> {
    keys.iter().rposition(|other| other == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(range: Range<usize>) -> Vec<usize> {
        range.collect()
    }

    #[test]
    fn the_newest_rows_are_shown_whatever_comes() {
        assert_eq!(RenderWindow::Newest.range(&keys(0..10)), 0..10);
        assert_eq!(RenderWindow::Newest.range(&keys(0..1_000)), 1_000 - ROWS..1_000);
        assert_eq!(RenderWindow::Newest.range(&keys(0..0)), 0..0);
    }

    #[test]
    fn rows_that_come_move_the_ones_before_once_in_many() {
        let mut window = RenderWindow::Newest;
        let (mut first, mut moves) = (0, 0);
        for many in 1..=10 * ROWS {
            let keys = keys(0..many);
            window.settle(&keys);
            let range = window.range(&keys);
            assert_eq!(range.end, many, "the newest are shown");
            assert!(range.len() <= ROWS && range.len() >= many.min(ROWS - TRIM));
            moves += usize::from(range.start != first);
            first = range.start;
        }
        assert_eq!(moves, 1 + (9 * ROWS - 1).div_ceil(TRIM + 1));
        assert!(window.up(&keys(0..10 * ROWS)));
        assert_eq!(window, RenderWindow::From(first - STEP));
    }

    #[test]
    fn older_rows_above_a_short_view_leave_the_newest_in_it() {
        let mut window = RenderWindow::Opening;
        assert!(window.up(&keys(0..90)));
        for many in 90..1_000 {
            window.follow();
            window.settle(&keys(0..many));
            assert_eq!(window.range(&keys(0..many)).end, many);
        }
    }

    #[test]
    fn older_pages_fill_a_short_room_and_stay_out_of_a_full_one() {
        let mut window = RenderWindow::Newest;
        window.settle(&keys(900..1_000));
        assert_eq!(window.range(&keys(800..1_000)), 0..200);
        window.settle(&keys(500..1_000));
        assert_eq!(window.range(&keys(400..1_000)), 200..600);
        // The first row is gone, along with the page it was loaded with.
        window.settle(&keys(2_000..3_000));
        assert_eq!(window.range(&keys(2_000..3_000)), 600..1_000);
        window.settle(&keys(3_000..3_001));
        assert_eq!(window.range(&keys(3_000..3_001)), 0..1);
    }

    #[test]
    fn a_room_opens_with_a_few_rows_and_gets_the_others_once() {
        let keys = keys(0..1_000);
        let mut window = RenderWindow::default();
        assert_eq!(window.range(&keys), 1_000 - OPENING..1_000);
        assert!(window.open(&keys));
        assert_eq!(window.range(&keys), 1_000 - ROWS..1_000);
        assert!(!window.open(&keys));
        // Where the person has gone elsewhere meanwhile, they stay there.
        let mut window = RenderWindow::Opening;
        assert!(window.up(&keys));
        assert!(!window.open(&keys));
        assert_eq!(window, RenderWindow::From(1_000 - OPENING - STEP));
        assert!(!RenderWindow::Opening.open(&keys[..OPENING]));
        // Nothing was shown yet.
        let mut window = RenderWindow::Opening;
        assert!(!window.open(&keys[..0]));
        assert_eq!(window, RenderWindow::Opening);
    }

    #[test]
    fn ten_thousand_rows_are_walked_both_ways_within_the_bound() {
        let keys = keys(0..10_000);
        let mut window = RenderWindow::Newest;
        let mut steps = 0;
        while window.up(&keys) {
            assert!(window.range(&keys).len() <= ROWS);
            steps += 1;
        }
        assert_eq!(window.range(&keys), 0..ROWS);
        while window.down(&keys) {
            assert_eq!(window.range(&keys).len(), ROWS);
            steps += 1;
        }
        assert_eq!(window.range(&keys), 10_000 - ROWS..10_000);
        assert_eq!(steps, 2 * (10_000 - ROWS).div_ceil(STEP));
    }

    #[test]
    fn one_step_keeps_most_of_the_rows() {
        let keys = keys(0..1_000);
        let mut window = RenderWindow::Newest;
        window.up(&keys);
        assert_eq!(window.range(&keys), 1_000 - ROWS - STEP..1_000 - STEP);
        window.down(&keys);
        assert_eq!(window.range(&keys), 600..1_000);
    }

    #[test]
    fn older_pages_inserted_above_move_nothing() {
        let mut window = RenderWindow::From(500);
        assert_eq!(window.range(&keys(500..1_000)), 0..ROWS);
        assert_eq!(window.range(&keys(400..1_000)), 100..100 + ROWS);
        assert!(window.up(&keys(400..1_000)));
        assert_eq!(window, RenderWindow::From(500 - STEP));
    }

    #[test]
    fn a_reader_further_up_keeps_the_rows_being_read() {
        let mut window = RenderWindow::Newest;
        window.stay(&keys(0..1_000));
        assert_eq!(window.range(&keys(0..1_100)), 600..1_000);
        let mut few = RenderWindow::Newest;
        few.stay(&keys(0..0));
        assert_eq!(few, RenderWindow::Newest);
    }

    #[test]
    fn rows_that_are_gone_leave_the_newest() {
        assert_eq!(RenderWindow::From(3).range(&keys(10..20)), 0..10);
    }

    #[test]
    fn a_distant_row_comes_into_the_middle() {
        let keys = keys(0..10_000);
        let mut window = RenderWindow::Newest;
        window.show(&keys, &9_900);
        assert_eq!(window, RenderWindow::Newest);
        window.show(&keys, &5_000);
        assert_eq!(window.range(&keys), 4_800..5_200);
        window.show(&keys, &20_000);
        assert_eq!(window.range(&keys), 4_800..5_200);
    }
}
