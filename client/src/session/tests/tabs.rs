//! Several tabs of one device.

use steadfast_shared::Emoji;

use super::changes::{body_entry, live, thumb};
use super::*;
use crate::StorageError;
use crate::tab_message::Stored;

/// A second tab of the desk's device: same person, not the leader.
fn second_tab(first: &mut Desk) -> Desk {
    let mut tab = Desk::restored(first.me, first.disk.clone());
    tab.broadcasts();
    first.broadcasts();
    tab
}

#[test]
fn only_the_leader_sends_and_the_other_sees_it_happen() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    second.online(0);
    second.post(1);
    assert!(second.sends().is_empty());
    pass_on(&mut second, &mut first);
    assert_eq!(first.rows(), [(id(1), "saved")]);
    let (request, _) = first.one_send();
    first.ack(request, vec![stored(1, 1)]);
    pass_on(&mut first, &mut second);
    assert_eq!(second.rows(), [(id(1), "sent")]);
    // The other tab's link may be of another life of the database: the cursor waits for the log's copy.
    assert_eq!(second.cursor(), Some(0));
    second.receive(Entries {
        entries: vec![entry_of(1, 1, id(1), "post 1")],
        ..entries(1..=1, 1)
    });
    assert_eq!(second.rows(), [(id(1), "sent")]);
    assert_eq!(second.cursor(), Some(1));
    assert_eq!((first.session.unsent(), second.session.unsent()), (0, 0));
    assert!(
        second.disk.outbox.is_empty(),
        "the tab that wrote it removes it too"
    );
}

#[test]
fn a_leader_after_another_died_in_flight_finds_its_items_in_storage() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    first.post(1);
    first.one_send();
    // The first tab dies before it tells anybody anything.
    second.online(0);
    assert_eq!(second.rows(), []);
    second.input(Input::TakeOver(first.disk.outbox.clone()));
    assert_eq!(second.rows(), [(id(1), "saved")]);
    assert_eq!(second.one_send().1, [id(1)]);
}

#[test]
fn a_tab_whose_leader_is_frozen_sends_for_itself_after_a_while() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    second.online(0);
    second.post(1);
    second.pass(Duration::from_secs(14));
    assert!(second.sends().is_empty());
    second.pass(Duration::from_secs(2));
    let (request, sent) = second.one_send();
    assert_eq!(sent, [id(1)]);
    second.ack(request, vec![stored(1, 1)]);
    assert_eq!(second.rows(), [(id(1), "sent")]);
    assert!(second.disk.outbox.is_empty());
    second.post(2);
    assert!(second.sends().is_empty(), "each item gives the leader its time");
    // It thaws, and gets the messages it missed.
    pass_on(&mut second, &mut first);
    assert_eq!(
        first.session.outbox().map(|item| item.id).collect::<Vec<_>>(),
        [id(2)]
    );
}

#[test]
fn an_item_whose_tab_died_before_it_was_written_is_written_by_the_leader() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.disk_says = Err(StorageError::Full);
    first.post(1);
    pass_on(&mut first, &mut second);
    assert_eq!(second.rows(), [(id(1), "saving")]);
    second.input(Input::TakeOver(vec![]));
    assert_eq!(second.rows(), [(id(1), "saved")]);
    assert_eq!(second.disk.outbox.len(), 1);
}

#[test]
fn a_new_leader_asks_the_others_for_what_they_could_not_write() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.disk_says = Err(StorageError::Full);
    first.post(1);
    first.broadcasts();
    second.input(Input::TakeOver(vec![]));
    pass_on(&mut second, &mut first);
    pass_on(&mut first, &mut second);
    second.online(0);
    assert_eq!(second.one_send().1, [id(1)]);
}

#[test]
fn a_rejected_item_is_retried_from_a_tab_that_does_not_send() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    second.post(1);
    pass_on(&mut second, &mut first);
    let (request, _) = first.one_send();
    first.ack(request, vec![refused(1, ErrorCode::Invalid)]);
    pass_on(&mut first, &mut second);
    assert_eq!(second.rows(), [(id(1), "rejected")]);
    second.input(Input::Retry(id(1)));
    assert_eq!(second.rows(), [(id(1), "saved")]);
    pass_on(&mut second, &mut first);
    let (request, sent) = first.one_send();
    assert_eq!(sent, [id(1)]);
    first.ack(request, vec![stored(1, 1)]);
    pass_on(&mut first, &mut second);
    assert_eq!(second.session.outbox().count(), 0);
}

