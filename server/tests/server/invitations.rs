//! Invitations and closed registration over HTTP: who may sign up, and how often.

use reqwest::{Method, StatusCode};
use serde_json::json;
use steadfast_server::config::Config;
use steadfast_shared::http::{CreatedInvite, Invite, Registration, SessionInfo};
use steadfast_shared::{ErrorCode, limit};

use crate::identity::{PASSPHRASE, read, refused, token};
use crate::support::TestServer;

async fn closed_by(code: &str) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.invite = Some(code.into());
    TestServer::on(folder, config).await
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_good_for_as_many_as_it_says() {
    let server = TestServer::start().await;
    let mina = server.own("Mina").await;
    let mina = token(&mina);
    let close = server.ask(
        Method::PUT,
        "/api/registration",
        mina,
        Some(json!({ "closed": true })),
    );
    let closed: Registration = read(close.await, StatusCode::OK).await;
    assert!(closed.closed && !closed.fixed);
    let make = server.ask(Method::POST, "/api/invites", mina, Some(json!({ "uses": 1 })));
    let CreatedInvite { code, invite } = read(make.await, StatusCode::CREATED).await;
    assert_eq!(
        invite.expires_at - invite.created_at,
        limit::INVITE_SECONDS_DEFAULT * 1_000
    );
    let listed = server
        .ask(Method::GET, "/api/invites", mina, None)
        .await
        .text()
        .await
        .unwrap();
    assert!(!listed.contains(&code));
    let listed: Vec<Invite> = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed, std::slice::from_ref(&invite));

    let with =
        |nickname: &str, code: &str| server.post_session(json!({ "nickname": nickname, "invite": code }));
    let none = server.post_session(json!({ "nickname": "Eve" })).await;
    refused(none, 403, ErrorCode::InviteRequired).await;
    refused(with("Eve", "guess").await, 403, ErrorCode::InviteRequired).await;
    // The id is not a code, and an invitation's code is not a token.
    refused(
        with("Eve", &invite.id.to_string()).await,
        403,
        ErrorCode::InviteRequired,
    )
    .await;
    let look = server.ask(Method::GET, "/api/session", &code, None).await;
    refused(look, 401, ErrorCode::Unauthorized).await;
    let guests = ["Jun", "Ann", "Ben", "Carl", "Dora"].map(|guest| with(guest, &code));
    let answers = futures::future::join_all(guests).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(
        statuses,
        [201, 403, 403, 403, 403],
        "one, also of many at the same moment"
    );
    refused(with("Eve", &code).await, 403, ErrorCode::InviteRequired).await;

    let make = server.ask(Method::POST, "/api/invites", mina, Some(json!({})));
    let second: CreatedInvite = read(make.await, StatusCode::CREATED).await;
    let path = format!("/api/invites/{}", second.invite.id);
    assert_eq!(server.ask(Method::DELETE, &path, mina, None).await.status(), 204);
    refused(with("Eve", &second.code).await, 403, ErrorCode::InviteRequired).await;

    let make = server.ask(
        Method::POST,
        "/api/invites",
        mina,
        Some(json!({ "lasts_seconds": 1 })),
    );
    let short: CreatedInvite = read(make.await, StatusCode::CREATED).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    refused(with("Eve", &short.code).await, 403, ErrorCode::InviteRequired).await;
    for odd in [
        json!({ "uses": 0 }),
        json!({ "uses": -1 }),
        json!({ "lasts_seconds": 0 }),
        json!({ "lasts_seconds": limit::INVITE_SECONDS + 1 }),
        json!("one"),
    ] {
        let answer = server.ask(Method::POST, "/api/invites", mina, Some(odd)).await;
        refused(answer, 400, ErrorCode::Invalid).await;
    }

    // Without an invitation the members are not revealed; then the owner opens registration again.
    for guest in ["Jun", "Ann", "Ben", "Carl", "Dora"] {
        let taken = server.post_session(json!({ "nickname": guest })).await;
        refused(taken, 403, ErrorCode::InviteRequired).await;
    }
    server
        .ask(
            Method::PUT,
            "/api/registration",
            mina,
            Some(json!({ "closed": false })),
        )
        .await;
    server.sign_in("Ada").await;
}

#[tokio::test]
async fn a_server_started_with_a_code_takes_nobody_without_it() {
    let server = closed_by("lighthouse").await;
    let with = |nickname: &str, code: &str| {
        server.post_session(
            json!({ "nickname": nickname, "invite": code, "passphrase": PASSPHRASE, "with_token": true }),
        )
    };
    let none = server.post_session(json!({ "nickname": "Eve" })).await;
    refused(none, 403, ErrorCode::InviteRequired).await;
    refused(with("Eve", "Lighthouse").await, 403, ErrorCode::InviteRequired).await;
    let mina: SessionInfo = read(with("Mina", "lighthouse").await, StatusCode::CREATED).await;
    assert!(!mina.owner);
    let mina = server.claim(&mina).await;
    let registration = server.ask(Method::GET, "/api/registration", "", None).await;
    let registration: Registration = read(registration, StatusCode::OK).await;
    assert!(registration.closed && registration.fixed);
    // The owner cannot open a server that the operator has closed, but can invite.
    let open = server.ask(
        Method::PUT,
        "/api/registration",
        token(&mina),
        Some(json!({ "closed": false })),
    );
    assert!(read::<Registration>(open.await, StatusCode::OK).await.closed);
    refused(with("Eve", "guess").await, 403, ErrorCode::InviteRequired).await;
    let make = server.ask(Method::POST, "/api/invites", token(&mina), Some(json!({})));
    let invited: CreatedInvite = read(make.await, StatusCode::CREATED).await;
    assert_eq!(with("Jun", &invited.code).await.status(), 201);
    // Signing in on another device needs no invitation.
    server.sign_in_with("Mina", PASSPHRASE).await;
}
