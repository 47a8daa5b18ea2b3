//! One person at one device, and what is checked of the history: what was typed, what was shown at any time, what all of
//! them see in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use steadfast_client::Disk;
use steadfast_client::link::{Chat, MemoryStorage};
use steadfast_client::session::{Input, MessageChange};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{Emoji, EntryId, MessageText, RoomId, UserId};
use uuid::Uuid;

use crate::checker::{Most, Screen};
use crate::desk::{online, post, rows, shown, until};
use crate::line::Line;
use crate::process::{Server, chat_at};

/// The bounds of a chat with the default settings.
const MOST: Most = Most {
    window: 10_000,
    buffered: 1_000,
    outbox: 10_000,
};
/// How long everybody may take to see the same once the faults are over.
const CONVERGING_TAKES: Duration = Duration::from_secs(60);

/// One person at one device.
pub(crate) struct Device {
    pub(crate) info: SessionInfo,
    storage: MemoryStorage,
    pub(crate) line: Line,
    pub(crate) chat: Chat,
    typed: Vec<EntryId>,
    changes: usize,
    screen: Screen,
    /// The entry shown at each place, at any time, by any page.
    shown: BTreeMap<u64, (UserId, EntryId)>,
}

impl Device {
    pub(crate) async fn new(server: &Server, nickname: &str) -> Self {
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
            changes: 0,
            screen: Screen::default(),
            shown: BTreeMap::new(),
        }
    }

    pub(crate) fn types(&mut self, room: RoomId) {
        self.says(room, &format!("{} {}", self.info.me.name, self.typed.len()));
    }

    pub(crate) fn says(&mut self, room: RoomId, text: &str) {
        self.typed.push(post(&self.chat, room, text));
    }

    /// Edits an own message, or reacts to somebody's: one of those shown as sent, by chance.
    pub(crate) fn changes(&mut self, room: RoomId, chance: u64) {
        let text = format!("{}'s change {}", self.info.me.name, self.changes);
        let change = self.chat.with(|session| {
            let rows: Vec<_> = session.timeline(room).stored().collect();
            let row = rows.get(usize::try_from(chance).unwrap() % rows.len().max(1))?;
            let message = row.seq()?;
            Some(if row.mine {
                let text = MessageText::parse(&text).unwrap();
                MessageChange::Edit { message, text }
            } else {
                let emoji = Emoji::parse("👍").unwrap();
                let on = chance & 1 == 0;
                MessageChange::React { message, emoji, on }
            })
        });
        if let Some(change) = change {
            let id = EntryId(Uuid::now_v7());
            let at = 1;
            self.chat.input(Input::Change { room, id, change, at });
            self.changes += 1;
        }
    }

    /// Reloads the page once all typed messages are on the disk: before that nothing is promised.
    pub(crate) async fn refreshes(&mut self) {
        let chat = &self.chat;
        until("what was typed is saved", async || {
            chat.with(|session| session.outbox().all(|item| item.disk == Disk::Written))
        })
        .await;
        self.chat = chat_at(self.line.address, &self.info, &self.storage);
        self.screen = Screen::default();
    }

    /// Records the rows: none may ever move, double, or be out of order.
    pub(crate) fn looks(&mut self, room: RoomId) {
        let held = self
            .chat
            .with(|session| self.screen.look(session, room, MOST, |id| id.0.to_string()));
        if let Err(broken) = held {
            panic!("{}: {broken}", self.info.me.name);
        }
        for (author, id, seq) in rows(&self.chat, room) {
            let Some(seq) = seq else { continue };
            let before = *self.shown.entry(seq).or_insert((author, id));
            assert_eq!(
                before,
                (author, id),
                "what was shown at {seq} is something else now"
            );
        }
    }

    /// Whether something typed here is not stored yet, as far as is known here.
    pub(crate) fn waits(&self) -> bool {
        self.chat.with(|session| session.outbox().count() > 0)
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
                chat.with(|session| {
                    session
                        .room(room)
                        .map(|view| (view.window.at_beginning, view.window.low))
                })
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

/// Waits until everybody sees the same, and checks that it is what was typed: each once, in order, and never anything else,
/// with the same changes. Says how many messages there are.
pub(crate) async fn converged(devices: &mut [Device], room: RoomId) -> usize {
    let many: usize = devices.iter().map(|device| device.typed.len()).sum();
    let changes: usize = devices.iter().map(|device| device.changes).sum();
    let head = (many + changes) as u64;
    let converged = tokio::time::timeout(CONVERGING_TAKES, async {
        while !devices.iter().all(|device| device.is_up_to_date(room, head)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    if converged.await.is_err() {
        for device in &*devices {
            let name = &device.info.me.name;
            device.chat.with(|session| {
                println!(
                    "{name}: {} unsent, {:?}",
                    session.outbox().count(),
                    session.room(room)
                );
            });
        }
        panic!("after {CONVERGING_TAKES:?} not everybody has all {many} messages and {changes} changes");
    }

    for device in &mut *devices {
        device.reads_everything(room).await;
    }
    let log = devices[0].shown.clone();
    // The log ends where it must, and every place of it is a message's or a change's.
    assert_eq!(log.len(), many, "stored once, without a gap");
    let truth = shown(&devices[0].chat, room);
    for device in &*devices {
        assert_eq!(
            shown(&device.chat, room),
            truth,
            "with the same changes for everyone"
        );
        assert_eq!(device.shown, log, "the same at the same place for everyone");
        let own = log.values().filter(|(author, _)| *author == device.info.me.id);
        let stored: Vec<_> = own.map(|(_, id)| *id).collect();
        assert_eq!(stored, device.typed, "each once, in the order typed");
    }
    many
}
