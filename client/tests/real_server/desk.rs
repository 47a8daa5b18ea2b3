//! A test's actions at a chat, and the conditions it waits for.

use std::time::Duration;

use steadfast_client::connection::Connection;
use steadfast_client::link::Chat;
use steadfast_client::session::Input;
use steadfast_shared::{EntryId, MessageText, Person, RoomId, UserId};
use uuid::Uuid;

pub(crate) async fn until(what: &str, done: impl AsyncFn() -> bool) {
    for _ in 0..3_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("in a minute it did not come about that {what}");
}

pub(crate) async fn online(chat: &Chat) {
    until("the session opens", async || {
        chat.with(|session| matches!(session.connection(), Connection::Online { .. }))
    })
    .await;
}

pub(crate) fn room(chat: &Chat) -> RoomId {
    chat.with(|session| session.rooms().next().unwrap().id)
}

pub(crate) fn post(chat: &Chat, room: RoomId, text: &str) -> EntryId {
    let id = EntryId(Uuid::now_v7());
    let text = MessageText::parse(text).unwrap();
    chat.input(Input::Post {
        room,
        id,
        text,
        reply_to: None,
        at: 1,
    });
    id
}

/// Author, id and place of every row, in order.
pub(crate) fn rows(chat: &Chat, room: RoomId) -> Vec<(UserId, EntryId, Option<u64>)> {
    chat.with(|session| {
        let rows = session.timeline(room).rows();
        rows.map(|row| (row.author.id, row.id, row.seq())).collect()
    })
}

pub(crate) fn all_sent(chat: &Chat, room: RoomId, many: usize) -> bool {
    let rows = rows(chat, room);
    rows.len() == many && rows.iter().all(|(_, _, seq)| seq.is_some())
}

/// A room's rows, without the parts that differ from person to person.
pub(crate) fn shown(chat: &Chat, room: RoomId) -> Vec<String> {
    chat.with(|session| {
        let view = session.room(room);
        let about = view.map(|view| format!("{} {} {}", view.name, view.topic, view.archived));
        let rows = session.timeline(room).rows().map(|row| {
            let names = |people: &[Person]| -> Vec<String> {
                people.iter().map(|person| person.name.clone()).collect()
            };
            let quoted = row
                .quoted
                .as_ref()
                .map(|quoted| (&quoted.author.name, &quoted.text));
            let reactions: Vec<_> = row
                .reactions
                .iter()
                .map(|reaction| (&reaction.emoji, names(&reaction.by), reaction.pending))
                .collect();
            format!(
                "{:?} {} {} {:?} {:?} {quoted:?} {:?} {reactions:?} {}",
                row.seq(),
                row.author.name,
                row.at,
                row.body,
                row.edited,
                names(&row.mentioned),
                row.changes.len(),
            )
        });
        about.into_iter().chain(rows).collect()
    })
}
