//! The promise through `kill -9`, a hundred times, under load, over lines that fall.
//!
//! What is checked is the history, from the outside: what people typed, what they were shown at any time, what all of them
//! see in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use steadfast_client::link::{Chat, MemoryStorage};
use steadfast_client::session::Input;
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, RoomId, UserId};

use crate::desk::{online, post, room, rows, until};
use crate::line::{Line, Mood};
use crate::process::{Server, chat_at, free_address};

/// How often the server is killed. `STEADFAST_CRASHES` for more, or fewer.
const CRASHES: u32 = 100;
const PEOPLE: usize = 4;
/// How long everybody may take to see the same after the last crash.
const CONVERGING_TAKES: Duration = Duration::from_secs(60);

/// One person at one device.
struct Device {
    info: SessionInfo,
    storage: MemoryStorage,
    line: Line,
    chat: Chat,
    typed: Vec<EntryId>,
    /// What was shown at which place, at any time.
    shown: BTreeMap<u64, (UserId, EntryId)>,
}

impl Device {
    async fn new(server: &Server, nickname: &str) -> Self {
        let info = server.sign_in(nickname).await;
        let storage = MemoryStorage::default();
        let line = Line::to(server.address).await;
        let chat = chat_at(line.address, &info, &storage);
        online(&chat).await;
        Self {
            info,
            storage,
            line,
            chat,
            typed: Vec::new(),
            shown: BTreeMap::new(),
        }
    }

    fn types(&mut self, room: RoomId) {
        let text = format!("{} {}", self.info.me.name, self.typed.len());
        self.typed.push(post(&self.chat, room, &text));
    }

    /// The page is loaded anew, once what was typed is on the disk: what is only typed is not promised.
    async fn refreshes(&mut self) {
        let (chat, storage) = (&self.chat, &self.storage);
        until("what was typed is saved", async || {
            chat.with(|session| session.outbox().count()) <= storage.snapshot().outbox.len()
        })
        .await;
        self.chat = chat_at(self.line.address, &self.info, &self.storage);
    }

    /// Takes note of what is shown: nothing may ever move, double, or be out of order.
    fn looks(&mut self, room: RoomId) {
        let mut last = 0;
        for (author, id, seq) in rows(&self.chat, room) {
            let Some(seq) = seq else { continue };
            assert!(seq > last, "{id} at {seq} is shown below {last}");
            last = seq;
            let before = *self.shown.entry(seq).or_insert((author, id));
            assert_eq!(
                before,
                (author, id),
                "what was shown at {seq} is something else now"
            );
        }
    }

    /// Whether everything typed here is in the log, and all that is in the log is known here.
    fn is_up_to_date(&self, room: RoomId, head: u64) -> bool {
        self.chat.with(|session| {
            let there = session.room(room).and_then(|view| view.cursor);
            session.outbox().count() == 0 && there == Some(head)
        })
    }

    /// Scrolls to the room's beginning, looking all the way.
    async fn reads_everything(&mut self, room: RoomId) {
        for _ in 0..1_000 {
            self.looks(room);
            let view = |chat: &Chat| {
                chat.with(|session| session.room(room).map(|view| (view.at_beginning, view.low)))
            };
            let Some((false, low)) = view(&self.chat) else {
                return;
            };
            self.chat.input(Input::WantOlder(room));
            let chat = &self.chat;
            until("an older page comes", async || {
                view(chat).is_some_and(|(_, now)| now < low)
            })
            .await;
        }
        panic!("no beginning of the room in sight");
    }
}

/// Chance from a seed, so that a failure can be had again, as far as real processes allow.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn milliseconds(&mut self, end: u64) -> Duration {
        Duration::from_millis(self.below(end))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hole_03_a_hundred_kills_under_load_lose_double_and_misorder_nothing() {
    let crashes = std::env::var("STEADFAST_CRASHES").map_or(CRASHES, |crashes| crashes.parse().unwrap());
    let seed =
        std::env::var("STEADFAST_SEED").map_or(u64::from(std::process::id()), |seed| seed.parse().unwrap());
    println!("{crashes} crashes; again with STEADFAST_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let mut server = Server::start(&database, free_address()).await;
    let mut devices = Vec::new();
    for n in 0..PEOPLE {
        devices.push(Device::new(&server, &format!("person {n}")).await);
    }
    let general = room(&devices[0].chat);

    for _ in 0..crashes {
        for _ in 0..1 + dice.below(6) {
            for device in &mut devices {
                for _ in 0..dice.below(3) {
                    device.types(general);
                }
                match dice.below(20) {
                    0 => device.line.cut(),
                    1 => device.line.be(Mood::Stalls),
                    2 => device.line.be(Mood::Swallows),
                    3 => device.line.be(Mood::Carries),
                    4 => device.refreshes().await,
                    _ => {}
                }
                device.looks(general);
            }
            tokio::time::sleep(dice.milliseconds(40)).await;
        }
        server.kill();
        for device in &mut devices {
            device.types(general);
        }
        tokio::time::sleep(dice.milliseconds(40)).await;
        server = Server::start(&database, server.address).await;
        for device in &devices {
            // A swallowed answer is only noticed when the line falls; the test has no time for the heartbeat.
            device.line.cut();
            device.chat.wake();
        }
    }

    let many: usize = devices.iter().map(|device| device.typed.len()).sum();
    let converged = tokio::time::timeout(CONVERGING_TAKES, async {
        while !devices
            .iter()
            .all(|device| device.is_up_to_date(general, many as u64))
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    if converged.await.is_err() {
        for device in &devices {
            let name = &device.info.me.name;
            device.chat.with(|session| {
                println!(
                    "{name}: {} unsent, {:?}",
                    session.outbox().count(),
                    session.room(general)
                );
            });
        }
        panic!("after {CONVERGING_TAKES:?} not everybody has all {many} messages");
    }

    for device in &mut devices {
        device.reads_everything(general).await;
    }
    let log = devices[0].shown.clone();
    let places: Vec<_> = log.keys().copied().collect();
    assert_eq!(
        places,
        (1..=many as u64).collect::<Vec<_>>(),
        "stored once, without a gap"
    );
    for device in &devices {
        assert_eq!(device.shown, log, "the same at the same place for everyone");
        let own = log.values().filter(|(author, _)| *author == device.info.me.id);
        let stored: Vec<_> = own.map(|(_, id)| *id).collect();
        assert_eq!(stored, device.typed, "each once, in the order typed");
    }
    println!("{many} messages of {PEOPLE} people");
}
