//! Presence for watchers: of the people a client shows, in batches, at a cost that does not grow with other people online.

use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_shared::event::{self, Availability, Reply, Watched};
use steadfast_shared::room::{CreateRoom, MembershipUpdate};
use steadfast_shared::{ErrorCode, Room, RoomId, RoomKind, RoomName, limit};
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{Client, TestServer};

/// The bytes that each of many simultaneous clients may be sent.
const BYTES_EACH: u64 = 15 * 1024;

fn names(watched: &Watched) -> Vec<(&str, Availability)> {
    let people = watched.people.iter();
    let mut names: Vec<_> = people
        .map(|presence| (presence.person.name.as_str(), presence.state))
        .collect();
    names.sort_unstable();
    names
}

async fn watch(client: &mut Client, watch: Value) -> Watched {
    match client.call(event::WATCH, watch).await {
        Reply::Ok(watched) => watched,
        Reply::Err(error) => panic!("{error:?}"),
    }
}

async fn make_private_room(client: &mut Client) -> RoomId {
    let payload = CreateRoom {
        id: RoomId(Uuid::now_v7()),
        kind: RoomKind::Private,
        name: RoomName::parse("hidden").unwrap(),
        topic: Default::default(),
    };
    match client.call::<Room>(event::CREATE_ROOM, &payload).await {
        Reply::Ok(room) => room.id,
        Reply::Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_client_is_told_of_the_people_it_shows_and_of_no_others() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let hidden = make_private_room(&mut ada).await;
    let general = ada.opened().rooms[0].id;
    let session = server.sign_in("Jun").await;
    // Not a member: nothing is returned, as for a room that does not exist.
    let mut jun = server
        .connect(&session, json!({ "watch": { "rooms": [hidden] } }))
        .await;
    let opened = jun.opened();
    assert_eq!(opened.watched, Some(Watched::default()));
    assert_eq!(opened.online.len(), 1, "this person: {:?}", opened.online);

    let mina = server.sign_in("Mina").await;
    let first = server.connect(&mina, json!({})).await;
    // If the next one is received, the first one was not sent.
    let update = watch(&mut jun, json!({ "rooms": [general] })).await;
    assert_eq!(
        names(&update),
        [
            ("Ada", Availability::Online),
            ("Jun", Availability::Online),
            ("Mina", Availability::Online)
        ]
    );
    first.leave().await;
    let update: Watched = jun.next(event::WATCHED).await;
    assert_eq!(names(&update), [("Mina", Availability::Offline)]);

    // By name, in whichever rooms they are.
    let update = watch(&mut jun, json!({ "people": [mina.me.id] })).await;
    assert_eq!(update, Watched::default());
    let mut zoe = server.join("Zoe").await;
    let _second = server.connect(&mina, json!({ "watch": {} })).await;
    let update: Watched = jun.next(event::WATCHED).await;
    assert_eq!(
        names(&update),
        [("Mina", Availability::Online)],
        "Zoe is watched by nobody"
    );
    zoe.emit(event::AWAY, json!({ "away": true })).await;
    assert_eq!(
        jun.refusal(
            event::WATCH,
            json!({ "rooms": vec![general; limit::WATCHED_ROOMS + 1] })
        )
        .await,
        ErrorCode::TooLarge
    );
    let people = vec![mina.me.id; limit::WATCHED_PEOPLE + 1];
    assert_eq!(
        jun.refusal(event::WATCH, json!({ "people": people })).await,
        ErrorCode::TooLarge
    );
}

#[tokio::test]
async fn nothing_is_told_of_a_rooms_people_to_who_has_left_it() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    let hidden = make_private_room(&mut ada).await;
    let jun = server.sign_in("Jun").await;
    let invite = json!({ "room": hidden, "people": [jun.me.id] });
    assert!(matches!(
        ada.call::<()>(event::INVITE, invite).await,
        Reply::Ok(())
    ));
    let mut jun = server
        .connect(&jun, json!({ "watch": { "rooms": [hidden] } }))
        .await;
    let update = jun.opened().watched.clone().unwrap();
    assert_eq!(
        names(&update),
        [("Ada", Availability::Online), ("Jun", Availability::Online)]
    );
    assert!(matches!(
        jun.call::<()>(event::LEAVE_ROOM, json!({ "room": hidden })).await,
        Reply::Ok(())
    ));
    ada.emit(event::AWAY, json!({ "away": true })).await;
    // Long enough for an update to arrive, if there were one.
    let update = timeout(Duration::from_millis(800), jun.next::<Watched>(event::WATCHED)).await;
    assert!(update.is_err(), "{update:?}");
}

#[tokio::test]
async fn many_who_come_at_once_are_told_in_few_events() {
    let server = TestServer::with(|limits| limits.rates.sign_ins_per_minute = 10_000).await;
    let jun = server.sign_in("Jun").await;
    let mut sessions = Vec::new();
    for nth in 0..30 {
        sessions.push(server.sign_in(&format!("p{nth}")).await);
    }
    let mut jun = server.connect(&jun, json!({ "watch": {} })).await;
    let general = jun.room();
    watch(&mut jun, json!({ "rooms": [general] })).await;
    let began = clock::instant();
    let connecting = sessions
        .iter()
        .map(|session| server.connect(session, json!({ "watch": {} })));
    let clients = futures::future::join_all(connecting).await;
    let (mut events, mut people) = (0, 0);
    while people < clients.len() {
        let update: Watched = jun.next(event::WATCHED).await;
        assert!(update.rooms.is_empty(), "no crowd");
        (events, people) = (events + 1, people + update.people.len());
    }
    assert_eq!(people, clients.len(), "each once");
    let most = began.elapsed().as_millis() / 250 + 1;
    assert!(events <= most, "{events} events, at most {most}");
}

