//! The stored unread counts always equal the actual ones.

use steadfast_server::store::database::Database;
use steadfast_server::store::{Command, NewCommand, NewEntry, ReadMark, Span};
use steadfast_shared::{Body, EntryId, MessageText, RoomKind, Seq, UserId};
use uuid::Uuid;

use super::{Fixture, create};
use crate::support::body;
use crate::support::database::{TestDatabase, conformance};

/// The messages in the log, and who wrote them.
async fn messages(fixture: &Fixture) -> Vec<(Seq, UserId)> {
    let (mut after, mut messages) = (0, Vec::new());
    loop {
        let page = fixture.store.page(fixture.general, Span::After(after), 100).await;
        let entries = page.unwrap().entries;
        let Some(last) = entries.last() else {
            return messages;
        };
        after = last.seq;
        let news = entries
            .iter()
            .filter(|entry| matches!(entry.body, Body::Message { .. }));
        messages.extend(news.map(|entry| (entry.seq, entry.author.id)));
    }
}

async fn what_is_unread_is_what_counting_finds_whatever_happens(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let ada = fixture.sign_up("Ada").await.person.id;
    let new = |author: UserId, body: Body| NewEntry {
        author,
        id: EntryId(Uuid::now_v7()),
        room: fixture.general,
        body,
        message_id: None,
        address: None,
    };
    // The steps are the same in every run.
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut head = 0;
    for step in 0..120 {
        let who = [mina, jun, ada][usize::try_from(next(3)).unwrap()];
        let place = next(head + 2);
        match next(10) {
            0..4 => {
                let count = 1 + next(5);
                let entries: Vec<NewEntry> = (0..count).map(|_| new(who, body("x"))).collect();
                fixture.append(&entries).await;
            }
            4 => {
                let text = MessageText::parse("y").unwrap();
                let edit = new(who, Body::Edit { message: place, text });
                fixture.append(&[new(mina, body("x")), edit]).await;
            }
            5 | 6 => {
                // Deleted in the transaction that stores another one, or sent twice.
                let delete = new(who, Body::Delete { message: place });
                fixture
                    .append(&[new(jun, body("x")), delete.clone(), delete])
                    .await;
            }
            7 => {
                fixture.act(who, Command::Leave(fixture.general)).await.unwrap();
                let join = |by| NewCommand {
                    by,
                    address: None,
                    act: Command::Join(fixture.general),
                };
                let entries = [new(mina, body("x"))];
                fixture.store.commit(&entries, &[join(who)], 8).await.unwrap();
            }
            _ => {
                let mark = |user, seq| ReadMark {
                    user,
                    room: fixture.general,
                    seq,
                };
                fixture
                    .store
                    .mark_read(&[mark(who, place), mark(jun, place / 2)])
                    .await
                    .unwrap();
            }
        }
        let people = [mina, jun, ada];
        let log = messages(&fixture).await;
        let views = fixture.store.views(fixture.general, &people).await.unwrap();
        for user in people {
            let seen = fixture.seen(user, fixture.general).await.unwrap();
            head = seen.head;
            let unread = log
                .iter()
                .filter(|(seq, author)| *seq > seen.read && *author != user);
            let expected = unread.count() as u64;
            assert_eq!(
                seen.unread, expected,
                "step {step}, read {} of {}",
                seen.read, seen.head
            );
            assert_eq!(views[&user].unread, expected);
        }
    }
}

async fn a_wrong_count_is_found_by_check(fixture: Fixture) {
    fixture.fill(5).await;
    let room = fixture.made(RoomKind::Private, "Tea").await;
    fixture
        .act(fixture.mina.person.id, create(RoomKind::Public, "Boats"))
        .await
        .unwrap();
    assert!(fixture.seen(fixture.mina.person.id, room).await.is_some());
    let report = async || match fixture.database.name_in(&folder(&fixture)) {
        Database::File(file) => steadfast_server::store::sqlite::check::check(&file, false)
            .await
            .unwrap(),
        Database::Postgres(url) => steadfast_server::store::postgres::check::check(&url)
            .await
            .unwrap(),
    };
    assert!(report().await.sound, "{:?}", report().await.checks);
    fixture
        .database
        .run("update members set seen = 3 where seen = 0")
        .await;
    let report = report().await;
    let unread = report.checks.iter().find(|check| check.name == "unread").unwrap();
    assert!(
        !report.sound && !unread.findings.is_empty(),
        "{:?}",
        report.checks
    );
}

fn folder(fixture: &Fixture) -> std::path::PathBuf {
    match &fixture.database {
        TestDatabase::Sqlite(folder) => folder.path().to_owned(),
        TestDatabase::Postgres(_) => std::path::PathBuf::new(),
    }
}

conformance!(
    what_is_unread_is_what_counting_finds_whatever_happens,
    a_wrong_count_is_found_by_check,
);
