//! The keys that names and reactions are compared by.

use steadfast_server::store::account::SignUpError;
use steadfast_server::store::{Command, NewEntry, PeoplePage, Span, StoreRefusal};
use steadfast_shared::room::{BrowseRooms, ChangeRoom};
use steadfast_shared::{Body, Emoji, EntryId, Millis, Nickname, RoomId, RoomKind, UserId, limit};
use uuid::Uuid;

use super::{Fixture, create, room_name};
use crate::support::database::conformance;
use crate::support::newcomer;

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// 민아, letter by letter, as macOS writes it.
const DECOMPOSED: &str = "\u{1106}\u{1175}\u{11AB}\u{110B}\u{1161}";

fn browse(search: &str) -> BrowseRooms {
    BrowseRooms {
        search: search.into(),
        after: None,
    }
}

impl Fixture {
    /// The same database, reopened after a change in it.
    async fn reopen_after(self, change: &'static str) -> Self {
        self.store.close().await;
        self.database.run(change).await;
        Self {
            store: self.database.open().await,
            ..self
        }
    }

    async fn renames(&self, user: UserId, name: &str, at: Millis) -> Result<(), StoreRefusal> {
        let rename = Command::Rename(Nickname::parse(name).unwrap());
        self.store.act(user, None, &rename, at).await.unwrap().map(|_| ())
    }

    async fn signs_up(&self, name: &str, at: Millis) -> Result<UserId, SignUpError> {
        let mut wanted = newcomer(name);
        wanted.device.at = at;
        self.store.sign_up(&wanted).await.map(|device| device.person.id)
    }

    async fn calls(&self, room: RoomId, name: &str) -> Result<(), StoreRefusal> {
        let change = Command::Change(ChangeRoom {
            room,
            name: Some(room_name(name)),
            topic: None,
            archived: None,
        });
        self.act(self.mina.person.id, change).await.map(|_| ())
    }
}

async fn fault_f28_public_rooms_that_can_be_taken_for_each_other_are_one(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let plans = fixture.made(RoomKind::Public, "Plans").await;
    fixture.made(RoomKind::Public, "민아 방").await;
    for taken in [
        "plans",
        "ＰＬＡＮＳ",
        "Рlans",
        "Plаns",
        "P\u{FE0F}lans",
        "𝐏𝐥𝐚𝐧𝐬",
        "General",
        "ｇｅｎｅｒａｌ",
        &format!("{DECOMPOSED} 방"),
    ] {
        let refused = fixture.act(mina, create(RoomKind::Public, taken)).await;
        assert_eq!(refused.map(|_| ()), Err(StoreRefusal::RoomNameTaken), "{taken}");
    }
    let tea = fixture.made(RoomKind::Public, "Tea").await;
    assert_eq!(
        fixture.calls(tea, "ＰＬＡＮＳ").await,
        Err(StoreRefusal::RoomNameTaken)
    );
    // One's own name in other letters, and a private room of the same name, are allowed.
    fixture.calls(plans, "PLANS").await.unwrap();
    fixture.made(RoomKind::Private, "plans").await;
    fixture.made(RoomKind::Private, "plans").await;
    // A name that was given up is free.
    fixture.calls(plans, "Plans of old").await.unwrap();
    fixture.made(RoomKind::Public, "plans").await;
    for none in ["\u{E000}", "a\u{200C}b"] {
        let Ok(name) = steadfast_shared::RoomName::parse(none) else {
            continue;
        };
        let refused = fixture.act(mina, create(RoomKind::Public, name.as_str())).await;
        assert!(matches!(refused, Err(StoreRefusal::Invalid(_))), "{none:?}");
    }
}

