//! Changes to messages in the store: who may make them, and their effect on the messages.

use proptest::prelude::*;
use steadfast_server::store::{EntryOutcome, NewEntry, Span, StoreRefusal};
use steadfast_shared::{
    Body, Emoji, Entry, EntryId, MessageText, Person, RoomId, Seq, UserId, limit, mention,
};
use uuid::Uuid;

use super::store::Fixture;
use super::support::body;
use super::support::database::conformance;

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

fn edit(message: Seq, to: &str) -> Body {
    Body::Edit {
        message,
        text: text(to),
    }
}

fn delete(message: Seq) -> Body {
    Body::Delete { message }
}

fn react(message: Seq, emoji: &str, on: bool) -> Body {
    let emoji = Emoji::parse(emoji).unwrap();
    Body::React { message, emoji, on }
}

fn reply(message: Seq, words: &str) -> Body {
    Body::Message {
        text: text(words),
        reply_to: Some(message),
    }
}

impl Fixture {
    fn new_entry(&self, author: &Person, body: Body) -> NewEntry {
        NewEntry {
            author: author.id,
            id: EntryId(Uuid::now_v7()),
            room: self.general,
            body,
            message_id: None,
            address: None,
        }
    }

    async fn say(&self, author: &Person, body: Body) -> EntryOutcome {
        self.append(&[self.new_entry(author, body)]).await[0]
    }

    async fn stored(&self, author: &Person, body: Body) -> Seq {
        match self.say(author, body).await {
            EntryOutcome::Stored { seq, .. } => seq,
            other => panic!("{other:?}"),
        }
    }

    async fn log(&self) -> Vec<Entry> {
        let page = self.store.page(self.general, Span::After(0), 100).await.unwrap();
        page.entries
    }
}

async fn an_edit_shows_in_the_page_and_stays_in_the_log(fixture: Fixture) {
    let mina = &fixture.mina.person;
    fixture.stored(mina, body("teh")).await;
    fixture.stored(mina, edit(1, "the")).await;
    fixture.stored(mina, edit(1, "The")).await;
    let log = fixture.log().await;
    assert_eq!(log[0].body, body("teh"));
    let now = log[0].now.as_ref().unwrap();
    assert_eq!(now.as_of, 3);
    assert_eq!(now.edited.as_ref().unwrap().text, text("The"));
    assert_eq!((&log[1].now, &log[2].now), (&None, &None));
    assert_eq!(log[1].body, edit(1, "the"));
}

async fn only_the_author_edits_and_deletes(fixture: Fixture) {
    let (mina, jun) = (&fixture.mina.person, &fixture.jun.person);
    fixture.stored(mina, body("mine")).await;
    for change in [edit(1, "yours"), delete(1)] {
        assert_eq!(
            fixture.say(jun, change).await,
            EntryOutcome::Refused(StoreRefusal::Forbidden)
        );
    }
    assert_eq!(fixture.log().await.len(), 1);
}

async fn changes_and_replies_name_a_message_of_the_room_that_is_there(fixture: Fixture) {
    let mina = &fixture.mina.person;
    fixture.stored(mina, body("there")).await;
    fixture.stored(mina, edit(1, "there!")).await;
    let elsewhere = NewEntry {
        room: fixture.other,
        ..fixture.new_entry(mina, body("elsewhere"))
    };
    let other = NewEntry {
        room: fixture.other,
        ..fixture.new_entry(mina, edit(1, "here"))
    };
    let unknown = EntryOutcome::Refused(StoreRefusal::UnknownMessage);
    assert_eq!(fixture.append(std::slice::from_ref(&other)).await, [unknown]);
    fixture.append(&[elsewhere]).await;
    for change in [
        edit(2, "an edit is no message"),
        edit(9, "nothing"),
        edit(0, "nothing"),
        edit(u64::MAX, "nothing"),
        delete(2),
        react(2, "👍", true),
        react(7, "👍", true),
        reply(2, "to an edit"),
        reply(8, "to nothing"),
    ] {
        assert_eq!(fixture.say(mina, change).await, unknown);
    }
    fixture.stored(mina, delete(1)).await;
    for change in [edit(1, "back"), delete(1), react(1, "👍", true)] {
        assert_eq!(fixture.say(mina, change).await, unknown);
    }
    fixture.stored(mina, reply(1, "what was that?")).await;
}

