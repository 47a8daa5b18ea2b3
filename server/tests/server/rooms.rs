//! Rooms over a real listener: membership, and that others learn nothing of a room.

use serde_json::{Value, json};
use steadfast_shared::event::{self, Entries, Page, Presence, Reply, Sent};
use steadfast_shared::room::{ListedRoom, MembershipUpdate, RoomUpdate};
use steadfast_shared::{Body, ErrorCode, Person, Room, RoomChange, RoomId, RoomKind, UserId, limit};
use uuid::Uuid;

use crate::support::{Client, TestServer, message, ok};

async fn create(client: &mut Client, kind: &str, name: &str) -> Room {
    let payload = json!({ "id": Uuid::now_v7(), "kind": kind, "name": name });
    ok(client, event::CREATE_ROOM, payload).await
}

async fn came_in(client: &mut Client) -> Room {
    match client.next(event::ROOM).await {
        RoomUpdate::In { room } => *room,
        RoomUpdate::Out { room, .. } => panic!("out of {room}"),
    }
}

async fn is_out(client: &mut Client) -> RoomId {
    loop {
        if let RoomUpdate::Out { room, .. } = client.next(event::ROOM).await {
            return room;
        }
    }
}

fn me(client: &Client) -> UserId {
    client.opened().me.id
}

/// All requests about a room, by a person who must not know of it.
async fn assert_unknown(client: &mut Client, room: RoomId) {
    let id = Uuid::now_v7();
    for (event, payload) in [
        (event::HISTORY, json!({ "room": room })),
        (event::HISTORY, json!({ "room": room, "around": 1 })),
        (event::TYPING, json!({ "room": room })),
        (event::READ, json!({ "room": room, "seq": 1 })),
        (event::JOIN_ROOM, json!({ "room": room })),
        (event::LEAVE_ROOM, json!({ "room": room })),
        (event::INVITE, json!({ "room": room, "people": [me(client)] })),
        (
            event::REMOVE_MEMBER,
            json!({ "room": room, "person": me(client) }),
        ),
        (event::CHANGE_ROOM, json!({ "room": room, "name": "mine" })),
        (event::LIST_MEMBERS, json!({ "room": room })),
    ] {
        let Reply::Err(refused) = client.call::<Value>(event, &payload).await else {
            panic!("{event} is answered");
        };
        let nowhere = payload.to_string().replace(&room.to_string(), &id.to_string());
        let nowhere: Value = serde_json::from_str(&nowhere).unwrap();
        let Reply::Err(unknown) = client.call::<Value>(event, nowhere).await else {
            panic!("{event} is answered");
        };
        assert_eq!(refused, unknown, "{event}");
        assert_eq!(refused.code, ErrorCode::UnknownRoom, "{event}");
    }
    let Reply::Ok(sent) = client
        .call::<Vec<Sent>>(event::SEND, [message(room, "let me in")])
        .await
    else {
        panic!("the whole batch is refused");
    };
    assert!(matches!(&sent[0], Sent::Refused { error, .. } if error.code == ErrorCode::UnknownRoom));
    let heads: event::Heads = ok(client, event::SYNC, json!({})).await;
    assert!(!heads.contains_key(&room));
    let listed: Vec<ListedRoom> = ok(client, event::BROWSE_ROOMS, json!({})).await;
    assert!(listed.iter().all(|listed| listed.id != room));
}

#[tokio::test]
async fn who_is_there_hears_of_somebody_who_signs_up() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    server.sign_in("Jun").await;
    let news: MembershipUpdate = mina.next(event::MEMBERS).await;
    assert_eq!(
        (news.room, news.person.name.as_str(), news.joined),
        (mina.room(), "Jun", true)
    );
}

