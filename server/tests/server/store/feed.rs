//! The change feed: contiguous, written in the transaction that makes the change, and read from one snapshot.

use steadfast_server::store::admin::Actor;
use steadfast_server::store::feed::{CHANGES_KEPT, CHANGES_KEPT_FOR};
use steadfast_server::store::{
    Administer, ChangeKind, Command, FeedChange, Grown, NewEntry, OperatorCommand, StoreRefusal, Token,
};
use steadfast_shared::event::{Block, ClosingReason};
use steadfast_shared::room::{DirectRoom, HideRoom, InvitePeople, RemoveMember};
use steadfast_shared::{Body, MessageText, Nickname, Role, RoomKind, Topic, UserId};

use super::{Fixture, create, unchanged};
use crate::support::database::conformance;
use crate::support::newcomer;

async fn head(fixture: &Fixture) -> u64 {
    fixture.store.snapshot().await.unwrap().feed_head().await.unwrap()
}

async fn after(fixture: &Fixture, number: u64) -> Option<Vec<FeedChange>> {
    let mut snapshot = fixture.store.snapshot().await.unwrap();
    snapshot.changes_after(number, 1_000).await.unwrap()
}

/// The changes of a command: as in the feed, and as in its outcome.
async fn changes_of(fixture: &Fixture, by: UserId, act: Command) -> Vec<ChangeKind> {
    let before = head(fixture).await;
    let acted = fixture.act(by, act).await.unwrap();
    let changes = after(fixture, before).await.unwrap();
    let numbers: Vec<u64> = changes.iter().map(|change| change.number).collect();
    assert_eq!(numbers, Vec::from_iter(before + 1..=acted.feed), "contiguous");
    changes.into_iter().map(|change| change.kind).collect()
}

fn administer(command: OperatorCommand) -> Command {
    Command::Administer(Box::new(Administer {
        actor: Actor::operator("root".into()),
        command,
    }))
}

async fn who_comes_and_goes_is_in_the_feed_by_the_transaction_that_moves_them(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.clone(), fixture.jun.person.clone());
    let made = changes_of(&fixture, mina.id, create(RoomKind::Private, "Plans")).await;
    let [ChangeKind::Joined { room, .. }] = made[..] else {
        panic!("{made:?}");
    };
    let joined = |person, made| ChangeKind::Joined {
        room,
        people: vec![person],
        made,
    };
    assert_eq!(made, [joined(mina.clone(), true)]);
    let people = vec![jun.id];
    let invited = changes_of(&fixture, mina.id, Command::Invite(InvitePeople { room, people })).await;
    assert_eq!(invited, [joined(jun.clone(), false)]);
    let remove = RemoveMember { room, person: jun.id };
    let left = |person| ChangeKind::Left {
        room,
        people: vec![person],
    };
    let removed = changes_of(&fixture, mina.id, Command::Remove(remove)).await;
    assert_eq!(removed, [left(jun)]);
    assert_eq!(
        changes_of(&fixture, mina.id, Command::Remove(remove)).await,
        [],
        "not twice"
    );
    let gone = changes_of(&fixture, mina.id, Command::Leave(room)).await;
    assert_eq!(gone, [left(mina)]);
}

