//! The holes of the Socket.IO tutorial's chat, each by its number, as far as a client can show them.

use super::*;
use steadfast_shared::event::{Availability, Presence, Read, Typing};

#[test]
fn hole_01_two_people_offline_at_the_same_instant_with_the_same_text_are_both_stored() {
    let (mut ann, mut bob) = (Desk::new(1), Desk::new(2));
    let mut log = Vec::new();
    for (desk, name) in [(&mut ann, 1), (&mut bob, 2)] {
        desk.input(Input::Post {
            room: ROOM,
            id: id(name),
            text: text("hello"),
            reply_to: None,
            at: 1,
        });
        desk.online(0);
        let (_, items) = desk.sends().remove(0);
        for item in items {
            log.push(Entry {
                body: item.body,
                ..entry_of(log.len() as Seq + 1, name, item.id, "x")
            });
        }
    }
    assert_eq!(log.len(), 2);
    for desk in [&mut ann, &mut bob] {
        desk.receive(Entries {
            room: ROOM,
            from: 1,
            entries: log.clone(),
        });
        assert_eq!(desk.cursor(), Some(2));
        assert_eq!(desk.rows(), [(id(1), "sent"), (id(2), "sent")]);
        assert_eq!(desk.session.outbox().count(), 0);
    }
}

#[test]
fn hole_03_an_outage_of_any_length_loses_nothing_and_keeps_the_order() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.offline();
    for n in 0..100 {
        desk.post(n);
        desk.pass(Duration::from_secs(3_600));
    }
    desk.pass(Duration::from_secs(30 * 24 * 3_600));
    assert_eq!(desk.session.unsent(), 100);
    desk.online(0);
    let (request, first) = desk.one_send();
    assert_eq!(first, (0..64).map(id).collect::<Vec<_>>());
    desk.ack(request, (0..64).map(|n| stored(n, n as Seq + 1)).collect());
    let (request, second) = desk.one_send();
    assert_eq!(second, (64..100).map(id).collect::<Vec<_>>());
    desk.ack(request, (64..100).map(|n| stored(n, n as Seq + 1)).collect());
    assert_eq!(desk.rows(), (0..100).map(|n| (id(n), "sent")).collect::<Vec<_>>());
}

#[test]
fn hole_04_flaps_never_count() {
    let mut desk = Desk::new(1);
    desk.post(1);
    for _ in 0..200 {
        desk.online(0);
        assert_eq!(desk.one_send().1, [id(1)], "at once, after each flap");
        desk.offline();
        assert_eq!(desk.rows(), [(id(1), "saved")]);
    }
    desk.online(0);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 1)]);
    assert_eq!(desk.rows(), [(id(1), "sent")]);
}

#[test]
fn hole_05_a_refresh_keeps_the_outbox_and_sends_the_same_ids() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    desk.post(2);
    // The server has stored the first; the ack never comes, for the tab is gone.
    let (_, sent) = desk.one_send();
    assert_eq!(sent, [id(1)]);
    let mut again = Desk::restored(1, desk.disk);
    assert_eq!(
        again.rows(),
        [(id(1), "saved"), (id(2), "saved")],
        "shown at once"
    );
    again.input(Input::TakeOver(again.disk.outbox.clone()));
    again.online(1);
    let (request, sent) = again.one_send();
    assert_eq!(sent, [id(1), id(2)], "the same ids: the server knows the first");
    again.ack(request, vec![stored(1, 1), stored(2, 2)]);
    assert_eq!(again.rows(), [(id(1), "sent"), (id(2), "sent")]);
    assert!(again.disk.outbox.is_empty());
}

#[test]
fn hole_06_joining_while_others_talk_shows_no_repeat_no_disorder_no_gap() {
    let mut desk = Desk::new(1);
    desk.online(3);
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(1..=3, 2).entries, 3);
    desk.offline();
    desk.input(Input::LinkUp);
    // Live entries overtake the session's opening, which overlaps them.
    desk.receive(entries(6..=7, 2));
    desk.receive(entries(8..=8, 2));
    desk.event(ServerEvent::Session(event::Session::Open(Opened {
        recovered: true,
        missed: vec![entries(4..=6, 2)],
        ..opened(1, 6)
    })));
    desk.receive(entries(8..=9, 2));
    assert_eq!(desk.cursor(), Some(9));
    let shown = desk.session.timeline(ROOM);
    let seqs: Vec<_> = shown.rows().filter_map(|row| row.seq()).collect();
    assert_eq!(seqs, (1..=9).collect::<Vec<_>>());
    assert!(desk.pulls().is_empty(), "there was no gap to pull");
}

