//! Passphrases, devices and owners over HTTP: a person may manage their own, and nobody else's.

use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use steadfast_server::config::Config;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::http::{DeviceInfo, Registration, SessionInfo};
use steadfast_shared::{ErrorCode, Role, WireError, limit};

use crate::slow::{poll, polling};
use crate::support::{Client, TestServer, message};

pub(crate) const PASSPHRASE: &str = "correct horse";

impl TestServer {
    /// Sends a request with this token; anonymously if it is empty.
    pub(crate) async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Response {
        let mut request = self.http.request(method, self.url(path));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn post_session(&self, body: Value) -> Response {
        self.ask(Method::POST, "/api/session", "", Some(body)).await
    }

    /// Signs in another device with the passphrase.
    pub(crate) async fn sign_in_with(&self, nickname: &str, passphrase: &str) -> SessionInfo {
        let payload = json!({ "nickname": nickname, "passphrase": passphrase, "with_token": true });
        read(self.post_session(payload).await, StatusCode::CREATED).await
    }

    pub(crate) async fn devices(&self, token: &str) -> Vec<DeviceInfo> {
        let answer = self.ask(Method::GET, "/api/devices", token, None).await;
        read(answer, StatusCode::OK).await
    }

    pub(crate) async fn set_passphrase(&self, token: &str, body: Value) -> Response {
        self.ask(Method::PUT, "/api/passphrase", token, Some(body)).await
    }
}

pub(crate) async fn read<T: DeserializeOwned>(answer: Response, status: StatusCode) -> T {
    let (was, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(was, status, "{text}");
    serde_json::from_str(&text).unwrap()
}

pub(crate) async fn refused(answer: Response, status: u16, code: ErrorCode) -> WireError {
    let error: WireError = read(answer, StatusCode::from_u16(status).unwrap()).await;
    assert_eq!(error.code, code, "{error}");
    error
}

pub(crate) fn token(info: &SessionInfo) -> &str {
    info.token.as_deref().unwrap()
}

#[tokio::test]
async fn whoever_knows_the_passphrase_signs_in_elsewhere() {
    let server = TestServer::start().await;
    let mina = server.sign_in_with("Mina", PASSPHRASE).await;
    assert!(mina.has_passphrase, "set by signing up");
    let elsewhere = server.sign_in_with("mina", PASSPHRASE).await;
    assert_eq!(elsewhere.me, mina.me);
    assert_ne!(elsewhere.token, mina.token);
    assert_eq!(server.devices(token(&mina)).await.len(), 2);
    // Both speak for the same person.
    let mut one = server.connect(&mina, json!({})).await;
    let mut other = server.connect(&elsewhere, json!({})).await;
    let room = one.room();
    let item = [message(room, "from one")];
    let places = one.send(&item).await;
    assert_eq!(other.entries().await[0].author, mina.me);
    assert_eq!(
        other.send(&item).await,
        places,
        "sent from either, it is one message"
    );
    let known = server
        .ask(Method::GET, "/api/session", token(&elsewhere), None)
        .await;
    let known: SessionInfo = read(known, StatusCode::OK).await;
    assert_eq!(
        known,
        SessionInfo {
            token: None,
            ..elsewhere
        }
    );
    assert!(!known.owner && known.role == Role::Member);
}

#[tokio::test]
async fn whoever_does_not_know_it_is_nobody() {
    let server = TestServer::start().await;
    let mina = server.sign_in_with("Mina", PASSPHRASE).await;
    server.sign_in("Jun").await;
    let with = |nickname: &str, passphrase: &str| {
        server.post_session(json!({ "nickname": nickname, "passphrase": passphrase }))
    };
    refused(with("Mina", "wrong horse").await, 401, ErrorCode::WrongPassphrase).await;
    let none = server.post_session(json!({ "nickname": "Mina" })).await;
    refused(none, 409, ErrorCode::NicknameTaken).await;
    // Jun has no passphrase.
    refused(with("Jun", PASSPHRASE).await, 401, ErrorCode::WrongPassphrase).await;
    refused(with("Mina", "short").await, 400, ErrorCode::Invalid).await;
    refused(with("Mina", &"x".repeat(257)).await, 400, ErrorCode::Invalid).await;
    assert_eq!(server.devices(token(&mina)).await.len(), 1);
}

#[tokio::test]
async fn nobody_takes_a_nickname_that_can_be_taken_for_another() {
    let server = TestServer::start().await;
    server.sign_in("mina").await;
    for taken in ["MINA", "Мina", "Ｍina", "minа", "𝓂ina"] {
        let answer = server.post_session(json!({ "nickname": taken })).await;
        refused(answer, 409, ErrorCode::NicknameTaken).await;
    }
    for none in ["\u{2800}", "\u{301}", "\u{FFFC}"] {
        let answer = server.post_session(json!({ "nickname": none })).await;
        refused(answer, 400, ErrorCode::Invalid).await;
    }
    server.sign_in("민아").await;
}

#[tokio::test]
async fn a_passphrase_is_changed_by_whoever_knows_it() {
    let server = TestServer::start().await;
    let mina = server.sign_in("Mina").await;
    assert!(!mina.has_passphrase);
    let mina = token(&mina);
    let set = server.set_passphrase(mina, json!({ "new": PASSPHRASE })).await;
    assert_eq!(set.status(), 204);
    let without = server.set_passphrase(mina, json!({ "new": "other horse" })).await;
    refused(without, 401, ErrorCode::WrongPassphrase).await;
    let wrong = json!({ "current": "wrong horse", "new": "other horse" });
    refused(
        server.set_passphrase(mina, wrong).await,
        401,
        ErrorCode::WrongPassphrase,
    )
    .await;
    let right = json!({ "current": PASSPHRASE, "new": "other horse" });
    assert_eq!(server.set_passphrase(mina, right).await.status(), 204);
    server.sign_in_with("Mina", "other horse").await;
    let old = json!({ "nickname": "Mina", "passphrase": PASSPHRASE });
    refused(server.post_session(old).await, 401, ErrorCode::WrongPassphrase).await;
    let nobody = server.set_passphrase("", json!({ "new": PASSPHRASE })).await;
    refused(nobody, 401, ErrorCode::Unauthorized).await;
    let info: SessionInfo = read(
        server.ask(Method::GET, "/api/session", mina, None).await,
        StatusCode::OK,
    )
    .await;
    assert!(info.has_passphrase);
}

#[tokio::test]
async fn guesses_are_slowed_and_the_devices_signed_in_are_not() {
    let server = TestServer::start().await;
    let mina = server.sign_in_with("Mina", PASSPHRASE).await;
    server.sign_in_with("Jun", "another horse").await;
    let guess = |n: usize| {
        server.post_session(json!({ "nickname": "Mina", "passphrase": format!("guess number {n}") }))
    };
    let mut tries = 0;
    let slowed = loop {
        let answer = guess(tries).await;
        if answer.status() == 429 {
            break answer;
        }
        refused(answer, 401, ErrorCode::WrongPassphrase).await;
        tries += 1;
        assert!(tries <= 20, "nothing slows them");
    };
    assert!(slowed.headers().contains_key("retry-after"));
    refused(slowed, 429, ErrorCode::RateLimited).await;
    // Others at the same address can still sign in, and Mina's own device is not affected.
    server.sign_in_with("Jun", "another horse").await;
    let change = json!({ "current": PASSPHRASE, "new": "other horse" });
    assert_eq!(server.set_passphrase(token(&mina), change).await.status(), 204);
}

#[tokio::test]
async fn behind_a_proxy_a_stranger_who_guesses_leaves_others_their_tries() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.trust_proxy = true;
    let server = TestServer::on(folder, config).await;
    server.sign_in_with("Mina", PASSPHRASE).await;
    let from = |address: &'static str, passphrase: &'static str| {
        let request = server.http.post(server.url("/api/session"));
        let request = request.header("x-forwarded-for", format!("203.0.113.9, {address}"));
        request
            .json(&json!({ "nickname": "Mina", "passphrase": passphrase }))
            .send()
    };
    while from("192.0.2.1", "wrong horse").await.unwrap().status() != 429 {}
    let owner = from("192.0.2.2", PASSPHRASE).await.unwrap();
    assert_eq!(owner.status(), 201);
}

#[tokio::test]
async fn devices_are_listed_to_their_own_person() {
    let server = TestServer::start().await;
    let payload = json!({ "nickname": "Mina", "passphrase": PASSPHRASE, "device": "  Mina's  laptop ", "with_token": true });
    let mina: SessionInfo = read(server.post_session(payload.clone()).await, StatusCode::CREATED).await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    let body = json!({ "nickname": "Mina", "passphrase": PASSPHRASE });
    let request = server
        .http
        .post(server.url("/api/session"))
        .header("user-agent", agent);
    assert_eq!(request.json(&body).send().await.unwrap().status(), 201);
    let eve = server.sign_in("Eve").await;

    let devices = server.devices(token(&mina)).await;
    let listed: Vec<_> = devices
        .iter()
        .map(|device| (device.name.as_str(), device.current))
        .collect();
    assert_eq!(listed, [("Chrome on Linux", false), ("Mina's laptop", true)]);
    assert!(
        devices
            .iter()
            .all(|device| device.last_seen_at >= device.created_at)
    );
    let eves = server.devices(token(&eve)).await;
    assert_eq!(eves.len(), 1);
    assert!(devices.iter().all(|device| device.id != eves[0].id));
    for nobody in ["", "guess"] {
        let answer = server.ask(Method::GET, "/api/devices", nobody, None).await;
        refused(answer, 401, ErrorCode::Unauthorized).await;
    }
    let odd = json!({ "nickname": "Jun", "device": "x".repeat(limit::DEVICE_NAME_CHARS + 1) });
    refused(server.post_session(odd).await, 400, ErrorCode::Invalid).await;
}

#[tokio::test]
async fn a_revoked_device_is_out_at_once_and_for_good() {
    let server = TestServer::start().await;
    let kept = server.sign_in_with("Mina", PASSPHRASE).await;
    let lost = server.sign_in_with("Mina", PASSPHRASE).await;
    let mut here = server.connect(&kept, json!({})).await;
    let mut there = server.connect(&lost, json!({})).await;
    let polled = polling(&server, &lost).await;
    let id = server.devices(token(&lost)).await[0].id;
    let path = format!("/api/devices/{id}");
    for _ in 0..2 {
        let answer = server.ask(Method::DELETE, &path, token(&kept), None).await;
        assert_eq!(answer.status(), 204, "a retry does no harm");
    }
    assert_eq!(there.closing().await, Some(ClosingReason::SignedOut));
    assert!(
        poll(&server, &polled).await.contains("signed_out"),
        "over either transport"
    );
    let auth = json!({ "token": lost.token }).to_string();
    assert_eq!(Client::refused(server.address, &auth, &[]).await, "unauthorized");
    for (method, path, body) in [
        (Method::GET, "/api/session", None),
        (Method::GET, "/api/devices", None),
        (Method::DELETE, "/api/devices/1", None),
        (
            Method::PUT,
            "/api/passphrase",
            Some(json!({ "current": PASSPHRASE, "new": "other horse" })),
        ),
        (Method::GET, "/api/invites", None),
        (Method::PUT, "/api/registration", Some(json!({ "closed": true }))),
    ] {
        let answer = server.ask(method, path, token(&lost), body).await;
        refused(answer, 401, ErrorCode::Unauthorized).await;
    }
    let room = here.room();
    here.send(&[message(room, "still here")]).await;
}

#[tokio::test]
async fn nobody_revokes_somebody_elses_device() {
    let server = TestServer::start().await;
    let mina = server.sign_in("Mina").await;
    let eve = server.sign_in("Eve").await;
    let mut connected = server.connect(&mina, json!({})).await;
    let id = server.devices(token(&mina)).await[0].id;
    for who in [token(&eve), "", "guess"] {
        let answer = server
            .ask(Method::DELETE, &format!("/api/devices/{id}"), who, None)
            .await;
        // The same as for a device that never existed: Eve learns nothing.
        assert_eq!(answer.status(), if who == token(&eve) { 204 } else { 401 });
    }
    let odd = server
        .ask(Method::DELETE, "/api/devices/all", token(&eve), None)
        .await;
    refused(odd, 400, ErrorCode::Invalid).await;
    assert_eq!(server.devices(token(&mina)).await.len(), 1);
    let room = connected.room();
    connected.send(&[message(room, "still here")]).await;
}

#[tokio::test]
async fn a_session_is_never_one_that_somebody_else_chose() {
    let server = TestServer::start().await;
    let mina = server.sign_in_with("Mina", PASSPHRASE).await;
    let eve = server.sign_in("Eve").await;
    for planted in ["chosen-by-eve", token(&eve)] {
        let body = json!({ "nickname": "Mina", "passphrase": PASSPHRASE, "with_token": true });
        let request = server.http.post(server.url("/api/session"));
        let request = request.header("cookie", format!("steadfast_session={planted}"));
        let answer = request.json(&body).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        let info: SessionInfo = read(answer, StatusCode::CREATED).await;
        assert_eq!(info.me, mina.me);
        assert_ne!(token(&info), planted);
        assert!(!cookie.contains(planted), "{cookie}");
        let look = server.ask(Method::GET, "/api/session", planted, None).await;
        if planted == token(&eve) {
            let info: SessionInfo = read(look, StatusCode::OK).await;
            assert_eq!(info.me, eve.me, "still Eve, and nobody else");
        } else {
            refused(look, 401, ErrorCode::Unauthorized).await;
        }
    }
}

#[tokio::test]
async fn fault_h09_an_owner_is_who_used_the_link_and_nobody_else_decides() {
    let server = TestServer::start().await;
    let (eve, mina) = (server.sign_in("Eve").await, server.own("Mina").await);
    assert!(mina.owner && !eve.owner);
    for (method, path, body) in [
        (Method::GET, "/api/invites", None),
        (Method::POST, "/api/invites", Some(json!({}))),
        (Method::DELETE, "/api/invites/1", None),
        (Method::PUT, "/api/registration", Some(json!({ "closed": true }))),
    ] {
        for (who, status, code) in [
            (token(&eve), 403, ErrorCode::Forbidden),
            ("", 401, ErrorCode::Unauthorized),
        ] {
            let answer = server.ask(method.clone(), path, who, body.clone()).await;
            refused(answer, status, code).await;
        }
    }
    let open: Registration = read(
        server.ask(Method::GET, "/api/registration", "", None).await,
        StatusCode::OK,
    )
    .await;
    assert!(!open.closed && !open.fixed);
}

#[tokio::test]
async fn pages_of_other_origins_reach_none_of_it() {
    let server = TestServer::start().await;
    let mina = server.sign_in("Mina").await;
    for (method, path) in [
        (Method::PUT, "/api/passphrase"),
        (Method::GET, "/api/devices"),
        (Method::DELETE, "/api/devices/1"),
        (Method::POST, "/api/invites"),
        (Method::PUT, "/api/registration"),
    ] {
        let request = server.http.request(method, server.url(path));
        let request = request.header("origin", "https://evil.example");
        let request = request.header("cookie", format!("steadfast_session={}", token(&mina)));
        assert_eq!(
            request.json(&json!({})).send().await.unwrap().status(),
            403,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_last_sight_outlives_the_server() {
    let server = TestServer::start().await;
    let mina = server.sign_in_with("Mina", PASSPHRASE).await;
    let other = server.sign_in_with("Mina", PASSPHRASE).await;
    let connected = server.connect(&mina, json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    let before = server.devices(token(&other)).await[1].clone();
    assert!(
        before.last_seen_at >= before.created_at + 30,
        "it is connected, so it is seen"
    );
    connected.leave().await;
    let stopped = server.stop().await;
    let config = stopped.config();
    let server = TestServer::again(stopped, config).await;
    let after = server.devices(token(&other)).await[1].clone();
    assert_eq!(after.id, before.id);
    assert!(after.last_seen_at >= before.last_seen_at, "{after:?} {before:?}");
}

#[tokio::test]
async fn a_flood_of_passphrases_is_refused_and_the_conversation_goes_on() {
    let server = TestServer::with(|limits| limits.rates.sign_ins_per_minute = 10_000).await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    let flood: Vec<_> = (0..100)
        .map(|n| {
            let payload = json!({ "nickname": format!("flood {n}"), "passphrase": PASSPHRASE });
            tokio::spawn(server.http.post(server.url("/api/session")).json(&payload).send())
        })
        .collect();
    for n in 0..50 {
        // Each is answered while passphrases are hashed; the client fails if a response takes long.
        mina.send(&[message(room, &format!("message {n}"))]).await;
    }
    let (mut signed_up, mut busy) = (0, 0);
    for one in flood {
        match one.await.unwrap().unwrap().status().as_u16() {
            201 => signed_up += 1,
            503 => busy += 1,
            other => panic!("{other}"),
        }
    }
    assert!(
        signed_up >= 32 && busy > 0,
        "{signed_up} signed up, {busy} were refused"
    );
    server.sign_in_with("later", PASSPHRASE).await;
}

#[tokio::test]
async fn fault_a_refused_name_is_told_by_its_member_and_a_reason() {
    let server = TestServer::start().await;
    for (payload, message) in [
        (
            json!({ "nickname": "Mi\u{202E}na" }),
            "nickname: the text has a character that is not allowed: U+202E, line 1, character 3",
        ),
        (
            json!({ "nickname": "a".repeat(33) }),
            "nickname: the text is longer than 32",
        ),
        (
            json!({ "nickname": "\u{2800}" }),
            "nickname: the text has nothing that can be seen",
        ),
        (
            json!({ "nickname": "Mina", "device": "\u{7}" }),
            "device: the text has a character that is not allowed: U+0007, line 1, character 1",
        ),
        (
            json!({ "nickname": "Mina", "passphrase": "short" }),
            "passphrase: a passphrase has at least 8 characters",
        ),
        (json!({}), "missing field `nickname`"),
        (json!(null), "expected a JSON object with the documented members"),
        (json!({ "nickname": 7 }), "nickname: expected a string"),
        (
            json!({ "nickname": "\u{E000}" }),
            "this name cannot be used: it has a character that is not allowed, or no visible character",
        ),
    ] {
        let error = refused(server.post_session(payload).await, 400, ErrorCode::Invalid).await;
        assert_eq!(error.message, message);
    }
    let answer = server
        .http
        .post(server.url("/api/session"))
        .body("{")
        .send()
        .await
        .unwrap();
    let error = refused(answer, 400, ErrorCode::Invalid).await;
    assert_eq!(error.message, "send JSON, with `content-type: application/json`");
}
