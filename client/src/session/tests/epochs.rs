//! Databases that are wiped, replaced or put back.

use super::*;
use crate::tab_message::Stored;
use steadfast_shared::{Cursor, HandshakeError, RoomId};

const LATER: Epoch = Epoch(Uuid::from_u128(0xEE));
const LATER_ROOM: RoomId = RoomId(Uuid::from_u128(0xAA));

/// The database was replaced: same room by name, other ids, the person known anew.
fn reopened(me: u128) -> Opened {
    let mut opened = opened(me, 0);
    opened.epoch = LATER;
    opened.rooms[0].id = LATER_ROOM;
    opened
}

/// The later database knows person 1 by this id.
fn reopened_as_person_1(id: u128) -> Opened {
    let mut opened = reopened(id);
    opened.me.name = person(1).name;
    opened.online[0].person.name = person(1).name;
    opened
}

fn sign_in(desk: &mut Desk, me: u128, epoch: Epoch) {
    desk.input(Input::SignedIn(SessionInfo::new(person(me), epoch)));
}

/// Person 1 signs in to the later database, which knows them by this id. The session is yet to open.
fn sign_in_as_person_1(desk: &mut Desk, id: u128) {
    desk.input(Input::SignedIn(SessionInfo::new(
        reopened_as_person_1(id).me,
        LATER,
    )));
    desk.outputs.clear();
}

/// A tab with an unsent item, and a second one that drains the outbox.
fn two_tabs_with_an_unsent_item() -> (Desk, Desk) {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.offline();
    desk.post(1);
    let mut other = Desk::restored(1, desk.disk.clone());
    other.input(Input::TakeOver(desk.disk.outbox.clone()));
    other.broadcasts();
    (desk, other)
}

/// Another tab has item 1 acknowledged, at this place.
fn acked_elsewhere(desk: &mut Desk, epoch: Epoch, room: RoomId, seq: Seq) {
    let (id, at) = (id(1), 5);
    let stored = vec![Stored { id, room, seq, at }];
    desk.input(Input::TabMessage(TabMessage::Sent { epoch, stored }));
}

/// Answers the one request for a page: the log is these entries.
fn log_is(desk: &mut Desk, log: &Entries) -> HistoryRequest {
    let (request, pull) = desk.pulls().remove(0);
    let head = log.entries.last().map_or(0, |last| last.seq);
    desk.page(request, log.entries.clone(), head);
    pull
}

#[test]
fn another_epoch_drops_cursors_and_cache_and_keeps_the_outbox_as_this_persons() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=5, 2));
    desk.offline();
    desk.post(1);
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.disk.rooms.len(), 1);
    sign_in(&mut desk, 11, LATER);
    assert!(desk.disk.rooms.is_empty());
    assert!(desk.session.auth().cursors.is_empty());
    assert_eq!(desk.session.auth().epoch, Some(LATER));
    desk.opened(reopened(11));
    let (request, items) = desk.sends().remove(0);
    assert_eq!(
        (items[0].id, items[0].room),
        (id(1), LATER_ROOM),
        "found again by the room's name"
    );
    desk.ack(request, vec![stored(1, 1)]);
    let rows: Vec<_> = desk
        .session
        .timeline(LATER_ROOM)
        .rows()
        .map(|row| row.id)
        .collect();
    assert_eq!(rows, [id(1)]);
    assert!(desk.disk.outbox.is_empty());
}

#[test]
fn who_owns_the_server_is_what_it_said_last_and_forgotten_with_the_person() {
    let mut desk = Desk::new(1);
    assert!(!desk.session.account().owns_server());
    desk.opened(Opened {
        owner: true,
        ..opened(1, 0)
    });
    assert!(desk.session.account().owns_server());
    desk.offline();
    assert!(desk.session.account().owns_server(), "until it is said otherwise");
    sign_in(&mut desk, 11, LATER);
    assert!(!desk.session.account().owns_server());
    desk.opened(reopened(11));
    assert!(!desk.session.account().owns_server());
}

