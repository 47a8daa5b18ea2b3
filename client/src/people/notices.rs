//! Notices of people who came and went: lines that are shown for a while and never stored.
//!
//! Nothing here touches a cursor. The server does not report a connection that is back within its grace period. A person
//! who is back soon after that gets no line either, and neither do the people who come back with a restarted server.

use std::time::Duration;

use steadfast_shared::event::{Availability, Presence};
use steadfast_shared::{Person, RoomId, UserId};

use crate::people::names::Names;
use crate::vec_map::VecMap;

/// How long a line is shown after the last person was added to it.
const LASTS: Duration = Duration::from_secs(8);

/// A person who is back sooner counts as never away, and one who leaves a room sooner as never in it.
const FLAP: Duration = Duration::from_secs(10);

/// Most people named in one line; the others are counted.
const NAMED: usize = 20;

/// Most lines at once; a new one replaces the oldest.
const LINES: usize = 20;

/// Most people remembered as offline, and most moves.
const REMEMBERED: usize = 1_000;

/// The event that one line reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    /// People came into the room.
    Joined,
    /// People left the room.
    Left,
    /// People who were offline are online.
    Back,
    /// People who were online are offline.
    Gone,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub kind: NoticeKind,
    /// The room it concerns; `None` for the whole server.
    pub room: Option<RoomId>,
    /// At least one person, in the order of events.
    pub people: Vec<Person>,
    /// The number of people beyond those named.
    pub more: usize,
    until: Duration,
}

/// The lines about people who came and went.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    lines: Vec<Notice>,
    /// When people went offline, as far as this tab noticed.
    gone: VecMap<UserId, Duration>,
    /// When people last joined or left a room.
    moved: VecMap<(RoomId, UserId), Duration>,
}

impl Notices {
    /// The lines of one room, and those that concern every room, oldest first.
    pub(crate) fn of(&self, room: RoomId) -> impl Iterator<Item = &Notice> {
        self.lines
            .iter()
            .filter(move |line| line.room.is_none_or(|of| of == room))
    }

    /// A person joined or left a room. Returns whether a line changed.
    pub(crate) fn membership_changed(
        &mut self,
        room: RoomId,
        person: &Person,
        joined: bool,
        now: Duration,
    ) -> bool {
        let before = self.moved.insert((room, person.id), now);
        if self.moved.len() > REMEMBERED {
            self.moved.retain(|_, at| now < *at + FLAP);
            self.moved.truncate(REMEMBERED);
        }
        let (added, withdrawn) = if joined {
            (NoticeKind::Joined, NoticeKind::Left)
        } else {
            (NoticeKind::Left, NoticeKind::Joined)
        };
        if before.is_some_and(|at| now < at + FLAP) {
            return self.withdraw(withdrawn, Some(room), person.id);
        }
        if joined {
            self.withdraw(NoticeKind::Back, None, person.id);
        }
        self.add(added, Some(room), person, now);
        true
    }

    /// A person's presence changed. `was_here`: they were online or away before. Returns whether a line changed.
    pub(crate) fn presence_changed(&mut self, presence: &Presence, was_here: bool, now: Duration) -> bool {
        let person = &presence.person;
        match presence.state {
            // A person who is away from all their devices is not back.
            Availability::Away => false,
            Availability::Offline if was_here => {
                self.goes(person.id, now);
                if !self.withdraw(NoticeKind::Back, None, person.id) {
                    self.add(NoticeKind::Gone, None, person, now);
                }
                true
            }
            Availability::Offline => false,
            Availability::Online => {
                let withdrawn = self.withdraw(NoticeKind::Gone, None, person.id);
                let back = match self.gone.remove(&person.id) {
                    Some(since) => since + FLAP <= now,
                    None => !was_here && !self.has_just_joined(person.id, now),
                };
                if back {
                    self.add(NoticeKind::Back, None, person, now);
                }
                back | withdrawn
            }
        }
    }

    /// A session opened without people who were here before: the server may have come back sooner than they.
    pub(crate) fn missing(&mut self, people: impl Iterator<Item = UserId>, now: Duration) {
        for person in people {
            self.goes(person, now);
        }
    }

