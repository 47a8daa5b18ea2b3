//! Warnings before a quota or the disk runs out, and the address from which a moderator acted.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use steadfast_shared::admin::{AuditAction, AuditLine, PersonInfo, PersonLimit};
use steadfast_shared::event;
use steadfast_shared::http::{DiskRoom, Registration, Usage};
use steadfast_shared::{ErrorCode, Room};

use crate::admin::{lobby, person, says, send_one};
use crate::support::{TestServer, ok};

const USAGE: &str = "/api/usage";

#[tokio::test]
async fn fault_m08_a_daily_quota_is_set_for_one_person_and_told_before_it_is_used_up() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let bot = server.sign_in("Bot").await;
    let mut client = server.connect(&bot, json!({})).await;
    let room = lobby(&client);
    let set = async |limit: &str, value: Value| -> Vec<PersonLimit> {
        let body = json!({ "limit": limit, "value": value });
        server
            .done(&owner, Method::PUT, &person(&bot, "limits"), body)
            .await
    };
    set("bytes_per_day", json!(1_000)).await;
    let limits = set("entries_per_day", json!(5)).await;
    let shown: Vec<_> = limits
        .iter()
        .map(|limit| (limit.limit.as_str(), limit.value))
        .collect();
    assert_eq!(shown, [("bytes_per_day", 1_000), ("entries_per_day", 5)]);

    for nth in 0..3 {
        send_one(&mut client, room, says(&nth.to_string())).await.unwrap();
    }
    let usage: Usage = server.done(&bot, Method::GET, USAGE, Value::Null).await;
    assert_eq!(
        (usage.entries, usage.max_entries, usage.bytes, usage.max_bytes),
        (3, 5, 3, 1_000)
    );
    assert!(!usage.near);
    assert_eq!(usage.disk, None, "for owners only");
    assert_eq!(usage.renews_at % 86_400_000, 0);
    send_one(&mut client, room, says("four")).await.unwrap();
    let usage: Usage = server.done(&bot, Method::GET, USAGE, Value::Null).await;
    assert!(usage.near);
    send_one(&mut client, room, says("five")).await.unwrap();
    assert_eq!(
        send_one(&mut client, room, says("six")).await,
        Err(ErrorCode::OverQuota)
    );

    // The limit is lifted, then the general one applies again.
    set("entries_per_day", json!(0)).await;
    send_one(&mut client, room, says("six")).await.unwrap();
    set("entries_per_day", Value::Null).await;
    assert!(set("bytes_per_day", Value::Null).await.is_empty());

    let usage: Usage = server.done(&owner, Method::GET, USAGE, Value::Null).await;
    assert_eq!(usage.disk, Some(DiskRoom::Enough));
    let stranger = server.http.get(server.url(USAGE)).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_audit_line_of_what_is_done_over_the_socket_says_from_where() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mut mina = server.join("Mina").await;
    let room = lobby(&mina);
    let seq = send_one(&mut mina, room, says("harmful")).await.unwrap();
    let mut olga = server.connect(&owner, json!({})).await;
    let delete = json!({ "kind": "delete", "message": seq });
    send_one(&mut olga, room, delete).await.unwrap();
    let change = json!({ "room": room, "topic": "be kind" });
    let _: Room = ok(&mut olga, event::CHANGE_ROOM, change).await;

    let audit: Vec<AuditLine> = server
        .done(&owner, Method::GET, "/api/admin/audit", Value::Null)
        .await;
    for action in [AuditAction::DeletedMessage, AuditAction::ChangedRoom] {
        let line = audit.iter().find(|line| line.action == action).unwrap();
        assert_eq!(line.address.as_deref(), Some("127.0.0.1"), "{action:?}");
    }
}

#[tokio::test]
async fn a_server_that_nobody_owns_says_so() {
    let server = TestServer::start().await;
    let ask = async || -> Registration {
        let answer = server
            .http
            .get(server.url("/api/registration"))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    };
    assert!(ask().await.unowned);
    let owner = server.own("Olga").await;
    assert!(!ask().await.unowned);
    let mina = server.sign_in("Mina").await;
    let people: Vec<PersonInfo> = server
        .done(&owner, Method::GET, "/api/admin/people?state=active", Value::Null)
        .await;
    assert!(people.iter().any(|info| info.person == mina.me));
}
