//! Rooms are created, found, joined and left.

use steadfast_server::store::{Command, EntryOutcome, StoreRefusal};
use steadfast_shared::room::{BrowseRooms, CreateRoom, InvitePeople, RemoveMember};
use steadfast_shared::{Body, RoomChange, RoomId, RoomKind, Topic, UserId, limit};
use uuid::Uuid;

use super::{Fixture, create, room_name, unchanged};
use crate::support::database::conformance;

fn invite(room: RoomId, people: &[UserId]) -> Command {
    Command::Invite(InvitePeople {
        room,
        people: people.to_vec(),
    })
}

fn remove(room: RoomId, person: UserId) -> Command {
    Command::Remove(RemoveMember { room, person })
}

fn browse(search: &str) -> BrowseRooms {
    BrowseRooms {
        search: search.into(),
        after: None,
    }
}

async fn a_room_begins_with_its_making_and_its_maker(fixture: Fixture) {
    let mina = fixture.mina.person.clone();
    for kind in [RoomKind::Public, RoomKind::Private] {
        let acted = fixture.act(mina.id, create(kind, "Tea")).await.unwrap();
        assert!(acted.made);
        assert_eq!(acted.came, std::slice::from_ref(&mina));
        let room = acted.room.unwrap();
        let change = RoomChange::Created;
        assert_eq!((acted.logs[0].room, acted.logs[0].head), (room, 1));
        assert_eq!(
            acted.logs[0].fresh[0].body,
            Body::Room {
                change: change.clone()
            }
        );
        assert_eq!(fixture.said(room).await, [Body::Room { change }]);
        let seen = fixture.seen(mina.id, room).await.unwrap();
        assert_eq!((seen.kind, seen.name.as_str(), seen.manage), (kind, "Tea", true));
        assert_eq!((seen.head, seen.read, seen.unread, seen.active_at), (1, 0, 0, 5));
        assert_eq!(fixture.seen(fixture.jun.person.id, room).await, None);
    }
}

async fn making_a_room_again_makes_none_and_tells_nothing_of_anothers(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let command = create(RoomKind::Private, "Tea");
    let first = fixture.act(mina, command.clone()).await.unwrap();
    let again = fixture.act(mina, command.clone()).await.unwrap();
    assert_eq!((again.room, again.made, again.logs.len()), (first.room, false, 0));
    assert_eq!(fixture.said(first.room.unwrap()).await.len(), 1);
    assert_eq!(
        fixture.act(jun, command.clone()).await,
        Err(StoreRefusal::Conflict)
    );
    // A person who left it cannot get back in by creating it again.
    fixture
        .act(mina, Command::Leave(first.room.unwrap()))
        .await
        .unwrap();
    assert_eq!(fixture.act(mina, command).await, Err(StoreRefusal::Conflict));
    let taken = create(RoomKind::Public, "GENERAL");
    assert_eq!(fixture.act(jun, taken).await, Err(StoreRefusal::RoomNameTaken));
    let direct = fixture.act(jun, create(RoomKind::Direct, "Tea")).await;
    assert!(matches!(direct, Err(StoreRefusal::Invalid(_))), "{direct:?}");
}

async fn a_public_room_is_joined_with_what_was_said_as_read_and_left_without_a_trace(fixture: Fixture) {
    let jun = fixture.jun.person.clone();
    let room = fixture.made(RoomKind::Public, "Tea").await;
    let joined = fixture.act(jun.id, Command::Join(room)).await.unwrap();
    assert_eq!(joined.came, std::slice::from_ref(&jun));
    let seen = fixture.seen(jun.id, room).await.unwrap();
    assert_eq!((seen.head, seen.read, seen.unread, seen.manage), (1, 1, 0, false));
    let again = fixture.act(jun.id, Command::Join(room)).await.unwrap();
    assert_eq!((again.room, again.came.len()), (Some(room), 0));

    let left = fixture.act(jun.id, Command::Leave(room)).await.unwrap();
    assert_eq!(left.left, std::slice::from_ref(&jun));
    assert_eq!(fixture.seen(jun.id, room).await, None);
    assert_eq!(
        fixture.act(jun.id, Command::Leave(room)).await,
        Err(StoreRefusal::UnknownRoom)
    );
    assert_eq!(fixture.said(room).await.len(), 1, "neither is an entry");
    assert_eq!(
        fixture.act(jun.id, Command::Join(RoomId(Uuid::nil()))).await,
        Err(StoreRefusal::UnknownRoom)
    );
}

async fn a_private_room_is_unknown_to_all_but_those_who_were_invited(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let room = fixture.made(RoomKind::Private, "Plans").await;
    for command in [
        Command::Join(room),
        Command::Leave(room),
        invite(room, &[jun]),
        remove(room, mina),
        Command::Change(unchanged(room)),
    ] {
        assert_eq!(fixture.act(jun, command).await, Err(StoreRefusal::UnknownRoom));
    }
    let unlisted = fixture.store.browse(mina, &browse("plans")).await.unwrap();
    assert!(unlisted.is_empty(), "not even for its members");

    let invited = fixture.act(mina, invite(room, &[jun, mina, jun])).await.unwrap();
    assert_eq!(invited.came, std::slice::from_ref(&fixture.jun.person));
    assert!(fixture.seen(jun, room).await.is_some());
    let ada = fixture.sign_up("Ada").await.person.id;
    fixture.act(jun, invite(room, &[ada])).await.unwrap();
    assert_eq!(
        fixture.act(jun, remove(room, ada)).await,
        Err(StoreRefusal::Forbidden)
    );
    let removed = fixture.act(mina, remove(room, ada)).await.unwrap();
    assert_eq!(removed.left.len(), 1);
    assert!(
        fixture
            .act(mina, remove(room, ada))
            .await
            .unwrap()
            .left
            .is_empty()
    );
    assert_eq!(
        fixture.act(ada, Command::Join(room)).await,
        Err(StoreRefusal::UnknownRoom)
    );
}