async fn what_rooms_and_people_are_is_in_the_feed(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.clone(), fixture.jun.person.clone());
    let room = fixture.made(RoomKind::Public, "Tea").await;
    let mut change = unchanged(room);
    change.topic = Some(Topic::parse("green").unwrap());
    let changed = changes_of(&fixture, mina.id, Command::Change(change.clone())).await;
    assert_eq!(changed, [ChangeKind::RoomChanged { room }]);
    assert_eq!(changes_of(&fixture, mina.id, Command::Change(change)).await, []);

    let minerva = Command::Rename(Nickname::parse("Minerva").unwrap());
    let renamed = changes_of(&fixture, mina.id, minerva.clone()).await;
    assert!(matches!(&renamed[..], [ChangeKind::Renamed { person }] if person.name == "Minerva"));
    assert_eq!(changes_of(&fixture, mina.id, minerva).await, []);

    let block = Block {
        person: jun.id,
        blocked: true,
    };
    let blocked = changes_of(&fixture, mina.id, Command::Block(block)).await;
    assert!(
        matches!(&blocked[..], [ChangeKind::BlockedChanged { by, blocked }] if *by == mina.id && blocked.blocked)
    );
    fixture
        .act(
            mina.id,
            Command::Block(Block {
                blocked: false,
                ..block
            }),
        )
        .await
        .unwrap();

    let direct = Command::Direct(DirectRoom { with: vec![jun.id] });
    let room = fixture.act(mina.id, direct.clone()).await.unwrap().room.unwrap();
    assert_eq!(
        changes_of(&fixture, mina.id, direct.clone()).await,
        [],
        "it is shown already"
    );
    let view = ChangeKind::ViewChanged {
        room,
        person: mina.id,
    };
    let hide = Command::Hide(HideRoom { room, hidden: true });
    for act in [hide, direct] {
        let changes = changes_of(&fixture, mina.id, act).await;
        assert_eq!(changes, std::slice::from_ref(&view));
    }
}

async fn what_operators_do_is_in_the_feed(fixture: Fixture) {
    let (mina, jun) = (fixture.mina.person.clone(), fixture.jun.clone());
    let role = changes_of(
        &fixture,
        mina.id,
        administer(OperatorCommand::SetRole(mina.id, Role::Moderator)),
    )
    .await;
    let (person, role_now) = (mina.id, Role::Moderator);
    let changed = ChangeKind::RoleChanged {
        person,
        role: role_now,
    };
    assert_eq!(role, [changed]);
    let ended = changes_of(
        &fixture,
        mina.id,
        administer(OperatorCommand::SignOut(jun.person.id)),
    )
    .await;
    let (sessions, reason) = (vec![jun.session], ClosingReason::SignedOut);
    assert_eq!(ended, [ChangeKind::SessionsEnded { sessions, reason }]);
    let again = changes_of(
        &fixture,
        mina.id,
        administer(OperatorCommand::SignOut(jun.person.id)),
    )
    .await;
    assert_eq!(again, []);
    let room = fixture.made(RoomKind::Public, "Tea").await;
    let deleted = changes_of(&fixture, mina.id, administer(OperatorCommand::DeleteRoom(room))).await;
    assert_eq!(deleted, [ChangeKind::RoomDeleted { room }]);
}

async fn new_people_and_ended_sessions_are_in_the_feed(fixture: Fixture) {
    let before = head(&fixture).await;
    let token = Token::shown("ada");
    let mut wanted = newcomer("Ada");
    wanted.device.token = token.hash();
    let ada = fixture.store.sign_up(&wanted).await.unwrap();
    let changes = after(&fixture, before).await.unwrap();
    let signed_up = ChangeKind::SignedUp {
        person: ada.person.clone(),
        rooms: vec![fixture.general],
    };
    assert_eq!(changes.last().map(|change| &change.kind), Some(&signed_up));
    assert!(fixture.store.sign_up(&newcomer("Ada")).await.is_err());
    assert_eq!(
        head(&fixture).await,
        before + 1,
        "what is refused changes nothing"
    );

    let ended = |sessions| ChangeKind::SessionsEnded {
        sessions,
        reason: ClosingReason::SignedOut,
    };
    fixture.store.sign_out(token.hash()).await.unwrap();
    fixture
        .store
        .revoke(fixture.jun.person.id, fixture.jun.session)
        .await
        .unwrap();
    fixture
        .store
        .reset_passphrase(fixture.mina.person.id, "hash")
        .await
        .unwrap();
    let mut snapshot = fixture.store.snapshot().await.unwrap();
    let sessions = [ada.session, fixture.jun.session, fixture.mina.session];
    assert_eq!(snapshot.ended(&sessions).await.unwrap(), sessions);
    let changes = snapshot.changes_after(before + 1, 10).await.unwrap().unwrap();
    let kinds: Vec<ChangeKind> = changes.into_iter().map(|change| change.kind).collect();
    assert_eq!(kinds, sessions.map(|session| ended(vec![session])));
}