#[tokio::test]
async fn a_public_room_is_found_joined_and_left() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = create(&mut mina, "public", "Tea").await;
    assert_eq!((room.kind, room.manage, room.unread), (RoomKind::Public, true, 0));
    assert_eq!(came_in(&mut mina).await.id, room.id);
    let created = mina.next::<Entries>(event::ENTRIES).await;
    assert_eq!((created.room, created.from), (room.id, 1));
    let change = RoomChange::Created;
    assert_eq!(created.entries[0].body, Body::Room { change });
    mina.send(&[message(room.id, "before")]).await;

    let payload = json!({ "search": "TE" });
    let listed: Vec<ListedRoom> = ok(&mut jun, event::BROWSE_ROOMS, payload).await;
    assert_eq!((listed.len(), listed[0].members, listed[0].joined), (1, 1, false));
    let joined: Room = ok(&mut jun, event::JOIN_ROOM, json!({ "room": room.id })).await;
    assert_eq!(
        (joined.head, joined.read, joined.unread, joined.manage),
        (2, 2, 0, false)
    );
    assert_eq!(came_in(&mut jun).await, joined);
    let news: MembershipUpdate = mina.next(event::MEMBERS).await;
    assert_eq!((news.person.name.as_str(), news.joined), ("Jun", true));
    mina.send(&[message(room.id, "hello")]).await;
    let live = jun.next::<Entries>(event::ENTRIES).await;
    assert_eq!((live.room, live.from), (room.id, 3));

    let () = ok(&mut jun, event::LEAVE_ROOM, json!({ "room": room.id })).await;
    assert_eq!(is_out(&mut jun).await, room.id);
    let news: MembershipUpdate = mina.next(event::MEMBERS).await;
    assert_eq!((news.person.name.as_str(), news.joined), ("Jun", false));
    mina.send(&[message(room.id, "gone?"), message(jun.room(), "in general")])
        .await;
    let live = jun.next::<Entries>(event::ENTRIES).await;
    assert_eq!(live.room, jun.room(), "nothing of the room it has left");
}

#[tokio::test]
async fn asking_again_makes_no_second_room_and_a_public_name_is_taken_once() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let payload = json!({ "id": Uuid::now_v7(), "kind": "public", "name": "Tea" });
    let first: Room = ok(&mut mina, event::CREATE_ROOM, payload.clone()).await;
    // The room comes with its published entries: the first one follows.
    let _created: Entries = mina.next(event::ENTRIES).await;
    let again: Room = ok(&mut mina, event::CREATE_ROOM, payload.clone()).await;
    assert_eq!((first.id, again.head), (again.id, 1));
    assert_eq!(
        jun.refusal(event::CREATE_ROOM, payload).await,
        ErrorCode::Conflict
    );
    let same_name = json!({ "id": Uuid::now_v7(), "kind": "public", "name": "#tEA" });
    assert_eq!(
        jun.refusal(event::CREATE_ROOM, same_name).await,
        ErrorCode::RoomNameTaken
    );
    create(&mut jun, "private", "Tea").await;
    let direct = json!({ "id": Uuid::now_v7(), "kind": "direct", "name": "Tea" });
    assert_eq!(jun.refusal(event::CREATE_ROOM, direct).await, ErrorCode::Invalid);
}

#[tokio::test]
async fn a_private_room_is_not_there_for_those_who_are_not_in_it() {
    let server = TestServer::start().await;
    let mut mina = server.join_as_owner("Mina").await;
    let mut jun = server.join("Jun").await;
    let mut ada = server.join("Ada").await;
    let room = create(&mut jun, "private", "Plans").await.id;
    jun.send(&[message(room, "secret")]).await;
    // This includes the server's owner.
    assert_unknown(&mut mina, room).await;
    assert_unknown(&mut ada, room).await;

    let invite = json!({ "room": room, "people": [me(&ada)] });
    let () = ok(&mut jun, event::INVITE, invite).await;
    let seen = came_in(&mut ada).await;
    assert_eq!((seen.id, seen.head, seen.unread), (room, 2, 0));
    let page: Page = ok(&mut ada, event::HISTORY, json!({ "room": room })).await;
    assert_eq!(page.entries.len(), 2);
    let members: Vec<Presence> = ok(&mut ada, event::LIST_MEMBERS, json!({ "room": room })).await;
    assert_eq!(members.len(), 2);
    let remove = json!({ "room": room, "person": me(&jun) });
    assert_eq!(
        ada.refusal(event::REMOVE_MEMBER, remove).await,
        ErrorCode::Forbidden
    );
    let change = json!({ "room": room, "name": "Mine" });
    assert_eq!(
        ada.refusal(event::CHANGE_ROOM, change).await,
        ErrorCode::Forbidden
    );

    let remove = json!({ "room": room, "person": me(&ada) });
    let () = ok(&mut jun, event::REMOVE_MEMBER, remove).await;
    assert_eq!(is_out(&mut ada).await, room);
    assert_unknown(&mut ada, room).await;
}

