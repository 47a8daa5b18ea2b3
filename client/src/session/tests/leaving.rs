//! A person is signed out of the device, here or in another tab.

use super::*;
use crate::record::{Disk, OutboxItem, StorageError, Unsent};

/// Signed in, with a cached room, and one message that was not sent.
fn desk_with_words() -> Desk {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=3, 2));
    desk.input(Input::Flush);
    desk.offline();
    desk.post(1);
    assert!(desk.disk.identity.is_some());
    assert_eq!((desk.disk.rooms.len(), desk.disk.outbox.len()), (1, 1));
    desk.outputs.clear();
    desk
}

fn assert_nothing_is_held(desk: &Desk) {
    assert_eq!(desk.disk.identity, None);
    assert_eq!(desk.disk.rooms, []);
    assert_eq!(desk.session.account().me(), None);
    assert_eq!(desk.session.rooms().count(), 0);
    assert_eq!(desk.session.person(person(2).id), None);
    assert!(desk.session.people().here().is_empty());
}

#[test]
fn fault_h11_signing_out_erases_rooms_identity_and_what_was_not_sent() {
    let mut desk = desk_with_words();
    desk.input(Input::SignedOut(Unsent::Discard));
    assert_nothing_is_held(&desk);
    assert_eq!(desk.disk, Restored::default());
    assert!(desk.rows().is_empty());
    let news = TabMessage::SignedOut {
        unsent: Unsent::Discard,
    };
    assert!(desk.broadcasts().contains(&news), "the other tabs forget, too");
    desk.pass(Duration::from_secs(60));
    assert_eq!(desk.disk, Restored::default(), "and nothing is written later on");
}

#[test]
fn fault_h11_who_is_signed_out_loses_nothing_unsent_before_somebody_decides() {
    let mut desk = desk_with_words();
    desk.input(Input::SignedOut(Unsent::Keep));
    assert_nothing_is_held(&desk);
    assert_eq!(desk.session.left_behind().count(), 1);

    let mut again = Desk::restored(1, desk.disk.clone());
    again.input(Input::TakeOver(vec![]));
    again.input(Input::SignedIn(SessionInfo::new(person(1), EPOCH)));
    again.online(0);
    assert_eq!(again.one_send().1, [id(1)], "its author came back");

    let mut other = Desk::restored(2, desk.disk);
    other.input(Input::TakeOver(vec![]));
    other.input(Input::SignedIn(SessionInfo::new(person(2), EPOCH)));
    other.online(0);
    assert!(other.sends().is_empty() && other.rows().is_empty());
}

#[test]
fn fault_h11_another_tab_that_hears_it_erases_what_it_wrote_meanwhile() {
    let mut desk = desk_with_words();
    let disk = desk.disk.clone();
    desk.input(Input::TabMessage(TabMessage::SignedOut {
        unsent: Unsent::Discard,
    }));
    assert_nothing_is_held(&desk);
    assert_eq!(desk.disk, Restored::default());
    assert_ne!(desk.disk, disk);
    let told = desk.take(|output| matches!(output, Output::Changed(Change::SignedOut(_))).then_some(()));
    assert_eq!(told.len(), 1);
    assert!(
        desk.broadcasts().is_empty(),
        "who heard it does not tell it on: two tabs would for ever"
    );
}

#[test]
fn fault_h11_a_disk_that_fails_is_asked_to_erase_again() {
    let mut desk = desk_with_words();
    desk.disk_says = Err(StorageError::Failed("busy".into()));
    desk.input(Input::SignedOut(Unsent::Discard));
    assert!(desk.disk.identity.is_some());
    desk.disk_says = Ok(());
    desk.pass(Duration::from_secs(120));
    assert_eq!(desk.disk.identity, None);
    assert_eq!(desk.disk.outbox, []);
    assert_eq!(desk.disk.rooms, []);
}

#[test]
fn fault_f04_an_answer_that_comes_after_signing_out_brings_nothing_back() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.input(Input::SignedOut(Unsent::Discard));
    desk.ack(request, vec![stored(1, 1)]);
    desk.receive(entries(1..=2, 2));
    desk.input(Input::TabMessage(TabMessage::Posted {
        items: vec![OutboxItem {
            id: id(1),
            room: ROOM,
            room_name: "general".into(),
            epoch: EPOCH,
            typed_in: EPOCH,
            author: person(1),
            body: Body::message(text("post 1")),
            message_id: None,
            at: 1,
            order: 1,
            tries: 0,
            rejected: None,
            disk: Disk::Written,
        }],
    }));
    assert_nothing_is_held(&desk);
    assert_eq!(desk.disk, Restored::default());
    assert_eq!(desk.session.left_behind().count(), 0);
}
