//! Rooms that come and go while the session is open, and who is in them.

use steadfast_shared::RoomKind;
use steadfast_shared::room::{MembershipUpdate, RoomUpdate};

use super::*;
use crate::people::notices::NoticeKind;

const OTHER: RoomId = RoomId(Uuid::from_u128(0xB));

fn told(id: RoomId, name: &str, head: Seq, active_at: u64) -> Room {
    Room {
        head,
        active_at,
        ..Room::new(id, name)
    }
}

fn comes_in(desk: &mut Desk, room: Room) {
    desk.event(ServerEvent::Room(RoomUpdate::In { room: Box::new(room) }));
}

fn said_there(seq: Seq) -> Entries {
    Entries {
        room: OTHER,
        from: seq,
        entries: vec![entry(seq, 2)],
    }
}

fn names(desk: &Desk) -> Vec<&str> {
    desk.session.rooms().map(|room| room.name).collect()
}

#[test]
fn a_room_joined_while_online_is_pulled_and_followed() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.pass(Duration::from_secs(1));
    // Live entries may overtake the news that this person is in the room.
    desk.receive(said_there(3));
    comes_in(&mut desk, told(OTHER, "other", 2, 9));
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(pull.room, OTHER);
    desk.answer(
        request,
        Ok(Answer::History(Ok(Page {
            room: OTHER,
            entries: vec![entry(1, 2), entry(2, 2), entry(3, 2)],
            head: 3,
        }))),
    );
    let view = desk.session.room(OTHER).unwrap();
    assert_eq!((view.cursor, view.unread), (Some(3), 3));
    assert_eq!(
        names(&desk),
        ["other", "general"],
        "what was heard of last comes first"
    );
}

#[test]
fn a_room_left_leaves_nothing_behind() {
    let mut desk = Desk::new(1);
    desk.online(0);
    comes_in(&mut desk, told(OTHER, "other", 0, 0));
    desk.receive(said_there(1));
    desk.input(Input::Flush);
    assert_eq!(desk.disk.rooms.len(), 2);
    desk.event(ServerEvent::Room(RoomUpdate::Out {
        room: OTHER,
        deleted: false,
    }));
    assert_eq!((desk.session.room(OTHER), desk.disk.rooms.len()), (None, 1));
    desk.receive(said_there(2));
    assert_eq!(desk.session.timeline(OTHER).rows().count(), 0);
    assert!(!desk.session.auth().cursors.contains_key(&OTHER));
}

#[test]
fn a_room_that_is_gone_when_the_session_opens_goes_from_the_disk_too() {
    let mut desk = Desk::new(1);
    desk.online(0);
    comes_in(&mut desk, told(OTHER, "other", 0, 0));
    desk.input(Input::Flush);
    desk.offline();
    desk.online(0);
    assert_eq!((names(&desk), desk.disk.rooms.len()), (vec!["general"], 1));
}

#[test]
fn what_waits_for_a_room_that_was_left_is_the_servers_to_refuse() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.offline();
    desk.post(1);
    desk.opened(Opened {
        rooms: vec![],
        ..opened(1, 0)
    });
    let (request, _) = desk.one_send();
    desk.ack(request, vec![refused(1, ErrorCode::UnknownRoom)]);
    assert_eq!(desk.rows(), [(id(1), "rejected")]);
}

#[test]
fn a_storage_that_answers_late_brings_no_room_back_that_was_left() {
    let mut desk = Desk::new(1);
    desk.online(0);
    comes_in(&mut desk, told(OTHER, "other", 0, 0));
    desk.receive(said_there(1));
    desk.input(Input::Flush);
    let disk = desk.disk.clone();
    let mut late = Desk::restored(1, Restored::default());
    late.disk = disk.clone();
    late.input(Input::SignedIn(SessionInfo::new(person(1), EPOCH)));
    late.online(0);
    late.input(Input::Restored(disk.clone()));
    assert_eq!((names(&late), late.disk.rooms.len()), (vec!["general"], 1));

    let mut another = Desk::restored(7, Restored::default());
    another.disk = disk.clone();
    another.input(Input::SignedIn(SessionInfo::new(person(7), EPOCH)));
    another.input(Input::Restored(disk));
    assert!(names(&another).is_empty(), "those are another person's");
    assert_eq!(another.disk.rooms.len(), 0);
}

