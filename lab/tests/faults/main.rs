//! Two chats, one of which is broken on purpose in every way there is: each message is stored once and shown once, and the
//! trace says why.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test, each says what went wrong"
)]

#[path = "../../../client/tests/real_server/desk.rs"]
#[expect(dead_code, reason = "shared with the client's tests")]
mod desk;
#[path = "../../../client/tests/real_server/process.rs"]
#[expect(dead_code, reason = "shared with the client's tests")]
mod process;

use std::time::Duration;

use steadfast_client::RowState;
use steadfast_client::link::{Chat, ChatOptions, MemoryStorage, SoloPeers};
use steadfast_client::session::Options;
use steadfast_lab::Lab;
use steadfast_lab::fault::Fault;
use steadfast_lab::trace::{Counters, Mechanism, MessagePlace, TraceSnapshot};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, RoomId};

use desk::{all_sent, online, post, room, rows, until};
use process::{Server, free_address};

/// Short, so that an answer that is waited for in vain does not hold a test up.
const PATIENCE: Duration = Duration::from_millis(400);

struct Two {
    ann: Chat,
    lab: Lab,
    bob: Chat,
    general: RoomId,
    anns: Vec<EntryId>,
    many: usize,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Two {
    async fn meet() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("chat.db"), free_address()).await;
        let ann = chat(&server, &server.sign_in("ann").await);
        let bob = chat(&server, &server.sign_in("bob").await);
        online(&ann).await;
        online(&bob).await;
        let general = room(&ann);
        let lab = Lab::around(&ann).unwrap();
        let mut two = Self {
            ann,
            lab,
            bob,
            general,
            anns: Vec::new(),
            many: 0,
            _server: server,
            _folder: folder,
        };
        two.talk();
        two.converge().await;
        two
    }

    /// Both say something.
    fn talk(&mut self) -> EntryId {
        let id = post(&self.ann, self.general, &format!("ann {}", self.many));
        post(&self.bob, self.general, &format!("bob {}", self.many));
        self.anns.push(id);
        self.many += 2;
        id
    }

    /// Everybody shows everything: each once, in one order.
    async fn converge(&self) {
        until("everybody has everything", async || {
            [&self.ann, &self.bob]
                .iter()
                .all(|chat| all_sent(chat, self.general, self.many))
        })
        .await;
        let seen = rows(&self.ann, self.general);
        assert_eq!(seen, rows(&self.bob, self.general));
        let seqs = seen.iter().filter_map(|(_, _, seq)| *seq);
        assert!(seqs.eq(1..=self.many as u64), "stored once, without a gap");
        let mine = seen.iter().filter(|(_, id, _)| self.anns.contains(id));
        assert!(mine.map(|(_, id, _)| *id).eq(self.anns.iter().copied()));
    }

    fn picture(&self) -> TraceSnapshot {
        self.lab.trace(|trace, _| trace.latest().clone())
    }

    fn counted(&self) -> Counters {
        self.picture().counted
    }

    fn acted(&self, mechanism: Mechanism) -> bool {
        self.picture().acted.iter().any(|(_, acted)| *acted == mechanism)
    }

    fn place(&self, id: EntryId) -> MessagePlace {
        self.picture().message(id).unwrap().place()
    }
}