async fn a_change_is_refused_where_another_message_than_the_one_meant_is(fixture: Fixture) {
    let mina = &fixture.mina.person;
    let there = fixture.new_entry(mina, body("there"));
    fixture.append(std::slice::from_ref(&there)).await;
    let meant_for = |message_id, change| NewEntry {
        message_id: Some(message_id),
        ..fixture.new_entry(mina, change)
    };
    let changes = || [edit(1, "changed"), react(1, "👍", true), delete(1)];
    for change in changes() {
        let meant = meant_for(EntryId(Uuid::now_v7()), change);
        assert_eq!(
            fixture.append(&[meant]).await,
            [EntryOutcome::Refused(StoreRefusal::UnknownMessage)]
        );
    }
    for (change, seq) in changes().into_iter().zip(2..) {
        let meant = meant_for(there.id, change);
        assert!(matches!(
            fixture.append(std::slice::from_ref(&meant)).await[0],
            EntryOutcome::Stored { seq: stored, .. } if stored == seq
        ));
        // A retry is answered as stored, though the id that it names is no longer checked.
        let again = NewEntry {
            message_id: None,
            ..meant
        };
        assert!(matches!(
            fixture.append(&[again]).await[0],
            EntryOutcome::Repeat { .. }
        ));
    }
}

async fn an_entry_is_checked_against_earlier_ones_of_the_same_commit(fixture: Fixture) {
    let mina = &fixture.mina.person;
    let bodies = [body("a"), edit(1, "b"), reply(1, "c"), delete(1), edit(1, "d")];
    let entries = bodies.map(|body| fixture.new_entry(mina, body));
    let appended = fixture.store.append(&entries, 7).await.unwrap();
    assert_eq!(
        appended.outcomes[4],
        EntryOutcome::Refused(StoreRefusal::UnknownMessage)
    );
    let fresh = &appended.logs[0].fresh;
    assert_eq!(fresh.len(), 4);
    let quoted = fresh[2].quoted.as_ref().unwrap();
    assert_eq!(quoted.text.as_deref(), Some("b"), "as it was at that place");
}

async fn what_is_deleted_is_erased_with_its_edits_and_quotes_and_in_the_file(fixture: Fixture) {
    let (mina, jun) = (&fixture.mina.person, &fixture.jun.person);
    // Other entries between them, short and long, so that pages are split and joined.
    for n in 0..50 {
        fixture
            .stored(jun, body(&"chatter ".repeat(1 + n * 7 % 90)))
            .await;
    }
    let long = format!("{} {}", "xyzzy".repeat(2_000), mention::written(jun.id));
    let message = fixture.stored(mina, body("plugh plugh")).await;
    let large = fixture.stored(mina, body(&long)).await;
    fixture.stored(mina, edit(message, &long)).await;
    fixture.stored(jun, react(message, "👍", true)).await;
    for n in 0..50 {
        fixture
            .stored(jun, body(&"chatter ".repeat(1 + n * 13 % 90)))
            .await;
    }
    let answer = fixture.stored(jun, reply(message, "what?")).await;
    fixture.stored(mina, delete(message)).await;
    fixture.stored(mina, delete(large)).await;

    let page = fixture
        .store
        .page(fixture.general, Span::After(message - 1), 4)
        .await
        .unwrap();
    assert_eq!(page.entries[0].body, Body::Erased);
    assert_eq!(
        (&page.entries[0].now, page.entries[0].mentioned.len()),
        (&None, 0)
    );
    assert_eq!(page.entries[2].body, Body::ErasedEdit);
    let page = fixture
        .store
        .page(fixture.general, Span::Around(answer), 1)
        .await
        .unwrap();
    let quoted = page.entries[0].quoted.as_ref().unwrap();
    assert_eq!((quoted.seq, &quoted.text, &quoted.author), (message, &None, mina));
    let rooms = fixture.store.rooms_of(jun.id).await.unwrap();
    let general = rooms.iter().find(|room| room.id == fixture.general).unwrap();
    assert_eq!((general.mentions, general.unread), (0, 0));

    fixture.scrub().await;
    let Some(path) = fixture.database.file() else {
        return;
    };
    for name in ["chat.db", "chat.db-wal"] {
        let file = std::fs::read(path.with_file_name(name)).unwrap();
        for secret in ["xyzzy", "plugh"] {
            let found = file.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            assert!(!found, "{secret} is in {name}");
        }
    }
}

