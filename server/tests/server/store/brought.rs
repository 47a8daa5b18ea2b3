//! Adding people counts against the one who adds them; blocked people cannot add anybody.

use steadfast_server::store::PeoplePage;
use steadfast_server::store::refusal::Blocker;
use steadfast_shared::event::Block;
use steadfast_shared::limit;
use steadfast_shared::room::{DirectRoom, HideRoom, InvitePeople};

use super::*;
use crate::support::database::conformance;

fn direct(with: &[UserId]) -> Command {
    Command::Direct(DirectRoom { with: with.to_vec() })
}

fn block(person: UserId, blocked: bool) -> Command {
    Command::Block(Block { person, blocked })
}

/// This many people, with ids that have not signed up.
async fn crowd(fixture: &Fixture, count: usize) -> Vec<UserId> {
    let people: Vec<UserId> = (0..count).map(|_| UserId(Uuid::now_v7())).collect();
    let rows = people.iter().enumerate().map(|(n, user)| {
        let id = fixture.database.id(user.0);
        format!("({id}, 'person {n}', 'person {n}', 0)")
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    let insert = format!("insert into users (id, name, name_key, created_at) values {rows}");
    fixture.database.run(&insert).await;
    people
}

async fn fault_h04_conversations_cost_who_opens_them_and_not_who_is_in_them(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let people = crowd(&fixture, limit::DIRECT_PER_HOUR as usize + 1).await;
    let (last, others) = people.split_last().unwrap();
    for person in others {
        fixture.act(mina, direct(&[*person])).await.unwrap();
    }
    let refused = fixture.act(mina, direct(&[*last])).await;
    assert!(
        matches!(refused, Err(StoreRefusal::TooMuchLately(_))),
        "{refused:?}"
    );
    // Opening an existing one costs nothing; an hour later more are allowed.
    fixture.act(mina, direct(&[others[0]])).await.unwrap();
    let later = 5 + 60 * 60 * 1_000;
    let opened = fixture
        .store
        .act(mina, None, &direct(&[*last]), later)
        .await
        .unwrap();
    assert!(opened.is_ok(), "{opened:?}");
    // A person who was added has all their own rooms left, and can open conversations.
    fixture
        .act(others[0], create(RoomKind::Public, "mine"))
        .await
        .unwrap();
    fixture.act(others[0], direct(&[jun])).await.unwrap();
}

async fn fault_h04_conversations_that_nobody_answers_are_bounded(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let people = crowd(&fixture, limit::DIRECT_UNANSWERED as usize).await;
    let hour = 60 * 60 * 1_000;
    let mut at = 9;
    for some in people.chunks(limit::DIRECT_PER_HOUR as usize - 10) {
        at += hour + 1;
        let conversations = some.iter().map(|person| direct(&[*person]));
        for made in fixture.act_together(mina, conversations, at).await {
            made.unwrap();
        }
    }
    let one_more = direct(&[jun]);
    at += 2 * hour;
    let refused = fixture.store.act(mina, None, &one_more, at).await.unwrap();
    assert_eq!(refused, Err(StoreRefusal::TooManyUnanswered));
    // One reply makes room for one more.
    let rooms = fixture.store.rooms_of(people[0]).await.unwrap();
    let answer = NewEntry {
        author: people[0],
        room: rooms[0].id,
        ..fixture.entry("yes?")
    };
    assert!(matches!(
        fixture.append(&[answer]).await[0],
        EntryOutcome::Stored { .. }
    ));
    assert!(
        fixture
            .store
            .act(mina, None, &one_more, at)
            .await
            .unwrap()
            .is_ok()
    );
}

async fn fault_h04_people_brought_into_rooms_are_counted_by_the_hour(fixture: Fixture) {
    let mina = fixture.mina.person.id;
    let people = crowd(&fixture, limit::BROUGHT_PER_HOUR as usize + 1).await;
    let room = fixture.made(RoomKind::Private, "Plans").await;
    for some in people.chunks(limit::INVITED) {
        let invite = Command::Invite(InvitePeople {
            room,
            people: some.to_vec(),
        });
        match fixture.act(mina, invite).await {
            Ok(acted) => assert_eq!(acted.came.len(), some.len()),
            refused => {
                assert!(
                    matches!(refused, Err(StoreRefusal::TooMuchLately(_))),
                    "{refused:?}"
                );
                assert_eq!(some.len(), 1, "the last one");
            }
        }
    }
    assert_eq!(
        fixture
            .store
            .members(room, &PeoplePage::new("", None, 1_000))
            .await
            .unwrap()
            .len(),
        limit::BROUGHT_PER_HOUR as usize + 1
    );
}

async fn fault_h04_who_is_brought_everywhere_leaves_what_they_were_brought_into_first(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let first = fixture.made(RoomKind::Private, "first").await;
    let invite = |room| {
        Command::Invite(InvitePeople {
            room,
            people: vec![jun],
        })
    };
    fixture.act(mina, invite(first)).await.unwrap();
    let seen = fixture.seen(jun, first).await.unwrap();
    assert_eq!(seen.brought_by, Some(fixture.mina.person.clone()));
    fixture
        .put_into_rooms(jun, limit::BROUGHT_ROOMS - 1, Some(mina))
        .await;
    let last = fixture.made(RoomKind::Private, "last").await;
    let acted = fixture.act(mina, invite(last)).await.unwrap();
    assert_eq!(acted.displaced, [(first, fixture.jun.person.clone())]);
    assert!(fixture.seen(jun, first).await.is_none() && fixture.seen(jun, last).await.is_some());
    // After writing in a room they are in it by their own will.
    let entry = NewEntry {
        author: jun,
        room: last,
        ..fixture.entry("hello")
    };
    fixture.append(&[entry]).await;
    assert_eq!(fixture.seen(jun, last).await.unwrap().brought_by, None);
}

async fn fault_h04_who_is_blocked_brings_nobody_anywhere_and_says_nothing_to_them(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let ada = fixture.sign_up("Ada").await.person.id;
    let two = fixture.act(mina, direct(&[jun])).await.unwrap().room.unwrap();
    fixture.act(jun, block(mina, true)).await.unwrap();
    let blocked = fixture.store.blocked_by(jun).await.unwrap();
    assert_eq!(blocked, std::slice::from_ref(&fixture.mina.person));
    let other = Err(StoreRefusal::Blocked(Blocker::Other));
    let room = fixture.made(RoomKind::Private, "Plans").await;
    let invite = Command::Invite(InvitePeople {
        room,
        people: vec![ada, jun],
    });
    assert_eq!(fixture.act(mina, invite).await, other);
    assert_eq!(
        fixture
            .store
            .members(room, &PeoplePage::new("", None, 1_000))
            .await
            .unwrap()
            .len(),
        1,
        "all or none"
    );
    for with in [vec![jun], vec![ada, jun]] {
        assert_eq!(fixture.act(mina, direct(&with)).await, other);
    }
    let entry = |author| NewEntry {
        author,
        room: two,
        ..fixture.entry("hi")
    };
    assert_eq!(
        fixture.append(&[entry(mina), entry(jun)]).await,
        [
            EntryOutcome::Refused(StoreRefusal::Blocked(Blocker::Other)),
            EntryOutcome::Refused(StoreRefusal::Blocked(Blocker::Oneself))
        ]
    );
    // In a public room both continue; a blocked person's mention does not count.
    let text = steadfast_shared::mention::written(jun);
    fixture.append(&[fixture.entry(&text)]).await;
    let general = fixture.seen(jun, fixture.general).await.unwrap();
    assert_eq!((general.unread, general.mentions), (1, 0));

    fixture.act(jun, block(mina, false)).await.unwrap();
    assert!(matches!(
        fixture.append(&[entry(mina)]).await[0],
        EntryOutcome::Stored { .. }
    ));
    let oneself = fixture.act(jun, block(jun, true)).await;
    assert!(matches!(oneself, Err(StoreRefusal::Invalid(_))));
}

async fn fault_h04_a_conversation_is_hidden_until_something_is_said_and_one_of_several_is_left(
    fixture: Fixture,
) {
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let ada = fixture.sign_up("Ada").await.person.id;
    let two = fixture.act(mina, direct(&[jun])).await.unwrap().room.unwrap();
    let hide = |hidden| Command::Hide(HideRoom { room: two, hidden });
    assert_eq!(
        fixture.act(jun, Command::Leave(two)).await,
        Err(StoreRefusal::Forbidden)
    );
    fixture.act(jun, hide(true)).await.unwrap();
    assert!(fixture.seen(jun, two).await.unwrap().hidden);
    assert!(!fixture.seen(mina, two).await.unwrap().hidden);
    let entry = NewEntry {
        room: two,
        ..fixture.entry("still there?")
    };
    fixture.store.append(&[entry], 10).await.unwrap();
    assert!(!fixture.seen(jun, two).await.unwrap().hidden);
    fixture.act(jun, hide(true)).await.unwrap();
    fixture.act(jun, direct(&[mina])).await.unwrap();
    assert!(
        !fixture.seen(jun, two).await.unwrap().hidden,
        "who opens it sees it"
    );
    let public = Command::Hide(HideRoom {
        room: fixture.general,
        hidden: true,
    });
    assert_eq!(fixture.act(jun, public).await, Err(StoreRefusal::Forbidden));

    let three = fixture
        .act(mina, direct(&[jun, ada]))
        .await
        .unwrap()
        .room
        .unwrap();
    fixture.act(jun, Command::Leave(three)).await.unwrap();
    assert!(fixture.seen(jun, three).await.is_none());
    // The others open the existing one, and nobody is added back; a person who left returns only by themselves.
    let again = fixture.act(mina, direct(&[jun, ada])).await.unwrap();
    assert_eq!((again.room, again.came.len()), (Some(three), 0));
    assert!(fixture.seen(jun, three).await.is_none());
    let back = fixture.act(jun, direct(&[ada, mina])).await.unwrap();
    assert_eq!(back.room, Some(three));
    assert!(fixture.seen(jun, three).await.is_some());
}

conformance!(
    fault_h04_conversations_cost_who_opens_them_and_not_who_is_in_them,
    fault_h04_conversations_that_nobody_answers_are_bounded,
    fault_h04_people_brought_into_rooms_are_counted_by_the_hour,
    fault_h04_who_is_brought_everywhere_leaves_what_they_were_brought_into_first,
    fault_h04_who_is_blocked_brings_nobody_anywhere_and_says_nothing_to_them,
    fault_h04_a_conversation_is_hidden_until_something_is_said_and_one_of_several_is_left,
);
