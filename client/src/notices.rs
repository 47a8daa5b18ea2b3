//! Who came and went a moment ago: lines that are shown for a while and never stored.
//!
//! Pure: time is passed in. Nothing here touches a cursor.

use std::time::Duration;

use steadfast_shared::{Person, RoomId, UserId};

use crate::sorted::SortedMap;

/// A line stands for this long after the last person in it.
const LASTS: Duration = Duration::from_secs(8);

/// Who is back sooner was never gone, and who leaves again sooner was never there.
const FLAP: Duration = Duration::from_secs(10);

/// Most people named in one line; the others are counted.
const NAMED: usize = 20;

/// Most lines at once; the oldest gives way.
const LINES: usize = 20;

/// Most people remembered as gone.
const REMEMBERED: usize = 1_000;

/// What one line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    /// People came into the room.
    Joined,
    /// People left the room.
    Left,
    /// People who were offline are online again.
    Back,
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What it says.
    pub kind: NoticeKind,
    /// Of which room; `None` for what concerns the whole server.
    pub room: Option<RoomId>,
    /// Of whom, in the order it happened: one person at least.
    pub people: Vec<Person>,
    /// How many more there are than are named.
    pub more: usize,
    until: Duration,
}

/// Who came and went a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    lines: Vec<Notice>,
    /// Since when people are offline, where that was heard.
    gone: SortedMap<UserId, Duration>,
    /// When people last came into a room, or left it.
    moved: SortedMap<(RoomId, UserId), Duration>,
}

impl Notices {
    /// The lines of one room, and those that concern every room, oldest first.
    pub(crate) fn of(&self, room: RoomId) -> impl Iterator<Item = &Notice> {
        self.lines
            .iter()
            .filter(move |line| line.room.is_none_or(|of| of == room))
    }

    /// Somebody came into a room, or left it. Says whether a line changed.
    pub(crate) fn moves(&mut self, room: RoomId, person: &Person, joined: bool, now: Duration) -> bool {
        let before = self.moved.insert((room, person.id), now);
        if self.moved.len() > REMEMBERED {
            self.moved.retain(|_, at| now < *at + FLAP);
            self.moved.truncate(REMEMBERED);
        }
        let (says, unsays) = if joined {
            (NoticeKind::Joined, NoticeKind::Left)
        } else {
            (NoticeKind::Left, NoticeKind::Joined)
        };
        if before.is_some_and(|at| now < at + FLAP) {
            return self.unsay(unsays, Some(room), person.id);
        }
        self.say(says, Some(room), person, now);
        true
    }

    /// Somebody is there, or is not. Says whether a line changed.
    pub(crate) fn appears(&mut self, person: &Person, there: bool, now: Duration) -> bool {
        if !there {
            self.gone.get_or_insert_with(person.id, || now);
            self.gone.truncate(REMEMBERED);
            return self.unsay(NoticeKind::Back, None, person.id);
        }
        let gone = self.gone.remove(&person.id);
        let back = gone.is_some_and(|since| since + FLAP <= now);
        if back {
            self.say(NoticeKind::Back, None, person, now);
        }
        back
    }

    /// The link went down: who came and went meanwhile is not known.
    pub(crate) fn link_down(&mut self) {
        self.gone.clear();
        self.moved.clear();
    }

    /// Drops what is over by `now`. Says whether anything was.
    pub(crate) fn expire(&mut self, now: Duration) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.until > now);
        self.lines.len() < before
    }

    pub(crate) fn next_expiry(&self) -> Option<Duration> {
        self.lines.iter().map(|line| line.until).min()
    }

    fn say(&mut self, kind: NoticeKind, room: Option<RoomId>, person: &Person, now: Duration) {
        let until = now + LASTS;
        let same = |line: &&mut Notice| line.kind == kind && line.room == room;
        if let Some(line) = self.lines.iter_mut().find(same) {
            line.until = until;
            if line.people.iter().any(|named| named.id == person.id) {
            } else if line.people.len() < NAMED {
                line.people.push(person.clone());
            } else {
                line.more += 1;
            }
            return;
        }
        if self.lines.len() == LINES {
            self.lines.remove(0);
        }
        self.lines.push(Notice {
            kind,
            room,
            people: vec![person.clone()],
            more: 0,
            until,
        });
    }

    fn unsay(&mut self, kind: NoticeKind, room: Option<RoomId>, person: UserId) -> bool {
        let mut changed = false;
        self.lines.retain_mut(|line| {
            if line.kind == kind && line.room == room {
                let before = line.people.len();
                line.people.retain(|named| named.id != person);
                changed |= line.people.len() < before;
            }
            !line.people.is_empty()
        });
        changed
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ROOM: RoomId = RoomId(Uuid::from_u128(1));
    const SECOND: Duration = Duration::from_secs(1);

    fn person(n: u128) -> Person {
        Person {
            id: UserId(Uuid::from_u128(n)),
            name: format!("person {n}"),
        }
    }

    fn lines(notices: &Notices) -> Vec<(NoticeKind, usize, usize)> {
        let lines = notices.of(ROOM);
        lines
            .map(|line| (line.kind, line.people.len(), line.more))
            .collect()
    }

    #[test]
    fn people_who_join_share_a_line_that_goes_by_itself() {
        let mut notices = Notices::default();
        for n in 0..25 {
            assert!(notices.moves(ROOM, &person(n), true, SECOND));
        }
        assert_eq!(lines(&notices), [(NoticeKind::Joined, NAMED, 5)]);
        assert_eq!(notices.next_expiry(), Some(SECOND + LASTS));
        assert!(!notices.expire(SECOND + LASTS / 2));
        assert!(notices.expire(SECOND + LASTS));
        assert_eq!(lines(&notices), []);
    }

    #[test]
    fn a_flap_says_nothing() {
        let mut notices = Notices::default();
        assert!(!notices.appears(&person(1), false, SECOND));
        assert!(!notices.appears(&person(1), true, SECOND * 2));
        notices.moves(ROOM, &person(2), true, SECOND);
        notices.moves(ROOM, &person(2), false, SECOND * 3);
        assert_eq!(lines(&notices), []);
    }

    #[test]
    fn who_was_gone_for_a_while_is_back() {
        let mut notices = Notices::default();
        notices.appears(&person(1), false, SECOND);
        assert!(notices.appears(&person(1), true, SECOND * 20));
        assert_eq!(lines(&notices), [(NoticeKind::Back, 1, 0)]);
        assert!(
            !notices.appears(&person(2), true, SECOND),
            "who was there before is not back"
        );
        notices.appears(&person(3), false, SECOND);
        notices.link_down();
        assert!(!notices.appears(&person(3), true, SECOND * 50));
    }
}
