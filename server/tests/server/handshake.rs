//! Who may sign in and connect, and how the server closes connections.

use serde_json::{Value, json};
use steadfast_server::config::Config;
use steadfast_shared::event::{self, ClosingReason};
use steadfast_shared::http::{FEATURES_PATH, Features, SessionInfo};
use steadfast_shared::{ErrorCode, HandshakeError, WireError, limit};
use uuid::Uuid;

use crate::support::client::Heard;
use crate::support::{Client, TestServer, message};

#[tokio::test]
async fn who_connects_again_and_again_is_told_when_to_come_again() {
    let server = TestServer::with(|limits| limits.connections.max_connections_per_device = 16).await;
    let session = server.sign_in("Mina").await;
    let auth = json!({ "token": session.token }).to_string();
    // As many as are accepted at once, and those that arrive meanwhile.
    let mut refused = None;
    for _ in 0..2_000 {
        let mut client = Client::dial(server.address, &[]).await;
        client.say(&format!("40{auth}")).await;
        match client.hear().await {
            Heard::Connected => client.leave().await,
            Heard::Refused(why) => {
                refused = Some(why);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    let (error, wait) = HandshakeError::read(&refused.unwrap()).unwrap();
    assert_eq!(error, HandshakeError::Busy);
    let wait = std::time::Duration::from_millis(wait.unwrap());
    tokio::time::sleep(wait).await;
    let mut client = Client::dial(server.address, &[]).await;
    client.say(&format!("40{auth}")).await;
    assert!(
        matches!(client.hear().await, Heard::Connected),
        "after that wait it may"
    );
    let other = server.sign_in("Jun").await;
    server.connect(&other, json!({})).await;
}

#[tokio::test]
async fn a_nickname_is_for_one_person() {
    let server = TestServer::start().await;
    server.sign_in("Mina").await;
    let post = |body: Value| server.http.post(server.url("/api/session")).json(&body).send();
    let taken = post(json!({ "nickname": " mina " })).await.unwrap();
    assert_eq!(taken.status(), 409);
    assert_eq!(
        taken.json::<WireError>().await.unwrap().code,
        ErrorCode::NicknameTaken
    );
    let nested = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let long = json!({ "nickname": "x".repeat(33) }).to_string();
    for bad in [
        r#"{"nickname":""}"#,
        r#"{"nickname":"  "}"#,
        r#"{"nickname":null}"#,
        r#"{"nickname":7}"#,
        r#"{"nickname":"a\u202eb"}"#,
        r#"{"nickname":"zero\u200bwidth"}"#,
        r#"{"nickname":"null\u0000byte"}"#,
        "{}",
        "[]",
        "null",
        r#""x""#,
        "",
        "{",
        &long,
        &nested,
    ] {
        let request = server.http.post(server.url("/api/session"));
        let request = request.header("content-type", "application/json");
        let refused = request.body(bad.to_owned()).send().await.unwrap();
        assert_eq!(refused.status(), 400, "{bad}");
        assert_eq!(
            refused.json::<WireError>().await.unwrap().code,
            ErrorCode::Invalid
        );
    }
    let huge = post(json!({ "nickname": "x".repeat(100_000) })).await.unwrap();
    assert_eq!(huge.status(), 413);
}

#[tokio::test]
async fn a_browser_is_known_by_its_cookie() {
    let server = TestServer::start().await;
    let body = json!({ "nickname": "Mina" });
    let answer = server
        .http
        .post(server.url("/api/session"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    let cookie = answer.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let info: SessionInfo = answer.json().await.unwrap();
    assert_eq!(info.token, None, "the token is not shown unasked");

    let look = server
        .http
        .get(server.url("/api/session"))
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(look.json::<SessionInfo>().await.unwrap().me, info.me);
    let mut client = Client::dial(server.address, &[("cookie", &cookie)]).await;
    client.say("40").await;
    client.await_session().await;
    assert_eq!(client.opened().me, info.me);

    // Retrying the sign-in after a lost response does no harm.
    let again = server
        .http
        .post(server.url("/api/session"))
        .header("cookie", &cookie)
        .json(&body)
        .send()
        .await;
    assert_eq!(again.unwrap().json::<SessionInfo>().await.unwrap().me, info.me);
}

#[tokio::test]
async fn signing_out_ends_the_devices_connections() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let mut jun = server.join("Jun").await;
    let bearer = format!("Bearer {}", session.token.as_ref().unwrap());
    let url = server.url("/api/session");
    let out = server
        .http
        .delete(&url)
        .header("authorization", &bearer)
        .send()
        .await
        .unwrap();
    assert_eq!(out.status(), 204);
    assert_eq!(
        out.headers()["clear-site-data"],
        "\"storage\"",
        "the browser erases it"
    );
    assert_eq!(mina.closing().await, Some(ClosingReason::SignedOut));
    let look = server
        .http
        .get(&url)
        .header("authorization", &bearer)
        .send()
        .await
        .unwrap();
    assert_eq!(look.status(), 401);
    let auth = json!({ "token": session.token }).to_string();
    assert_eq!(Client::refused(server.address, &auth, &[]).await, "unauthorized");
    jun.send(&[message(jun.room(), "still here")]).await;
}

#[tokio::test]
async fn a_refused_handshake_says_why() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let good = json!({ "token": session.token }).to_string();
    let of_a_room = |cursor: Value| json!({ "cursors": { Uuid::now_v7().to_string(): cursor } }).to_string();
    let cursors = (0..=limit::CURSORS).map(|_| (Uuid::now_v7().to_string(), json!(1)));
    let too_many = json!({ "token": session.token, "cursors": cursors.collect::<serde_json::Map<_, _>>() });
    let too_many = too_many.to_string();
    for (auth, reason) in [
        ("", "unauthorized"),
        ("{}", "unauthorized"),
        (r#"{"token":"guess"}"#, "unauthorized"),
        (r#"{"token":""}"#, "unauthorized"),
        (r#"{"token":5}"#, "invalid_auth"),
        (r#"{"cursors":[]}"#, "invalid_auth"),
        (r#"{"cursors":{"general":1}}"#, "invalid_auth"),
        (&of_a_room(json!("x")), "invalid_auth"),
        (&of_a_room(json!(-1)), "invalid_auth"),
        (&too_many, "invalid_auth"),
        (r#"{"epoch":"yesterday"}"#, "invalid_auth"),
        (r#"{"tab":{}}"#, "invalid_auth"),
        ("[1]", "invalid_auth"),
        (r#""let me in""#, "invalid_auth"),
    ] {
        assert_eq!(Client::refused(server.address, auth, &[]).await, reason, "{auth}");
    }
    let like_own = format!("http://{}.evil.example", server.address);
    for evil in ["https://evil.example", "null", &like_own] {
        assert_eq!(
            Client::refused(server.address, &good, &[("origin", evil)]).await,
            "forbidden_origin"
        );
    }
    let own = format!("http://{}", server.address);
    let mut mina = Client::dial(server.address, &[("origin", &own)]).await;
    mina.say(&format!("40{good}")).await;
    mina.await_session().await;
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_and_allowed_ones_may_read_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.allowed_origins = vec!["https://chat.example".into()];
    let server = TestServer::on(folder, config).await;
    let post = |origin: &'static str, name: &str| {
        let body = json!({ "nickname": name });
        server
            .http
            .post(server.url("/api/session"))
            .header("origin", origin)
            .json(&body)
            .send()
    };
    assert_eq!(post("https://evil.example", "Eve").await.unwrap().status(), 403);
    let allowed = post("https://chat.example", "Mina").await.unwrap();
    assert_eq!(allowed.status(), 201);
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        "https://chat.example"
    );
    let preflight = server
        .http
        .request(reqwest::Method::OPTIONS, server.url("/api/session"))
        .header("origin", "https://chat.example")
        .header("access-control-request-method", "POST");
    assert_eq!(preflight.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn hole_11_a_new_connection_of_the_same_tab_evicts_the_ghost() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let (one, other) = (Uuid::new_v4(), Uuid::new_v4());
    let mut ghost = server.connect(&session, json!({ "tab": one })).await;
    let mut other_tab = server.connect(&session, json!({ "tab": other })).await;
    let mut back = server.connect(&session, json!({ "tab": one })).await;
    assert_eq!(ghost.closing().await, Some(ClosingReason::Replaced));
    assert_eq!(back.opened().last_closed, None, "it is the one that took over");
    let room = back.room();
    back.send(&[message(room, "here")]).await;
    assert_eq!(other_tab.entries().await.len(), 1);
}

#[tokio::test]
async fn connections_are_bounded() {
    let server = TestServer::with(|limits| {
        limits.connections.max_connections = 3;
        limits.connections.max_connections_per_device = 2;
    })
    .await;
    let session = server.sign_in("Mina").await;
    let auth = json!({ "token": session.token }).to_string();
    let _first = server.connect(&session, json!({})).await;
    let _second = server.connect(&session, json!({})).await;
    assert_eq!(Client::refused(server.address, &auth, &[]).await, "busy");
    let _third = server.join("Jun").await;
    let ada = server.sign_in("Ada").await;
    let auth = json!({ "token": ada.token }).to_string();
    assert_eq!(Client::refused(server.address, &auth, &[]).await, "busy");
}

#[tokio::test]
async fn connections_that_come_at_the_same_moment_are_bounded_too() {
    let server = TestServer::with(|limits| limits.connections.max_connections_per_device = 3).await;
    let mina = server.sign_in("Mina").await;
    let auth = json!({ "token": mina.token });
    let mut clients = Vec::new();
    for _ in 0..30 {
        clients.push(Client::dial(server.address, &[]).await);
    }
    for client in &mut clients {
        client.say(&format!("40{auth}")).await;
    }
    let mut connected = Vec::new();
    for mut client in clients {
        match client.hear().await {
            Heard::Connected => connected.push(client),
            Heard::Refused(reason) => assert_eq!(reason, "busy"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(connected.len(), 3);
    // A refused connection occupies no place: one that leaves makes room for one.
    connected.pop().unwrap().leave().await;
    loop {
        let mut client = Client::dial(server.address, &[]).await;
        client.say(&format!("40{auth}")).await;
        match client.hear().await {
            Heard::Connected => break,
            // The server may not have noticed yet.
            Heard::Refused(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn sign_ins_are_bounded_per_address() {
    let server = TestServer::with(|limits| limits.rates.sign_ins_per_minute = 2).await;
    server.sign_in("a").await;
    server.sign_in("b").await;
    let body = json!({ "nickname": "c" });
    let refused = server
        .http
        .post(server.url("/api/session"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(
        refused
            .json::<WireError>()
            .await
            .unwrap()
            .retry_after_ms
            .is_some()
    );
}

#[tokio::test]
async fn a_server_that_stops_tells_everybody_and_writes_what_it_took() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    let mut acks = Vec::new();
    for n in 0..20 {
        acks.push(mina.ask(event::SEND, [message(room, &n.to_string())]).await);
    }
    // The last one is answered, so all are in progress.
    let last = acks.pop().unwrap();
    mina.answer::<Value>(last).await;
    let (stopped, reason) = tokio::join!(server.stop(), mina.closing());
    assert_eq!(reason, Some(ClosingReason::Shutdown));
    drop(stopped);
}

#[tokio::test]
async fn health_is_told() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            server.http.get(server.url(path)).send().await.unwrap().status(),
            200
        );
    }
    assert_eq!(
        server
            .http
            .get(server.url("/nowhere"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn the_fault_panel_is_offered_where_the_server_was_started_so() {
    for offered in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("chat.db"));
        config.fault_panel = offered;
        let server = TestServer::on(folder, config).await;
        let answer = server.http.get(server.url(FEATURES_PATH)).send().await.unwrap();
        let features: Features = answer.json().await.unwrap();
        assert_eq!(features.fault_panel, offered);
    }
}
