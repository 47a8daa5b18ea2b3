//! Which rows of a room have changed since a view last read them.

use std::collections::VecDeque;

use steadfast_shared::{RoomId, Seq};

use crate::vec_map::VecMap;

/// Most changes of single rows that are remembered of a room: as many as a busy room has in a second. A view that is further
/// behind reads every row.
const REMEMBERED: usize = 512;

/// The rows that may differ from those read before. Echoes, which are not in the log, and rows with unsent changes may always.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangedRows {
    All,
    /// The rows at these places of the log, in any order and perhaps more than once.
    Some(Vec<Seq>),
}

/// The rooms' changes, by a number that grows with each.
#[derive(Debug, Default)]
pub(crate) struct RowRevisions {
    number: u64,
    rooms: VecMap<RoomId, RoomRevisions>,
}

#[derive(Debug, Default)]
struct RoomRevisions {
    /// The last change that may concern any row.
    all: u64,
    /// Later changes of single rows, oldest first.
    rows: VecDeque<(u64, Seq)>,
}

impl RowRevisions {
    /// The number of the last change.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn changed(&mut self, room: RoomId, rows: ChangedRows) {
        self.number += 1;
        let of_room = self.rooms.get_or_insert_with(room, RoomRevisions::default);
        match rows {
            ChangedRows::All => {
                of_room.all = self.number;
                of_room.rows.clear();
            }
            ChangedRows::Some(rows) => {
                let number = self.number;
                of_room.rows.extend(rows.into_iter().map(|seq| (number, seq)));
                let excess = of_room.rows.len().saturating_sub(REMEMBERED);
                if let Some((forgotten, _)) = of_room.rows.drain(..excess).next_back() {
                    of_room.all = forgotten;
                }
            }
        }
    }

    /// The rows of a room that changed after this number.
    pub(crate) fn since(&self, room: RoomId, number: u64) -> ChangedRows {
        match self.rooms.get(&room) {
            Some(of_room) if of_room.all <= number => {
                let newest_first = of_room.rows.iter().rev();
                let later = newest_first.take_while(|(changed, _)| *changed > number);
                ChangedRows::Some(later.map(|(_, seq)| *seq).collect())
            }
            _ => ChangedRows::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ROOM: RoomId = RoomId(Uuid::from_u128(1));
    const OTHER: RoomId = RoomId(Uuid::from_u128(2));

    #[test]
    fn a_view_reads_the_rows_that_changed_since() {
        let mut revisions = RowRevisions::default();
        assert_eq!(
            revisions.since(ROOM, 0),
            ChangedRows::All,
            "nothing is known of it"
        );
        revisions.changed(ROOM, ChangedRows::All);
        let read = revisions.number();
        revisions.changed(ROOM, ChangedRows::Some(vec![7]));
        revisions.changed(OTHER, ChangedRows::All);
        revisions.changed(ROOM, ChangedRows::Some(vec![8, 3]));
        assert_eq!(revisions.since(ROOM, read), ChangedRows::Some(vec![3, 8, 7]));
        assert_eq!(
            revisions.since(ROOM, revisions.number()),
            ChangedRows::Some(vec![])
        );
        revisions.changed(ROOM, ChangedRows::All);
        assert_eq!(revisions.since(ROOM, read), ChangedRows::All);
    }

    #[test]
    fn a_view_far_behind_reads_every_row() {
        let mut revisions = RowRevisions::default();
        revisions.changed(ROOM, ChangedRows::All);
        let read = revisions.number();
        for seq in 0..REMEMBERED as Seq {
            revisions.changed(ROOM, ChangedRows::Some(vec![seq]));
        }
        let ChangedRows::Some(rows) = revisions.since(ROOM, read) else {
            panic!("all are remembered");
        };
        assert_eq!(rows.len(), REMEMBERED);
        revisions.changed(ROOM, ChangedRows::Some(vec![0]));
        assert_eq!(revisions.since(ROOM, read), ChangedRows::All);
        assert!(matches!(revisions.since(ROOM, read + 1), ChangedRows::Some(_)));
    }
}