#[test]
fn hole_07_a_gap_holds_the_cursor_and_is_pulled() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=2, 2));
    desk.receive(entries(5..=6, 2));
    assert_eq!(desk.cursor(), Some(2), "the cursor stays before the gap");
    assert_eq!(desk.session.room(ROOM).unwrap().buffered, 2);
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(
        (pull.after, pull.limit),
        (Some(2), Some(2)),
        "what is missing and no more"
    );
    // An older broadcast, late, does not set the cursor back.
    desk.receive(entries(1..=1, 2));
    assert_eq!(desk.cursor(), Some(2));
    desk.page(request, entries(3..=4, 2).entries, 6);
    assert_eq!(desk.cursor(), Some(6));
    assert_eq!(desk.session.auth().cursors[&ROOM].seq, 6);
}

#[test]
fn hole_08_a_commit_nobody_was_told_of_is_found_by_the_sync() {
    let mut desk = Desk::new(1);
    desk.online(1);
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(1..=1, 2).entries, 1);
    desk.pass(Duration::from_secs(31));
    let (request, cursors) = desk.syncs().remove(0);
    assert_eq!(cursors[&ROOM].seq, 1);
    desk.answer(request, Ok(Answer::Sync(Ok([(ROOM, 2)].into()))));
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(pull.after, Some(1));
    desk.page(request, entries(2..=2, 2).entries, 2);
    assert_eq!(desk.cursor(), Some(2));
}

#[test]
fn hole_09_the_ack_tells_the_sender_its_place_and_the_row_stays_one() {
    for ack_first in [true, false] {
        let mut desk = Desk::new(1);
        desk.online(0);
        desk.post(1);
        let (request, _) = desk.one_send();
        let news = Entries {
            room: ROOM,
            from: 1,
            entries: vec![entry_of(1, 1, id(1), "post 1")],
        };
        if ack_first {
            desk.ack(request, vec![stored(1, 1)]);
            assert_eq!(desk.rows(), [(id(1), "sent")]);
            assert_eq!(desk.cursor(), Some(1), "the ack is as good as the entry");
            desk.receive(news);
        } else {
            desk.receive(news);
            assert_eq!(desk.rows(), [(id(1), "sent")]);
            desk.ack(request, vec![stored(1, 1)]);
        }
        assert_eq!(desk.rows(), [(id(1), "sent")]);
        // After a reconnection it is still the one row.
        desk.offline();
        desk.online(1);
        assert_eq!(desk.rows(), [(id(1), "sent")]);
        assert!(desk.pulls().is_empty() && desk.sends().is_empty());
    }
}

#[test]
fn hole_10_ephemeral_events_never_touch_a_cursor() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=3, 2));
    let before = desk.session.auth();
    desk.event(ServerEvent::Typing(Typing {
        room: ROOM,
        person: person(2),
    }));
    desk.event(ServerEvent::Presence(Presence {
        person: person(2),
        state: Availability::Online,
    }));
    desk.event(ServerEvent::Read(Read { room: ROOM, seq: 99 }));
    assert_eq!(desk.session.people().typing(ROOM), [&person(2)]);
    assert_eq!(desk.session.auth(), before);
    assert_eq!(desk.cursor(), Some(3));
    desk.pass(Duration::from_secs(6));
    assert!(
        desk.session.people().typing(ROOM).is_empty(),
        "typing expires by itself"
    );
}

#[test]
fn hole_12_the_toggle_resumes_from_the_cursor_and_catches_up() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=5, 2));
    desk.dials();
    desk.input(Input::Disconnect);
    desk.input(Input::LinkDown(LinkEnd::ClosedHere));
    desk.post(1);
    desk.pass(Duration::from_secs(60));
    assert_eq!(desk.dials(), (0, 1), "a person's wish is kept");
    assert_eq!(
        desk.session.auth().cursors[&ROOM].seq,
        5,
        "what the next CONNECT presents"
    );
    desk.input(Input::Connect);
    assert_eq!(desk.dials(), (1, 0));
    desk.opened(Opened {
        recovered: true,
        missed: vec![entries(6..=8, 2)],
        ..opened(1, 8)
    });
    assert!(matches!(
        desk.session.connection(),
        Connection::Online { recovered: true, .. }
    ));
    assert_eq!(desk.cursor(), Some(8));
    assert_eq!(desk.one_send().1, [id(1)]);
}

#[test]
fn hole_14_the_handshake_itself_says_all_that_a_resumption_needs() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=5, 2));
    desk.offline();
    let auth = desk.session.auth();
    assert_eq!(
        (auth.epoch, auth.cursors[&ROOM].seq),
        (Some(EPOCH), 5),
        "no node has to remember this client"
    );
    // A node that never saw it, and has no tail: the gap is pulled.
    desk.online(7);
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(pull.after, Some(5));
    desk.page(request, entries(6..=7, 2).entries, 7);
    assert_eq!(desk.cursor(), Some(7));
}
