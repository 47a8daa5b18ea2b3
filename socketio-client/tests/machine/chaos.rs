//! The machine against a server behind a link that chance cuts, from a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use socketio_anywhere::backoff::Rng as Chance;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{Input, LinkEvent, LinkId, Machine, Output, SocketKey, Ticket};
use socketio_anywhere::{AckError, DisconnectReason, Payload, Settings};

use crate::OPEN;

/// A server that answers everything, behind a link that chance cuts.
struct World {
    bench: Machine,
    key: SocketKey,
    chance: Chance,
    now: Duration,
    open: BTreeMap<LinkId, bool>,
    dialled: usize,
    closed: BTreeSet<LinkId>,
    got: Vec<u64>,
    acks: BTreeMap<Ticket, Option<bool>>,
    wait: Option<Duration>,
}

impl World {
    fn deliver(&mut self, link: LinkId, text: String) {
        let event = LinkEvent::Received(Frame::Text(text));
        self.bench.handle(Input::Link { link, event }, self.now);
    }

    fn drain(&mut self) {
        self.carry_out();
        if self.wait.is_some_and(|until| until <= self.now) {
            // Something is due at once, such as an ack without any time to come.
            self.bench.handle(Input::Tick, self.now);
            self.carry_out();
            assert!(self.wait.is_none_or(|until| until > self.now), "no busy loop");
        }
    }

    fn carry_out(&mut self) {
        loop {
            match self.bench.poll_output() {
                Output::Open { link, .. } => {
                    assert!(self.open.len() <= 4, "one connection, and goodbyes");
                    self.open.insert(link, false);
                    self.dialled += 1;
                }
                Output::Barrier { link } => {
                    let event = LinkEvent::Passed;
                    self.bench.handle(Input::Link { link, event }, self.now);
                }
                Output::Close { link } => {
                    assert!(self.open.remove(&link).is_some());
                    assert!(self.closed.insert(link));
                }
                Output::Send { link, frames } => {
                    for frame in frames {
                        let Frame::Text(text) = frame else { panic!("text") };
                        self.serve(link, &text);
                    }
                    if self.open.contains_key(&link) {
                        let event = LinkEvent::Writable;
                        self.bench.handle(Input::Link { link, event }, self.now);
                    }
                }
                Output::Authenticate { socket, link } => {
                    let auth = Some("{}".to_owned());
                    self.bench
                        .handle(Input::Authenticated { socket, link, auth }, self.now);
                }
                Output::Acked { ticket, result } => {
                    let slot = self.acks.get_mut(&ticket).unwrap();
                    assert!(slot.is_none(), "answered once");
                    *slot = Some(result.is_ok());
                    assert!(matches!(
                        result,
                        Ok(_) | Err(AckError::Timeout | AckError::Disconnected)
                    ));
                }
                Output::Event { .. } => {}
                Output::Wait(until) => {
                    self.wait = until;
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn serve(&mut self, link: LinkId, text: &str) {
        if !self.open.contains_key(&link) || self.chance.next_unit() < 0.05 {
            return;
        }
        if text.starts_with("40") {
            self.deliver(link, r#"40{"sid":"s"}"#.into());
        } else if let Some(rest) = text.strip_prefix("42") {
            let (id, json) = rest.split_at(rest.find('[').unwrap());
            let args: Vec<Value> = serde_json::from_str(json).unwrap();
            self.got.push(args[1].as_u64().unwrap());
            if !id.is_empty() {
                self.deliver(link, format!("43{id}[true]"));
            }
        }
    }

    fn cut(&mut self, link: LinkId) {
        self.open.remove(&link);
        self.closed.insert(link);
        let event = LinkEvent::Closed {
            reason: DisconnectReason::TransportClose,
            details: None,
        };
        self.bench.handle(Input::Link { link, event }, self.now);
    }

    fn step(&mut self, number: u64) {
        let link = self.open.first_key_value().map(|(link, up)| (*link, *up));
        match (self.chance.next_unit() * 12.0) as u32 {
            0..=3 => {
                let payload = Payload::from(vec![json!(number)]);
                let timeout = Duration::from_millis((self.chance.next_unit() * 20_000.0) as u64);
                if let Ok(ticket) = self
                    .bench
                    .emit_with_ack(self.key, "n", payload, timeout, self.now)
                {
                    self.acks.insert(ticket, None);
                }
            }
            4 => {
                let _ = self
                    .bench
                    .emit(self.key, "n", Payload::from(vec![json!(number)]), self.now);
            }
            5 | 6 => match link {
                Some((link, false)) => {
                    self.open.insert(link, true);
                    for event in [LinkEvent::Opened, LinkEvent::Writable] {
                        self.bench.handle(Input::Link { link, event }, self.now);
                    }
                    self.deliver(link, OPEN.into());
                }
                Some((link, true)) => self.deliver(link, "2".into()),
                None => {}
            },
            7 => {
                if let Some((link, _)) = link {
                    self.cut(link);
                }
            }
            8 => self.bench.handle(Input::Disconnect(self.key), self.now),
            9 => self.bench.handle(Input::Connect(self.key), self.now),
            10 => {
                if let Some((link, true)) = link {
                    self.deliver(
                        link,
                        ["41", "nonsense", "44{}", "452-[\"x\"]"][(number % 4) as usize].into(),
                    );
                }
            }
            _ => {
                let passed = self.chance.next_unit()
                    * if number.is_multiple_of(10) {
                        100_000.0
                    } else {
                        3_000.0
                    };
                self.now += Duration::from_millis(passed as u64);
                self.bench.handle(Input::Tick, self.now);
            }
        }
        self.drain();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chaos_leaves_every_ack_answered_and_nothing_doubled_or_misordered(seed: u64) {
        let mut machine = Machine::new(Settings::default(), seed);
        let key = machine.socket("/");
        let mut world = World {
            bench: machine,
            key,
            chance: Chance::new(seed ^ 1),
            now: Duration::ZERO,
            open: BTreeMap::new(),
            dialled: 0,
            closed: BTreeSet::new(),
            got: Vec::new(),
            acks: BTreeMap::new(),
            wait: None,
        };
        for number in 0..600 {
            world.step(number);
        }
        world.bench.handle(Input::Disconnect(key), world.now);
        world.drain();
        while let Some(until) = world.wait {
            world.now = until;
            world.bench.handle(Input::Tick, world.now);
            world.drain();
        }
        prop_assert!(world.acks.values().all(Option::is_some));
        prop_assert!(world.got.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(world.open.is_empty());
        prop_assert_eq!(world.dialled, world.closed.len());
    }
}