#[test]
fn an_answer_of_the_epoch_before_is_not_believed() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (old, _) = desk.one_send();
    desk.offline();
    sign_in(&mut desk, 11, LATER);
    desk.opened(reopened(11));
    let (new, _) = desk.one_send();
    desk.ack(old, vec![stored(1, 40)]);
    assert_eq!(
        desk.session.unsent(),
        1,
        "the first database is gone, and what it said with it"
    );
    desk.ack(new, vec![stored(1, 1)]);
    assert_eq!(desk.session.unsent(), 0);
    assert_eq!(desk.session.room(LATER_ROOM).unwrap().cursor, Some(1));
}

#[test]
fn a_refresh_between_signing_in_and_connecting_keeps_the_outbox_too() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    desk.offline();
    sign_in(&mut desk, 11, LATER);
    let mut again = Desk::restored(11, desk.disk);
    again.input(Input::TakeOver(again.disk.outbox.clone()));
    again.opened(reopened(11));
    let (_, items) = again.sends().remove(0);
    assert_eq!((items[0].id, items[0].room), (id(1), LATER_ROOM));
}

#[test]
fn an_item_of_the_epoch_before_that_another_tab_tells_late_is_brought_along() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let mut other = Desk::restored(1, desk.disk.clone());
    other.online(0);
    other.broadcasts();
    other.post(1);
    let late = other.broadcasts();
    desk.offline();
    sign_in(&mut desk, 11, LATER);
    desk.opened(reopened(11));
    for news in late {
        desk.input(Input::TabMessage(news));
    }
    let (_, items) = desk.sends().remove(0);
    assert_eq!((items[0].id, items[0].room), (id(1), LATER_ROOM));
}

#[test]
fn all_tabs_agree_on_whose_an_item_became_that_one_of_them_brought_along() {
    let (mut desk, mut other) = two_tabs_with_an_unsent_item();
    sign_in(&mut other, 11, LATER);
    other.opened(reopened(11));
    pass_on(&mut other, &mut desk);
    // The server lost that person again, within the epoch: somebody has to decide, in every tab.
    for tab in [&mut desk, &mut other] {
        tab.offline();
        sign_in(tab, 12, LATER);
        tab.sends();
        tab.opened(reopened(12));
        assert!(tab.sends().is_empty());
        assert_eq!(tab.disk.outbox[0].author.id, person(11).id);
    }
}

#[test]
fn an_item_migrated_as_somebody_of_this_name_whom_the_database_lost_goes_before_those_typed_later() {
    let (mut desk, mut other) = two_tabs_with_an_unsent_item();
    sign_in_as_person_1(&mut other, 11);
    other.opened(reopened_as_person_1(11));
    other.sends();
    other.offline();
    pass_on(&mut other, &mut desk);
    desk.post(2);
    pass_on(&mut desk, &mut other);
    // A backup of that epoch was put back, from before this person signed up in it.
    for tab in [&mut desk, &mut other] {
        sign_in_as_person_1(tab, 12);
        tab.opened(reopened_as_person_1(12));
        assert_eq!(tab.one_send().1, [id(1), id(2)]);
    }
}

#[test]
fn a_database_that_comes_back_takes_what_was_assigned_to_the_person_of_the_one_in_between() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.offline();
    desk.post(1);
    // Assigned to the person of another database, and that tab has not been online there yet.
    sign_in(&mut desk, 11, LATER);
    let on_disk = desk.disk.clone();
    let mut other = Desk::restored(1, on_disk.clone());
    other.input(Input::TakeOver(on_disk.outbox.clone()));
    desk.opened(reopened(11));
    pass_on(&mut desk, &mut other);
    // A third tab reports the items that it has read.
    other.input(Input::TabMessage(TabMessage::Posted {
        items: on_disk.outbox,
    }));
    // The former database is put back.
    sign_in(&mut other, 1, EPOCH);
    other.opened(opened(1, 0));
    assert_eq!(other.one_send().1, [id(1)]);
}

/// The rows of a room: each entry, and its author.
fn shown(desk: &Desk) -> Vec<(EntryId, UserId)> {
    let timeline = desk.session.timeline(ROOM);
    timeline.rows().map(|row| (row.id, row.author.id)).collect()
}

