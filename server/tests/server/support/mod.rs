//! Shared test support.

mod accounts;
pub(crate) mod client;
pub(crate) mod database;
pub(crate) mod faulty;
mod operators;
pub(crate) mod postgres;
pub(crate) mod proxy;
pub(crate) mod redis;
pub(crate) mod server;
pub(crate) mod standby;
pub(crate) mod tls;

use serde::de::DeserializeOwned;
use serde_json::Value;
use steadfast_server::store::Token;
use steadfast_server::store::account::{NewDevice, SignUp};
use steadfast_shared::event::{self, Reply, SendItem};
use steadfast_shared::{Body, EntryId, MessageText, Nickname, RoomId, Seq};
use uuid::Uuid;

pub(crate) use client::Client;
pub(crate) use server::TestServer;

pub(crate) fn message(room: RoomId, text: &str) -> SendItem {
    SendItem {
        id: EntryId(Uuid::now_v7()),
        room,
        body: body(text),
        message_id: None,
    }
}

pub(crate) fn body(text: &str) -> Body {
    Body::message(MessageText::parse(text).unwrap())
}

/// A sign-up with this nickname, at time zero.
pub(crate) fn newcomer(nickname: &str) -> SignUp {
    let token = Token::random().unwrap().hash();
    SignUp::new(Nickname::parse(nickname).unwrap(), NewDevice::new(token, 1))
}

/// Sends a request that must succeed.
pub(crate) async fn ok<T: DeserializeOwned>(client: &mut Client, event: &str, payload: Value) -> T {
    match client.call(event, payload).await {
        Reply::Ok(done) => done,
        Reply::Err(error) => panic!("{event}: {error:?}"),
    }
}

/// The next entries of a room, each exactly in its place.
pub(crate) async fn heard(client: &mut Client, room: RoomId, from: Seq, count: usize) -> Vec<EntryId> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let news: event::Entries = client.next(event::ENTRIES).await;
        if news.room == room {
            assert_eq!(news.from, from + ids.len() as Seq, "in order, none twice");
            ids.extend(news.entries.iter().map(|entry| entry.id));
        }
    }
    ids
}