async fn a_snapshot_is_as_of_one_moment(fixture: Fixture) {
    fixture.fill(3).await;
    let mut snapshot = fixture.store.snapshot().await.unwrap();
    let before = snapshot.feed_head().await.unwrap();
    let jun = fixture.jun.person.id;
    let left = fixture.act(jun, Command::Leave(fixture.general)).await.unwrap();
    fixture.fill(2).await;
    assert_eq!(left.feed, before + 1);
    assert_eq!(
        snapshot.changes_after(before, 10).await.unwrap(),
        Some(Vec::new())
    );
    assert_eq!(snapshot.rooms_of(jun).await.unwrap().len(), 1);
    let grown = snapshot.grown(&[(fixture.general, 1)], 10).await.unwrap();
    assert_eq!((grown[0].head, grown[0].fresh.len()), (3, 2));
    drop(snapshot);

    let mut snapshot = fixture.store.snapshot().await.unwrap();
    let changes = snapshot.changes_after(before, 10).await.unwrap().unwrap();
    assert_eq!(changes.len(), 1);
    assert!(snapshot.rooms_of(jun).await.unwrap().is_empty());
    assert!(snapshot.views(fixture.general, &[jun]).await.unwrap().is_empty());
    let profile = snapshot.profile(jun).await.unwrap().unwrap();
    assert_eq!(
        (profile.person, profile.role),
        (fixture.jun.person.clone(), Role::Member)
    );
}

async fn rooms_that_grew_come_with_what_follows_and_no_more_than_asked_for(fixture: Fixture) {
    fixture.fill(10).await;
    let mut snapshot = fixture.store.snapshot().await.unwrap();
    let grown = snapshot
        .grown(&[(fixture.general, 4), (fixture.other, 0)], 3)
        .await
        .unwrap();
    let [Grown { room, head, fresh }] = &grown[..] else {
        panic!("{grown:?}");
    };
    let seqs: Vec<u64> = fresh.iter().map(|entry| entry.seq).collect();
    assert_eq!((*room, *head, seqs), (fixture.general, 10, vec![5, 6, 7]));
    assert!(fresh.iter().all(|entry| entry.now.is_none()));
    assert!(matches!(fresh[0].body, Body::Message { .. }));
    let level = snapshot.grown(&[(fixture.general, 10)], 3).await.unwrap();
    assert!(level.is_empty());
}

async fn a_glance_is_what_a_snapshot_says_or_nothing(fixture: Fixture) {
    let is_postgres = fixture.database.file().is_none();
    let asked = |general| [(fixture.general, general), (fixture.other, 0)];
    let applied = head(&fixture).await;
    let glance = async |general, limit| {
        let asked = asked(general);
        fixture.store.glance(applied, &asked, limit).await.unwrap()
    };
    let read = async |general, limit| {
        let mut snapshot = fixture.store.snapshot().await.unwrap();
        snapshot.grown(&asked(general), limit).await.unwrap()
    };
    assert_eq!(glance(0, 10).await, is_postgres.then(Vec::new));
    fixture.fill(6).await;
    let mut elsewhere = fixture.entry("in another room");
    elsewhere.room = fixture.other;
    let long = || fixture.entry(&"long ".repeat(3_000));
    let change = |body| NewEntry {
        body,
        ..fixture.entry("-")
    };
    let edited = MessageText::parse("edited").unwrap();
    fixture.append(&[elsewhere]).await;
    fixture
        .append(&[
            change(Body::Edit {
                message: 2,
                text: edited,
            }),
            change(Body::Delete { message: 3 }),
        ])
        .await;
    fixture.append(&(0..40).map(|_| long()).collect::<Vec<_>>()).await;
    for (general, limit) in [(0, 100), (0, 3), (4, 100), (8, 100), (48, 100), (1_000, 100)] {
        let mut read = read(general, limit).await;
        read.sort_by_key(|log| log.room);
        assert_eq!(
            glance(general, limit).await,
            is_postgres.then_some(read),
            "from {general}"
        );
    }
    let reply = Body::Message {
        text: MessageText::parse("yes").unwrap(),
        reply_to: Some(1),
    };
    fixture.append(&[change(reply)]).await;
    assert_eq!(
        glance(48, 100).await,
        None,
        "what it quotes is read from a snapshot"
    );
    assert!(glance(49, 100).await.is_none_or(|grown| grown.len() == 1));
    fixture
        .act(fixture.jun.person.id, Command::Leave(fixture.general))
        .await
        .unwrap();
    assert_eq!(glance(49, 100).await, None, "the feed has moved");
}

