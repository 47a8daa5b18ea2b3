//! The layout of a timeline: groups by author, day separators, and which rows are announced.

use steadfast_client::RowKey;
use steadfast_shared::{Millis, UserId};

use crate::language::Day;

/// Consecutive rows by one author form a group while no gap between two of them is longer than
/// this.
const GROUP_GAP_MS: Millis = 5 * 60 * 1000;

/// A row's place among its neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RowPlace {
    /// The day that begins with this row, if one does.
    pub day: Option<Day>,
    /// Whether it starts a group, and so shows its author.
    pub first: bool,
    /// Whether it is the first unread row.
    pub news: bool,
}

pub fn places(rows: impl IntoIterator<Item = (UserId, Millis, Day)>) -> Vec<RowPlace> {
    let mut before: Option<(UserId, Millis, Day)> = None;
    rows.into_iter()
        .map(|(author, at, day)| {
            let place = match before {
                Some((author_before, at_before, day_before)) => {
                    let new_day = day != day_before;
                    RowPlace {
                        day: new_day.then_some(day),
                        first: new_day || author != author_before || at.abs_diff(at_before) > GROUP_GAP_MS,
                        news: false,
                    }
                }
                None => RowPlace {
                    day: Some(day),
                    first: true,
                    news: false,
                },
            };
            before = Some((author, at, day));
            place
        })
        .collect()
}

/// Returns how many rows at the start are history; screen readers announce the rest.
///
/// `announced` says whether an existing row was announced; for a new row it returns `None`. A row
/// never changes sides, so its element stays in place. Nothing is announced before `armed`: until
/// then the page is catching up. A page of older rows, inserted before all existing rows, is
/// history.
pub fn history_len(keys: &[RowKey], announced: impl Fn(&RowKey) -> Option<bool>, armed: bool) -> usize {
    let existing: Vec<Option<bool>> = keys.iter().map(announced).collect();
    if !armed {
        return match existing.iter().position(|k| *k == Some(true)) {
            Some(first) => first,
            None => keys.len(),
        };
    }
    if let Some(last) = existing.iter().rposition(|k| *k == Some(false)) {
        return last + 1;
    }
    existing.iter().position(Option::is_some).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use steadfast_shared::EntryId;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    fn keys(ids: &[u128]) -> Vec<RowKey> {
        ids.iter()
            .map(|n| RowKey {
                author: user(1),
                id: EntryId(uuid::Uuid::from_u128(*n)),
            })
            .collect()
    }

    fn number(key: &RowKey) -> u128 {
        key.id.0.as_u128()
    }

    #[test]
    fn the_first_row_opens_a_day_and_a_group() {
        let places = places([(user(1), 0, 7)]);
        assert_eq!(
            places,
            [RowPlace {
                day: Some(7),
                first: true,
                news: false
            }]
        );
    }

    #[test]
    fn a_group_ends_with_its_author_a_pause_or_the_day() {
        let first = |rows: &[(u128, Millis, Day)]| -> Vec<bool> {
            places(rows.iter().map(|(u, at, day)| (user(*u), *at, *day)))
                .iter()
                .map(|place| place.first)
                .collect()
        };
        assert_eq!(first(&[(1, 0, 1), (1, GROUP_GAP_MS, 1)]), [true, false]);
        assert_eq!(first(&[(1, 0, 1), (1, GROUP_GAP_MS + 1, 1)]), [true, true]);
        assert_eq!(first(&[(1, 0, 1), (2, 1, 1), (1, 2, 1)]), [true, true, true]);
        assert_eq!(first(&[(1, 0, 1), (1, 1, 2)]), [true, true]);
    }

    #[test]
    fn a_clock_that_runs_backwards_does_not_break_a_group() {
        let places = places([(user(1), 10_000, 1), (user(1), 4_000, 1)]);
        assert!(!places[1].first);
    }

    #[test]
    fn only_a_change_of_day_is_separated() {
        let days: Vec<_> = places([(user(1), 0, 1), (user(2), 1, 1), (user(1), 2, 3)])
            .iter()
            .map(|place| place.day)
            .collect();
        assert_eq!(days, [Some(1), None, Some(3)]);
    }

    #[test]
    fn rows_there_before_the_page_caught_up_are_history() {
        assert_eq!(history_len(&keys(&[1, 2, 3]), |_| None, false), 3);
    }

    #[test]
    fn rows_that_come_after_are_announced() {
        let was = |key: &RowKey| (number(key) <= 3).then_some(false);
        assert_eq!(history_len(&keys(&[1, 2, 3, 4]), was, true), 3);
    }

    #[test]
    fn an_older_page_is_history_even_when_every_existing_row_was_announced() {
        let was = |key: &RowKey| (number(key) >= 10).then_some(true);
        assert_eq!(history_len(&keys(&[1, 2, 10, 11]), was, true), 2);
        let was = |key: &RowKey| (number(key) >= 10).then_some(number(key) >= 11);
        assert_eq!(history_len(&keys(&[1, 2, 10, 11, 12]), was, true), 3);
    }

    #[test]
    fn a_row_that_slips_in_before_an_unsent_one_of_history_is_history() {
        let was = |key: &RowKey| (number(key) != 5).then_some(false);
        assert_eq!(history_len(&keys(&[1, 5, 9]), was, true), 3);
    }

    #[test]
    fn the_first_rows_of_an_empty_room_are_announced() {
        assert_eq!(history_len(&keys(&[1]), |_| None, true), 0);
    }

    #[test]
    fn rows_missed_while_offline_follow_the_announced_ones() {
        let was = |key: &RowKey| match number(key) {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        };
        assert_eq!(history_len(&keys(&[1, 2, 3, 4]), was, false), 1);
    }
}
