//! Databases that are wiped, replaced or put back.

use super::*;
use crate::news::Stored;
use steadfast_shared::RoomId;

const LATER: Epoch = Epoch(Uuid::from_u128(0xEE));
const LATER_ROOM: RoomId = RoomId(Uuid::from_u128(0xAA));

/// The database was replaced: same room by name, other ids, the person known anew.
fn reopened(me: u128) -> Opened {
    let mut opened = opened(me, 0);
    opened.epoch = LATER;
    opened.rooms[0].id = LATER_ROOM;
    opened
}

fn sign_in(desk: &mut Desk, me: u128, epoch: Epoch) {
    desk.input(Input::SignedIn(SessionInfo::new(person(me), epoch)));
}

#[test]
fn another_epoch_drops_cursors_and_cache_and_keeps_the_outbox_as_this_persons() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.hear(entries(1..=5, 2));
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
    assert!(!desk.session.owns_server());
    desk.opened(Opened {
        owner: true,
        ..opened(1, 0)
    });
    assert!(desk.session.owns_server());
    desk.offline();
    assert!(desk.session.owns_server(), "until it is said otherwise");
    sign_in(&mut desk, 11, LATER);
    assert!(!desk.session.owns_server());
    desk.opened(reopened(11));
    assert!(!desk.session.owns_server());
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
    again.input(Input::Elected(again.disk.outbox.clone()));
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
    other.told();
    other.post(1);
    let late = other.told();
    desk.offline();
    sign_in(&mut desk, 11, LATER);
    desk.opened(reopened(11));
    for news in late {
        desk.input(Input::Heard(news));
    }
    let (_, items) = desk.sends().remove(0);
    assert_eq!((items[0].id, items[0].room), (id(1), LATER_ROOM));
}

#[test]
fn a_backup_put_back_is_noticed_by_its_head() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.hear(entries(1..=9, 2));
    desk.offline();
    desk.online(4);
    assert_eq!(desk.cursor(), None, "the window reached past the head");
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!((pull.after, pull.before), (None, None));
    desk.page(request, entries(1..=4, 3).entries, 4);
    assert_eq!(desk.cursor(), Some(4));
    assert_eq!(desk.rows().len(), 4);
}

#[test]
fn a_first_sign_in_after_a_refusal_dials_again() {
    let mut desk = Desk::restored(1, Restored::default());
    desk.input(Input::LinkRefused(steadfast_shared::HandshakeError::Unauthorized));
    assert!(desk.reconnects().is_empty(), "nothing helps but signing in");
    sign_in(&mut desk, 1, EPOCH);
    assert_eq!(desk.reconnects(), [Duration::ZERO]);
}

#[test]
fn what_another_tab_brought_into_an_epoch_is_shown_as_the_persons_of_that_epoch() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let mut second = Desk::new(1);
    second.opened(reopened(11));
    second.offline();
    // A tab that has been out for long tells what it still holds, and the one that is online sends it.
    desk.post(1);
    for news in desk.told() {
        second.input(Input::Heard(news));
    }
    second.input(Input::Heard(PeerNews::Sent {
        epoch: LATER,
        stored: vec![Stored {
            id: id(1),
            room: LATER_ROOM,
            seq: 1,
            at: 5,
        }],
    }));
    let timeline = second.session.timeline(LATER_ROOM);
    let authors: Vec<_> = timeline.rows().map(|row| (row.id, row.author.id)).collect();
    assert_eq!(authors, [(id(1), person(11).id)]);
}

#[test]
fn another_tabs_ack_in_a_room_not_known_yet_finds_its_row_once_it_is() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let mut second = Desk::restored(1, desk.disk.clone());
    second.post(1);
    sign_in(&mut second, 11, LATER);
    second.input(Input::Heard(PeerNews::Sent {
        epoch: LATER,
        stored: vec![Stored {
            id: id(1),
            room: LATER_ROOM,
            seq: 1,
            at: 5,
        }],
    }));
    second.opened(reopened(11));
    let timeline = second.session.timeline(LATER_ROOM);
    let rows: Vec<_> = timeline
        .rows()
        .map(|row| (row.id, state_name(&row.state)))
        .collect();
    assert_eq!(rows, [(id(1), "sent")]);
    assert_eq!(second.session.outbox().count(), 0);
}