async fn a_retry_is_a_repeat_whatever_became_of_the_message_since(fixture: Fixture) {
    let mina = &fixture.mina.person;
    let bodies = [
        body("a"),
        edit(1, "b"),
        react(1, "👍", true),
        react(1, "👍", false),
        reply(1, "c"),
        delete(1),
    ];
    let entries = bodies.map(|body| fixture.new_entry(mina, body));
    fixture.append(&entries).await;
    let again = fixture.append(&entries).await;
    assert_eq!(
        again,
        [1, 2, 3, 4, 5, 6].map(|seq| EntryOutcome::Repeat { seq, at: 7 })
    );
    let other = NewEntry {
        body: react(1, "👍", true),
        ..entries[5].clone()
    };
    assert_eq!(
        fixture.append(std::slice::from_ref(&other)).await,
        [EntryOutcome::Refused(StoreRefusal::Conflict)]
    );
}

async fn hole_15_a_change_with_the_id_of_another_is_a_conflict(fixture: Fixture) {
    let mina = &fixture.mina.person;
    let message = fixture.stored(mina, body("the one meant")).await;
    let other = fixture.stored(mina, body("the other one")).await;
    let change = fixture.new_entry(mina, edit(message, "edited"));
    let reaction = fixture.new_entry(mina, react(message, "👍", true));
    fixture.append(&[change.clone(), reaction.clone()]).await;
    for (sent, body) in [
        (&change, edit(message, "edited otherwise")),
        (&change, edit(other, "edited")),
        (&change, body("edited")),
        (&change, delete(message)),
        (&reaction, react(message, "👍", false)),
        (&reaction, react(message, "🎉", true)),
    ] {
        let again = NewEntry { body, ..sent.clone() };
        assert_eq!(
            fixture.append(std::slice::from_ref(&again)).await,
            [EntryOutcome::Refused(StoreRefusal::Conflict)],
            "{again:?}"
        );
    }
    let log = fixture.log().await;
    assert_eq!(log.len(), 4);
    let now = log[0].now.as_ref().unwrap();
    assert_eq!(now.edited.as_ref().unwrap().text, text("edited"));
    assert_eq!(now.reactions.len(), 1);
}

async fn reactions_are_bounded(fixture: Fixture) {
    let mina = &fixture.mina.person;
    fixture.stored(mina, body("a")).await;
    let emoji = |n: u32| char::from_u32(0x1F600 + n).unwrap().to_string();
    let most = u32::try_from(limit::EMOJI_PER_MESSAGE).unwrap();
    for n in 0..most {
        fixture.stored(mina, react(1, &emoji(n), true)).await;
    }
    let refused = EntryOutcome::Refused(StoreRefusal::TooManyReactions);
    assert_eq!(fixture.say(mina, react(1, &emoji(most), true)).await, refused);
    fixture
        .stored(&fixture.jun.person, react(1, &emoji(0), true))
        .await;
    fixture.stored(mina, react(1, &emoji(1), true)).await;
    fixture.stored(mina, react(1, &emoji(2), false)).await;
    fixture.stored(mina, react(1, &emoji(most), true)).await;
    let busy = fixture.stored(mina, body("b")).await;
    let mut left = limit::REACTIONS_PER_MESSAGE;
    let mut people = Vec::new();
    'people: for n in 0.. {
        let person = fixture.sign_up(&format!("Person {n}")).await.person;
        let reactions = (0..most).map(|n| fixture.new_entry(&person, react(busy, &emoji(n), true)));
        for done in fixture.append(&reactions.collect::<Vec<_>>()).await {
            if left == 0 {
                assert_eq!(done, refused);
                break 'people;
            }
            assert!(matches!(done, EntryOutcome::Stored { .. }), "{done:?}");
            left -= 1;
        }
        people.push(person);
    }
    fixture.stored(&people[0], react(busy, &emoji(0), false)).await;
    fixture.stored(mina, react(busy, &emoji(0), true)).await;
}

