//! The other tabs of the same device.

use std::future;

use futures::stream;

use super::{MaybeSend, Stream, Task};
use crate::tab_message::TabMessage;

/// The other tabs of the same device: a `BroadcastChannel` and a lock in a browser, none elsewhere.
pub trait Peers: MaybeSend + 'static {
    /// Broadcasts to every other tab. Tabs receive one tab's messages in the order sent.
    fn broadcast(&mut self, news: TabMessage);

    /// The other tabs' messages from the call on. Called once, before storage is first read.
    fn messages(&mut self) -> Stream<'static, TabMessage>;

    /// Resolves once this tab leads: it drains the outbox until it closes. Called once.
    fn leadership(&mut self) -> Task<'static, ()>;
}

/// No other tabs: always the leader.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoloPeers;

impl Peers for SoloPeers {
    fn broadcast(&mut self, _news: TabMessage) {}

    fn messages(&mut self) -> Stream<'static, TabMessage> {
        Box::pin(stream::pending())
    }

    fn leadership(&mut self) -> Task<'static, ()> {
        Box::pin(future::ready(()))
    }
}
