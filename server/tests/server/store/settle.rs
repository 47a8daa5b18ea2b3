//! Rooms and people are renamed; rooms are archived and reopened.

use steadfast_server::store::{Command, EntryOutcome, NewEntry, StoreRefusal};
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Body, Nickname, RoomChange, RoomKind, Topic};

use super::{Fixture, room_name, unchanged};
use crate::support::database::conformance;

fn rename(name: &str) -> Command {
    Command::Rename(Nickname::parse(name).unwrap())
}

async fn what_is_otherwise_is_written_into_the_log_and_nothing_else_is(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let room = fixture.made(RoomKind::Public, "Tea").await;
    let (name, topic) = (room_name("Coffee"), Topic::parse("black").unwrap());
    let change = ChangeRoom {
        name: Some(name.clone()),
        topic: Some(topic.clone()),
        archived: Some(true),
        ..unchanged(room)
    };
    let outcome = fixture.act(mina, Command::Change(change.clone())).await.unwrap();
    assert!(outcome.changed);
    let bodies: Vec<Body> = fixture.said(room).await.split_off(1);
    let was = room_name("Tea");
    assert_eq!(
        bodies,
        [
            RoomChange::Renamed { name, was },
            RoomChange::Described { topic },
            RoomChange::Archived
        ]
        .map(|change| Body::Room { change })
    );
    let seen = fixture.seen(mina, room).await.unwrap();
    assert_eq!((seen.name.as_str(), seen.topic.as_str()), ("Coffee", "black"));
    assert_eq!((seen.archived, seen.active_at, seen.head), (true, 5, 4));
    let again = fixture.act(mina, Command::Change(change)).await.unwrap();
    assert_eq!(
        (
            again.changed,
            again.logs.iter().map(|log| log.fresh.len()).sum::<usize>()
        ),
        (false, 0)
    );
}

async fn nothing_is_said_in_an_archived_room_until_it_is_opened(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let room = fixture.made(RoomKind::Public, "Tea").await;
    fixture.act(jun, Command::Join(room)).await.unwrap();
    let entry = NewEntry {
        room,
        ..fixture.entry("before")
    };
    fixture.append(std::slice::from_ref(&entry)).await;
    let archived = |archived| {
        Command::Change(ChangeRoom {
            archived: Some(archived),
            ..unchanged(room)
        })
    };
    assert_eq!(
        fixture.act(jun, archived(true)).await,
        Err(StoreRefusal::Forbidden)
    );
    fixture.act(mina, archived(true)).await.unwrap();
    let late = NewEntry {
        room,
        ..fixture.entry("late")
    };
    assert_eq!(
        fixture.append(&[entry, late.clone()]).await,
        [
            EntryOutcome::Repeat { seq: 2, at: 7 },
            EntryOutcome::Refused(StoreRefusal::Archived)
        ],
        "what was said stays said"
    );
    let topic = Command::Change(ChangeRoom {
        topic: Some(Topic::parse("late").unwrap()),
        ..unchanged(room)
    });
    assert_eq!(fixture.act(mina, topic).await, Err(StoreRefusal::Archived));
    // It can still be read, left and joined.
    assert_eq!(fixture.said(room).await.len(), 3);
    fixture.act(jun, Command::Leave(room)).await.unwrap();
    fixture.act(jun, Command::Join(room)).await.unwrap();
    fixture.act(mina, archived(false)).await.unwrap();
    assert_eq!(
        fixture.append(&[late]).await,
        [EntryOutcome::Stored { seq: 5, at: 7 }]
    );
}

async fn a_public_name_is_taken_once_and_free_again_once_it_is_given_up(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let tea = fixture.made(RoomKind::Public, "Tea").await;
    let coffee = fixture.made(RoomKind::Public, "Coffee").await;
    let named = |room, name: &str| {
        Command::Change(ChangeRoom {
            name: Some(room_name(name)),
            ..unchanged(room)
        })
    };
    fixture.act(mina, named(tea, "tea")).await.unwrap();
    assert_eq!(
        fixture.act(mina, named(coffee, "TEA")).await,
        Err(StoreRefusal::RoomNameTaken)
    );
    assert_eq!(fixture.said(coffee).await.len(), 1);
    fixture.act(mina, named(tea, "Green tea")).await.unwrap();
    fixture.act(mina, named(coffee, "TEA")).await.unwrap();
    let private = fixture.made(RoomKind::Private, "Tea").await;
    fixture.act(mina, named(private, "Coffee")).await.unwrap();
}

async fn a_nickname_changes_in_every_room_where_things_can_be_said(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let tea = fixture.made(RoomKind::Private, "Tea").await;
    let closed = fixture.made(RoomKind::Private, "Closed").await;
    let archived = ChangeRoom {
        archived: Some(true),
        ..unchanged(closed)
    };
    fixture.act(mina, Command::Change(archived)).await.unwrap();
    fixture.fill(1).await;

    for taken in ["Jun", "JUN", "Jսn"] {
        assert_eq!(
            fixture.act(mina, rename(taken)).await,
            Err(StoreRefusal::NicknameTaken),
            "{taken}"
        );
    }
    let outcome = fixture.act(mina, rename("Minerva")).await.unwrap();
    assert_eq!(outcome.renamed.unwrap().name, "Minerva");
    let rooms: Vec<_> = outcome.logs.iter().map(|log| log.room).collect();
    assert_eq!(rooms.len(), 3, "general, other and Tea");
    assert!(rooms.contains(&tea) && !rooms.contains(&closed));
    let body = Body::Nickname {
        name: Nickname::parse("Minerva").unwrap(),
        was: Nickname::parse("Mina").unwrap(),
    };
    assert_eq!(fixture.said(tea).await.last(), Some(&body));
    let page = fixture
        .store
        .page(fixture.general, steadfast_server::store::Span::Newest, 10)
        .await;
    assert!(
        page.unwrap()
            .entries
            .iter()
            .all(|entry| entry.author.name == "Minerva")
    );
    let general = fixture.seen(jun, fixture.general).await.unwrap();
    assert_eq!((general.head, general.unread), (2, 1), "a name is no news");

    let again = fixture.act(mina, rename("Minerva")).await.unwrap();
    assert!(again.logs.is_empty() && again.renamed.is_some());
    // The old one is reserved for a while, and one's own in other letters is still one's own.
    fixture.act(mina, rename("minerva")).await.unwrap();
    assert_eq!(
        fixture.act(jun, rename("Mina")).await,
        Err(StoreRefusal::NicknameTaken)
    );
}

conformance!(
    what_is_otherwise_is_written_into_the_log_and_nothing_else_is,
    nothing_is_said_in_an_archived_room_until_it_is_opened,
    a_public_name_is_taken_once_and_free_again_once_it_is_given_up,
    a_nickname_changes_in_every_room_where_things_can_be_said,
);