/// This many people sign up and then connect at the same time, each with the lobby open.
async fn connect_at_once(people: usize) -> (TestServer, Vec<Client>) {
    let server = TestServer::with(|limits| {
        limits.rates.sign_ins_per_minute = 1_000_000;
        limits.connections.max_handshakes_per_address = people.max(256);
        limits.connections.max_handshakes = 2 * people.max(512);
        limits.connections.max_http_connections = 2 * people.max(1_024);
        limits.connections.max_http_connections_per_address = 2 * people.max(256);
    })
    .await;
    let first = server.join("First").await;
    let general = first.room();
    first.leave().await;
    let mut sessions = Vec::new();
    for nth in 0..people {
        sessions.push(server.sign_in(&format!("person {nth}")).await);
    }
    let auth = json!({ "watch": { "rooms": [general] } });
    let connecting = sessions
        .iter()
        .map(|session| Client::open_once_admitted(server.address, session, auth.clone()));
    let clients = futures::future::join_all(connecting).await;
    (server, clients)
}

async fn costs_little(people: usize) {
    let (_server, mut clients) = connect_at_once(people).await;
    // The final number of people online reaches all of them, and then no more updates come.
    let general = clients[0].room();
    let all = u32::try_from(people).unwrap();
    for client in &mut clients {
        let mut here = client
            .opened()
            .watched
            .as_ref()
            .map_or(0, |watched| watched.rooms.first().map_or(0, |crowd| crowd.here));
        while here < all {
            let update: Watched = client.next(event::WATCHED).await;
            assert!(update.people.len() <= limit::CROWD, "{}", update.people.len());
            here = update
                .rooms
                .iter()
                .find(|crowd| crowd.room == general)
                .map_or(here, |crowd| crowd.here);
        }
    }
    let most = clients.iter().map(Client::bytes_heard).max().unwrap();
    let total: u64 = clients.iter().map(Client::bytes_heard).sum();
    println!(
        "{people} people: {most} bytes at most, {} on average",
        total / people as u64
    );
    assert!(most <= BYTES_EACH, "{most} bytes were sent to one of {people}");
}

#[tokio::test]
async fn three_hundred_who_connect_at_once_are_sent_little_each() {
    costs_little(300).await;
}

#[tokio::test]
#[ignore = "a minute and 2,000 file descriptors; run it with --ignored --nocapture"]
async fn a_thousand_who_connect_at_once_are_sent_little_each() {
    costs_little(1_000).await;
}

#[tokio::test]
async fn of_a_crowd_who_is_shown_is_told_and_a_smaller_room_is_told_whole_again() {
    let (server, mut clients) = connect_at_once(limit::CROWD + 10).await;
    let mut last = clients.pop().unwrap();
    let mut mina = clients.pop().unwrap();
    let general = last.room();
    let me = mina.opened().me.clone();
    // Those who came before it was a crowd got updates one by one: now it is watched as a crowd.
    let update = watch(&mut last, json!({ "rooms": [general], "people": [me.id] })).await;
    assert_eq!(update.rooms.len(), 1, "{update:?}");
    assert_eq!(
        (update.rooms[0].crowd, names(&update)),
        (true, vec![(me.name.as_str(), Availability::Online)])
    );
    mina.emit(event::AWAY, json!({ "away": true })).await;
    loop {
        let update: Watched = last.next(event::WATCHED).await;
        assert!(update.people.len() <= 1);
        if names(&update) == [(me.name.as_str(), Availability::Away)] {
            break;
        }
    }
    clients.truncate(20);
    loop {
        let update: Watched = last.next(event::WATCHED).await;
        if let Some(crowd) = update.rooms.first().filter(|crowd| !crowd.crowd) {
            let here = update
                .people
                .iter()
                .filter(|one| one.state != Availability::Offline);
            assert_eq!(here.count() + 1, crowd.here as usize, "all but this person");
            break;
        }
    }
    drop((clients, mina, server));
}

#[tokio::test]
async fn a_client_that_watches_nothing_is_told_of_its_rooms_people_one_by_one() {
    let server = TestServer::start().await;
    let mut jun = server.join("Jun").await;
    assert_eq!(jun.opened().watched, None);
    let _mina = server.join("Mina").await;
    let mut update = Vec::new();
    // A new person joins the watched room.
    while update.len() < 2 {
        let (event, payload) = jun.event().await;
        let name = match event.as_str() {
            event::PRESENCE => {
                let told_of: event::Presence = serde_json::from_value(payload[0].clone()).unwrap();
                told_of.person.name
            }
            event::MEMBERS => {
                let told_of: MembershipUpdate = serde_json::from_value(payload[0].clone()).unwrap();
                told_of.person.name
            }
            other => {
                assert_ne!(other, event::WATCHED);
                continue;
            }
        };
        // They may also get updates about themselves, a moment after they came.
        if name != "Jun" {
            update.push(name);
        }
    }
    assert_eq!(update, ["Mina", "Mina"]);
}
