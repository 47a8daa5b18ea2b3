//! People are found and listed; how far somebody has read is theirs alone.

use steadfast_server::store::{Act, ReadMark};
use steadfast_shared::room::Invite;
use steadfast_shared::{RoomKind, UserId, limit};
use uuid::Uuid;

use super::Fixture;
use crate::support::database::conformance;

async fn people_are_found_by_part_of_their_nickname_whatever_its_case(fixture: Fixture) {
    for name in ["Élodie", "미나", "mini"] {
        fixture.sign_up(name).await;
    }
    for (search, found) in [
        ("MIN", vec!["Mina", "mini"]),
        ("éLO", vec!["Élodie"]),
        ("미", vec!["미나"]),
        (" jun ", vec!["Jun"]),
        ("%", vec![]),
        ("zzz", vec![]),
    ] {
        let people = fixture.store.find_people(search).await.unwrap();
        let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, found, "{search}");
    }
    for nth in 0..limit::LISTED {
        fixture.sign_up(&format!("Walker {nth}")).await;
    }
    assert_eq!(fixture.store.find_people("").await.unwrap().len(), limit::LISTED);
}

async fn the_people_in_a_room_are_listed_by_name(fixture: Fixture) {
    let room = fixture.made(RoomKind::Private, "Plans").await;
    let mut people = Vec::new();
    for name in ["zoe", "Ada", "bo"] {
        people.push(fixture.sign_up(name).await.person.id);
    }
    let invite = Act::Invite(Invite { room, people });
    fixture.act(fixture.mina.person.id, invite).await.unwrap();
    let members = fixture.store.members(room).await.unwrap();
    let names: Vec<_> = members.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Ada", "bo", "Mina", "zoe"]);
    assert_eq!(fixture.store.person(UserId(Uuid::nil())).await.unwrap(), None);
    let mina = fixture.store.person(fixture.mina.person.id).await.unwrap();
    assert_eq!(mina, Some(fixture.mina.person.clone()));
}

async fn a_newcomer_has_nothing_unread(fixture: Fixture) {
    fixture.fill(20).await;
    let ada = fixture.sign_up("Ada").await.person.id;
    let general = fixture.seen(ada, fixture.general).await.unwrap();
    assert_eq!((general.head, general.read, general.unread), (20, 20, 0));
}

async fn how_far_one_has_read_moves_nobody_elses_mark(fixture: Fixture) {
    let ada = fixture.sign_up("Ada").await.person.id;
    let jun = fixture.jun.person.id;
    fixture.fill(5).await;
    let (room, nowhere) = (fixture.general, fixture.other);
    let marks = [(jun, room, 3), (jun, nowhere, 1), (UserId(Uuid::nil()), room, 1)];
    let marks = marks.map(|(user, room, seq)| ReadMark { user, room, seq });
    fixture.store.mark_read(&marks).await.unwrap();
    assert_eq!(fixture.seen(jun, room).await.unwrap().unread, 2);
    assert_eq!(fixture.seen(ada, room).await.unwrap().unread, 5);
    assert_eq!(fixture.seen(jun, nowhere).await, None, "reading is no way in");
}

async fn the_most_active_room_comes_first(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let tea = fixture.made(RoomKind::Public, "Tea").await;
    let order = async || {
        let rooms = fixture.store.rooms_of(mina).await.unwrap();
        rooms.iter().map(|room| room.id).collect::<Vec<_>>()
    };
    assert_eq!(order().await[0], tea);
    let entry = [fixture.entry("hi")];
    fixture.store.append(&entry, 50).await.unwrap();
    assert_eq!(order().await[0], fixture.general);
}

conformance!(
    people_are_found_by_part_of_their_nickname_whatever_its_case,
    the_people_in_a_room_are_listed_by_name,
    a_newcomer_has_nothing_unread,
    how_far_one_has_read_moves_nobody_elses_mark,
    the_most_active_room_comes_first,
);
