//! Presence over all of a person's connections.

use std::time::Duration;

use serde_json::json;
use steadfast_server::clock;
use steadfast_shared::event::{self, Availability, Presence};

use crate::support::{TestServer, message};

#[tokio::test]
async fn somebody_is_away_where_they_are_away_from_all_their_devices() {
    let grace = Duration::from_millis(1_500);
    let server = TestServer::with(|limits| limits.times.presence_grace = grace).await;
    let mut jun = server.join("Jun").await;
    let session = server.sign_in("Mina").await;
    let mut desk = server.connect(&session, json!({})).await;
    let mut phone = server.connect(&session, json!({})).await;
    assert_eq!(
        jun.next::<Presence>(event::PRESENCE).await.state,
        Availability::Online
    );
    desk.emit(event::AWAY, json!({ "away": true })).await;
    phone.emit(event::AWAY, json!({ "away": true })).await;
    assert_eq!(
        jun.next::<Presence>(event::PRESENCE).await.state,
        Availability::Away
    );
    desk.emit(event::AWAY, json!({ "away": false })).await;
    assert_eq!(
        jun.next::<Presence>(event::PRESENCE).await.state,
        Availability::Online
    );
    // The only active device drops its connection for a moment.
    desk.leave().await;
    let desk = server.connect(&session, json!({})).await;
    tokio::time::sleep(grace + Duration::from_millis(300)).await;
    desk.leave().await;
    assert_eq!(
        jun.next::<Presence>(event::PRESENCE).await.state,
        Availability::Away
    );
    phone.leave().await;
    assert_eq!(
        jun.next::<Presence>(event::PRESENCE).await.state,
        Availability::Offline
    );
}

#[tokio::test]
async fn somebody_who_goes_and_comes_again_and_again_is_told_of_once_in_a_while() {
    let server = TestServer::start().await;
    let mut jun = server.join("Jun").await;
    let mut mina = server.join("Mina").await;
    assert_eq!(
        jun.next::<Presence>(event::PRESENCE).await.state,
        Availability::Online
    );
    let began = clock::instant();
    for _ in 0..40 {
        mina.emit(event::AWAY, json!({ "away": false })).await;
        mina.emit(event::AWAY, json!({ "away": true })).await;
    }
    mina.call::<serde_json::Value>(event::SYNC, json!({})).await;
    // All events have arrived; the consequence of the last one is sent a moment later.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let moments = began.elapsed().as_millis() / 200;
    mina.send(&[message(mina.room(), "still here")]).await;
    let (mut updates, mut last) = (0, Availability::Online);
    loop {
        let (event, payload) = jun.event().await;
        match event.as_str() {
            event::PRESENCE => {
                let presence: Presence = serde_json::from_value(payload[0].clone()).unwrap();
                (updates, last) = (updates + 1, presence.state);
            }
            event::ENTRIES => break,
            _ => {}
        }
    }
    assert_eq!(last, Availability::Away, "the last word counts");
    assert!(updates <= moments, "{updates} in {moments} moments");
}
