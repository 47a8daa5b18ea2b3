//! A session looked at while things happen to it.

use std::time::Duration;

use steadfast_shared::event::{self, Entries, Opened, Sent};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{
    Body, Emoji, Entry, EntryId, Epoch, MessageText, Person, Role, Room, RoomId, Seq, UserId,
};
use uuid::Uuid;

use super::*;
use crate::fault::Fault;
use steadfast_client::record::StorageError;
use steadfast_client::session::{
    Answer, Input, LinkEnd, MessageChange, Options, Output, Request, RequestError, RequestId, ServerEvent,
    Session, StoreTicket,
};

const ROOM: RoomId = RoomId(Uuid::from_u128(0xA));
const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
const MS: Duration = Duration::from_millis(1);

fn me() -> Person {
    person(1)
}

fn person(n: u128) -> Person {
    Person {
        id: UserId(Uuid::from_u128(n)),
        name: format!("person {n}"),
    }
}

fn id(n: u128) -> EntryId {
    EntryId(Uuid::from_u128(0x1000 + n))
}

fn entry(seq: Seq, id: EntryId, author: Person) -> Entry {
    Entry::new(
        seq,
        id,
        author,
        1,
        Body::message(MessageText::parse("hi").unwrap()),
    )
}

/// A session and the tap on it. TraceKind goes out is kept.
struct Watched {
    session: Session,
    tap: Recorder,
    now: Duration,
    stores: Vec<StoreTicket>,
    sends: Vec<(RequestId, Request)>,
}

impl Watched {
    fn online() -> Self {
        let session = Session::new(Options::default(), 7);
        let tap = Recorder::new(&session, Duration::ZERO);
        let mut watched = Self {
            session,
            tap,
            now: MS,
            stores: Vec::new(),
            sends: Vec::new(),
        };
        watched.input(Input::SignedIn(SessionInfo::new(me(), EPOCH)));
        watched.input(Input::TakeOver(Vec::new()));
        watched.input(Input::Connect);
        watched.link_up(0, Vec::new());
        watched.stores.clear();
        watched
    }

    /// Recording begins in the middle of a chat.
    fn looked_at_anew(&self) -> TraceSnapshot {
        Recorder::new(&self.session, self.now).trace.latest().clone()
    }

    fn link_up(&mut self, head: Seq, missed: Vec<Entry>) {
        self.input(Input::LinkUp);
        let from = missed.first().map_or(1, |entry| entry.seq);
        let room = Room {
            head,
            ..Room::new(ROOM, "general")
        };
        self.event(ServerEvent::Session(event::Session::Open(Opened {
            me: me(),
            owner: false,
            role: Role::Member,
            blocked: Vec::new(),
            epoch: EPOCH,
            rooms: vec![room],
            recovered: true,
            reset: Vec::new(),
            missed: vec![Entries {
                room: ROOM,
                from,
                entries: missed,
            }],
            online: Vec::new(),
            watched: None,
            last_closed: None,
        })));
    }

    fn input(&mut self, input: Input) {
        self.now += MS;
        self.tap.before(&self.session, &input, self.now);
        self.session.handle(input, self.now);
        loop {
            let output = self.session.poll_output();
            self.tap.output(&output, self.now);
            match output {
                Output::Wait(_) => break,
                Output::Store { ticket, .. } => self.stores.push(ticket),
                Output::Request { request, ask, .. } => {
                    if let Request::Send(items) = &ask {
                        self.tap.sent(items, 1, self.now);
                        self.sends.push((request, ask));
                    }
                }
                _ => {}
            }
        }
        self.tap.after(&self.session, self.now);
    }

    fn event(&mut self, event: ServerEvent) {
        self.input(Input::Event(event));
    }

    fn entries(&mut self, entries: Vec<Entry>) {
        let from = entries[0].seq;
        self.event(ServerEvent::Entries(Entries {
            room: ROOM,
            from,
            entries,
        }));
    }

    fn post(&mut self, n: u128) {
        self.input(Input::Post {
            room: ROOM,
            id: id(n),
            text: MessageText::parse("hello\nthere").unwrap(),
            reply_to: None,
            at: 1,
        });
    }

    /// The disk has done all it was asked to.
    fn written(&mut self, result: &Result<(), StorageError>) {
        for ticket in std::mem::take(&mut self.stores) {
            let result = result.clone();
            self.input(Input::Stored { ticket, result });
        }
    }