fn chat(server: &Server, info: &SessionInfo) -> Chat {
    let options = ChatOptions {
        url: format!("http://{}", server.address),
        token: info.token.clone(),
        session: Options {
            request_timeout: PATIENCE,
            ..Options::default()
        },
        ..ChatOptions::default()
    };
    Chat::start(options, MemoryStorage::default(), SoloPeers).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_link_comes_back_and_a_refused_one_once_it_is_let() {
    let mut two = Two::meet().await;
    two.lab.cut();
    two.talk();
    two.converge().await;

    two.lab.set_fault(Fault::Refuse, true);
    two.lab.cut();
    until("the link is down", async || {
        !two.ann
            .with(|session| matches!(session.connection(), steadfast_client::Connection::Online { .. }))
    })
    .await;
    let waits = two.talk();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(two.place(waits), MessagePlace::Outbox);
    two.lab.set_fault(Fault::Refuse, false);
    two.ann.wake();
    two.converge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_open_link_is_noticed_and_another_one_taken() {
    let mut two = Two::meet().await;
    two.lab.set_fault(Fault::HalfOpen, true);
    let lost = two.talk();
    // Nobody mends it.
    two.converge().await;
    assert!(!two.lab.faults().is_on(Fault::HalfOpen));
    assert!(two.acted(Mechanism::Retry) && two.acted(Mechanism::ExactlyOnce));
    let tries = two.picture().message(lost).unwrap().tries;
    assert!(tries > 1, "{tries}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_ack_and_a_lost_broadcast_end_in_one_message() {
    let mut two = Two::meet().await;
    two.lab.set_fault(Fault::SwallowAcks, true);
    two.lab.set_fault(Fault::LoseEntries, true);
    let doubtful = two.talk();
    until("the server has it, and ann does not know", async || {
        two.place(doubtful) == MessagePlace::Log
    })
    .await;
    until("it goes out again, and the server knows it", async || {
        two.acted(Mechanism::KnownId)
    })
    .await;
    two.lab.set_fault(Fault::SwallowAcks, false);
    two.lab.set_fault(Fault::LoseEntries, false);
    two.converge().await;
    let counted = two.counted();
    assert!(counted.retries > 0 && counted.known_to_server > 0, "{counted:?}");
    assert!(counted.acks_lost > 0 && counted.entries_lost > 0, "{counted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_repeated_counts_once_on_both_sides() {
    let mut two = Two::meet().await;
    two.lab.set_fault(Fault::Repeat, true);
    for _ in 0..5 {
        two.talk();
    }
    two.converge().await;
    until("both copies are answered", async || {
        two.counted().known_to_server == 5
    })
    .await;
    assert!(two.counted().repeats >= 5, "{:?}", two.counted());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_broadcasts_leave_a_gap_that_the_next_one_shows() {
    let mut two = Two::meet().await;
    // On a busy machine two messages at once may have left one already.
    let before = two.counted();
    two.lab.set_fault(Fault::LoseEntries, true);
    let say = |two: &mut Two| {
        post(&two.bob, two.general, &format!("bob {}", two.many));
        two.many += 1;
    };
    say(&mut two);
    until("bob's is stored", async || {
        all_sent(&two.bob, two.general, two.many)
    })
    .await;
    until("and ann's copy of the news is lost", async || {
        two.counted().entries_lost > 0
    })
    .await;
    two.lab.set_fault(Fault::LoseEntries, false);
    say(&mut two);
    two.converge().await;
    let counted = two.counted();
    assert!(counted.gaps > before.gaps, "{counted:?}");
    assert_eq!(counted.gaps, counted.healed, "{counted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_that_stalls_keeps_nothing_from_being_sent_and_saves_later() {
    let mut two = Two::meet().await;
    two.lab.set_fault(Fault::StallStorage, true);
    two.talk();
    two.converge().await;
    two.ann.disconnect();
    let waits = two.talk();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!two.picture().message(waits).unwrap().saved);
    let saving = |two: &Two| {
        two.ann.with(|session| {
            let mut echoes = session.timeline(two.general).echoes();
            echoes.any(|row| row.state == RowState::Saving { problem: None })
        })
    };
    assert!(saving(&two));
    two.lab.set_fault(Fault::StallStorage, false);
    until("it is saved", async || !saving(&two)).await;
    two.ann.connect();
    two.converge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_link_keeps_the_order() {
    let mut two = Two::meet().await;
    // Together less than an answer may take.
    two.lab.set_delay(PATIENCE / 4);
    for _ in 0..10 {
        two.talk();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    two.lab.set_delay(Duration::ZERO);
    two.talk();
    two.converge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_still_ends_in_one_log() {
    let mut two = Two::meet().await;
    let everything = [
        Fault::SwallowAcks,
        Fault::Repeat,
        Fault::LoseEntries,
        Fault::StallStorage,
    ];
    for round in 0..12 {
        let fault = everything[round % everything.len()];
        two.lab.set_fault(fault, round < 8);
        two.lab.set_delay(Duration::from_millis(round as u64 * 10));
        if round % 3 == 0 {
            two.lab.cut();
        }
        if round % 5 == 4 {
            two.lab.set_fault(Fault::HalfOpen, true);
        }
        two.talk();
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    for fault in Fault::ALL {
        two.lab.set_fault(fault, false);
    }
    two.lab.set_delay(Duration::ZERO);
    two.talk();
    two.converge().await;
}
