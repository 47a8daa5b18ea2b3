//! Edits, deletions and reactions: from the keypress to the row.

use steadfast_shared::{Emoji, Now, Reaction, UserId, mention};

use super::*;
use crate::record::Rejection;

fn change(desk: &mut Desk, n: u128, change: MessageChange) {
    let at = desk.now.as_millis() as u64;
    desk.input(Input::Change {
        room: ROOM,
        id: id(n),
        change,
        at,
    });
}

pub(super) fn thumb(message: Seq, on: bool) -> MessageChange {
    let emoji = Emoji::parse("👍").unwrap();
    MessageChange::React { message, emoji, on }
}

fn edit(message: Seq, said: &str) -> MessageChange {
    let text = text(said);
    MessageChange::Edit { message, text }
}

fn texts(desk: &Desk) -> Vec<String> {
    let rows = desk.session.timeline(ROOM).rows();
    rows.map(|row| row.text().unwrap_or("—").to_owned()).collect()
}

/// Online, with `many` messages of this person's own in the room.
fn talked(many: Seq) -> Desk {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=many, 1));
    desk
}

pub(super) fn body_entry(seq: Seq, author: u128, n: u128, body: Body) -> Entry {
    Entry::new(seq, id(n), person(author), 1_000 + seq, body)
}

pub(super) fn live(desk: &mut Desk, entry: Entry) {
    desk.receive(Entries {
        room: ROOM,
        from: entry.seq,
        entries: vec![entry],
    });
}

#[test]
fn an_edit_shows_at_once_and_stays_through_its_ack_and_the_logs_copy() {
    let mut desk = talked(2);
    change(&mut desk, 1, edit(1, "better"));
    let row = desk.session.timeline(ROOM).message(1).unwrap();
    assert_eq!((row.text(), row.edited.is_some()), (Some("better"), true));
    let pending: Vec<_> = row
        .changes
        .iter()
        .map(|change| (change.id, state_name(&change.state)))
        .collect();
    assert_eq!(pending, [(id(1), "saved")]);
    let (request, items) = desk.sends().remove(0);
    assert_eq!(items[0].body, edit(1, "better").into());
    desk.ack(request, vec![stored(1, 3)]);
    assert_eq!(texts(&desk), ["better", "said"], "a change is no row");
    assert_eq!(desk.session.timeline(ROOM).message(1).unwrap().changes.len(), 0);
    live(&mut desk, body_entry(3, 1, 1, edit(1, "better").into()));
    assert_eq!(texts(&desk), ["better", "said"]);
    assert_eq!(desk.cursor(), Some(3));
}

#[test]
fn a_deletion_leaves_a_tombstone_and_takes_the_reactions() {
    let mut desk = talked(2);
    live(&mut desk, body_entry(3, 2, 9, thumb(1, true).into()));
    assert_eq!(desk.session.timeline(ROOM).message(1).unwrap().reactions.len(), 1);
    change(&mut desk, 1, MessageChange::Delete { message: 1 });
    let row = desk.session.timeline(ROOM).message(1).unwrap();
    assert_eq!((row.body, row.reactions.len()), (Body::Erased, 0));
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 4)]);
    assert_eq!(texts(&desk), ["—", "said"]);
    desk.input(Input::Flush);
    let cached = format!("{:?}", desk.disk.rooms[0].entries[0]);
    assert!(cached.contains("Erased"), "the cache forgets it too: {cached}");
}

#[test]
fn own_reactions_count_before_they_are_stored() {
    let mut desk = talked(1);
    live(&mut desk, body_entry(2, 2, 9, thumb(1, true).into()));
    change(&mut desk, 1, thumb(1, true));
    let reactions = |desk: &Desk| -> Vec<(Vec<UserId>, bool, bool)> {
        let row = desk.session.timeline(ROOM).message(1).unwrap();
        let views = row.reactions.into_iter();
        views
            .map(|view| (view.by.iter().map(|by| by.id).collect(), view.mine, view.pending))
            .collect()
    };
    let both = vec![person(2).id, person(1).id];
    assert_eq!(reactions(&desk), [(both.clone(), true, true)]);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 3)]);
    assert_eq!(reactions(&desk), [(both, true, false)]);
    change(&mut desk, 2, thumb(1, false));
    assert_eq!(reactions(&desk), [(vec![person(2).id], false, true)]);
}