    /// The server answers the last `send`: stored, from `seq` on.
    fn answer(&mut self, seq: Seq, lost: bool) {
        let (request, ask) = self.sends.pop().unwrap();
        let Request::Send(items) = ask else {
            panic!("{ask:?}");
        };
        let stored = items.iter().zip(seq..);
        let sent = stored
            .map(|(item, seq)| Sent::Stored {
                id: item.id,
                seq,
                at: 1,
            })
            .collect();
        let result = Ok(Answer::Send(Ok(sent)));
        self.tap.answered(&result, lost, self.now);
        let result = if lost { Err(RequestError::Timeout) } else { result };
        self.input(Input::Answered { request, result });
    }

    fn trace(&self) -> &Trace {
        &self.tap.trace
    }

    fn steps(&self, n: u128) -> Vec<Step> {
        self.trace().steps(id(n)).map(|(_, step)| step.clone()).collect()
    }

    fn place(&self, n: u128) -> MessagePlace {
        self.trace().latest().message(id(n)).unwrap().place()
    }

    fn counted(&self) -> Counters {
        self.trace().latest().counted
    }

    fn acted(&self) -> Vec<Mechanism> {
        let acted = &self.trace().latest().acted;
        acted.iter().map(|(_, mechanism)| *mechanism).collect()
    }
}

fn typed() -> Step {
    Step::Typed {
        room: ROOM,
        label: "hello".into(),
    }
}

const TRIED: Step = Step::Tried {
    lost: false,
    copy: false,
};

#[test]
fn a_quiet_message_goes_its_way_in_five_steps() {
    let mut watched = Watched::online();
    watched.post(1);
    assert_eq!(watched.place(1), MessagePlace::Wire);
    watched.written(&Ok(()));
    watched.answer(1, false);
    assert_eq!(watched.place(1), MessagePlace::Inbox);
    watched.entries(vec![entry(1, id(1), me())]);
    let acked = Step::Acked { seq: 1, lost: false };
    assert_eq!(
        watched.steps(1),
        [typed(), TRIED, Step::Saved, acked, Step::Came { seq: 1 }]
    );
    let counted = Counters {
        messages: 1,
        ..Counters::default()
    };
    assert_eq!(watched.counted(), counted, "the log's first copy is no repeat");
    assert_eq!(watched.acted(), []);
}

#[test]
fn a_lost_ack_shows_the_retry_the_known_id_and_the_message_once() {
    let mut watched = Watched::online();
    watched.post(1);
    watched.answer(1, true);
    assert_eq!(watched.sends.len(), 1, "the same id goes out again");
    assert_eq!(
        watched.place(1),
        MessagePlace::Log,
        "the server has it, this device does not know"
    );
    let latest = watched.tap.trace.latest();
    assert_eq!((latest.room(ROOM).head, latest.log_head(ROOM)), (0, 1));
    watched.answer(1, false);
    assert_eq!(watched.place(1), MessagePlace::Inbox);
    assert_eq!(
        watched.acted(),
        [Mechanism::ExactlyOnce, Mechanism::KnownId, Mechanism::Retry]
    );
    let Counters {
        retries,
        acks_lost,
        known_to_server,
        ..
    } = watched.counted();
    assert_eq!((retries, acks_lost, known_to_server), (1, 1, 1));
    assert!(watched.steps(1).contains(&Step::Unanswered));
}

#[test]
fn a_repeat_is_counted_and_a_first_copy_is_not() {
    let mut watched = Watched::online();
    let theirs = entry(1, id(9), person(2));
    watched.entries(vec![theirs.clone()]);
    assert_eq!(watched.counted().repeats, 0);
    watched.entries(vec![theirs]);
    assert_eq!(watched.counted().repeats, 1);
    assert_eq!(watched.acted(), [Mechanism::DroppedRepeat]);
}

#[test]
fn a_repeat_ahead_of_a_gap_is_counted_too() {
    let mut watched = Watched::online();
    watched.entries(vec![entry(1, id(9), person(2))]);
    let ahead = entry(3, id(10), person(2));
    watched.entries(vec![ahead.clone()]);
    watched.entries(vec![ahead.clone()]);
    assert_eq!(watched.counted().repeats, 1);
    watched.entries(vec![entry(2, id(11), person(2)), ahead]);
    assert_eq!(watched.counted().repeats, 2);
}

#[test]
fn a_gap_is_seen_from_when_it_opens_until_it_is_healed() {
    let mut watched = Watched::online();
    watched.entries(vec![entry(1, id(9), person(2))]);
    watched.entries(vec![entry(3, id(10), person(2))]);
    let stand = watched.trace().latest().room(ROOM);
    assert_eq!((stand.cursor, stand.head, stand.buffered), (Some(1), 3, 1));
    let opened = watched.now;
    watched.entries(vec![entry(2, id(11), person(2))]);
    let stand = watched.trace().latest().room(ROOM);
    assert_eq!((stand.cursor, stand.head, stand.buffered), (Some(3), 3, 0));
    let Counters { gaps, healed, .. } = watched.counted();
    assert_eq!((gaps, healed), (1, 1));
    assert_eq!(watched.acted(), [Mechanism::Healed, Mechanism::Gap]);
    let then = watched.trace().at(opened);
    assert_eq!(then.room(ROOM).buffered, 1, "a look back sees it open");
    assert_eq!((then.counted.gaps, then.counted.healed), (1, 0));
}