async fn all_who_are_invited_come_or_nobody(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let room = fixture.made(RoomKind::Private, "Plans").await;
    let nobody = UserId(Uuid::nil());
    assert_eq!(
        fixture.act(mina, invite(room, &[jun, nobody])).await,
        Err(StoreRefusal::UnknownPerson)
    );
    assert_eq!(fixture.seen(jun, room).await, None);
    let empty = fixture.act(mina, invite(room, &[])).await;
    assert!(matches!(empty, Err(StoreRefusal::Invalid(_))), "{empty:?}");
    let crowd = vec![jun; limit::INVITED + 1];
    assert_eq!(
        fixture.act(mina, invite(room, &crowd)).await,
        Err(StoreRefusal::TooManyPeople)
    );
    let public = fixture.made(RoomKind::Public, "Tea").await;
    assert_eq!(
        fixture.act(mina, remove(public, mina)).await,
        Err(StoreRefusal::Forbidden)
    );
}

async fn nobody_is_in_more_rooms_than_one_person_can_be_in(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    // They are in `general` too.
    fixture
        .put_into_rooms(jun, limit::ROOMS_PER_PERSON - 2, None)
        .await;
    let last = fixture.act(jun, create(RoomKind::Public, "the last")).await;
    let last = last.unwrap().room;
    let one_more = create(RoomKind::Public, "one more");
    assert_eq!(fixture.act(jun, one_more).await, Err(StoreRefusal::TooManyRooms));
    let listed = fixture.store.browse(mina, &browse("one more")).await.unwrap();
    assert!(listed.is_empty(), "nothing of it is there");
    // Adding a person is never refused, and takes none of their own rooms.
    let room = fixture.made(RoomKind::Private, "Plans").await;
    fixture.act(mina, invite(room, &[jun])).await.unwrap();
    fixture.act(jun, Command::Leave(last.unwrap())).await.unwrap();
    fixture
        .act(jun, create(RoomKind::Public, "one more"))
        .await
        .unwrap();
}

async fn what_mentioned_somebody_is_forgotten_when_they_leave(fixture: Fixture) {
    let jun = fixture.jun.person.id;
    let room = fixture.made(RoomKind::Public, "Tea").await;
    fixture.act(jun, Command::Join(room)).await.unwrap();
    let text = format!("{} hi", steadfast_shared::mention::written(jun));
    let entry = super::NewEntry {
        room,
        ..fixture.entry(&text)
    };
    assert_eq!(
        fixture.append(&[entry]).await,
        [EntryOutcome::Stored { seq: 2, at: 7 }]
    );
    let seen = fixture.seen(jun, room).await.unwrap();
    assert_eq!((seen.unread, seen.mentions), (1, 1));
    fixture.act(jun, Command::Leave(room)).await.unwrap();
    fixture.act(jun, Command::Join(room)).await.unwrap();
    let seen = fixture.seen(jun, room).await.unwrap();
    assert_eq!((seen.read, seen.unread, seen.mentions), (2, 0, 0));
}

async fn public_rooms_are_found_by_name_and_topic_page_by_page(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    for nth in 0..limit::LISTED {
        fixture
            .act(mina, create(RoomKind::Public, &format!("Boat {nth:03}")))
            .await
            .unwrap();
    }
    let described = Command::Create(CreateRoom {
        id: RoomId(Uuid::now_v7()),
        kind: RoomKind::Public,
        name: room_name("Ärger"),
        topic: Topic::parse("100% of the BOATS").unwrap(),
    });
    fixture.act(mina, described).await.unwrap();

    let page = fixture.store.browse(jun, &browse(" boat ")).await.unwrap();
    assert_eq!(page.len(), limit::LISTED);
    assert!(page.is_sorted_by_key(|listed| listed.name.to_lowercase()));
    let last = page.last().unwrap();
    let next = BrowseRooms {
        after: Some((last.name.clone(), last.id)),
        ..browse("boat")
    };
    let rest = fixture.store.browse(jun, &next).await.unwrap();
    assert_eq!(
        rest.iter().map(|listed| listed.name.as_str()).collect::<Vec<_>>(),
        ["Ärger"]
    );
    assert_eq!((rest[0].members, rest[0].joined), (1, false));
    for (search, found) in [("ärger", 1), ("100%", 1), ("_", 0), ("%", 1), ("", limit::LISTED)] {
        let listed = fixture.store.browse(mina, &browse(search)).await.unwrap();
        assert_eq!(listed.len(), found, "{search}");
    }
}

conformance!(
    a_room_begins_with_its_making_and_its_maker,
    making_a_room_again_makes_none_and_tells_nothing_of_anothers,
    a_public_room_is_joined_with_what_was_said_as_read_and_left_without_a_trace,
    a_private_room_is_unknown_to_all_but_those_who_were_invited,
    all_who_are_invited_come_or_nobody,
    nobody_is_in_more_rooms_than_one_person_can_be_in,
    what_mentioned_somebody_is_forgotten_when_they_leave,
    public_rooms_are_found_by_name_and_topic_page_by_page,
);