    /// A person goes by another name.
    pub(crate) fn renamed(&mut self, names: &Names) {
        for person in self.lines.iter_mut().flat_map(|line| &mut line.people) {
            *person = names.current(person).clone();
        }
    }

    /// The room is no longer followed.
    pub(crate) fn forget_room(&mut self, room: RoomId) {
        self.lines.retain(|line| line.room != Some(room));
        self.moved.retain(|(of, _), _| *of != room);
    }

    /// The link went down: this tab does not notice who comes and goes.
    pub(crate) fn link_down(&mut self) {
        self.gone.clear();
        self.moved.clear();
    }

    /// Drops expired lines. Returns whether there were any.
    pub(crate) fn expire(&mut self, now: Duration) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.until > now);
        self.lines.len() < before
    }

    pub(crate) fn next_expiry(&self) -> Option<Duration> {
        self.lines.iter().map(|line| line.until).min()
    }

    fn goes(&mut self, person: UserId, now: Duration) {
        self.gone.get_or_insert_with(person, || now);
        self.gone.truncate(REMEMBERED);
    }

    fn has_just_joined(&self, person: UserId, now: Duration) -> bool {
        let mut moved = self.moved.iter();
        moved.any(|((_, of), at)| *of == person && now < *at + FLAP)
    }

    fn add(&mut self, kind: NoticeKind, room: Option<RoomId>, person: &Person, now: Duration) {
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

    fn withdraw(&mut self, kind: NoticeKind, room: Option<RoomId>, person: UserId) -> bool {
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

    fn presence(n: u128, state: Availability) -> Presence {
        Presence {
            person: person(n),
            state,
        }
    }

    fn online(n: u128) -> Presence {
        presence(n, Availability::Online)
    }

    fn offline(n: u128) -> Presence {
        presence(n, Availability::Offline)
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
            assert!(notices.membership_changed(ROOM, &person(n), true, SECOND));
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
        notices.presence_changed(&offline(1), true, SECOND);
        assert_eq!(lines(&notices), [(NoticeKind::Gone, 1, 0)]);
        assert!(notices.presence_changed(&online(1), false, SECOND * 2));
        assert_eq!(lines(&notices), []);
        notices.membership_changed(ROOM, &person(2), true, SECOND);
        notices.membership_changed(ROOM, &person(2), false, SECOND * 3);
        assert_eq!(lines(&notices), []);
    }

    #[test]
    fn who_was_offline_is_back() {
        let mut notices = Notices::default();
        notices.presence_changed(&offline(1), true, SECOND);
        notices.expire(SECOND * 20);
        assert!(notices.presence_changed(&online(1), false, SECOND * 20));
        assert_eq!(lines(&notices), [(NoticeKind::Back, 1, 0)]);
        assert!(
            !notices.presence_changed(&online(2), true, SECOND * 20),
            "who is there is not back"
        );
        assert!(
            notices.presence_changed(&online(3), false, SECOND * 20),
            "who was offline all the time is"
        );
        notices.presence_changed(&offline(3), true, SECOND * 21);
        assert_eq!(lines(&notices), [(NoticeKind::Back, 1, 0)], "back for a moment");
    }

    #[test]
    fn who_has_just_signed_up_has_joined_and_is_not_back() {
        let mut notices = Notices::default();
        notices.membership_changed(ROOM, &person(1), true, SECOND);
        assert!(!notices.presence_changed(&online(1), false, SECOND));
        notices.presence_changed(&online(2), false, SECOND);
        notices.membership_changed(ROOM, &person(2), true, SECOND);
        assert_eq!(lines(&notices), [(NoticeKind::Joined, 2, 0)]);
    }

    #[test]
    fn a_server_that_restarts_brings_nobody_back() {
        let mut notices = Notices::default();
        notices.link_down();
        notices.missing([person(1).id, person(2).id].into_iter(), SECOND);
        assert!(!notices.presence_changed(&online(1), false, SECOND * 3));
        assert!(notices.presence_changed(&online(2), false, SECOND * 60));
    }

    #[test]
    fn a_room_that_is_left_leaves_no_line() {
        let mut notices = Notices::default();
        notices.membership_changed(ROOM, &person(1), true, SECOND);
        notices.forget_room(ROOM);
        assert_eq!(lines(&notices), []);
    }
}