fn said(entries: &Entries) -> Vec<(EntryId, UserId)> {
    let said = entries.entries.iter();
    said.map(|entry| (entry.id, entry.author.id)).collect()
}

#[test]
fn a_cursor_names_the_entry_that_is_there() {
    let mut desk = Desk::new(1);
    desk.online(0);
    assert_eq!(desk.session.auth().cursors[&ROOM], 0.into());
    desk.receive(entries(1..=9, 2));
    let ninth = entry(9, 2);
    assert_eq!(desk.session.auth().cursors[&ROOM], Cursor::from(&ninth));
    let (id, at) = (Some(ninth.id), Some(ninth.at));
    assert_eq!(desk.session.auth().cursors[&ROOM], Cursor { seq: 9, id, at });
    // Its own entry by its ack, before the log's copy.
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 10)]);
    let cursor = Cursor {
        seq: 10,
        id: Some(super::id(1)),
        at: Some(5),
    };
    assert_eq!(desk.session.auth().cursors[&ROOM], cursor);
    // And from storage, in a tab that begins with it.
    desk.pass(Duration::from_secs(5));
    let again = Desk::restored(1, desk.disk);
    assert_eq!(again.session.auth().cursors[&ROOM], cursor);
}

#[test]
fn a_room_that_went_back_in_time_starts_afresh_alone_and_the_outbox_stays() {
    let mut desk = Desk::new(1);
    let two = |head, other| {
        let mut opened = opened(1, head);
        opened.rooms.push(Room {
            head: other,
            ..Room::new(LATER_ROOM, "plans")
        });
        opened
    };
    desk.opened(two(0, 0));
    desk.receive(entries(1..=9, 2));
    desk.receive(Entries {
        room: LATER_ROOM,
        ..entries(1..=3, 2)
    });
    desk.event(ServerEvent::Read(event::Read { room: ROOM, seq: 8 }));
    desk.pass(Duration::from_secs(5));
    desk.offline();
    desk.post(1);
    desk.opened(Opened {
        reset: vec![ROOM],
        ..two(4, 3)
    });
    assert_eq!(desk.cursor(), None);
    assert_eq!(desk.session.room(ROOM).unwrap().read, 0);
    assert_eq!(desk.session.room(LATER_ROOM).unwrap().cursor, Some(3), "unharmed");
    let (request, items) = desk.one_send();
    assert_eq!(items, [id(1)], "what was not sent is sent");
    let mut pulls = desk.pulls();
    assert_eq!(pulls.len(), 1);
    let (page, pull) = pulls.remove(0);
    assert_eq!((pull.room, pull.after, pull.before), (ROOM, None, None));
    desk.page(page, entries(1..=4, 3).entries, 4);
    desk.ack(request, vec![stored(1, 5)]);
    let mut there = said(&entries(1..=4, 3));
    there.push((id(1), person(1).id));
    assert_eq!(shown(&desk), there);
    desk.pass(Duration::from_secs(5));
    let cached = desk.disk.rooms.iter().find(|cache| cache.room == ROOM);
    assert_eq!(cached.unwrap().high, 5, "and on disk as well");
}

#[test]
fn a_head_below_the_cursor_is_that_of_a_node_a_little_behind() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=9, 2));
    desk.offline();
    desk.online(7);
    assert_eq!((desk.cursor(), desk.rows().len()), (Some(9), 9));
    assert!(desk.pulls().is_empty());
    desk.receive(entries(8..=10, 2));
    assert_eq!(desk.cursor(), Some(10));
}

