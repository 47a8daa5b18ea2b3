//! A person's actions, and the answers of the device's storage.

use super::*;
use crate::StorageError;
use crate::record::RoomCache;

#[test]
fn a_post_is_shown_at_once_and_saved_only_once_the_disk_has_it() {
    let mut desk = Desk::new(1);
    desk.session.handle(
        Input::Post {
            room: ROOM,
            id: id(1),
            text: text("hi"),
            reply_to: None,
            at: 1,
        },
        desk.now,
    );
    assert_eq!(desk.rows(), [(id(1), "saving")]);
    desk.input(Input::Tick);
    assert_eq!(desk.rows(), [(id(1), "saved")]);
}

#[test]
fn a_full_disk_never_keeps_a_message_from_being_sent() {
    let mut desk = Desk::new(1);
    desk.disk_says = Err(StorageError::Full);
    desk.post(1);
    assert_eq!(desk.rows(), [(id(1), "unsaved")]);
    desk.online(0);
    let (request, sent) = desk.one_send();
    assert_eq!(sent, [id(1)]);
    desk.ack(request, vec![stored(1, 1)]);
    assert_eq!(desk.rows(), [(id(1), "sent")]);
}

#[test]
fn a_failed_write_is_tried_again() {
    let mut desk = Desk::new(1);
    desk.disk_says = Err(StorageError::Full);
    desk.post(1);
    desk.pass(Duration::from_secs(120));
    assert_eq!(desk.rows(), [(id(1), "unsaved")]);
    desk.disk_says = Ok(());
    desk.pass(Duration::from_secs(61));
    assert_eq!(desk.rows(), [(id(1), "saved")]);
    assert_eq!(desk.disk.outbox.len(), 1);
}

#[test]
fn a_failed_removal_is_tried_again_so_that_a_discarded_item_stays_away() {
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.disk_says = Err(StorageError::Unavailable);
    desk.input(Input::Discard(id(1)));
    assert_eq!(desk.disk.outbox.len(), 1);
    desk.disk_says = Ok(());
    desk.pass(Duration::from_secs(61));
    assert!(desk.disk.outbox.is_empty());
}

#[test]
fn a_full_outbox_refuses_the_next_post_and_says_so() {
    let mut desk = Desk::new(1);
    desk.session.chat.options.outbox = 3;
    (1..=3).for_each(|n| desk.post(n));
    assert_eq!(desk.session.can_post(), Err(Refusal::OutboxFull));
    desk.post(4);
    assert_eq!(desk.refusals(), [(id(4), Refusal::OutboxFull)]);
    assert_eq!(desk.rows().len(), 3);
    desk.input(Input::Discard(id(1)));
    assert_eq!(desk.session.can_post(), Ok(()));
}

#[test]
fn nobody_signed_in_posts_nothing() {
    let mut desk = Desk::restored(1, Restored::default());
    desk.post(1);
    assert_eq!(desk.refusals(), [(id(1), Refusal::NotSignedIn)]);
}

#[test]
fn an_id_is_used_once() {
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.post(1);
    assert_eq!(desk.refusals(), [(id(1), Refusal::IdTaken)]);
    desk.input(Input::Discard(id(1)));
    desk.post(1);
    assert_eq!(desk.refusals(), [(id(1), Refusal::IdTaken)]);
}

#[test]
fn an_item_discarded_in_flight_that_was_stored_all_the_same_is_shown() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.input(Input::Discard(id(1)));
    assert_eq!(desk.rows(), []);
    desk.ack(request, vec![stored(1, 1)]);
    desk.receive(Entries {
        room: ROOM,
        from: 1,
        entries: vec![entry_of(1, 1, id(1), "post 1")],
    });
    assert_eq!(desk.rows(), [(id(1), "sent")]);
    desk.offline();
    desk.online(1);
    assert!(desk.sends().is_empty(), "and it is not sent again");
}

