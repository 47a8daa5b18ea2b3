//! Many clients at the same time: work that is expensive for everybody is done for a few at a time, and a page is of one moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::http::sign_ups::GROUP;
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};
use steadfast_server::turns::WAITING;
use steadfast_shared::event::{self, Page, Reply, SendItem, Sent};
use steadfast_shared::{Body, Emoji, Entry, EntryId, MessageText, RoomId, Seq};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::faulty::Faulty;
use crate::support::{Client, TestServer, body, ok};

#[tokio::test]
async fn fault_m02_many_who_sign_up_are_written_in_groups_that_leave_half_of_the_time_to_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.limits.rates.sign_ins_per_minute = 10_000;
    let sqlite = SqliteStore::open(config.database.file().unwrap(), PATIENCE, clock::now());
    let store = Arc::new(Faulty::new(Arc::new(sqlite.await.unwrap()), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    let held = Arc::new(Semaphore::new(0));
    *store.sign_ups_held.lock().unwrap() = Some(held.clone());
    let mut signing_up = JoinSet::new();
    for n in 0..60 {
        let payload = json!({ "nickname": format!("stranger {n}") });
        let request = server.http.post(server.url("/api/session")).json(&payload);
        signing_up.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let places = GROUP + WAITING;
    for _ in 0..60 - places {
        assert_eq!(
            signing_up.join_next().await.unwrap().unwrap(),
            503,
            "the queue is full"
        );
    }
    held.add_permits(1_000);
    while let Some(status) = signing_up.join_next().await {
        assert_eq!(status.unwrap(), 201);
    }
    let groups = store.sign_ups.lock().unwrap();
    let sizes: Vec<_> = groups.iter().map(|group| group.sign_ups).collect();
    assert_eq!(sizes.iter().sum::<usize>(), places);
    assert!(sizes.iter().all(|size| *size <= GROUP), "{sizes:?}");
    // Those that had a turn while the first group was held.
    assert!(
        sizes[0] + sizes[1] >= GROUP,
        "what waits is written together: {sizes:?}"
    );
    for pair in groups.windows(2) {
        let (took, rest) = (pair[0].to - pair[0].from, pair[1].from - pair[0].to);
        assert!(
            rest >= took.min(Duration::from_secs(1)),
            "{rest:?} after {took:?}"
        );
    }
}

#[tokio::test]
async fn of_one_person_with_many_connections_few_pages_are_read_at_a_time() {
    /// As `READS_OF_A_PERSON` has it.
    const AT_A_TIME: usize = 2;
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().join("chat.db"));
    let sqlite = SqliteStore::open(config.database.file().unwrap(), PATIENCE, clock::now());
    let store = Arc::new(Faulty::new(Arc::new(sqlite.await.unwrap()), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    let mina = server.sign_in("Mina").await;
    let held = Arc::new(Semaphore::new(0));
    *store.pages_held.lock().unwrap() = Some(held.clone());
    let mut tabs = Vec::new();
    for _ in 0..8 {
        let mut tab = server.connect(&mina, json!({})).await;
        let asked = tab.ask(event::HISTORY, json!({ "room": tab.room() })).await;
        tabs.push((tab, asked));
    }
    let reading = || store.pages_reading.load(Ordering::Acquire);
    let others_come = async |others: usize| {
        while reading() < others {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    others_come(AT_A_TIME).await;
    // Asked before somebody else's page, whose request is answered no sooner than theirs could have been begun.
    let mut jun = server.join("Jun").await;
    let asked = jun.ask(event::HISTORY, json!({ "room": jun.room() })).await;
    others_come(AT_A_TIME + 1).await;
    for (tab, _) in &mut tabs {
        tab.call::<Value>(event::SYNC, json!({})).await;
    }
    assert_eq!(reading(), AT_A_TIME + 1, "the others wait for their turn");
    held.add_permits(100);
    assert!(matches!(jun.answer::<Value>(asked).await, Reply::Ok(_)));
    for (tab, asked) in &mut tabs {
        assert!(matches!(tab.answer::<Value>(*asked).await, Reply::Ok(_)));
    }
    assert_eq!(reading(), 0);
}

/// A person who writes, with all their entries.
struct Author {
    client: Client,
    written: Vec<Entry>,
    /// Their messages that are not deleted.
    messages: Vec<Seq>,
    chance: u64,
}

impl Author {
    async fn write(&mut self, body: Body) -> Seq {
        let item = SendItem {
            id: EntryId(Uuid::now_v7()),
            room: self.client.room(),
            body,
            message_id: None,
        };
        let sent: Vec<Sent> = ok(&mut self.client, event::SEND, json!([item])).await;
        let Sent::Stored { id, seq, at } = sent[0] else {
            panic!("{sent:?}");
        };
        let author = self.client.opened().me.clone();
        self.written.push(Entry::new(seq, id, author, at, item.body));
        seq
    }

    fn chance(&mut self, below: usize) -> usize {
        self.chance = self.chance * 48_271 % 2_147_483_647;
        usize::try_from(self.chance).unwrap() % below
    }

    /// Writes a message, or changes one of their own or one of these.
    async fn go_on(&mut self, of_others: &[Seq]) {
        let own = self.chance(self.messages.len().max(1));
        let message = self.messages.get(own).copied();
        let body = match (self.chance(10), message) {
            (0..2, _) | (_, None) => {
                let seq = self.write(body("a message")).await;
                return self.messages.push(seq);
            }
            (2..4, Some(message)) => self.reaction(message),
            (4..7, _) => {
                let other = of_others[self.chance(of_others.len())];
                self.reaction(other)
            }
            (7..9, Some(message)) => Body::Edit {
                message,
                text: MessageText::parse(&format!("edited {}", self.chance)).unwrap(),
            },
            (_, Some(message)) => {
                self.messages.swap_remove(own);
                Body::Delete { message }
            }
        };
        self.write(body).await;
    }

    fn reaction(&mut self, message: Seq) -> Body {
        let emoji = Emoji::parse(["👍", "🎉", "❤️"][self.chance(3)]).unwrap();
        let on = self.chance(3) > 0;
        Body::React { message, emoji, on }
    }
}

/// Reads all pages from the newest to the oldest.
async fn read_back(reader: &mut Client, room: RoomId) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut before = None;
    while before != Some(1) {
        let request = json!({ "room": room, "before": before, "limit": 20 });
        let page: Page = ok(reader, event::HISTORY, request).await;
        before = Some(page.entries[0].seq);
        pages.push(page);
    }
    pages
}

/// A page's entry is the one that was written, with all changes up to the page's head and none after it.
fn assert_as_of(head: &[Entry], entry: &Entry) {
    let written = &head[usize::try_from(entry.seq).unwrap() - 1];
    assert_eq!(
        (entry.seq, entry.id, &entry.author, entry.at),
        (written.seq, written.id, &written.author, written.at)
    );
    let is_deleted = |message: Seq| head.iter().any(|entry| entry.body == Body::Delete { message });
    let expected = match &written.body {
        Body::Message { .. } if is_deleted(entry.seq) => Body::Erased,
        Body::Edit { message, .. } if is_deleted(*message) => Body::ErasedEdit,
        body => body.clone(),
    };
    assert_eq!(entry.body, expected);
    assert_eq!(entry.now.as_deref().cloned(), steadfast_oracle::now(head, entry));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_read_while_many_write_are_what_the_log_says_at_their_head() {
    const PEOPLE: u64 = 6;
    /// How often each reader reads everything.
    const ROUNDS: usize = 8;
    let server = TestServer::with(|limits| {
        limits.device.message_burst = 100_000;
        limits.device.event_burst = 100_000;
    })
    .await;
    let author = async |nickname: &str, chance| Author {
        client: server.join(nickname).await,
        written: Vec::new(),
        messages: Vec::new(),
        chance,
    };
    let mut mina = author("Mina", 1).await;
    let room = mina.client.room();
    for n in 0..40 {
        mina.write(body(&format!("everybody reacts to {n}"))).await;
    }
    let of_mina: Arc<[Seq]> = mina.written.iter().map(|entry| entry.seq).collect();
    let over = Arc::<AtomicBool>::default();
    let mut writing = JoinSet::new();
    for n in 0..PEOPLE {
        let mut author = author(&format!("writer {n}"), n + 2).await;
        let (over, of_mina) = (over.clone(), of_mina.clone());
        writing.spawn(async move {
            while !over.load(Ordering::Acquire) {
                author.go_on(&of_mina).await;
            }
            author.written
        });
    }
    let mut reading = JoinSet::new();
    for n in 0..4 {
        let mut reader = server.join(&format!("reader {n}")).await;
        reading.spawn(async move {
            tokio::time::sleep(Duration::from_millis(100 * n)).await;
            let mut pages = Vec::new();
            for _ in 0..ROUNDS {
                pages.extend(read_back(&mut reader, room).await);
            }
            pages
        });
    }
    let pages: Vec<Page> = reading.join_all().await.concat();
    over.store(true, Ordering::Release);
    let mut log = writing.join_all().await.concat();
    log.append(&mut mina.written);
    log.sort_by_key(|entry| entry.seq);
    assert!(
        log.iter().map(|entry| entry.seq).eq(1..=log.len() as u64),
        "each place once"
    );
    assert!(
        pages.iter().any(|page| page.head < log.len() as u64),
        "read meanwhile"
    );
    for page in pages {
        let head = &log[..usize::try_from(page.head).unwrap()];
        for entry in &page.entries {
            assert_as_of(head, entry);
        }
    }
}