async fn only_messages_of_others_are_unread_and_mentions_are_counted(fixture: Fixture) {
    let (mina, jun) = (&fixture.mina.person, &fixture.jun.person);
    let hey = format!("hey {}", mention::written(jun.id));
    fixture.stored(mina, body("hi")).await;
    fixture.stored(mina, body(&hey)).await;
    fixture.stored(mina, react(1, "👍", true)).await;
    fixture.stored(mina, edit(1, "hello")).await;
    fixture.stored(jun, body(&hey)).await;
    let counts = async || {
        let rooms = fixture.store.rooms_of(jun.id).await.unwrap();
        let general = rooms.iter().find(|room| room.id == fixture.general).unwrap();
        (general.unread, general.mentions)
    };
    assert_eq!(counts().await, (2, 1));
    fixture.stored(mina, edit(1, &hey)).await;
    assert_eq!(counts().await, (2, 2));
    fixture.stored(mina, edit(1, "nobody")).await;
    assert_eq!(counts().await, (2, 1));
    let log = fixture.log().await;
    assert_eq!(log[1].mentioned, std::slice::from_ref(jun));
    assert_eq!(log[0].mentioned, []);
    fixture.stored(mina, delete(2)).await;
    assert_eq!(counts().await, (1, 0));
}

async fn fault_a_mention_names_people_outside_the_room_too_and_nobody_who_does_not_exist(fixture: Fixture) {
    let (mina, jun) = (&fixture.mina.person, &fixture.jun.person);
    let unknown = mention::written(UserId(Uuid::now_v7()));
    let text = format!(
        "{unknown} {} {}",
        mention::written(jun.id),
        mention::written(mina.id)
    );
    // Mina alone is in it.
    let entry = NewEntry {
        room: fixture.other,
        ..fixture.new_entry(mina, body(&text))
    };
    fixture.append(&[entry]).await;
    let page = fixture
        .store
        .page(fixture.other, Span::After(0), 1)
        .await
        .unwrap();
    let mut mentioned = page.entries[0].mentioned.clone();
    mentioned.sort_by_key(|person| person.id);
    let mut people = [mina.clone(), jun.clone()];
    people.sort_by_key(|person| person.id);
    assert_eq!(mentioned, people);
    for person in [mina, jun] {
        let rooms = fixture.store.rooms_of(person.id).await.unwrap();
        let mentions: u64 = rooms.iter().map(|room| room.mentions).sum();
        assert_eq!(mentions, 0, "{}", person.name);
    }
}

async fn fault_a_reply_to_a_deleted_message_is_taken_and_quotes_nothing(fixture: Fixture) {
    let (mina, jun) = (&fixture.mina.person, &fixture.jun.person);
    let message = fixture.stored(mina, body("plugh")).await;
    fixture.stored(mina, delete(message)).await;
    let answer = fixture.stored(jun, reply(message, "what?")).await;
    let page = fixture.store.page(fixture.general, Span::Around(answer), 1).await;
    let page = page.unwrap();
    let quoted = page.entries[0].quoted.as_ref().unwrap();
    assert_eq!((quoted.seq, &quoted.author, &quoted.text), (message, mina, &None));
}

async fn a_page_is_around_an_entry_or_a_time(fixture: Fixture) {
    for n in 1..=30 {
        let entry = fixture.new_entry(&fixture.mina.person, body("hi"));
        fixture.store.append(&[entry], 1_000 * n).await.unwrap();
    }
    let seqs = |from: Seq, to: Seq| (from..=to).collect::<Vec<_>>();
    assert_eq!(fixture.seqs(Span::Around(15), 10).await, seqs(10, 19));
    assert_eq!(fixture.seqs(Span::Around(2), 10).await, seqs(1, 10));
    assert_eq!(fixture.seqs(Span::Around(0), 10).await, seqs(1, 10));
    assert_eq!(fixture.seqs(Span::Around(29), 10).await, seqs(24, 30));
    assert_eq!(fixture.seqs(Span::Around(u64::MAX), 10).await, seqs(25, 30));
    assert_eq!(fixture.seqs(Span::Around(7), 1).await, [7]);
    assert_eq!(fixture.seqs(Span::Since(15_000), 10).await, seqs(10, 19));
    assert_eq!(fixture.seqs(Span::Since(14_001), 10).await, seqs(10, 19));
    assert_eq!(fixture.seqs(Span::Since(0), 10).await, seqs(1, 10));
    assert_eq!(fixture.seqs(Span::Since(30_001), 10).await, seqs(21, 30));
    let empty = fixture
        .store
        .page(fixture.other, Span::Since(1), 10)
        .await
        .unwrap();
    assert_eq!(empty.entries, []);
    let nowhere = RoomId(Uuid::nil());
    let empty = fixture.store.page(nowhere, Span::Around(1), 10).await.unwrap();
    assert_eq!((empty.entries.len(), empty.head), (0, 0));
}

