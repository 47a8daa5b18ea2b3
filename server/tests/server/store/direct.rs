//! The one conversation of exactly these people.

use std::collections::HashSet;
use std::sync::Arc;

use steadfast_server::store::{Command, EntryOutcome, NewEntry, StoreRefusal};
use steadfast_shared::room::{DirectRoom, InvitePeople};
use steadfast_shared::{EntryId, RoomKind, UserId, limit};
use uuid::Uuid;

use super::{Fixture, unchanged};
use crate::support::body;
use crate::support::database::conformance;

fn with(people: &[UserId]) -> Command {
    Command::Direct(DirectRoom {
        with: people.to_vec(),
    })
}

async fn two_people_have_one_conversation_whoever_asks_for_it(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.clone(), fixture.jun.person.clone());
    let made = fixture.act(mina.id, with(&[jun.id])).await.unwrap();
    assert!(made.made);
    assert_eq!(made.came.len(), 2);
    let room = made.room.unwrap();
    for asked in [vec![mina.id], vec![mina.id, jun.id], vec![mina.id, mina.id]] {
        let again = fixture.act(jun.id, with(&asked)).await.unwrap();
        assert_eq!((again.room, again.made), (Some(room), false));
    }
    let (minas, juns) = (
        fixture.seen(mina.id, room).await,
        fixture.seen(jun.id, room).await,
    );
    let (minas, juns) = (minas.unwrap(), juns.unwrap());
    assert_eq!((minas.kind, minas.manage), (RoomKind::Direct, false));
    assert_eq!((minas.with, juns.with), (vec![jun.clone()], vec![mina]));
    let views = fixture.store.views(room, &[jun.id]).await.unwrap();
    assert_eq!(views.keys().copied().collect::<Vec<_>>(), [jun.id]);
    assert_eq!(views[&jun.id].with[0].name, "Mina");
}

async fn many_who_ask_at_the_same_time_get_the_same_conversation(fixture: Fixture) {
    let fixture = Arc::new(fixture);
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let asking = (0..20).map(|nth| {
        let fixture = fixture.clone();
        let (by, other) = if nth % 2 == 0 { (mina, jun) } else { (jun, mina) };
        tokio::spawn(async move { fixture.act(by, with(&[other])).await.unwrap() })
    });
    let asking: Vec<_> = asking.collect();
    let mut rooms = HashSet::new();
    let mut made = 0;
    for asked in asking {
        let acted = asked.await.unwrap();
        rooms.insert(acted.room);
        made += usize::from(acted.made);
    }
    assert_eq!((rooms.len(), made), (1, 1));
    assert_eq!(
        fixture
            .said(rooms.into_iter().next().flatten().unwrap())
            .await
            .len(),
        1
    );
}

async fn a_group_is_another_conversation_and_nobody_else_is_in_it(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let (ada, eve) = (
        fixture.sign_up("Ada").await.person.id,
        fixture.sign_up("Eve").await.person.id,
    );
    let pair = fixture.act(mina, with(&[jun])).await.unwrap().room.unwrap();
    let group = fixture.act(mina, with(&[jun, ada])).await.unwrap().room.unwrap();
    assert_ne!(pair, group);
    assert_eq!(
        fixture.act(ada, with(&[jun, mina])).await.unwrap().room,
        Some(group)
    );
    for room in [pair, group] {
        assert_eq!(fixture.seen(eve, room).await, None);
        assert!(fixture.store.views(room, &[eve]).await.unwrap().is_empty());
        assert_eq!(
            fixture.act(eve, Command::Join(room)).await,
            Err(StoreRefusal::UnknownRoom)
        );
        let intruding = NewEntry {
            author: eve,
            id: EntryId(Uuid::now_v7()),
            room,
            body: body("me too"),
            message_id: None,
            address: None,
        };
        assert_eq!(
            fixture.append(&[intruding]).await,
            [EntryOutcome::Refused(StoreRefusal::UnknownRoom)]
        );
        let listed = fixture.store.browse(mina, &Default::default()).await.unwrap();
        assert!(listed.iter().all(|listed| listed.id != room));
    }
}

async fn its_people_stay_the_same_for_ever(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let ada = fixture.sign_up("Ada").await.person.id;
    let room = fixture.act(mina, with(&[jun])).await.unwrap().room.unwrap();
    let people = vec![ada];
    for asked in [
        Command::Leave(room),
        Command::Invite(InvitePeople { room, people }),
        Command::Change(unchanged(room)),
        Command::Remove(steadfast_shared::room::RemoveMember { room, person: jun }),
    ] {
        assert_eq!(fixture.act(mina, asked).await, Err(StoreRefusal::Forbidden));
    }
    let alone = fixture.act(mina, with(&[mina])).await;
    assert!(matches!(alone, Err(StoreRefusal::Invalid(_))), "{alone:?}");
    assert_eq!(
        fixture.act(mina, with(&[UserId(Uuid::nil())])).await,
        Err(StoreRefusal::UnknownPerson)
    );
    let crowd: Vec<UserId> = (0..limit::DIRECT_PEOPLE)
        .map(|_| UserId(Uuid::now_v7()))
        .collect();
    assert_eq!(
        fixture.act(mina, with(&crowd)).await,
        Err(StoreRefusal::TooManyPeople)
    );
}

conformance!(
    two_people_have_one_conversation_whoever_asks_for_it,
    many_who_ask_at_the_same_time_get_the_same_conversation,
    a_group_is_another_conversation_and_nobody_else_is_in_it,
    its_people_stay_the_same_for_ever,
);
