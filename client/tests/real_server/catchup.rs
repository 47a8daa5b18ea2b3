//! Somebody who was away sees what everybody else sees, whatever came into the log meanwhile, however they learn of it:
//! from the server's memory, from its store after a restart, on a new device, and from this device's storage.

use std::time::Duration;

use steadfast_client::Session;
use steadfast_client::connection::Connection;
use steadfast_client::link::{Chat, ChatOptions, MemoryStorage, SoloPeers};
use steadfast_client::session::{Input, MessageChange};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::room::{ChangeNickname, ChangeRoom};
use steadfast_shared::{Emoji, EntryId, MessageText, Nickname, RoomId, RoomName, Seq, Topic, mention};
use uuid::Uuid;

use crate::desk::{all_sent, online, post, room, shown, until};
use crate::process::{Server, free_address};

/// A device of somebody's.
struct Device {
    chat: Chat,
    storage: MemoryStorage,
}

impl Device {
    async fn of(server: &Server, info: &SessionInfo) -> Self {
        let storage = MemoryStorage::default();
        let chat = server.chat(info, &storage);
        online(&chat).await;
        Self { chat, storage }
    }

    async fn sees(&self, what: &str, room: RoomId, truth: &[String]) {
        let same = async || shown(&self.chat, room) == truth;
        for _ in 0..1_000 {
            if same().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(shown(&self.chat, room), truth, "{what}");
    }

    /// The disk lags behind the screen, by half a second at most.
    async fn shows_without_a_link(&self, room: RoomId, truth: &[String]) {
        let mut seen = Vec::new();
        for _ in 0..50 {
            let chat = offline(&self.storage);
            tokio::time::sleep(Duration::from_millis(100)).await;
            seen = shown(&chat, room);
            if seen == truth {
                return;
            }
        }
        assert_eq!(seen, truth, "what the disk has");
    }

    fn recovered(&self) -> bool {
        self.chat
            .with(|session| matches!(session.connection(), Connection::Online { recovered: true, .. }))
    }

    /// Everything its storage holds, as text.
    fn on_disk(&self) -> String {
        let held = self.storage.snapshot();
        serde_json::to_string(&held).unwrap()
    }
}

/// Ann, who owns the server, acts while bob is away: the messages "one" and "two" are hers, "three" is bob's.
struct Away {
    ann: Chat,
    room: RoomId,
}

impl Away {
    fn seq(&self, text: &str) -> Seq {
        let seq = self.ann.with(|session| {
            let mut rows = session.timeline(self.room).rows();
            rows.find(|row| row.text() == Some(text))
                .and_then(|row| row.seq())
        });
        seq.unwrap()
    }

    async fn change(&self, change: MessageChange) {
        self.ann.input(Input::Change {
            room: self.room,
            id: EntryId(Uuid::now_v7()),
            change,
            at: 1,
        });
        self.all_sent().await;
    }

    async fn says(&self, text: &str) {
        post(&self.ann, self.room, text);
        self.all_sent().await;
    }