#[tokio::test]
async fn a_conversation_is_one_room_of_exactly_these_people_for_ever() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let mut ada = server.join("Ada").await;
    let with_jun = json!({ "with": [me(&jun)] });
    let with_mina = json!({ "with": [me(&mina), me(&jun), me(&mina)] });
    let (a, b) = (
        mina.ask(event::DIRECT_ROOM, &with_jun).await,
        jun.ask(event::DIRECT_ROOM, &with_mina).await,
    );
    let (Reply::Ok(a), Reply::Ok(b)) = (mina.answer::<Room>(a).await, jun.answer::<Room>(b).await) else {
        panic!("refused");
    };
    assert_eq!(
        (a.id, a.kind, a.manage, a.name.as_str()),
        (b.id, RoomKind::Direct, false, "")
    );
    assert_eq!(
        (a.with[0].name.as_str(), b.with[0].name.as_str()),
        ("Jun", "Mina")
    );
    mina.send(&[message(a.id, "psst")]).await;
    assert_unknown(&mut ada, a.id).await;
    for (event, payload) in [
        (event::LEAVE_ROOM, json!({ "room": a.id })),
        (event::CHANGE_ROOM, json!({ "room": a.id, "name": "ours" })),
        (event::INVITE, json!({ "room": a.id, "people": [me(&ada)] })),
        (event::REMOVE_MEMBER, json!({ "room": a.id, "person": me(&jun) })),
    ] {
        assert_eq!(
            mina.refusal(event, payload).await,
            ErrorCode::Forbidden,
            "{event}"
        );
    }
    let mine = me(&mina);
    for with in [json!([]), json!([mine]), json!([Uuid::nil()])] {
        let payload = json!({ "with": with });
        assert_eq!(
            mina.refusal(event::DIRECT_ROOM, payload).await,
            ErrorCode::Invalid
        );
    }
    let many: Vec<Uuid> = (0..limit::DIRECT_PEOPLE).map(|_| Uuid::now_v7()).collect();
    let payload = json!({ "with": many });
    assert_eq!(
        mina.refusal(event::DIRECT_ROOM, payload).await,
        ErrorCode::TooLarge
    );
    let group: Room = ok(&mut ada, event::DIRECT_ROOM, json!({ "with": [me(&jun), mine] })).await;
    assert_ne!(group.id, a.id);
    assert_eq!(group.with.len(), 2);
}

