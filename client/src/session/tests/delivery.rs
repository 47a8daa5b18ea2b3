//! How items get from the outbox into the log.

use super::*;
use steadfast_shared::limit;

#[test]
fn one_batch_is_under_way_and_what_is_typed_meanwhile_joins_the_next() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (request, first) = desk.one_send();
    desk.post(2);
    desk.post(3);
    assert!(desk.sends().is_empty());
    desk.ack(request, vec![stored(1, 1)]);
    assert_eq!(first, [id(1)]);
    assert_eq!(desk.one_send().1, [id(2), id(3)]);
}

#[test]
fn a_batch_keeps_the_limits() {
    let mut desk = Desk::new(1);
    let long = "x".repeat(limit::MESSAGE_BYTES);
    for n in 0..20 {
        desk.input(Input::Post {
            room: ROOM,
            id: id(n),
            text: text(&long),
            reply_to: None,
            at: 1,
        });
    }
    desk.online(0);
    let (request, batch) = desk.one_send();
    assert_eq!(batch.len(), limit::BATCH_BYTES / limit::MESSAGE_BYTES);
    desk.ack(request, (0..8).map(|n| stored(n, n as Seq + 1)).collect());
    assert_eq!(desk.one_send().1.first(), Some(&id(8)));
}

#[test]
fn a_lost_ack_sends_the_same_ids_again() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (request, first) = desk.one_send();
    desk.answer(request, Err(RequestError::Timeout));
    let (request, second) = desk.one_send();
    assert_eq!(first, second);
    desk.ack(request, vec![stored(1, 1)]);
    assert_eq!(desk.rows(), [(id(1), "sent")]);
}

#[test]
fn two_unanswered_requests_in_a_row_cut_a_deaf_link() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    for expected in [(0, 0), (1, 1)] {
        let (request, _) = desk.one_send();
        desk.answer(request, Err(RequestError::Timeout));
        assert_eq!(desk.dials(), expected);
    }
}

#[test]
fn a_session_that_does_not_open_cuts_the_link() {
    let mut desk = Desk::new(1);
    desk.input(Input::LinkUp);
    desk.pass(Duration::from_secs(11));
    assert_eq!(desk.dials(), (1, 1));
}

#[test]
fn a_transient_refusal_waits_as_long_as_it_asks_and_keeps_the_order() {
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.post(2);
    desk.online(0);
    let (request, _) = desk.one_send();
    let busy = WireError {
        retry_after_ms: Some(3_000),
        ..WireError::new(ErrorCode::RateLimited, "slow down")
    };
    let both = [1, 2].map(|n| Sent::Refused {
        id: id(n),
        error: busy.clone(),
    });
    desk.ack(request, both.to_vec());
    desk.pass(Duration::from_millis(2_900));
    assert!(desk.sends().is_empty());
    desk.pass(Duration::from_millis(200));
    assert_eq!(desk.one_send().1, [id(1), id(2)]);
    assert_eq!(
        desk.rows(),
        [(id(1), "saved"), (id(2), "saved")],
        "nothing is rejected"
    );
}

#[test]
fn transient_refusals_are_retried_for_ever_with_a_bounded_wait() {
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.online(0);
    for _ in 0..100 {
        let (request, _) = desk.one_send();
        desk.answer(
            request,
            Ok(Answer::Send(Err(WireError::new(ErrorCode::Busy, "full")))),
        );
        assert!(desk.sends().is_empty());
        desk.pass(Duration::from_secs(5));
    }
    assert_eq!(desk.rows(), [(id(1), "saved")]);
}

#[test]
fn fault_m08_why_the_server_puts_a_message_off_is_known_until_it_takes_it() {
    let mut desk = Desk::new(1);
    (1..=2).for_each(|n| desk.post(n));
    desk.online(0);
    assert_eq!(desk.session.put_off(), None);
    let (request, _) = desk.one_send();
    desk.ack(
        request,
        vec![
            refused(1, ErrorCode::StorageFull),
            refused(2, ErrorCode::StorageFull),
        ],
    );
    assert_eq!(desk.session.put_off(), Some(ErrorCode::StorageFull));
    assert_eq!(desk.rows(), [(id(1), "saved"), (id(2), "saved")]);
    desk.pass(Duration::from_secs(5));
    let (request, _) = desk.one_send();
    assert_eq!(
        desk.session.put_off(),
        Some(ErrorCode::StorageFull),
        "while it is tried again, too"
    );
    desk.ack(request, vec![stored(1, 1), stored(2, 2)]);
    assert_eq!(desk.session.put_off(), None);
}

