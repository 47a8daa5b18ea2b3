//! What the tests stand on.

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

use steadfast_server::store::Token;
use steadfast_server::store::account::{NewDevice, SignUp};
use steadfast_shared::event::SendItem;
use steadfast_shared::{Body, EntryId, MessageText, Nickname, RoomId};
use uuid::Uuid;

pub(crate) use client::Client;
pub(crate) use server::TestServer;

/// A fresh message.
pub(crate) fn message(room: RoomId, text: &str) -> SendItem {
    SendItem {
        id: EntryId(Uuid::now_v7()),
        room,
        body: body(text),
    }
}

/// A message's body.
pub(crate) fn body(text: &str) -> Body {
    Body::message(MessageText::parse(text).unwrap())
}

/// Somebody who wants this nickname, at the first moment.
pub(crate) fn newcomer(nickname: &str) -> SignUp {
    let token = Token::random().unwrap().hash();
    SignUp::new(Nickname::parse(nickname).unwrap(), NewDevice::new(token, 1))
}