#[test]
fn an_item_that_may_be_stored_cannot_be_edited() {
    let edit = || Input::Edit {
        id: id(1),
        new_id: id(2),
        text: text("better"),
        at: 2,
    };
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.online(0);
    desk.one_send();
    desk.offline();
    desk.input(edit());
    assert_eq!(desk.refusals(), [(id(1), Refusal::MaybeSent)]);
    assert_eq!(desk.rows(), [(id(1), "saved")]);
    // An item from the disk may have been sent by the tab that wrote it.
    let mut again = Desk::restored(1, desk.disk);
    again.input(edit());
    assert_eq!(again.refusals(), [(id(1), Refusal::MaybeSent)]);
    // An item that certainly never went out may be edited.
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.post(3);
    desk.input(edit());
    assert_eq!(
        desk.rows(),
        [(id(2), "saved"), (id(3), "saved")],
        "in the same place"
    );
    assert_eq!(desk.disk.outbox.len(), 2);
}

#[test]
fn a_rejected_item_can_be_retried_edited_or_discarded() {
    let rejected = || {
        let mut desk = Desk::new(1);
        desk.online(0);
        desk.post(1);
        let (request, _) = desk.one_send();
        desk.ack(request, vec![refused(1, ErrorCode::Invalid)]);
        assert_eq!(desk.rows(), [(id(1), "rejected")]);
        assert!(desk.sends().is_empty());
        desk
    };
    let mut desk = rejected();
    desk.input(Input::Retry(id(1)));
    assert_eq!(desk.one_send().1, [id(1)]);

    let mut desk = rejected();
    desk.input(Input::Edit {
        id: id(1),
        new_id: id(2),
        text: text("better"),
        at: 2,
    });
    assert_eq!(desk.one_send().1, [id(2)]);
    assert_eq!(desk.rows(), [(id(2), "saved")]);

    let mut desk = rejected();
    desk.input(Input::Discard(id(1)));
    assert_eq!(desk.rows(), []);
    assert!(desk.disk.outbox.is_empty());
    desk.input(Input::Discard(id(1)));
    assert_eq!(desk.refusals(), [(id(1), Refusal::NotWaiting)]);
}

#[test]
fn another_authors_entry_of_the_same_id_hides_nothing() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(Entries {
        room: ROOM,
        from: 1,
        entries: vec![entry_of(1, 2, id(1), "mine now")],
    });
    desk.post(1);
    assert_eq!(desk.rows(), [(id(1), "sent"), (id(1), "saved")]);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 2)]);
    let timeline = desk.session.timeline(ROOM);
    let keys: Vec<_> = timeline.rows().map(|row| row.key()).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn the_cached_page_is_shown_at_once_and_then_reconciled() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=150, 2));
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.disk.rooms[0].entries.len(), 100, "the newest page");
    let mut again = Desk::restored(1, desk.disk);
    assert_eq!(again.rows().len(), 100);
    assert_eq!(again.session.auth().cursors[&ROOM].seq, 150);
    again.online(152);
    let (request, pull) = again.pulls().remove(0);
    assert_eq!(pull.after, Some(150));
    again.page(request, entries(151..=152, 2).entries, 152);
    assert_eq!(again.cursor(), Some(152));
}

#[test]
fn a_cache_that_contradicts_itself_is_not_believed() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=5, 2));
    desk.pass(Duration::from_secs(1));
    let mut disk = desk.disk;
    disk.rooms[0].entries.remove(2);
    let again = Desk::restored(1, disk);
    assert_eq!((again.rows().len(), again.cursor()), (0, None));
}

#[test]
fn caches_are_written_twice_a_second_at_most_and_on_request() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.pass(Duration::from_secs(1));
    let high = |desk: &Desk| desk.disk.rooms.first().map(|cache: &RoomCache| cache.high);
    desk.receive(entries(1..=1, 2));
    assert_eq!(high(&desk), Some(1));
    desk.receive(entries(2..=2, 2));
    assert_eq!(high(&desk), Some(1));
    desk.input(Input::Flush);
    assert_eq!(high(&desk), Some(2));
    desk.receive(entries(3..=3, 2));
    desk.pass(Duration::from_millis(500));
    assert_eq!(high(&desk), Some(3));
}

