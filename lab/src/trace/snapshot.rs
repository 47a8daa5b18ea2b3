//! The state of everything at one time.

use std::time::Duration;

use steadfast_shared::{EntryId, RoomId, Seq};

use super::event::{LinkStep, RoomPosition, RoomStep, Step, TraceEvent, TraceKind};
use crate::fault::Faults;

/// Most messages remembered. Those that have arrived go first.
const MESSAGES: usize = 200;

/// How many mechanisms are remembered that acted last.
const ACTED: usize = 4;

/// The state of everything at one time: a fold over the events before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceSnapshot {
    pub link: LinkSnapshot,
    /// The faults that were on.
    pub faults: Faults,
    /// This device's messages, in the order typed.
    pub messages: Vec<MessageTrace>,
    pub rooms: Vec<(RoomId, RoomPosition)>,
    pub counted: Counters,
    /// The mechanisms that acted last, and when: the newest first, each once.
    pub acted: Vec<(Duration, Mechanism)>,
    /// The newest entry of each room that has passed on the wire, lost or not.
    passed: Vec<(RoomId, Seq)>,
}

/// The link's state at that time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LinkSnapshot {
    #[default]
    Down,
    /// Up; the server has not opened a session yet.
    Up,
    /// The server has opened a session.
    Open,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Messages sent, copies and retries not counted.
    pub messages: u32,
    /// Tries beyond a message's first.
    pub retries: u32,
    /// Answers that were lost on their way.
    pub acks_lost: u32,
    /// Copies of a message that the server had already, and answered with the place it has.
    pub known_to_server: u32,
    /// Entries that came again, and were dropped.
    pub repeats: u32,
    /// Broadcast entries that were lost on their way.
    pub entries_lost: u32,
    pub gaps: u32,
    pub healed: u32,
}

/// One of the mechanisms that together make a message arrive exactly once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// A broadcast was lost, and nobody sends it again: at most once.
    LostBroadcast,
    /// An unacknowledged message went out again: at least once.
    Retry,
    /// The server knew the id and stored nothing: at most once.
    KnownId,
    /// An entry came again and was dropped: at most once.
    DroppedRepeat,
    /// An entry is missing: those after it wait, and it is requested.
    Gap,
    /// The gap is closed, in order.
    Healed,
    /// A message that went out more than once, or whose answer was lost, is in the log once: exactly once.
    ExactlyOnce,
}

/// One message of this device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageTrace {
    pub id: EntryId,
    pub room: RoomId,
    pub label: String,
    /// When it was typed, as far as is known.
    pub typed: Duration,
    /// The device's disk has it.
    pub saved: bool,
    /// How often it went out.
    pub tries: u32,
    /// It is out, and not answered.
    pub on_its_way: bool,
    /// Its place in the log, where the server has it, whether this device knows or not.
    pub stored: Option<Seq>,
    /// This device knows that the server has it.
    pub known: bool,
    /// Nobody sends it any more: the server refused it, or a person threw it away.
    pub ended: bool,
    acks: u32,
    acks_lost: u32,
    came: bool,
}

/// Where a message is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MessagePlace {
    /// On this device, waiting.
    Outbox,
    /// On its way to the server.
    Wire,
    /// In the log, and this device does not know.
    Log,
    /// In the log, and in this device's copy of it.
    Inbox,
    Ended,
}

impl MessageTrace {
    fn new(id: EntryId, room: RoomId, label: String, typed: Duration) -> Self {
        Self {
            id,
            room,
            label,
            typed,
            saved: false,
            tries: 0,
            on_its_way: false,
            stored: None,
            known: false,
            ended: false,
            acks: 0,
            acks_lost: 0,
            came: false,
        }
    }

    pub fn place(&self) -> MessagePlace {
        match self {
            Self { known: true, .. } => MessagePlace::Inbox,
            Self { stored: Some(_), .. } => MessagePlace::Log,
            Self { ended: true, .. } => MessagePlace::Ended,
            Self { on_its_way: true, .. } => MessagePlace::Wire,
            _ => MessagePlace::Outbox,
        }
    }

    /// Whether the log's copy of it has come.
    pub fn came(&self) -> bool {
        self.came
    }

    fn has_arrived(&self) -> bool {
        self.known || self.ended
    }
}

impl TraceSnapshot {
    pub fn message(&self, id: EntryId) -> Option<&MessageTrace> {
        self.messages.iter().find(|message| message.id == id)
    }

    pub fn room(&self, room: RoomId) -> RoomPosition {
        let mut rooms = self.rooms.iter();
        rooms
            .find(|(id, _)| *id == room)
            .map(|(_, stand)| *stand)
            .unwrap_or_default()
    }

    /// Where a room's log ends, as far as anything has passed on the wire that says so, whether the session knows or not.
    pub fn log_head(&self, room: RoomId) -> Seq {
        let passed = self.passed.iter().find(|(id, _)| *id == room);
        let passed = passed.map_or(0, |(_, seq)| *seq);
        self.room(room).head.max(passed)
    }