#[test]
fn what_waits_and_names_a_place_of_a_log_that_went_back_changes_no_other_message() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=9, 1));
    desk.offline();
    let change = MessageChange::Delete { message: 8 };
    let (room, at) = (ROOM, 5);
    desk.input(Input::Change {
        room,
        id: id(1),
        change,
        at,
    });
    desk.input(Input::Post {
        room,
        id: id(2),
        text: text("a reply"),
        reply_to: Some(9),
        at,
    });
    desk.opened(Opened {
        reset: vec![ROOM],
        ..opened(1, 20)
    });
    let (_, items) = desk.sends().remove(0);
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].body, Body::message(text("a reply")), "to nothing");
    let waits = desk.session.outbox().find(|item| item.id == id(1)).unwrap();
    assert_eq!(waits.rejected, Some(crate::Rejection::OtherEpoch));
    desk.input(Input::Retry(id(1)));
    assert_eq!(desk.refusals(), [(id(1), Refusal::OtherEpoch)]);
    desk.input(Input::Discard(id(1)));
    assert!(desk.disk.outbox.iter().all(|item| item.id != id(1)));
}

#[test]
fn what_another_tab_had_acknowledged_in_a_life_that_is_no_more_moves_no_cursor() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=1, 2));
    // This tab's link is dead and does not know it; the other one's is of the database that was put back.
    desk.post(1);
    acked_elsewhere(&mut desk, EPOCH, ROOM, 2);
    assert_eq!(desk.rows().len(), 2, "it is shown");
    assert_eq!(desk.session.auth().cursors[&ROOM], Cursor::from(&entry(1, 2)));
}

#[test]
fn another_entry_where_one_is_held_is_looked_into() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=2, 2));
    // A repeat is none.
    desk.receive(entries(1..=2, 2));
    assert!(desk.pulls().is_empty());
    desk.receive(entries(2..=3, 3));
    let log = entries(1..=3, 3);
    let pull = log_is(&mut desk, &log);
    assert_eq!((pull.after, pull.before), (None, None));
    log_is(&mut desk, &log);
    assert_eq!(shown(&desk), said(&log));
}

/// The answer to the periodic comparison of cursors with heads.
fn sync(desk: &mut Desk, head: Seq) {
    desk.syncs();
    desk.pass(Duration::from_secs(31));
    let (request, cursors) = desk.syncs().remove(0);
    assert_eq!(cursors[&ROOM].seq, desk.cursor().unwrap());
    let heads = [(ROOM, head)].into();
    desk.answer(request, Ok(Answer::Sync(Ok(heads))));
}

#[test]
fn a_head_that_went_back_while_connected_is_looked_into_and_the_room_starts_afresh() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=9, 2));
    sync(&mut desk, 4);
    assert_eq!(desk.rows().len(), 9, "until it is certain");
    let log = entries(1..=4, 2);
    let pull = log_is(&mut desk, &log);
    assert_eq!((pull.after, pull.before), (None, None), "the newest page");
    assert_eq!(desk.rows().len(), 0);
    log_is(&mut desk, &log);
    assert_eq!(shown(&desk), said(&log));
}

#[test]
fn an_item_that_another_tab_had_acknowledged_in_a_life_that_is_no_more_is_shown_no_longer() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    acked_elsewhere(&mut desk, EPOCH, ROOM, 1);
    // The log's copy would have come, and the head would be there.
    sync(&mut desk, 0);
    let (request, _) = desk.pulls().remove(0);
    assert_eq!(desk.rows().len(), 1, "until it is certain");
    desk.page(request, vec![], 0);
    assert_eq!(desk.rows().len(), 0);
    desk.receive(entries(1..=1, 2));
    assert_eq!(shown(&desk), said(&entries(1..=1, 2)));
}

#[test]
fn a_node_that_is_behind_the_database_takes_nothing_from_the_window() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=9, 2));
    sync(&mut desk, 7);
    let log = entries(1..=9, 2);
    log_is(&mut desk, &log);
    assert_eq!(shown(&desk), said(&log));
    assert!(desk.pulls().is_empty(), "and that settles it");
}

#[test]
fn a_page_that_has_another_entry_where_one_is_held_is_of_another_log() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=9, 2));
    sync(&mut desk, 8);
    // It has grown past the cursor, by others' entries.
    let log = entries(1..=12, 3);
    log_is(&mut desk, &log);
    log_is(&mut desk, &log);
    assert_eq!(shown(&desk), said(&log));
}