    async fn all_sent(&self) {
        let sent = async || self.ann.with(|session| session.unsent() == 0);
        until("it is stored", sent).await;
    }
}

/// Has bob away while `done` runs, and compares all screens. Returns the contents of bob's storages in the end.
async fn catches_up(done: impl AsyncFn(&Away)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let server = Server::start(&database, free_address()).await;
    let (ann_is, bob_is, cid_is) = (
        server.owner("ann").await,
        server.sign_in("bob").await,
        server.sign_in("cid").await,
    );
    let ann = Device::of(&server, &ann_is).await;
    let cid = Device::of(&server, &cid_is).await;
    let away = Device::of(&server, &bob_is).await;
    let longer = Device::of(&server, &bob_is).await;
    let mut closed = Device::of(&server, &bob_is).await;
    let general = room(&ann.chat);
    for (many, (chat, text)) in [(&ann.chat, "one"), (&ann.chat, "two"), (&away.chat, "three")]
        .into_iter()
        .enumerate()
    {
        post(chat, general, text);
        until("it is heard", async || all_sent(&ann.chat, general, many + 1)).await;
    }
    let before = shown(&ann.chat, general);
    for device in [&cid, &away, &longer, &closed] {
        device.sees("before", general, &before).await;
    }
    until("it is on disk", async || closed.on_disk().contains("three")).await;

    away.chat.disconnect();
    longer.chat.disconnect();
    closed.chat = offline(&closed.storage);
    until("what the disk has is shown", async || {
        shown(&closed.chat, general) == before
    })
    .await;
    let meanwhile = Away {
        ann: ann.chat.clone(),
        room: general,
    };
    done(&meanwhile).await;
    until("the others hear", async || {
        let truth = shown(&ann.chat, general);
        truth != before && shown(&cid.chat, general) == truth
    })
    .await;
    let truth = shown(&ann.chat, general);

    away.chat.connect();
    away.sees("after a short while away", general, &truth).await;
    assert!(away.recovered());
    closed.chat = server.chat(&bob_is, &closed.storage);
    closed.sees("after a restart", general, &truth).await;
    assert!(closed.recovered());

    let address = server.address;
    drop(server);
    let server = Server::start(&database, address).await;
    longer.chat.connect();
    longer.sees("from the store", general, &truth).await;
    assert!(
        !longer.recovered(),
        "a server that has just started remembers nothing"
    );
    let new = Device::of(&server, &bob_is).await;
    new.sees("on a new device", general, &truth).await;
    for device in [&ann, &cid] {
        device.chat.wake();
        online(&device.chat).await;
        device.sees("after the server's restart", general, &truth).await;
    }

    let mut on_disk = String::new();
    for device in [away, closed, longer, new] {
        device.shows_without_a_link(general, &truth).await;
        on_disk += &device.on_disk();
    }
    on_disk
}

/// A chat that has nothing but this storage.
fn offline(storage: &MemoryStorage) -> Chat {
    let options = ChatOptions {
        url: "http://127.0.0.1:9".into(),
        stay_offline: true,
        ..ChatOptions::default()
    };
    Chat::start(options, storage.clone(), SoloPeers).unwrap()
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

fn thumb(message: Seq, on: bool) -> MessageChange {
    let emoji = Emoji::parse("👍").unwrap();
    MessageChange::React { message, emoji, on }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_messages() {
    catches_up(async |away| {
        away.says("four").await;
        let me = away.ann.with(|session| session.account().me().unwrap().id);
        away.says(&format!("five, says {}", mention::written(me))).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_replies() {
    catches_up(async |away| {
        for (said, to) in [("to me", "one"), ("to you", "three")] {
            away.ann.input(Input::Post {
                room: away.room,
                id: EntryId(Uuid::now_v7()),
                text: text(said),
                reply_to: Some(away.seq(to)),
                at: 1,
            });
        }
        away.all_sent().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_edits_of_what_was_held_and_of_what_came_meanwhile() {
    catches_up(async |away| {
        let message = away.seq("one");
        for said in ["first", "the first"] {
            let text = text(said);
            away.change(MessageChange::Edit { message, text }).await;
        }
        away.says("four").await;
        let (message, text) = (away.seq("four"), text("the fourth"));
        away.change(MessageChange::Edit { message, text }).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_deletions_and_the_text_is_on_no_disk() {
    let on_disk = catches_up(async |away| {
        let message = away.seq("two");
        let text = text("a secret edit");
        away.ann.input(Input::Post {
            room: away.room,
            id: EntryId(Uuid::now_v7()),
            text: MessageText::parse("a reply to it").unwrap(),
            reply_to: Some(message),
            at: 1,
        });
        away.change(MessageChange::Edit { message, text }).await;
        away.change(MessageChange::Delete { message }).await;
    })
    .await;
    assert!(
        !on_disk.contains("\"two\"") && !on_disk.contains("secret"),
        "{on_disk}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_what_was_said_and_erased_meanwhile() {
    let on_disk = catches_up(async |away| {
        away.says("a secret").await;
        let message = away.seq("a secret");
        let text = text("a secret edit");
        away.change(MessageChange::Edit { message, text }).await;
        away.change(thumb(message, true)).await;
        away.change(MessageChange::Delete { message }).await;
    })
    .await;
    assert!(!on_disk.contains("secret"), "{on_disk}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_reactions_made_and_taken_back() {
    catches_up(async |away| {
        let (one, three) = (away.seq("one"), away.seq("three"));
        away.change(thumb(one, true)).await;
        away.change(thumb(three, true)).await;
        let emoji = Emoji::parse("🎉").unwrap();
        let (message, on) = (three, true);
        away.change(MessageChange::React { message, emoji, on }).await;
        away.change(thumb(three, false)).await;
        away.change(thumb(three, true)).await;
        away.change(thumb(one, false)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_nickname() {
    let on_disk = catches_up(async |away| {
        let me = away.ann.with(|session| session.account().me().unwrap().id);
        away.says(&format!("I am {}", mention::written(me))).await;
        away.change(thumb(away.seq("three"), true)).await;
        let name = Nickname::parse("anna").unwrap();
        away.ann.ask(&ChangeNickname { name }).await.unwrap();
        let renamed = async || {
            away.ann
                .with(|session| session.account().me().unwrap().name == "anna")
        };
        until("she hears of it", renamed).await;
    })
    .await;
    assert!(on_disk.contains("anna"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_changes_of_the_room() {
    catches_up(async |away| {
        let changed = ChangeRoom {
            room: away.room,
            name: Some(RoomName::parse("everybody").unwrap()),
            topic: Some(Topic::parse("all of it").unwrap()),
            archived: Some(true),
        };
        away.ann.ask(&changed).await.unwrap();
        let heard = async || {
            let view = |session: &Session| session.room(away.room).is_some_and(|view| view.archived);
            away.ann.with(view)
        };
        until("she hears of it", heard).await;
    })
    .await;
}