#[test]
fn a_refused_change_stays_on_its_row_until_somebody_decides() {
    let mut desk = talked(1);
    change(&mut desk, 1, edit(1, "theirs"));
    let (request, _) = desk.one_send();
    desk.ack(request, vec![refused(1, ErrorCode::Forbidden)]);
    assert_eq!(
        texts(&desk),
        ["said"],
        "what is refused is not shown as if it were stored"
    );
    let row = desk.session.timeline(ROOM).message(1).unwrap();
    let state = row.changes.iter().map(|change| state_name(&change.state)).next();
    assert_eq!(state, Some("rejected"));
    desk.input(Input::Retry(id(1)));
    let (request, _) = desk.one_send();
    desk.ack(request, vec![refused(1, ErrorCode::Forbidden)]);
    desk.input(Input::Discard(id(1)));
    assert_eq!(desk.session.outbox().count(), 0);
}

#[test]
fn a_change_of_another_epoch_is_never_sent_and_stays_in_sight() {
    let mut desk = talked(1);
    desk.offline();
    change(&mut desk, 1, edit(1, "of old"));
    desk.post(2);
    let mut other = opened(5, 1);
    other.epoch = Epoch(uuid(0xF));
    desk.me = 5;
    desk.opened(other);
    let (_, items) = desk.sends().remove(0);
    let sent: Vec<_> = items.iter().map(|item| item.id).collect();
    assert_eq!(sent, [id(2)], "a message is brought along, a change is not");
    let row = desk
        .session
        .timeline(ROOM)
        .rows()
        .find(|row| row.id == id(1))
        .unwrap();
    assert!(matches!(
        row.state,
        RowState::Rejected {
            rejection: Rejection::OtherEpoch
        }
    ));
    desk.input(Input::Retry(id(1)));
    assert_eq!(desk.refusals(), [(id(1), Refusal::OtherEpoch)]);
    let mut again = Desk::restored(5, desk.disk.clone());
    again.input(Input::TakeOver(desk.disk.outbox.clone()));
    let held = again.session.outbox().find(|item| item.id == id(1)).unwrap();
    assert_eq!(
        held.rejection_for(again.session.account().identity()),
        Some(&Rejection::OtherEpoch)
    );
    again.input(Input::Discard(id(1)));
    assert!(again.disk.outbox.iter().all(|item| item.id != id(1)));
}

#[test]
fn a_change_names_the_message_that_its_author_saw_even_after_two_other_databases() {
    let mut desk = talked(1);
    let seen = entry(1, 1).id;
    desk.offline();
    change(&mut desk, 1, edit(1, "better"));
    let mut between = opened(5, 0);
    between.epoch = Epoch(uuid(0xF));
    desk.me = 5;
    desk.opened(between);
    assert!(desk.sends().is_empty());
    desk.offline();
    // A backup of the first database, in which another message came to stand at that place.
    desk.me = 1;
    desk.opened(opened(1, 0));
    let (request, items) = desk.sends().remove(0);
    assert_eq!((items[0].id, items[0].message_id), (id(1), Some(seen)));
    let other = entry_of(1, 1, id(7), "another");
    desk.receive(Entries {
        room: ROOM,
        from: 1,
        entries: vec![other],
    });
    assert_eq!(texts(&desk)[0], "another", "the change is not shown on it");
    let error = WireError::new(ErrorCode::UnknownMessage, "no such message");
    desk.ack(request, vec![Sent::Refused { id: id(1), error }]);
    assert!(
        desk.rows().contains(&(id(1), "rejected")),
        "its author decides about it"
    );
}

#[test]
fn a_change_of_a_message_acknowledged_ahead_of_a_gap_names_it_too() {
    let mut desk = talked(1);
    desk.post(1);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 3)]);
    desk.offline();
    change(&mut desk, 2, edit(3, "better"));
    let item = desk.session.outbox().find(|item| item.id == id(2)).unwrap();
    assert_eq!(item.message_id, Some(id(1)));
}