#[test]
fn what_a_tab_discarded_and_died_before_removing_is_removed_by_whoever_reads_it() {
    // The leader is frozen: it does nothing here.
    let mut frozen = Desk::new(1);
    let mut dying = second_tab(&mut frozen);
    let mut knowing = second_tab(&mut frozen);
    dying.post(1);
    pass_on(&mut dying, &mut knowing);
    let disk = dying.disk.clone();
    dying.input(Input::Discard(id(1)));
    pass_on(&mut dying, &mut knowing);
    // Its removal is not done: who opens next reads the item.
    let mut next = Desk::restored(frozen.me, disk);
    assert_eq!(next.rows(), [(id(1), "saved")]);
    pass_on(&mut next, &mut knowing);
    pass_on(&mut knowing, &mut next);
    assert_eq!(next.rows(), []);
    assert!(next.disk.outbox.is_empty());
}

#[test]
fn a_late_copy_does_not_bring_back_what_was_discarded() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    second.post(1);
    let late = second.broadcasts();
    for news in late.clone() {
        first.input(Input::TabMessage(news));
    }
    first.input(Input::Discard(id(1)));
    for news in late {
        first.input(Input::TabMessage(news));
    }
    assert_eq!(first.rows(), []);
    pass_on(&mut first, &mut second);
    assert_eq!(second.rows(), []);
    assert!(second.disk.outbox.is_empty());
}

#[test]
fn a_tab_that_starts_between_an_ack_and_its_removal_learns_of_the_ack() {
    let mut first = Desk::new(1);
    first.online(0);
    first.post(1);
    let disk = first.disk.clone();
    let (request, _) = first.one_send();
    first.ack(request, vec![stored(1, 1)]);
    first.broadcasts();
    let mut second = Desk::restored(1, disk);
    assert_eq!(second.rows(), [(id(1), "saved")]);
    pass_on(&mut second, &mut first);
    pass_on(&mut first, &mut second);
    assert_eq!(second.session.outbox().count(), 0);
}

#[test]
fn an_entry_in_the_log_settles_its_item_in_every_tab() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    second.online(0);
    second.post(1);
    // The leader got the ack and died before it told.
    second.receive(Entries {
        room: ROOM,
        from: 1,
        entries: vec![entry_of(1, 1, id(1), "post 1")],
    });
    assert_eq!(second.rows(), [(id(1), "sent")]);
    assert_eq!(second.session.unsent(), 0);
}

#[test]
fn a_tab_that_sees_an_item_in_the_log_tells_those_that_will_never_see_that_log() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    second.online(0);
    first.receive(entries(1..=1, 2));
    second.receive(entries(1..=1, 2));
    first.offline();
    first.input(Input::Change {
        room: ROOM,
        id: id(1),
        change: thumb(1, true),
        at: 5,
    });
    pass_on(&mut first, &mut second);
    // It was sent before the first tab's link broke, and its ack was lost.
    let emoji = Emoji::parse("👍").unwrap();
    let body = Body::React {
        message: 1,
        emoji,
        on: true,
    };
    live(&mut second, body_entry(2, 1, 1, body));
    assert_eq!(second.session.outbox().count(), 0);
    pass_on(&mut second, &mut first);
    first.opened(Opened {
        epoch: Epoch(uuid(0xF)),
        ..opened(1, 0)
    });
    assert_eq!(first.session.outbox().count(), 0, "nothing to be decided about");
    assert_eq!(first.disk.outbox, []);
}

#[test]
fn another_tabs_ack_ahead_of_this_tabs_opening_is_no_sign_of_another_database() {
    let mut desk = Desk::new(1);
    let mut second = second_tab(&mut desk);
    second.online(0);
    second.offline();
    second.post(1);
    second.input(Input::LinkUp);
    second.input(Input::TabMessage(TabMessage::Sent {
        epoch: EPOCH,
        stored: vec![Stored {
            id: id(1),
            room: ROOM,
            seq: 1,
            at: 5,
        }],
    }));
    second.event(ServerEvent::Session(event::Session::Open(opened(1, 0))));
    assert_eq!(second.rows(), [(id(1), "sent")]);
    second.receive(Entries {
        entries: vec![entry_of(1, 1, id(1), "post 1")],
        ..entries(1..=1, 1)
    });
    assert_eq!(second.cursor(), Some(1));
    assert_eq!(second.rows(), [(id(1), "sent")]);
}

