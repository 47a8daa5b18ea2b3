//! Hints over Postgres: NOTIFY on one connection, LISTEN on another.

use super::link::{LinkError, LinkMessage};
use crate::store::postgres::notification::{Listener, NotificationSender, Notifications};

pub(super) async fn connect(notifications: &Notifications) -> Result<(Calls, Listening), LinkError> {
    let listener = notifications.listener().await?;
    let caller = notifications.caller().await?;
    Ok((Calls(caller), Listening(listener)))
}

pub(super) struct Calls(NotificationSender);

impl Calls {
    pub(super) async fn send(&mut self, text: &str) -> Result<(), LinkError> {
        Ok(self.0.call(text).await?)
    }

    pub(super) async fn ping(&mut self) -> Result<(), LinkError> {
        Ok(self.0.ping().await?)
    }
}

pub(super) struct Listening(Listener);

impl Listening {
    pub(super) async fn next(&mut self) -> Result<LinkMessage, LinkError> {
        Ok(LinkMessage::Text(self.0.next().await?))
    }

    pub(super) async fn ping(&mut self) -> Result<(), LinkError> {
        Ok(self.0.ping().await?)
    }
}
