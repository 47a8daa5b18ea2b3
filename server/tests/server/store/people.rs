//! Finding and listing people; read markers are per person.

use steadfast_server::store::admin::NewSignIn;
use steadfast_server::store::{Command, PeoplePage, ReadMark};
use steadfast_shared::admin::{LogQuery, SignInOutcome};
use steadfast_shared::room::InvitePeople;
use steadfast_shared::{Nickname, Person, RoomId, RoomKind, UserId, limit};
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
        let people = fixture
            .store
            .find_people(&PeoplePage::first(search))
            .await
            .unwrap();
        let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, found, "{search}");
    }
    for nth in 0..limit::LISTED {
        fixture.sign_up(&format!("Walker {nth}")).await;
    }
    assert_eq!(
        fixture
            .store
            .find_people(&PeoplePage::first(""))
            .await
            .unwrap()
            .len(),
        limit::LISTED
    );
}

async fn the_people_in_a_room_are_listed_by_name(fixture: Fixture) {
    let room = fixture.made(RoomKind::Private, "Plans").await;
    let mut people = Vec::new();
    for name in ["zoe", "Ada", "bo"] {
        people.push(fixture.sign_up(name).await.person.id);
    }
    let invite = Command::Invite(InvitePeople { room, people });
    fixture.act(fixture.mina.person.id, invite).await.unwrap();
    let members = fixture.store.members(room, &PeoplePage::first("")).await.unwrap();
    let names: Vec<_> = members.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Ada", "bo", "Mina", "zoe"]);
    assert_eq!(fixture.store.person(UserId(Uuid::nil())).await.unwrap(), None);
    let mina = fixture.store.person(fixture.mina.person.id).await.unwrap();
    assert_eq!(mina, Some(fixture.mina.person.clone()));
}

/// All pages of a room's members, or of everybody, one after another.
async fn pages(fixture: &Fixture, room: Option<RoomId>, search: &str, limit: usize) -> Vec<String> {
    let mut page = PeoplePage::new(search, None, limit);
    let mut names = Vec::new();
    loop {
        let people = match room {
            Some(room) => fixture.store.members(room, &page).await.unwrap(),
            None => fixture.store.find_people(&page).await.unwrap(),
        };
        assert!(people.len() <= limit);
        let Some(last) = people.last() else { return names };
        page = page.following(&last.name, last.id);
        names.extend(people.into_iter().map(|person| person.name));
    }
}

async fn pages_of_people_have_everybody_once_and_in_order(fixture: Fixture) {
    let room = fixture.made(RoomKind::Private, "Plans").await;
    let mut people = Vec::new();
    for nth in 0..23 {
        let name = format!("{}{nth:02}", if nth % 2 == 0 { "Ada" } else { "bo" });
        people.push(fixture.sign_up(&name).await.person.id);
    }
    let few = people[..20].to_vec();
    fixture
        .act(
            fixture.mina.person.id,
            Command::Invite(InvitePeople { room, people: few }),
        )
        .await
        .unwrap();
    let all = pages(&fixture, Some(room), "", 100).await;
    assert_eq!(
        (all.len(), all[0].as_str(), all[20].as_str()),
        (21, "Ada00", "Mina")
    );
    let mut sorted = all.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    assert_eq!(all, sorted);
    for limit in [1, 7, 20, 21] {
        assert_eq!(
            pages(&fixture, Some(room), "", limit).await,
            all,
            "{limit} a page"
        );
    }
    assert_eq!(
        pages(&fixture, Some(room), "BO1", 2).await,
        ["bo11", "bo13", "bo15", "bo17", "bo19"]
    );
    let everybody = pages(&fixture, None, "", 1_000).await;
    assert_eq!(everybody.len(), 25);
    assert_eq!(pages(&fixture, None, "", 3).await, everybody);
    // Names that begin with the search come first; others that contain it fill the first page.
    fixture.sign_up("Zad").await;
    let found = fixture
        .store
        .find_people(&PeoplePage::new("ad", None, 13))
        .await
        .unwrap();
    assert_eq!(found.len(), 13);
    assert_eq!(
        (found[0].name.as_str(), found[12].name.as_str()),
        ("Ada00", "Zad")
    );
}

async fn a_page_goes_on_where_it_ended_whoever_was_renamed_meanwhile(fixture: Fixture) {
    let mut people = Vec::new();
    for name in ["Aa", "Ab", "Ac", "Ad"] {
        people.push(fixture.sign_up(name).await.person);
    }
    let first = PeoplePage::new("", None, 2);
    let named = |people: Vec<Person>| people.into_iter().map(|person| person.name).collect::<Vec<_>>();
    assert_eq!(
        named(fixture.store.find_people(&first).await.unwrap()),
        ["Aa", "Ab"]
    );
    let other = Command::Rename(Nickname::parse("Zz").unwrap());
    fixture.act(people[1].id, other).await.unwrap();
    let next = first.following("Ab", people[1].id);
    assert_eq!(
        named(fixture.store.find_people(&next).await.unwrap()),
        ["Ac", "Ad"]
    );
    assert_eq!(
        pages(&fixture, None, "z", 5).await,
        ["Zz"],
        "found by the name they have"
    );
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

async fn lines_of_the_sign_in_log_are_written_together_in_their_order(fixture: Fixture) {
    let lines: Vec<NewSignIn> = (0..300)
        .map(|n| NewSignIn {
            at: 1_000 + n % 3,
            nickname: format!("민아 \"{n}\" 😀"),
            user: (n % 2 == 0).then_some(fixture.mina.person.id),
            outcome: [SignInOutcome::SignedUp, SignInOutcome::WrongPassphrase][usize::from(n % 5 == 0)],
            device: if n % 7 == 0 {
                String::new()
            } else {
                "Firefox \\ '; --".into()
            },
            address: "2001:db8::/64".into(),
        })
        .collect();
    fixture.store.log_sign_ins(&lines, &[]).await.unwrap();
    fixture.store.log_sign_ins(&[], &[]).await.unwrap();
    let stored = fixture.store.sign_ins(LogQuery::default()).await.unwrap();
    assert!(stored.len() > 20);
    for (stored, line) in stored.iter().zip(lines.iter().rev()) {
        assert_eq!(
            (
                stored.at,
                &stored.nickname,
                stored.outcome,
                &stored.device_name,
                stored.address.as_ref()
            ),
            (
                line.at,
                &line.nickname,
                line.outcome,
                &line.device,
                Some(&line.address)
            ),
        );
        assert_eq!(stored.person.as_ref().map(|person| person.id), line.user);
    }
}

conformance!(
    lines_of_the_sign_in_log_are_written_together_in_their_order,
    people_are_found_by_part_of_their_nickname_whatever_its_case,
    the_people_in_a_room_are_listed_by_name,
    pages_of_people_have_everybody_once_and_in_order,
    a_page_goes_on_where_it_ended_whoever_was_renamed_meanwhile,
    a_newcomer_has_nothing_unread,
    how_far_one_has_read_moves_nobody_elses_mark,
    the_most_active_room_comes_first,
);