async fn a_page_around_a_long_entry_has_that_entry_and_keeps_its_bound(fixture: Fixture) {
    let mina = &fixture.mina.person;
    let long = "x".repeat(limit::MESSAGE_BYTES);
    for _ in 0..50 {
        let seq = fixture.stored(mina, body("short")).await;
        fixture.stored(mina, edit(seq, &long)).await;
    }
    for span in [Span::Around(51), Span::After(0), Span::Newest, Span::Before(80)] {
        let page = fixture.store.page(fixture.general, span, 100).await.unwrap();
        let bytes: usize = page.entries.iter().map(Entry::text_bytes).sum();
        assert!(bytes <= limit::PAGE_BYTES, "{span:?}");
        assert!(bytes > limit::PAGE_BYTES / 3, "{span:?}");
        let seqs: Vec<Seq> = page.entries.iter().map(|entry| entry.seq).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        match span {
            Span::Around(seq) => assert!(seqs.contains(&seq) && seqs[0] < seq, "{seqs:?}"),
            Span::After(_) => assert_eq!(seqs[0], 1),
            Span::Before(seq) => assert_eq!(*seqs.last().unwrap(), seq - 1),
            _ => assert_eq!(*seqs.last().unwrap(), 100),
        }
    }
}

/// One action of a person.
#[derive(Clone, Debug)]
enum Deed {
    Say,
    Edit(usize),
    Delete(usize),
    React(usize, usize, bool),
}

fn deeds() -> impl Strategy<Value = Vec<(bool, Deed)>> {
    let deed = prop_oneof![
        3 => Just(Deed::Say),
        2 => (0..8_usize).prop_map(Deed::Edit),
        1 => (0..8_usize).prop_map(Deed::Delete),
        6 => (0..8_usize, 0..3_usize, any::<bool>())
            .prop_map(|(message, emoji, on)| Deed::React(message, emoji, on)),
    ];
    proptest::collection::vec((any::<bool>(), deed), 1..60)
}

/// Performs all actions, and compares the stored result with the log.
fn assert_folded(on_postgres: bool, deeds: &[(bool, Deed)]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let fixture = if on_postgres {
            Fixture::postgres().await
        } else {
            Fixture::sqlite().await
        };
        let mut messages: Vec<Seq> = Vec::new();
        for (n, (by_mina, deed)) in deeds.iter().enumerate() {
            let person = if *by_mina {
                &fixture.mina.person
            } else {
                &fixture.jun.person
            };
            let message = |n: &usize| *messages.get(*n).unwrap_or(&1);
            let emoji = |n: &usize| ["👍", "🎉", "❤️"][*n];
            let body = match deed {
                Deed::Say => body("hi"),
                Deed::Edit(of) => edit(message(of), &format!("edit {n}")),
                Deed::Delete(of) => delete(message(of)),
                Deed::React(of, what, on) => react(message(of), emoji(what), *on),
            };
            let is_message = body.changes().is_none();
            let done = fixture.say(person, body).await;
            if let (true, EntryOutcome::Stored { seq, .. }) = (is_message, done) {
                messages.push(seq);
            }
        }
        let log = fixture.log().await;
        for entry in &log {
            let now = entry.now.as_deref().cloned();
            prop_assert_eq!(now, steadfast_oracle::now(&log, entry));
        }
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_the_store_makes_of_a_message_is_what_its_log_says(deeds in deeds()) {
        assert_folded(false, &deeds)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn what_postgres_makes_of_a_message_is_what_its_log_says(deeds in deeds()) {
        assert_folded(true, &deeds)?;
    }
}

conformance!(
    an_edit_shows_in_the_page_and_stays_in_the_log,
    only_the_author_edits_and_deletes,
    changes_and_replies_name_a_message_of_the_room_that_is_there,
    a_change_is_refused_where_another_message_than_the_one_meant_is,
    an_entry_is_checked_against_earlier_ones_of_the_same_commit,
    what_is_deleted_is_erased_with_its_edits_and_quotes_and_in_the_file,
    a_retry_is_a_repeat_whatever_became_of_the_message_since,
    hole_15_a_change_with_the_id_of_another_is_a_conflict,
    reactions_are_bounded,
    only_messages_of_others_are_unread_and_mentions_are_counted,
    fault_a_mention_names_people_outside_the_room_too_and_nobody_who_does_not_exist,
    fault_a_reply_to_a_deleted_message_is_taken_and_quotes_nothing,
    a_page_is_around_an_entry_or_a_time,
    a_page_around_a_long_entry_has_that_entry_and_keeps_its_bound,
);