#[test]
fn what_was_said_in_private_never_goes_to_a_room_that_has_its_name() {
    for kind in [RoomKind::Private, RoomKind::Direct] {
        let mut desk = Desk::new(1);
        let mut first = opened(1, 0);
        first.rooms[0].kind = kind;
        first.rooms[0].name = if kind == RoomKind::Direct { "" } else { "plans" }.into();
        desk.opened(first);
        desk.offline();
        desk.post(1);
        let mut later = opened(1, 0);
        later.epoch = Epoch(uuid(0xE2));
        later.rooms = ["", "plans"]
            .map(|name| Room {
                kind: if name.is_empty() {
                    RoomKind::Direct
                } else {
                    RoomKind::Public
                },
                ..Room::new(RoomId(Uuid::now_v7()), name)
            })
            .into();
        desk.opened(later);
        let (_, items) = desk.sends().remove(0);
        assert_eq!(items[0].room, ROOM, "the server says that there is no such room");
    }
}

#[test]
fn what_was_unread_still_is_after_a_restart_without_a_link() {
    let mut desk = Desk::new(1);
    desk.online(300);
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(201..=300, 2).entries, 300);
    desk.input(Input::Flush);
    let desk = Desk::restored(1, desk.disk);
    assert_eq!(desk.session.room(ROOM).unwrap().unread, 100);
}

#[test]
fn what_is_read_in_a_look_is_unread_no_more() {
    let mut desk = Desk::new(1);
    let mut first = opened(1, 1_000);
    first.rooms[0].unread = 900;
    first.rooms[0].mentions = 3;
    desk.opened(first);
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(901..=1_000, 2).entries, 1_000);
    let view = |desk: &Desk| {
        let view = desk.session.room(ROOM).unwrap();
        (view.unread, view.mentions)
    };
    assert_eq!(view(&desk), (900, 3));
    desk.input(Input::Read { room: ROOM, seq: 500 });
    assert_eq!(view(&desk), (500, 3));
    desk.input(Input::Read { room: ROOM, seq: 899 });
    desk.receive(entries(1_001..=1_001, 2));
    assert_eq!(view(&desk).0, 102);
    desk.input(Input::Read {
        room: ROOM,
        seq: 1_001,
    });
    assert_eq!(view(&desk), (0, 0));
}

#[test]
fn a_room_is_renamed_while_somebody_looks_and_news_may_overtake_the_opening() {
    let mut desk = Desk::new(1);
    desk.input(Input::LinkUp);
    comes_in(&mut desk, told(ROOM, "renamed", 1, 5));
    desk.event(ServerEvent::Session(event::Session::Open(opened(1, 0))));
    let view = desk.session.room(ROOM).unwrap();
    assert_eq!((view.name, view.head, view.active_at), ("renamed", 1, 5));
}

#[test]
fn away_is_told_when_it_changes_and_by_each_connection() {
    let mut desk = Desk::new(1);
    let told = |desk: &mut Desk| {
        desk.take(|output| match output {
            Output::Emit(Ephemeral::Away(away)) => Some(away.away),
            _ => None,
        })
    };
    desk.input(Input::Away(true));
    assert!(told(&mut desk).is_empty());
    desk.online(0);
    assert_eq!(told(&mut desk), [true]);
    desk.input(Input::Away(true));
    desk.input(Input::Away(false));
    assert_eq!(told(&mut desk), [false]);
    desk.offline();
    desk.online(0);
    assert!(told(&mut desk).is_empty());
}

#[test]
fn who_comes_is_a_line_for_a_while() {
    let mut desk = Desk::new(1);
    desk.online(0);
    for n in 1..=3 {
        desk.event(ServerEvent::Members(MembershipUpdate {
            room: ROOM,
            person: person(n),
            joined: true,
        }));
    }
    let lines = |desk: &Desk| -> Vec<(NoticeKind, usize)> {
        let lines = desk.session.people().notices(ROOM);
        lines.map(|line| (line.kind, line.people.len())).collect()
    };
    assert_eq!(
        lines(&desk),
        [(NoticeKind::Joined, 2)],
        "of oneself nothing is said"
    );
    desk.pass(Duration::from_secs(30));
    assert_eq!(lines(&desk), []);
}