#[test]
fn a_message_cut_off_waits_again_and_is_found_in_what_was_missed() {
    let mut watched = Watched::online();
    watched.post(1);
    let out = watched.now;
    watched.input(Input::LinkDown(LinkEnd::Lost { at_once: false }));
    assert_eq!(watched.place(1), MessagePlace::Outbox);
    assert_eq!(watched.trace().latest().link, LinkSnapshot::Down);
    watched.link_up(1, vec![entry(1, id(1), me())]);
    assert_eq!(watched.place(1), MessagePlace::Inbox);
    assert_eq!(watched.trace().latest().link, LinkSnapshot::Open);
    let then = watched.trace().at(out);
    assert_eq!(then.message(id(1)).unwrap().place(), MessagePlace::Wire);
    assert_eq!(then.many_in(MessagePlace::Wire), 1);
}

#[test]
fn a_disk_that_fails_is_told_and_the_write_that_succeeds_later_too() {
    let mut watched = Watched::online();
    watched.post(1);
    watched.written(&Err(StorageError::Full));
    assert_eq!(watched.steps(1), [typed(), TRIED, Step::NotSaved]);
    watched.now += Duration::from_secs(120);
    watched.input(Input::Tick);
    watched.written(&Ok(()));
    assert_eq!(watched.steps(1).last(), Some(&Step::Saved));
}

#[test]
fn what_is_old_is_forgotten_but_for_how_it_left_things() {
    let mut trace = Trace::default();
    let fault = |on| TraceKind::Fault(Fault::Refuse, on);
    trace.note(MS, TraceKind::Message(id(1), typed()));
    trace.note(2 * MS, fault(true));
    for n in 0..3 * KEPT as u32 {
        trace.note(3 * MS, TraceKind::Message(id(2), TRIED));
        assert!(trace.moments().count() <= KEPT, "{n}");
    }
    assert_eq!(trace.steps(id(1)).count(), 0);
    let then = trace.at(Duration::ZERO);
    assert!(then.faults.is_on(Fault::Refuse));
    assert!(then.message(id(1)).is_some(), "it still waits");

    trace.note(3 * MS + KEPT_FOR + MS, fault(false));
    assert_eq!(trace.moments().count(), 1, "five minutes, however few");
    assert_eq!(trace.at(KEPT_FOR + 4 * MS), *trace.latest());
}

#[test]
fn more_messages_than_are_remembered_lose_those_first_that_have_arrived() {
    let mut trace = Trace::default();
    for n in 0..1_000 {
        trace.note(MS, TraceKind::Message(id(n), typed()));
        if n > 0 {
            let came = Step::Came { seq: n as Seq };
            trace.note(MS, TraceKind::Message(id(n), came));
        }
    }
    let latest = trace.latest();
    assert!(latest.messages.len() <= 200);
    assert!(latest.message(id(0)).is_some());
    assert_eq!(latest.counted.messages, 1_000);
}

#[test]
fn who_begins_to_look_sees_the_link_as_it_is() {
    let mut watched = Watched::online();
    assert_eq!(watched.looked_at_anew().link, LinkSnapshot::Open);
    watched.input(Input::LinkDown(LinkEnd::Lost { at_once: false }));
    assert_eq!(watched.looked_at_anew().link, LinkSnapshot::Down);
    watched.input(Input::LinkUp);
    assert_eq!(watched.looked_at_anew().link, LinkSnapshot::Up);
}

#[test]
fn a_change_is_called_by_what_it_does_to_which_message() {
    let mut watched = Watched::online();
    watched.entries(vec![entry(1, id(1), me())]);
    let emoji = Emoji::parse("👍").unwrap();
    let text = MessageText::parse("better").unwrap();
    let changes = [
        MessageChange::Edit { message: 1, text },
        MessageChange::React {
            message: 1,
            emoji,
            on: true,
        },
        MessageChange::Delete { message: 1 },
    ];
    for (n, change) in (2..).zip(changes) {
        let (room, id) = (ROOM, id(n));
        let at = 1;
        watched.input(Input::Change { room, id, change, at });
    }
    let latest = watched.tap.trace.latest();
    let labels: Vec<_> = latest
        .messages
        .iter()
        .map(|message| message.label.as_str())
        .collect();
    assert_eq!(labels, ["✎ 1: better", "+👍 1", "✗ 1"]);
}