async fn an_append_says_how_far_the_feed_was(fixture: Fixture) {
    let entries = [fixture.entry("hi")];
    let appended = fixture.store.append(&entries, 7).await.unwrap();
    assert_eq!(appended.feed, head(&fixture).await);
    let refused = fixture
        .act(fixture.jun.person.id, Command::Leave(fixture.other))
        .await;
    assert_eq!(refused, Err(StoreRefusal::UnknownRoom));
    assert_eq!(appended.feed, head(&fixture).await);
}

async fn old_changes_are_forgotten_and_whoever_needs_them_is_told_so(fixture: Fixture) {
    let start = head(&fixture).await;
    let mina = fixture.mina.person.id;
    for nth in 0..3_u64 {
        let renamed = Command::Rename(Nickname::parse(&format!("Mina {nth}")).unwrap());
        let at = 1_000 * nth;
        fixture
            .store
            .act(mina, None, &renamed, at)
            .await
            .unwrap()
            .unwrap();
    }
    // The first of the three exceeds the maximum age.
    fixture.store.prune_changes(CHANGES_KEPT_FOR + 500).await.unwrap();
    assert_eq!(after(&fixture, start).await, None);
    assert_eq!(
        after(&fixture, start + 1).await.map(|changes| changes.len()),
        Some(2)
    );
    fixture.store.prune_changes(10 * CHANGES_KEPT_FOR).await.unwrap();
    assert_eq!(after(&fixture, start + 1).await, None);
    assert_eq!(after(&fixture, start + 3).await, Some(Vec::new()));
    assert_eq!(after(&fixture, start + 4).await, None, "another feed's");
    assert_eq!(head(&fixture).await, start + 3, "numbers are not given twice");
}

async fn the_feed_is_bounded_in_changes(fixture: Fixture) {
    let further = format!("update feed set head = head + {CHANGES_KEPT}");
    fixture.database.run(&further).await;
    fixture
        .act(fixture.jun.person.id, Command::Leave(fixture.general))
        .await
        .unwrap();
    fixture.store.prune_changes(10).await.unwrap();
    let head = head(&fixture).await;
    assert_eq!(
        after(&fixture, head - 1).await.map(|changes| changes.len()),
        Some(1)
    );
    assert_eq!(after(&fixture, 0).await, None);
}

conformance!(
    who_comes_and_goes_is_in_the_feed_by_the_transaction_that_moves_them,
    what_rooms_and_people_are_is_in_the_feed,
    what_operators_do_is_in_the_feed,
    new_people_and_ended_sessions_are_in_the_feed,
    a_snapshot_is_as_of_one_moment,
    rooms_that_grew_come_with_what_follows_and_no_more_than_asked_for,
    a_glance_is_what_a_snapshot_says_or_nothing,
    an_append_says_how_far_the_feed_was,
    old_changes_are_forgotten_and_whoever_needs_them_is_told_so,
    the_feed_is_bounded_in_changes,
);