#[test]
fn a_rejected_item_stays_in_the_timeline_and_later_ones_go_on() {
    let mut desk = Desk::new(1);
    (1..=3).for_each(|n| desk.post(n));
    desk.online(0);
    let (request, _) = desk.one_send();
    desk.ack(
        request,
        vec![stored(1, 1), refused(2, ErrorCode::Conflict), stored(3, 2)],
    );
    assert_eq!(
        desk.rows(),
        [(id(1), "sent"), (id(3), "sent"), (id(2), "rejected")]
    );
    assert!(desk.sends().is_empty());
    assert!(desk.disk.outbox[0].rejected.is_some(), "also after a refresh");
}

#[test]
fn a_batch_refused_as_a_whole_goes_item_by_item_so_that_only_the_culprit_is_rejected() {
    let mut desk = Desk::new(1);
    (1..=3).for_each(|n| desk.post(n));
    desk.online(0);
    let invalid = || Ok(Answer::Send(Err(WireError::new(ErrorCode::Invalid, "what?"))));
    let (request, _) = desk.one_send();
    desk.answer(request, invalid());
    let (request, batch) = desk.one_send();
    assert_eq!(batch, [id(1)]);
    desk.ack(request, vec![stored(1, 1)]);
    let (request, batch) = desk.one_send();
    assert_eq!(batch, [id(2)]);
    desk.answer(request, invalid());
    let (request, batch) = desk.one_send();
    assert_eq!(batch, [id(3)]);
    desk.ack(request, vec![stored(3, 2)]);
    assert_eq!(
        desk.rows(),
        [(id(1), "sent"), (id(3), "sent"), (id(2), "rejected")]
    );
}

#[test]
fn an_ended_session_rejects_no_message() {
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.online(0);
    let (request, _) = desk.one_send();
    desk.answer(
        request,
        Ok(Answer::Send(Err(WireError::new(ErrorCode::Unauthorized, "who?")))),
    );
    assert_eq!(desk.rows(), [(id(1), "saved")]);
}

#[test]
fn an_answer_that_says_nothing_of_an_item_leaves_it_waiting() {
    let mut desk = Desk::new(1);
    desk.post(1);
    desk.post(2);
    desk.online(0);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 1), stored(9, 2)]);
    assert_eq!(desk.rows(), [(id(1), "sent"), (id(2), "saved")]);
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.one_send().1, [id(2)]);
}

#[test]
fn an_ack_ahead_of_a_gap_keeps_its_row_until_the_gap_heals() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=2, 2));
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 5)]);
    assert_eq!(desk.rows().last(), Some(&(id(1), "sent")));
    assert_eq!(desk.cursor(), Some(2));
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(pull.after, Some(2));
    desk.page(request, entries(3..=4, 2).entries, 5);
    assert_eq!(desk.cursor(), Some(5));
    assert_eq!(desk.rows().iter().filter(|(row, _)| *row == id(1)).count(), 1);
    desk.receive(Entries {
        room: ROOM,
        from: 5,
        entries: vec![entry_of(5, 1, id(1), "post 1")],
    });
    assert_eq!(desk.rows().len(), 5);
}

#[test]
fn a_jump_to_the_newest_page_keeps_the_echoes() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=2, 2));
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 500)]);
    desk.post(2);
    let (request, pull) = desk.pulls().remove(0);
    assert_eq!(
        (pull.after, pull.before),
        (None, None),
        "a gap of more than three pages is not walked"
    );
    desk.page(request, entries(401..=499, 2).entries, 500);
    assert_eq!(desk.cursor(), Some(500), "the ack filled the last place");
    let rows = desk.rows();
    assert_eq!(rows.len(), 101);
    assert_eq!(rows[99..], [(id(1), "sent"), (id(2), "saved")]);
}