#[test]
fn another_person_signing_in_neither_sees_nor_sends_the_first_ones_items() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.offline();
    desk.post(1);
    desk.input(Input::SignedIn(SessionInfo::new(person(2), EPOCH)));
    desk.me = 2;
    desk.online(0);
    assert!(desk.sends().is_empty(), "nobody's words go out in another's name");
    assert!(desk.rows().is_empty(), "nor are they read by another");
    assert_eq!(desk.session.outbox().count(), 0);
    assert_eq!(desk.session.unsent(), 0);
    assert_eq!(
        desk.session.left_behind().map(|item| item.id).collect::<Vec<_>>(),
        [id(1)]
    );
    desk.input(Input::Retry(id(1)));
    desk.input(Input::Edit {
        id: id(1),
        new_id: id(2),
        text: text("mine now"),
        at: 1,
    });
    assert!(desk.sends().is_empty());
    assert!(!desk.session.outbox().any(|item| item.author == person(2)));
    // Their author comes back, and finds them.
    desk.offline();
    desk.input(Input::SignedIn(SessionInfo::new(person(1), EPOCH)));
    desk.me = 1;
    desk.online(0);
    assert_eq!(desk.one_send().1, [id(1)]);
}

#[test]
fn a_tab_whose_device_signed_in_as_another_asks_the_server_again() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let news = TabMessage::SignedIn {
        me: person(2),
        epoch: EPOCH,
    };
    desk.input(Input::TabMessage(news));
    assert_eq!(desk.dials(), (1, 1));
    assert_eq!(
        desk.session.account().me(),
        Some(&person(1)),
        "until the server says otherwise"
    );
}

#[test]
fn news_between_tabs_survives_serialisation() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 1)]);
    desk.post(2);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![refused(2, ErrorCode::Invalid)]);
    desk.input(Input::Discard(id(2)));
    for news in desk.broadcasts() {
        let json = serde_json::to_string(&news).unwrap();
        assert_eq!(serde_json::from_str::<TabMessage>(&json).unwrap(), news);
    }
}

#[test]
fn another_tabs_ack_while_this_tabs_link_comes_up_is_no_sign_of_another_database() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    second.online(0);
    second.offline();
    first.post(1);
    pass_on(&mut first, &mut second);
    let (request, _) = first.one_send();
    // The server reads the head for the second tab, then stores what the first one sends, and its ack is faster.
    first.ack(request, vec![stored(1, 1)]);
    pass_on(&mut first, &mut second);
    second.online(0);
    assert_eq!(second.rows(), [(id(1), "sent")]);
    second.receive(Entries {
        entries: vec![entry_of(1, 1, id(1), "post 1")],
        ..entries(1..=1, 1)
    });
    assert_eq!(second.cursor(), Some(1));
    assert_eq!(second.rows(), [(id(1), "sent")]);
}

#[test]
fn a_tab_that_read_old_storage_learns_what_became_of_it_though_nobody_leads() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    first.post(1);
    first.post(2);
    pass_on(&mut first, &mut second);
    let old = first.disk.clone();
    let (request, _) = first.one_send();
    first.ack(request, vec![stored(1, 1)]);
    first.input(Input::Discard(id(2)));
    pass_on(&mut first, &mut second);
    // The first tab, the leader, closes; the removals it asked for are not done yet when a third one reads.
    let mut third = Desk::restored(1, old);
    assert_eq!(third.session.outbox().count(), 2);
    pass_on(&mut third, &mut second);
    pass_on(&mut second, &mut third);
    assert_eq!(third.session.outbox().count(), 0);
}

#[test]
fn what_a_failed_removal_left_on_disk_is_removed_when_a_tab_brings_it_up_again() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    first.online(0);
    first.post(1);
    let left_on_disk = first.disk.clone();
    pass_on(&mut first, &mut second);
    first.disk_says = Err(StorageError::Failed("broken".into()));
    let (request, _) = first.one_send();
    first.ack(request, vec![stored(1, 1)]);
    pass_on(&mut first, &mut second);
    // The first tab dies before it can write again, and the next one finds its items.
    second.input(Input::TakeOver(vec![]));
    let mut third = Desk::restored(1, left_on_disk.clone());
    assert_eq!(third.disk.outbox.len(), 1);
    second.disk = left_on_disk.clone();
    pass_on(&mut third, &mut second);
    assert_eq!(second.disk.outbox, [], "the leader knows that it is sent");
    second.disk = left_on_disk.clone();
    second.input(Input::Restored(left_on_disk));
    assert_eq!(second.disk.outbox, []);
}

#[test]
fn what_another_tab_had_acknowledged_is_shown_once_storage_tells_of_its_room() {
    let mut first = Desk::new(1);
    let disk = first.disk.clone();
    let mut second = Desk::restored(1, disk);
    first.online(0);
    first.post(1);
    pass_on(&mut first, &mut second);
    let (request, _) = first.one_send();
    first.ack(request, vec![stored(1, 1)]);
    pass_on(&mut first, &mut second);
    assert!(second.rows().is_empty(), "it has not heard of the room");
    let cache = first.disk.rooms.clone();
    assert_eq!(cache[0].high, 0);
    second.input(Input::Restored(Restored {
        rooms: cache,
        ..first.disk.clone()
    }));
    assert_eq!(second.rows(), [(id(1), "sent")]);
}

