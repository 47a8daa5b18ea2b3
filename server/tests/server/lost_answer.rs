//! A sign-in whose answer was lost on the way is repeated.

use reqwest::{Method, StatusCode};
use serde_json::json;
use steadfast_shared::ErrorCode;
use steadfast_shared::http::SessionInfo;

use crate::identity::{PASSPHRASE, read, refused, token};
use crate::support::TestServer;

#[tokio::test]
async fn fault_f07_a_sign_in_whose_answer_was_lost_is_repeated_with_its_key() {
    let server = TestServer::with(|limits| limits.rates.sign_ins_per_minute = 100).await;
    let key = "k".repeat(32);
    let keyed = |nickname: &str| json!({ "nickname": nickname, "key": key, "with_token": true });
    let first: SessionInfo = read(server.post_session(keyed("Mína")).await, StatusCode::CREATED).await;
    // Typed in another case and form.
    let again: SessionInfo = read(
        server.post_session(keyed("mi\u{301}na")).await,
        StatusCode::CREATED,
    )
    .await;
    assert_eq!((&again.me, token(&again)), (&first.me, token(&first)));
    assert_eq!(server.devices(token(&first)).await.len(), 1);
    refused(server.post_session(keyed("Jun")).await, 409, ErrorCode::Conflict).await;
    let other = json!({ "nickname": "Mína", "key": "o".repeat(32) });
    refused(server.post_session(other).await, 409, ErrorCode::NicknameTaken).await;
    for malformed in ["k".repeat(31), "k".repeat(65), format!("{} ", "k".repeat(40))] {
        let body = json!({ "nickname": "Ada", "key": malformed });
        refused(server.post_session(body).await, 400, ErrorCode::Invalid).await;
    }
    // A passphrase signs in one device, however often the answer is lost.
    let set = json!({ "new": PASSPHRASE });
    server.set_passphrase(token(&first), set).await;
    let elsewhere = json!({ "nickname": "Mína", "passphrase": PASSPHRASE, "key": "e".repeat(64) });
    for _ in 0..3 {
        read::<SessionInfo>(server.post_session(elsewhere.clone()).await, StatusCode::CREATED).await;
    }
    assert_eq!(server.devices(token(&first)).await.len(), 2);
    // Signed out, the key is worth nothing.
    server
        .ask(Method::DELETE, "/api/session", token(&first), None)
        .await;
    refused(
        server.post_session(keyed("Mína")).await,
        409,
        ErrorCode::NicknameTaken,
    )
    .await;
}