#[test]
fn everybody_is_there_again_after_a_restart_of_the_server_and_nothing_is_said() {
    let mut desk = Desk::new(1);
    let there = |people: &[u128]| Opened {
        online: people
            .iter()
            .map(|n| presence(*n, Availability::Online))
            .collect(),
        ..opened(1, 0)
    };
    desk.opened(there(&[1, 2, 3]));
    desk.offline();
    desk.pass(Duration::from_secs(40));
    desk.opened(there(&[1]));
    desk.pass(Duration::from_secs(2));
    desk.event(ServerEvent::Presence(presence(2, Availability::Online)));
    assert_eq!(desk.session.people().notices(ROOM).count(), 0);
    desk.pass(Duration::from_secs(60));
    desk.event(ServerEvent::Presence(presence(3, Availability::Online)));
    assert_eq!(desk.session.people().notices(ROOM).count(), 1);
}

#[test]
fn typing_ends_with_the_message_or_by_itself_and_is_never_ones_own() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let writes = |desk: &mut Desk, n| {
        desk.event(ServerEvent::Typing(event::Typing {
            room: ROOM,
            person: person(n),
        }));
        desk.session.people().typing(ROOM).len()
    };
    assert_eq!(writes(&mut desk, 1), 0);
    assert_eq!((writes(&mut desk, 2), writes(&mut desk, 3)), (1, 2));
    desk.receive(entries(1..=1, 2));
    assert_eq!(desk.session.people().typing(ROOM), [&person(3)]);
    desk.pass(Duration::from_secs(4));
    assert_eq!(writes(&mut desk, 2), 2);
    desk.pass(Duration::from_secs(2));
    assert_eq!(desk.session.people().typing(ROOM), [&person(2)]);
    desk.offline();
    assert!(desk.session.people().typing(ROOM).is_empty());
}

fn presence(n: u128, state: Availability) -> Presence {
    let person = person(n);
    Presence { person, state }
}

#[test]
fn people_are_there_away_or_not() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let hear = |desk: &mut Desk, state| {
        desk.event(ServerEvent::Presence(presence(2, state)));
    };
    hear(&mut desk, Availability::Away);
    assert_eq!(
        desk.session.people().availability(person(2).id),
        Availability::Away
    );
    assert_eq!(desk.session.people().here().len(), 2);
    hear(&mut desk, Availability::Offline);
    assert_eq!(
        desk.session.people().availability(person(2).id),
        Availability::Offline
    );
    desk.pass(Duration::from_secs(60));
    hear(&mut desk, Availability::Online);
    let line = desk.session.people().notices(ROOM).next().unwrap();
    assert_eq!((line.kind, line.people[0].id), (NoticeKind::Back, person(2).id));
}

fn revised(revision: u64, head: Seq) -> Room {
    Room {
        head,
        revision,
        ..Room::new(ROOM, "general")
    }
}

#[test]
fn fault_h10_entries_of_another_revision_are_dropped_and_pulled_anew_live() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=3, 2));
    assert_eq!(desk.rows().len(), 3);
    comes_in(&mut desk, revised(1, 3));
    assert_eq!(desk.rows(), [], "what may be hidden by now is not shown");
    let (request, _) = desk.pulls().remove(0);
    let hidden = Entry {
        body: Body::Hidden,
        ..entry(2, 2)
    };
    desk.page(request, vec![entry(1, 2), hidden, entry(3, 2)], 3);
    assert_eq!((desk.rows().len(), desk.cursor()), (3, Some(3)));
    // The same revision again says nothing new.
    comes_in(&mut desk, revised(1, 3));
    assert_eq!((desk.rows().len(), desk.pulls().len()), (3, 0));
}

#[test]
fn fault_h10_entries_of_another_revision_go_where_they_were_cached_before_the_device_was_away() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=3, 2));
    desk.input(Input::Flush);
    assert_eq!(desk.disk.rooms[0].entries.len(), 3);
    let mut desk = Desk::restored(1, desk.disk);
    desk.input(Input::TakeOver(vec![]));
    assert_eq!(desk.rows().len(), 3);
    desk.opened(Opened {
        rooms: vec![revised(1, 3)],
        ..opened(1, 3)
    });
    assert_eq!(desk.rows(), []);
    assert_eq!(desk.pulls().len(), 1);
    desk.input(Input::Flush);
    let kept = desk.disk.rooms.iter().map(|room| room.entries.len());
    assert_eq!(kept.sum::<usize>(), 0, "nor does the device keep them");
}