#[tokio::test]
async fn a_changed_room_is_told_to_everybody_in_it_and_an_archived_one_is_silent() {
    let server = TestServer::start().await;
    let mut mina = server.join_as_owner("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = create(&mut jun, "public", "Tea").await.id;
    let _: Room = ok(&mut mina, event::JOIN_ROOM, json!({ "room": room })).await;
    came_in(&mut mina).await;
    came_in(&mut jun).await;
    let change = json!({ "room": room, "name": "Coffee", "topic": "black", "archived": true });
    let changed: Room = ok(&mut jun, event::CHANGE_ROOM, change).await;
    assert_eq!((changed.name.as_str(), changed.archived), ("Coffee", true));
    let seen = came_in(&mut mina).await;
    assert_eq!(
        (seen.name.as_str(), seen.topic.as_str(), seen.archived),
        ("Coffee", "black", true)
    );
    assert!(seen.manage, "the server's owner may");
    let live = mina.next::<Entries>(event::ENTRIES).await.entries;
    assert_eq!(live.len(), 3);
    let Reply::Ok(sent) = mina.call::<Vec<Sent>>(event::SEND, [message(room, "hm")]).await else {
        panic!("refused");
    };
    assert!(matches!(&sent[0], Sent::Refused { error, .. } if error.code == ErrorCode::Archived));
    let topic = json!({ "room": room, "topic": "green" });
    assert_eq!(mina.refusal(event::CHANGE_ROOM, topic).await, ErrorCode::Archived);
    let reopen = json!({ "room": room, "archived": false });
    let reopened: Room = ok(&mut mina, event::CHANGE_ROOM, reopen).await;
    assert!(!reopened.archived);
    assert_eq!(mina.send(&[message(room, "ah")]).await, [6]);
    let taken = json!({ "room": room, "name": "GENERAL" });
    assert_eq!(
        jun.refusal(event::CHANGE_ROOM, taken).await,
        ErrorCode::RoomNameTaken
    );
}

#[tokio::test]
async fn every_tab_follows_into_a_room_and_out_of_it() {
    let server = TestServer::start().await;
    let session = server.sign_in("Jun").await;
    let mut tabs = Vec::new();
    for _ in 0..3 {
        tabs.push(server.connect(&session, json!({})).await);
    }
    let mut mina = server.join("Mina").await;
    let room = create(&mut mina, "public", "Tea").await.id;
    let _: Room = ok(&mut tabs[0], event::JOIN_ROOM, json!({ "room": room })).await;
    for tab in &mut tabs {
        assert_eq!(came_in(tab).await.id, room);
    }
    let () = ok(&mut tabs[1], event::LEAVE_ROOM, json!({ "room": room })).await;
    for tab in &mut tabs {
        assert_eq!(is_out(tab).await, room);
        assert_eq!(
            tab.refusal(event::HISTORY, json!({ "room": room })).await,
            ErrorCode::UnknownRoom
        );
    }
    let back = server.connect(&session, json!({})).await;
    assert!(back.opened().rooms.iter().all(|known| known.id != room));
}

#[tokio::test]
async fn a_nickname_changes_everywhere_at_once() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let general = mina.room();
    mina.send(&[message(general, "hi")]).await;
    assert_eq!(
        mina.refusal(event::NICKNAME, json!({ "name": "jUN" })).await,
        ErrorCode::NicknameTaken
    );
    let person: Person = ok(&mut mina, event::NICKNAME, json!({ "name": "Minerva" })).await;
    assert_eq!(person.name, "Minerva");
    assert_eq!(jun.entries().await[0].author.name, "Mina");
    let entries = jun.entries().await;
    assert!(matches!(&entries[0].body, Body::Nickname { name, was }
        if name.as_str() == "Minerva" && was.as_str() == "Mina"));
    assert_eq!(entries[0].author.name, "Minerva");
    mina.send(&[message(general, "it is me")]).await;
    assert_eq!(jun.entries().await[0].author.name, "Minerva");
    let page: Page = ok(&mut jun, event::HISTORY, json!({ "room": general })).await;
    assert!(page.entries.iter().all(|entry| entry.author.name == "Minerva"));
    let session = server.sign_in("Ada").await;
    let cursors = json!({ "epoch": session.epoch, "cursors": {} });
    let ada = server.connect(&session, cursors).await;
    let missed = &ada.opened().missed[0].entries;
    assert!(missed.iter().all(|entry| entry.author.name == "Minerva"));
    assert!(
        ada.opened()
            .online
            .iter()
            .any(|there| there.person.name == "Minerva")
    );
    let again: Person = ok(&mut mina, event::NICKNAME, json!({ "name": "Minerva" })).await;
    assert_eq!(again, person);
    let found: Vec<Person> = ok(&mut jun, event::FIND_PEOPLE, json!({ "search": "NERV" })).await;
    assert_eq!(found, [person]);
}

#[tokio::test]
async fn what_is_deleted_is_nowhere_to_be_had_any_more() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let session = server.sign_in("Jun").await;
    let room = mina.room();
    let secret = message(room, "xyzzy");
    mina.send(std::slice::from_ref(&secret)).await;
    let reply = Body::Message {
        text: steadfast_shared::MessageText::parse("what?").unwrap(),
        reply_to: Some(1),
    };
    mina.send(&[event::SendItem {
        body: reply,
        ..message(room, "-")
    }])
    .await;
    mina.send(&[event::SendItem {
        body: Body::Delete { message: 1 },
        ..message(room, "-")
    }])
    .await;
    assert_eq!(mina.send(std::slice::from_ref(&secret)).await, [1], "a retry");
    let cursors = json!({ "epoch": session.epoch, "cursors": {} });
    let mut jun = server.connect(&session, cursors).await;
    assert!(jun.opened().recovered);
    assert!(!format!("{:?}", jun.opened()).contains("xyzzy"));
    let page: Page = ok(&mut jun, event::HISTORY, json!({ "room": room })).await;
    assert_eq!(page.entries[0].body, Body::Erased);
    assert!(!format!("{page:?}").contains("xyzzy"));
}
