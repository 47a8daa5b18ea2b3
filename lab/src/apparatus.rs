//! What stands around a chat: between it, its connection and its storage, and beside its session.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use steadfast_client::link::{Decorator, SessionClock, Storage, Stream, Wire, WireEvent};
use steadfast_client::session::{Input, Output, Session};

use crate::events;
use crate::instruments::Instruments;
use crate::storage::FaultyStorage;
use crate::wire::FaultyWire;

pub(crate) struct Apparatus {
    pub(crate) instruments: Arc<Instruments>,
    /// The chat owns it.
    wire: OnceLock<Weak<FaultyWire>>,
}

impl Apparatus {
    pub(crate) fn new(session: &Session, clock: SessionClock) -> Self {
        Self {
            instruments: Arc::new(Instruments::new(session, clock)),
            wire: OnceLock::new(),
        }
    }

    pub(crate) fn cut(&self) {
        self.instruments.record_cut();
        if let Some(wire) = self.wire.get().and_then(Weak::upgrade) {
            wire.cut();
        }
    }
}

impl Decorator for Apparatus {
    fn wire(&self, wire: Arc<dyn Wire>) -> Arc<dyn Wire> {
        let faulty = FaultyWire::around(wire, self.instruments.clone());
        let _first = self.wire.set(Arc::downgrade(&faulty));
        faulty
    }

    fn events(&self, events: Stream<'static, WireEvent>) -> Stream<'static, WireEvent> {
        let wire = self.wire.get().cloned().unwrap_or_default();
        events::with_faults(events, wire, self.instruments.clone())
    }

    fn storage(&self, storage: Box<dyn Storage>) -> Box<dyn Storage> {
        Box::new(FaultyStorage::around(storage, &self.instruments))
    }

    fn before(&self, session: &Session, input: &Input, now: Duration) {
        self.instruments.before(session, input, now);
    }

    fn output(&self, output: &Output, now: Duration) {
        self.instruments.output(output, now);
    }

    fn after(&self, session: &Session, now: Duration) {
        self.instruments.after(session, now);
    }
}