#[test]
fn what_waited_behind_a_gap_of_a_log_that_is_no_more_is_let_go() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=4, 2));
    desk.receive(entries(8..=9, 2));
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(pull.after, Some(4));
    desk.page(request, vec![], 4);
    let log = entries(1..=4, 2);
    log_is(&mut desk, &log);
    assert_eq!(shown(&desk), said(&log));
    let room = desk.session.room(ROOM).unwrap();
    assert_eq!((room.head, room.buffered), (4, 0));
    assert!(desk.pulls().is_empty());
}

#[test]
fn what_storage_tells_late_is_compared_with_the_newest_page() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=4, 2));
    desk.pass(Duration::from_secs(5));
    let mut late = Desk::restored(1, Restored::default());
    late.input(Input::SignedIn(SessionInfo::new(person(1), EPOCH)));
    late.input(Input::Restored(desk.disk));
    // The handshake said nothing of the room: nothing is reset.
    late.online(4);
    let log = entries(1..=4, 3);
    log_is(&mut late, &log);
    log_is(&mut late, &log);
    assert_eq!(shown(&late), said(&log));
}

#[test]
fn a_first_sign_in_after_a_refusal_dials_again() {
    let mut desk = Desk::restored(1, Restored::default());
    assert_eq!(desk.dials(), (1, 0));
    desk.input(Input::LinkRefused(HandshakeError::Unauthorized, None));
    assert_eq!(desk.dials(), (0, 0), "nothing helps but signing in");
    sign_in(&mut desk, 1, EPOCH);
    assert_eq!(desk.dials(), (1, 0));
}

#[test]
fn who_is_told_to_wait_dials_no_sooner() {
    let mut desk = Desk::new(1);
    let wait = Duration::from_millis(1_500);
    desk.input(Input::LinkRefused(HandshakeError::Busy, Some(wait)));
    let after = desk.retry_in();
    assert!(after.is_some_and(|after| after >= wait), "{after:?}");
    desk.input(Input::LinkRefused(HandshakeError::Busy, Some(Duration::MAX)));
    let after = desk.retry_in();
    assert!(
        after.is_some_and(|after| after < Duration::from_secs(120)),
        "a server that errs: {after:?}"
    );
}

#[test]
fn what_another_tab_brought_into_an_epoch_is_shown_as_the_persons_of_that_epoch() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let mut second = Desk::new(1);
    second.opened(reopened(11));
    second.offline();
    // A tab that was offline for long reports its items, and the one that is online sends them.
    desk.post(1);
    pass_on(&mut desk, &mut second);
    acked_elsewhere(&mut second, LATER, LATER_ROOM, 1);
    let timeline = second.session.timeline(LATER_ROOM);
    let authors: Vec<_> = timeline.rows().map(|row| (row.id, row.author.id)).collect();
    assert_eq!(authors, [(id(1), person(11).id)]);
}

#[test]
fn what_was_assigned_to_somebody_whom_the_database_lost_again_is_sent_as_other_tabs_would() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let mut second = Desk::new(1);
    second.opened(reopened_as_person_1(11));
    // Typed by a tab that has not heard of this epoch: assigned to the person of this epoch, in memory alone.
    desk.offline();
    desk.post(1);
    pass_on(&mut desk, &mut second);
    second.offline();
    second.input(Input::TakeOver(desk.session.outbox().cloned().collect()));
    // A backup from before that person signed up was put back, within its epoch.
    sign_in_as_person_1(&mut second, 12);
    second.opened(reopened_as_person_1(12));
    assert_eq!(second.one_send().1, [id(1)]);
}

#[test]
fn another_tabs_ack_in_a_room_not_known_yet_finds_its_row_once_it_is() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let mut second = Desk::restored(1, desk.disk.clone());
    second.post(1);
    sign_in(&mut second, 11, LATER);
    acked_elsewhere(&mut second, LATER, LATER_ROOM, 1);
    second.opened(reopened(11));
    let timeline = second.session.timeline(LATER_ROOM);
    let rows: Vec<_> = timeline
        .rows()
        .map(|row| (row.id, state_name(&row.state)))
        .collect();
    assert_eq!(rows, [(id(1), "sent")]);
    assert_eq!(second.session.outbox().count(), 0);
}
