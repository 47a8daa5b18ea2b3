//! Messages and commands of many people are committed together, without affecting each other.

use steadfast_server::store::{Command, Committed, EntryOutcome, NewCommand, StoreRefusal};
use steadfast_shared::room::{ChangeRoom, InvitePeople};
use steadfast_shared::{Body, Nickname, RoomChange, RoomId, RoomKind, Topic, UserId};
use uuid::Uuid;

use super::{Fixture, create, unchanged};
use crate::support::database::conformance;

fn command(by: UserId, act: Command) -> NewCommand {
    let address = None;
    NewCommand { by, address, act }
}

fn topic(room: RoomId, topic: &str) -> Command {
    Command::Change(ChangeRoom {
        topic: Some(Topic::parse(topic).unwrap()),
        ..unchanged(room)
    })
}

fn rename(name: &str) -> Command {
    Command::Rename(Nickname::parse(name).unwrap())
}

async fn what_is_refused_leaves_nothing_and_hurts_nobody(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let room = fixture.made(RoomKind::Public, "Tea").await;
    let nobody = UserId(Uuid::from_u128(1));
    let invite = |people: &[UserId]| {
        Command::Invite(InvitePeople {
            room,
            people: people.to_vec(),
        })
    };
    let before = fixture.store.snapshot().await.unwrap().feed_head().await.unwrap();
    let commands = [
        command(mina, topic(room, "Green")),
        // Names that are taken: failing statements in Postgres.
        command(jun, rename("Mina")),
        command(
            mina,
            Command::Change(ChangeRoom {
                name: Some(super::room_name("general")),
                ..unchanged(room)
            }),
        ),
        command(mina, invite(&[jun, nobody])),
        command(nobody, create(RoomKind::Public, "Nowhere")),
        command(jun, create(RoomKind::Public, "TEA")),
        command(jun, create(RoomKind::Public, "Boats")),
        command(mina, topic(room, "Black")),
    ];
    let entries = [fixture.entry("one"), fixture.entry("two")];
    let done: Committed = fixture.store.commit(&entries, &commands, 8).await.unwrap();
    assert_eq!(
        done.outcomes,
        [1, 2].map(|seq| EntryOutcome::Stored { seq, at: 8 }),
        "what was said"
    );
    let refusals: Vec<_> = done
        .commands
        .iter()
        .map(|done| done.as_ref().err().copied())
        .collect();
    assert_eq!(
        refusals,
        [
            None,
            Some(StoreRefusal::NicknameTaken),
            Some(StoreRefusal::RoomNameTaken),
            Some(StoreRefusal::UnknownPerson),
            Some(StoreRefusal::UnknownPerson),
            Some(StoreRefusal::RoomNameTaken),
            None,
            None,
        ]
    );
    let topics: Vec<Body> = fixture.said(room).await;
    let described = |topic: &str| Body::Room {
        change: RoomChange::Described {
            topic: Topic::parse(topic).unwrap(),
        },
    };
    assert_eq!(topics[1..], [described("Green"), described("Black")]);
    assert_eq!(fixture.seen(jun, room).await, None, "nobody was brought in");
    let boats = done.commands[6].as_ref().unwrap().room.unwrap();
    assert_eq!(fixture.seen(jun, boats).await.unwrap().head, 1);
    let person = fixture.store.person(jun).await.unwrap().unwrap();
    assert_eq!(person.name, "Jun");

    // The feed has all changes, and none of the refused ones: two topics, one new room.
    assert_eq!((done.feed, done.command_feed), (before, before + 3));
    let grown: Vec<_> = done
        .logs
        .iter()
        .map(|log| (log.room, log.head, log.fresh.len()))
        .collect();
    assert!(grown.contains(&(fixture.general, 2, 2)), "{grown:?}");
    let mut grown: Vec<_> = done
        .command_logs
        .iter()
        .map(|log| (log.room, log.head, log.fresh.len()))
        .collect();
    grown.sort_unstable();
    let mut expected = vec![(room, 3, 2), (boats, 1, 1)];
    expected.sort_unstable();
    assert_eq!(grown, expected);
    assert_eq!(
        fixture.append(&[fixture.entry("three")]).await,
        [EntryOutcome::Stored { seq: 3, at: 8 }]
    );
}

async fn who_comes_in_has_read_what_was_said_in_the_same_commit(fixture: Fixture) {
    let ada = fixture.sign_up("Ada").await.person.id;
    fixture.act(ada, Command::Leave(fixture.general)).await.unwrap();
    let entries = [fixture.entry("one"), fixture.entry("two")];
    let join = command(ada, Command::Join(fixture.general));
    fixture.store.commit(&entries, &[join], 8).await.unwrap();
    let seen = fixture.seen(ada, fixture.general).await.unwrap();
    assert_eq!((seen.head, seen.read, seen.unread), (2, 2, 0));
}

async fn commands_of_one_commit_see_those_before_them(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let commands = [
        command(mina, rename("Ada")),
        command(jun, create(RoomKind::Public, "Boats")),
        command(jun, rename("Jill")),
        command(jun, create(RoomKind::Public, "Boats")),
    ];
    let done = fixture.store.commit(&[], &commands, 8).await.unwrap();
    let made: Vec<bool> = done.commands.iter().map(Result::is_ok).collect();
    assert_eq!(made, [true, true, true, false]);
    let boats = done.commands[1].as_ref().unwrap().room.unwrap();
    assert_eq!(fixture.said(boats).await.len(), 2, "made, and a name told");
    assert_eq!(fixture.said(fixture.general).await.len(), 2);
    let name = async |user| fixture.store.person(user).await.unwrap().unwrap().name;
    assert_eq!((name(mina).await, name(jun).await), ("Ada".into(), "Jill".into()));
}

async fn where_everything_is_refused_nothing_is_committed(fixture: Fixture) {
    let jun = fixture.jun.person.id;
    let commands = [
        command(jun, rename("Mina")),
        command(jun, create(RoomKind::Public, "General")),
    ];
    let done = fixture.store.commit(&[], &commands, 8).await.unwrap();
    assert!(done.commands.iter().all(Result::is_err));
    assert_eq!((done.command_logs.len(), done.command_feed), (0, 0));
    assert_eq!(fixture.said(fixture.general).await, []);
}

conformance!(
    what_is_refused_leaves_nothing_and_hurts_nobody,
    who_comes_in_has_read_what_was_said_in_the_same_commit,
    commands_of_one_commit_see_those_before_them,
    where_everything_is_refused_nothing_is_committed,
);