#[test]
fn scrolling_back_loads_page_after_page_and_seeing_the_end_lets_them_go() {
    let mut desk = Desk::new(1);
    desk.session.chat.options.window = 150;
    desk.online(1_000);
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(901..=1_000, 2).entries, 1_000);
    for low in [901, 801] {
        desk.input(Input::WantOlder(ROOM));
        desk.input(Input::WantOlder(ROOM));
        let (request, pull) = desk.pulls().remove(0);
        assert_eq!(pull.before, Some(low));
        assert!(desk.session.room(ROOM).unwrap().window.loading_older);
        desk.page(request, entries(low - 100..=low - 1, 2).entries, 1_000);
    }
    let view = desk.session.room(ROOM).unwrap();
    assert_eq!(
        (
            view.window.low,
            view.window.loading_older,
            view.window.at_beginning
        ),
        (701, false, false)
    );
    desk.receive(entries(1_001..=1_001, 2));
    assert_eq!(
        desk.session.room(ROOM).unwrap().window.low,
        701,
        "not under the reader's eyes"
    );
    desk.input(Input::Read {
        room: ROOM,
        seq: 1_001,
    });
    assert_eq!(desk.session.room(ROOM).unwrap().window.low, 852);
}

#[test]
fn unread_counts_other_peoples_entries_after_what_was_read() {
    let mut desk = Desk::new(1);
    let unread = |desk: &Desk| desk.session.room(ROOM).unwrap().unread;
    desk.opened(Opened {
        rooms: vec![Room {
            unread: 7,
            read: 2,
            ..opened(1, 500).rooms.remove(0)
        }],
        ..opened(1, 500)
    });
    assert_eq!(unread(&desk), 7, "as the server counted");
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(401..=500, 2).entries, 500);
    assert_eq!(unread(&desk), 7);
    desk.receive(entries(501..=502, 2));
    desk.receive(entries(503..=503, 1));
    assert_eq!(unread(&desk), 9);
    desk.input(Input::Read { room: ROOM, seq: 500 });
    assert_eq!(unread(&desk), 2);
    desk.input(Input::Read { room: ROOM, seq: 400 });
    assert_eq!(unread(&desk), 2, "never back");
}

#[test]
fn what_was_read_offline_is_told_later_and_seldom() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=50, 2));
    let told = |desk: &mut Desk| {
        desk.take(|output| match output {
            Output::Emit(Ephemeral::Read(read)) => Some(read.seq),
            _ => None,
        })
    };
    for seq in 1..=50 {
        desk.input(Input::Read { room: ROOM, seq });
    }
    assert_eq!(told(&mut desk), [1]);
    desk.pass(Duration::from_secs(2));
    assert_eq!(told(&mut desk), [50]);
    desk.offline();
    desk.online(50);
    assert_eq!(told(&mut desk), [50], "the server had not heard");
}

#[test]
fn typing_goes_out_every_few_seconds_and_only_while_online() {
    let mut desk = Desk::new(1);
    desk.input(Input::Typing(ROOM));
    desk.online(0);
    for _ in 0..10 {
        desk.input(Input::Typing(ROOM));
        desk.pass(Duration::from_millis(500));
    }
    let emitted = desk.take(|output| matches!(output, Output::Emit(_)).then_some(()));
    assert_eq!(emitted.len(), 2);
}

#[test]
fn typing_right_after_a_message_goes_out_at_once() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.input(Input::Typing(ROOM));
    desk.post(7);
    desk.input(Input::Typing(ROOM));
    let emitted = desk.take(|output| matches!(output, Output::Emit(_)).then_some(()));
    assert_eq!(emitted.len(), 2);
}

#[test]
fn nodes_that_do_not_hear_each_other_are_a_matter_of_one_connection() {
    let mut desk = Desk::new(1);
    desk.online(0);
    assert!(!desk.session.people().is_degraded());
    let told = |degraded| Input::Event(ServerEvent::Nodes(Nodes { degraded }));
    for degraded in [true, false, true] {
        desk.outputs.clear();
        desk.input(told(degraded));
        assert_eq!(desk.session.people().is_degraded(), degraded);
        let changed = desk.take(|output| matches!(output, Output::Changed(Change::Connection)).then_some(()));
        assert_eq!(changed.len(), 1);
    }
    // The next server may hear the others.
    desk.offline();
    desk.online(0);
    assert!(!desk.session.people().is_degraded());
}