#[test]
fn an_echo_sent_below_the_window_is_found_by_scrolling_back() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=2, 2));
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 10)]);
    desk.event(ServerEvent::Sync([(ROOM, 900)].into()));
    let (walked, _) = desk.pulls().remove(0);
    desk.page(walked, entries(3..=9, 2).entries, 900);
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, entries(801..=900, 2).entries, 900);
    assert!(!desk.rows().contains(&(id(1), "sent")));
    assert_eq!(desk.rows().len(), 100);
    desk.input(Input::WantOlder(ROOM));
    let (_, pull) = desk.pulls().remove(0);
    assert_eq!(pull.before, Some(801));
}

#[test]
fn entries_that_overtake_the_opening_wait_for_it() {
    let mut desk = Desk::new(1);
    desk.input(Input::LinkUp);
    desk.receive(entries(1..=2, 2));
    assert_eq!(desk.cursor(), None);
    desk.event(ServerEvent::Session(event::Session::Open(opened(1, 0))));
    assert_eq!(desk.cursor(), Some(2));
}

#[test]
fn the_server_closing_the_link_is_followed_by_a_redial() {
    for (reason, least) in [
        (ClosingReason::Shutdown, Duration::ZERO),
        (ClosingReason::Flooding, Duration::from_secs(5)),
    ] {
        let mut desk = Desk::new(1);
        desk.online(0);
        desk.event(ServerEvent::Session(event::Session::Closing { reason }));
        desk.input(Input::LinkDown(LinkEnd::ClosedByServer));
        let after = desk.retry_in().unwrap();
        assert!(after >= least && after <= Duration::from_secs(10), "{after:?}");
        assert_eq!(desk.session.connection().closed(), Some(reason));
        desk.dials();
        desk.pass(after);
        assert_eq!(desk.dials(), (1, 0));
    }
}

/// A session on a node that is about to let go of it, with one message under way and one that waits.
fn on_a_draining_node() -> (Desk, RequestId) {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.event(ServerEvent::Session(event::Session::Closing {
        reason: ClosingReason::Draining,
    }));
    desk.post(2);
    assert_eq!(desk.dials(), (0, 0), "it is left in a while");
    (desk, request)
}

#[test]
fn a_node_that_drains_still_answers_and_nothing_of_that_is_sent_to_the_next_one() {
    let (mut desk, request) = on_a_draining_node();
    desk.ack(request, vec![stored(1, 1)]);
    let (request, batch) = desk.one_send();
    assert_eq!(batch, [id(2)]);
    desk.ack(request, vec![stored(2, 2)]);
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.dials(), (1, 1));
    desk.online(2);
    assert!(desk.sends().is_empty());
    assert_eq!(desk.rows(), [(id(1), "sent"), (id(2), "sent")]);
}

#[test]
fn what_a_draining_node_left_unanswered_goes_to_the_next_one_with_the_same_ids() {
    let (mut desk, request) = on_a_draining_node();
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.dials(), (1, 1), "dialed at once, not waited for");
    assert_eq!(desk.retry_in(), None);
    desk.post(3);
    // No answer can come any more: requests end with their link.
    desk.answer(request, Err(RequestError::Disconnected));
    assert!(desk.sends().is_empty(), "no node to send it to");
    desk.online(1);
    let (request, batch) = desk.one_send();
    assert_eq!(batch, [id(1), id(2), id(3)]);
    // The first was stored by the node that is gone.
    desk.ack(request, vec![stored(1, 1), stored(2, 2), stored(3, 3)]);
    assert_eq!(desk.rows(), [(id(1), "sent"), (id(2), "sent"), (id(3), "sent")]);
    desk.pass(Duration::from_secs(60));
    assert!(desk.sends().is_empty(), "each once");
}

#[test]
fn a_tab_replaced_by_its_copy_takes_another_name() {
    let mut desk = Desk::new(1);
    desk.online(0);
    let tab = desk.session.auth().tab;
    let reason = ClosingReason::Replaced;
    desk.event(ServerEvent::Session(event::Session::Closing { reason }));
    desk.input(Input::LinkDown(LinkEnd::ClosedByServer));
    assert_ne!(desk.session.auth().tab, tab);
}