#[test]
fn a_thawed_tab_that_brings_up_what_is_over_says_so_once_it_hears_it() {
    for discarded in [false, true] {
        let mut frozen = Desk::new(1);
        let mut second = second_tab(&mut frozen);
        second.online(0);
        second.post(1);
        let mut queue = second.broadcasts();
        // It dies, another one starts in its place, and sees the item's end.
        let mut third = Desk::restored(1, second.disk.clone());
        queue.extend(third.broadcasts());
        if discarded {
            third.input(Input::Discard(id(1)));
        } else {
            third.online(1);
            third.receive(Entries {
                room: ROOM,
                from: 1,
                entries: vec![entry_of(1, 1, id(1), "post 1")],
            });
        }
        queue.extend(third.broadcasts());
        let disk = Restored {
            outbox: Vec::new(),
            ..third.disk.clone()
        };
        // That one goes too. A fourth has never heard of the item; then the frozen one thaws.
        let mut fourth = Desk::restored(1, disk);
        queue.extend(fourth.broadcasts());
        for news in queue {
            frozen.input(Input::TabMessage(news));
            pass_on(&mut frozen, &mut fourth);
        }
        assert_eq!(frozen.session.outbox().count(), 0);
        assert_eq!(fourth.session.outbox().count(), 0, "discarded: {discarded}");
    }
}

#[test]
fn a_thawed_tab_whose_storage_answers_late_says_what_became_of_the_items_it_brought_up() {
    let mut frozen = Desk::new(1);
    let mut second = second_tab(&mut frozen);
    second.online(0);
    second.post(1);
    pass_on(&mut second, &mut frozen);
    // It freezes. The other one discards the item and goes; a third has never heard of it.
    second.input(Input::Discard(id(1)));
    let mut queue = second.broadcasts();
    let mut third = Desk::restored(1, second.disk.clone());
    queue.extend(third.broadcasts());
    assert_eq!(third.session.outbox().count(), 0);
    // It thaws: its storage answers first, then the channel.
    frozen.input(Input::Restored(second.disk.clone()));
    pass_on(&mut frozen, &mut third);
    for news in queue {
        frozen.input(Input::TabMessage(news));
        pass_on(&mut frozen, &mut third);
    }
    assert_eq!(frozen.session.outbox().count(), 0);
    assert_eq!(third.session.outbox().count(), 0);
}

#[test]
fn an_item_of_this_person_stays_theirs_where_a_tab_in_another_epoch_gave_it_to_its_own() {
    let mut desk = Desk::new(1);
    let mut second = second_tab(&mut desk);
    second.post(1);
    let mut items: Vec<_> = second.session.outbox().cloned().collect();
    items.iter_mut().for_each(|item| item.author = person(11));
    second.input(Input::TabMessage(TabMessage::Posted { items }));
    second.online(0);
    second.input(Input::TakeOver(Vec::new()));
    assert_eq!(second.one_send().1, [id(1)]);
}

#[test]
fn storage_that_answers_late_may_be_ahead_of_this_tabs_opening() {
    let mut first = Desk::new(1);
    first.online(0);
    let mut second = Desk::restored(1, Restored::default());
    second.input(Input::SignedIn(SessionInfo::new(person(1), EPOCH)));
    second.input(Input::LinkUp);
    // The server reads the head for the second tab; then the first one's message is stored, shown and written.
    first.receive(entries(1..=1, 1));
    first.pass(Duration::from_secs(5));
    assert_eq!(first.disk.rooms[0].high, 1);
    second.input(Input::Restored(first.disk.clone()));
    assert_eq!(second.cursor(), Some(1));
    second.event(ServerEvent::Session(event::Session::Open(opened(1, 0))));
    assert_eq!(second.cursor(), Some(1));
}

#[test]
fn what_a_tab_could_not_write_before_it_closed_is_written_by_the_leader() {
    let mut first = Desk::new(1);
    let mut second = second_tab(&mut first);
    second.disk_says = Err(StorageError::Full);
    second.post(1);
    second.disk_says = Ok(());
    second.post(2);
    pass_on(&mut second, &mut first);
    // It closes. The leader is offline, and has nobody to send them to.
    first.pass(Duration::from_secs(5));
    assert_eq!(first.disk.outbox.len(), 0);
    first.pass(Duration::from_secs(6));
    let written: Vec<_> = first.disk.outbox.iter().map(|item| item.id).collect();
    assert_eq!(
        written,
        [id(1)],
        "the other has said that it wrote the second one"
    );
    assert_eq!(first.rows(), [(id(1), "saved"), (id(2), "saved")]);
}