    /// How many messages are in a place.
    pub fn many_in(&self, place: MessagePlace) -> usize {
        self.messages
            .iter()
            .filter(|message| message.place() == place)
            .count()
    }

    pub(super) fn fold(&mut self, moment: &TraceEvent) {
        let at = moment.at;
        match &moment.what {
            TraceKind::Message(id, Step::Typed { room, label }) => self.typed(*id, *room, label, at),
            TraceKind::Message(id, step) => self.step(*id, step, at),
            TraceKind::Room(room, step) => self.room_step(*room, step, at),
            TraceKind::Link(step) => self.link_step(*step),
            TraceKind::Fault(fault, on) => {
                self.faults.set(*fault, *on);
            }
            TraceKind::Delay(delay) => {
                self.faults.set_delay(*delay);
            }
        }
    }

    fn typed(&mut self, id: EntryId, room: RoomId, label: &str, at: Duration) {
        if self.message(id).is_some() {
            return;
        }
        self.counted.messages += 1;
        self.messages
            .push(MessageTrace::new(id, room, label.to_owned(), at));
        if self.messages.len() > MESSAGES {
            let arrived = self.messages.iter().position(MessageTrace::has_arrived);
            self.messages.remove(arrived.unwrap_or(0));
        }
    }

    fn step(&mut self, id: EntryId, step: &Step, at: Duration) {
        let Some(message) = self.messages.iter_mut().find(|message| message.id == id) else {
            return;
        };
        let counted = &mut self.counted;
        let knew = message.known;
        let mut acted = None;
        match *step {
            Step::Saved => message.saved = true,
            Step::Tried { copy, .. } => {
                message.tries += 1;
                message.on_its_way = true;
                if message.tries > 1 && !copy {
                    counted.retries += 1;
                    acted = Some(Mechanism::Retry);
                }
            }
            Step::Acked { seq, lost } => {
                message.acks += 1;
                if message.acks > 1 {
                    counted.known_to_server += 1;
                    acted = Some(Mechanism::KnownId);
                }
                message.acks_lost += u32::from(lost);
                counted.acks_lost += u32::from(lost);
                message.stored = Some(seq);
                message.known |= !lost;
            }
            Step::Came { seq } => {
                message.stored = Some(seq);
                (message.known, message.came) = (true, true);
            }
            Step::Unanswered | Step::Postponed => message.on_its_way = false,
            Step::Rejected | Step::Discarded => message.ended = true,
            Step::NotSaved | Step::Typed { .. } => {}
        }
        let passed = message.stored.map(|seq| (message.room, seq));
        let was_doubtful = message.tries > 1 || message.acks_lost > 0;
        let settled = message.known && !knew && was_doubtful;
        if let Some((room, seq)) = passed {
            self.passes(room, seq);
        }
        if let Some(acted) = acted {
            self.acts(acted, at);
        }
        if settled {
            self.acts(Mechanism::ExactlyOnce, at);
        }
    }

    fn room_step(&mut self, room: RoomId, step: &RoomStep, at: Duration) {
        match *step {
            RoomStep::Stands(stand) => match self.rooms.iter_mut().find(|(id, _)| *id == room) {
                Some((_, known)) => *known = stand,
                None => self.rooms.push((room, stand)),
            },
            RoomStep::Gap { .. } => {
                self.counted.gaps += 1;
                self.acts(Mechanism::Gap, at);
            }
            RoomStep::Healed { .. } => {
                self.counted.healed += 1;
                self.acts(Mechanism::Healed, at);
            }
            RoomStep::Repeat { .. } => {
                self.counted.repeats += 1;
                self.acts(Mechanism::DroppedRepeat, at);
            }
            RoomStep::Lost { from, many } => {
                self.passes(room, (from + many as Seq).saturating_sub(1));
                self.counted.entries_lost += 1;
                self.acts(Mechanism::LostBroadcast, at);
            }
        }
    }

    fn link_step(&mut self, step: LinkStep) {
        match step {
            LinkStep::Cut => {}
            LinkStep::Down => {
                self.link = LinkSnapshot::Down;
                for message in &mut self.messages {
                    message.on_its_way = false;
                }
            }
            LinkStep::Up => self.link = LinkSnapshot::Up,
            LinkStep::Opened { .. } => self.link = LinkSnapshot::Open,
        }
    }

    fn passes(&mut self, room: RoomId, seq: Seq) {
        match self.passed.iter_mut().find(|(id, _)| *id == room) {
            Some((_, passed)) => *passed = seq.max(*passed),
            None => self.passed.push((room, seq)),
        }
    }

    fn acts(&mut self, mechanism: Mechanism, at: Duration) {
        self.acted.retain(|(_, acted)| *acted != mechanism);
        self.acted.insert(0, (at, mechanism));
        self.acted.truncate(ACTED);
    }
}