async fn fault_f28_a_name_is_stored_composed_and_found_in_every_form(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let room = fixture.made(RoomKind::Public, &format!("{DECOMPOSED} 방")).await;
    assert_eq!(fixture.seen(mina, room).await.unwrap().name, "민아 방");
    let person = fixture.sign_up(DECOMPOSED).await;
    assert_eq!(person.person.name, "민아");
    for search in ["민아", DECOMPOSED, " 민아 ", "아"] {
        let rooms = fixture.store.browse(mina, &browse(search)).await.unwrap();
        assert_eq!(rooms.len(), 1, "{search}");
        let people = fixture
            .store
            .find_people(&PeoplePage::first(search))
            .await
            .unwrap();
        assert_eq!(people.len(), 1, "{search}");
    }
    fixture.sign_up("Ｍika").await;
    assert_eq!(
        fixture
            .store
            .find_people(&PeoplePage::first("mik"))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        fixture
            .store
            .find_people(&PeoplePage::first("ＭＩＫ"))
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn fault_f28_rooms_of_an_older_database_get_keys_and_the_oldest_keeps_its_own(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let plans = fixture.made(RoomKind::Public, "Plans").await;
    let other = fixture.made(RoomKind::Public, "Other").await;
    let fixture = fixture
        .reopen_after(
            "update rooms set name = 'ｐｌａｎｓ', name_key = 'ｐｌａｎｓ', search = '', created_at = 100 where name = 'Other';
             update rooms set name_said = null, name_look = null, name_shape = null;
             delete from settings;",
        )
        .await;
    assert_eq!(fixture.seen(mina, other).await.unwrap().name, "ｐｌａｎｓ");
    let found = fixture.store.browse(mina, &browse("plans")).await.unwrap();
    assert_eq!(found.len(), 2, "both are found");
    let refused = fixture.act(mina, create(RoomKind::Public, "PLANS")).await;
    assert_eq!(refused.map(|_| ()), Err(StoreRefusal::RoomNameTaken));
    // The older one may change its name and return to it; the other one may get a topic and another name.
    fixture.calls(plans, "plans").await.unwrap();
    fixture.calls(other, "Others").await.unwrap();
    assert_eq!(
        fixture.calls(other, "Рlans").await,
        Err(StoreRefusal::RoomNameTaken)
    );
}

async fn fault_f29_names_with_joiners_and_joined_emoji_are_taken(fixture: Fixture) {
    for name in ["علی\u{200C}رضا", "क्\u{200D}ष", "👩\u{200D}💻", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Ewan"]
    {
        assert_eq!(fixture.sign_up(name).await.person.name, name);
        fixture.made(RoomKind::Public, name).await;
    }
    let refused = fixture.signs_up("علیرضا", 1).await;
    assert!(matches!(refused, Err(SignUpError::NicknameTaken)));
}

async fn fault_f33_a_nickname_given_up_is_held_for_its_owner_for_thirty_days(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let held_until = 10 + limit::FORMER_NAME_DAYS * DAY;
    fixture.renames(mina, "Minerva", 10).await.unwrap();
    for (taken, at) in [("Mina", 11), ("Мina", held_until - 1), ("ＭＩＮＡ", 11)] {
        let refused = fixture.signs_up(taken, at).await;
        assert!(matches!(refused, Err(SignUpError::NicknameTaken)), "{taken}");
        assert_eq!(
            fixture.renames(jun, taken, at).await,
            Err(StoreRefusal::NicknameTaken)
        );
    }
    // The former owner may take it back, and then reserves the other one.
    fixture.renames(mina, "mina", 20).await.unwrap();
    assert_eq!(
        fixture.renames(jun, "Minerva", 21).await,
        Err(StoreRefusal::NicknameTaken)
    );
    fixture.renames(mina, "Minerva", 10).await.unwrap();
    // After that anybody may take it.
    fixture.signs_up("Mina", held_until).await.unwrap();
}

async fn fault_f33_one_person_holds_no_more_than_a_few_nicknames(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    for nth in 0..=limit::FORMER_NAMES {
        fixture.renames(mina, &format!("Walker {nth}"), 10).await.unwrap();
    }
    fixture.renames(jun, "Mina", 11).await.unwrap();
    assert_eq!(
        fixture.renames(jun, "Walker 0", 11).await,
        Err(StoreRefusal::NicknameTaken)
    );
}

async fn fault_f27_stored_reactions_become_one_emoji_each_in_one_form(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    fixture.fill(1).await;
    for (author, emoji) in [(mina, "👍"), (jun, "❤️"), (mina, "❤️")] {
        let react = NewEntry {
            author,
            id: EntryId(Uuid::now_v7()),
            room: fixture.general,
            body: Body::React {
                message: 1,
                emoji: Emoji::parse(emoji).unwrap(),
                on: true,
            },
            message_id: None,
            address: None,
        };
        fixture.append(&[react]).await;
    }
    // As a version without emoji forms stored them: Jun has both, and there is an arrow.
    let fixture = fixture
        .reopen_after(
            "update reactions set emoji = '❤', since = 4 where emoji = '❤️' and seq = 4;
             insert into reactions select room, message, '❤', user, 5, 4 from reactions where seq = 3;
             insert into reactions select room, message, '→', user, 6, 6 from reactions where seq = 2;
             update entries set body = replace(body, '❤️', '→') where seq = 3;
             delete from settings where name = 'emoji_rules';",
        )
        .await;
    let page = fixture
        .store
        .page(fixture.general, Span::After(0), 100)
        .await
        .unwrap();
    let reactions = &page.entries[0].now.as_ref().unwrap().reactions;
    let shown: Vec<_> = reactions
        .iter()
        .map(|reaction| (reaction.emoji.as_str(), reaction.by.len()))
        .collect();
    assert_eq!(shown, [("👍", 1), ("❤️", 2)]);
    // The entry keeps its place.
    assert!(matches!(&page.entries[2].body, Body::React { on: false, .. }));
}

async fn fault_f26_messages_that_an_older_version_let_in_are_read_all_the_same(fixture: Fixture) {
    fixture.fill(2).await;
    let fixture = fixture
        .reopen_after("update entries set body = replace(body, 'message 0', '\u{200B}') where seq = 1")
        .await;
    let page = fixture
        .store
        .page(fixture.general, Span::After(0), 100)
        .await
        .unwrap();
    let texts: Vec<_> = page
        .entries
        .iter()
        .map(|entry| entry.body.text().unwrap().as_str())
        .collect();
    assert_eq!(texts, ["…", "message 1"]);
}

conformance!(
    fault_f28_public_rooms_that_can_be_taken_for_each_other_are_one,
    fault_f28_a_name_is_stored_composed_and_found_in_every_form,
    fault_f28_rooms_of_an_older_database_get_keys_and_the_oldest_keeps_its_own,
    fault_f29_names_with_joiners_and_joined_emoji_are_taken,
    fault_f33_a_nickname_given_up_is_held_for_its_owner_for_thirty_days,
    fault_f33_one_person_holds_no_more_than_a_few_nicknames,
    fault_f27_stored_reactions_become_one_emoji_each_in_one_form,
    fault_f26_messages_that_an_older_version_let_in_are_read_all_the_same,
);