#[test]
fn what_the_server_read_together_with_a_page_is_not_applied_twice() {
    let mut desk = Desk::new(1);
    desk.online(4);
    let (request, _) = desk.pulls().remove(0);
    let mut first = entry(1, 2);
    first.now = Some(Box::new(Now {
        as_of: 4,
        edited: None,
        reactions: vec![Reaction {
            emoji: Emoji::parse("👍").unwrap(),
            by: vec![person(3)],
        }],
    }));
    let on_and_off = [
        first,
        body_entry(2, 3, 12, thumb(1, true).into()),
        body_entry(3, 3, 13, thumb(1, false).into()),
        body_entry(4, 3, 14, thumb(1, true).into()),
    ];
    desk.page(request, on_and_off.to_vec(), 4);
    assert_eq!(desk.session.timeline(ROOM).message(1).unwrap().reactions.len(), 1);
    live(&mut desk, body_entry(5, 3, 15, thumb(1, false).into()));
    assert_eq!(desk.session.timeline(ROOM).message(1).unwrap().reactions.len(), 0);
}

#[test]
fn only_messages_of_others_are_unread_and_mentions_are_counted() {
    let mut desk = talked(1);
    let hello = format!("hello {}", mention::written(person(1).id));
    live(&mut desk, entry_of(2, 2, id(52), &hello));
    live(&mut desk, entry_of(3, 2, id(53), "again"));
    live(&mut desk, body_entry(4, 2, 54, thumb(1, true).into()));
    let view = desk.session.room(ROOM).unwrap();
    assert_eq!((view.unread, view.mentions), (2, 1));
    live(&mut desk, body_entry(5, 2, 55, Body::Delete { message: 2 }));
    let view = desk.session.room(ROOM).unwrap();
    assert_eq!((view.unread, view.mentions), (1, 0), "what is gone is not unread");
}

fn reply_to_the_first(desk: &mut Desk) {
    desk.input(Input::Post {
        room: ROOM,
        id: id(1),
        text: text("indeed"),
        reply_to: Some(1),
        at: 0,
    });
}

/// The quote in that reply: the message's `seq` and text.
fn quoted(desk: &Desk) -> Option<(Seq, Option<String>)> {
    let reply = desk.session.timeline(ROOM).rows().find(|row| row.id == id(1));
    let quoted = reply.unwrap().quoted;
    quoted.map(|quoted| (quoted.seq, quoted.text))
}

#[test]
fn a_reply_shows_what_it_replies_to_as_that_is() {
    let mut desk = talked(2);
    reply_to_the_first(&mut desk);
    assert_eq!(quoted(&desk), Some((1, Some("said".into()))));
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 3)]);
    assert_eq!(quoted(&desk), Some((1, Some("said".into()))));
    live(&mut desk, body_entry(4, 1, 9, edit(1, "meant").into()));
    assert_eq!(quoted(&desk), Some((1, Some("meant".into()))));
    live(&mut desk, body_entry(5, 1, 10, Body::Delete { message: 1 }));
    assert_eq!(quoted(&desk), Some((1, None)));
}

#[test]
fn a_reply_acknowledged_ahead_of_a_gap_never_quotes_what_was_deleted_in_the_gap() {
    let mut desk = Desk::new(1);
    desk.session.chat.options.window = 20;
    desk.online(0);
    desk.receive(entries(1..=2, 1));
    reply_to_the_first(&mut desk);
    let said = |desk: &Desk| quoted(desk).and_then(|(_, text)| text);
    let (request, _) = desk.one_send();
    desk.ack(request, vec![stored(1, 42)]);
    assert_eq!(said(&desk).as_deref(), Some("said"), "as far as this tab knows");
    live(&mut desk, body_entry(3, 1, 10, Body::Delete { message: 1 }));
    assert_eq!(said(&desk), None);
    desk.receive(entries(4..=41, 2));
    assert!(
        desk.session.room(ROOM).unwrap().window.low > 3,
        "the deletion has gone"
    );
    assert_eq!(said(&desk), None);
    assert_eq!(desk.cursor(), Some(41), "the log's copy says what it quotes");
}
