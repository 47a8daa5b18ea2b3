//! Which hosts and origins are accepted, and the security headers: other sites must not reach a reader's server.

use reqwest::header::{CACHE_CONTROL, HOST, ORIGIN, SET_COOKIE};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use steadfast_server::config::Config;
use steadfast_shared::http::SessionInfo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::client::PATIENCE;
use crate::support::{Client, TestServer};

async fn public_at(url: &str) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.public_url = Some(url.into());
    TestServer::on(folder, config).await
}

/// Signs up as a page of `origin` does that reached the server as `host`.
async fn sign_up(server: &TestServer, host: &str, origin: &str, nickname: &str) -> Response {
    let payload = json!({ "nickname": nickname, "with_token": true });
    let request = server.http.post(server.url("/api/session")).json(&payload);
    request
        .header(HOST, host)
        .header(ORIGIN, origin)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn fault_h09_a_page_that_rebinds_its_name_to_this_server_reaches_nothing_of_it() {
    let server = TestServer::start().await;
    let refused = sign_up(&server, "evil.example", "http://evil.example", "Eve").await;
    assert_eq!(refused.status(), StatusCode::MISDIRECTED_REQUEST);
    let text = refused.text().await.unwrap();
    assert!(
        text.contains("--public-url") && text.contains("evil.example"),
        "{text}"
    );
    for path in [
        "/",
        "/api/session",
        "/api/registration",
        "/api/features",
        "/socket.io/?EIO=4&transport=polling",
    ] {
        let request = server
            .http
            .get(server.url(path))
            .header(HOST, "evil.example:3000");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
    // Load balancers use any host name.
    for path in ["/healthz", "/readyz"] {
        let request = server.http.get(server.url(path)).header(HOST, "10.0.0.7");
        assert_eq!(request.send().await.unwrap().status(), 200, "{path}");
    }
    // Its own page is allowed.
    let first: SessionInfo = sign_up(&server, "localhost", "http://localhost", "Mina")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(first.me.name, "Mina");
}

#[tokio::test]
async fn a_request_that_names_no_host_is_told_so() {
    let server = TestServer::start().await;
    for hosts in [
        "",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host:\r\n",
        "Host: ?\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 421"), "{hosts}: {answer}");
        assert!(
            answer.contains("names no host") && !answer.contains("example"),
            "{hosts}: {answer}"
        );
    }
}

#[tokio::test]
async fn fault_h09_the_public_url_names_the_host_and_the_page_that_are_answered_for() {
    let server = public_at("https://chat.example").await;
    assert_eq!(
        sign_up(&server, "chat.example", "https://chat.example", "Mina")
            .await
            .status(),
        201
    );
    // A proxy that uses the machine's name.
    let local = server.address.to_string();
    assert_eq!(
        sign_up(&server, &local, "https://chat.example", "Jun")
            .await
            .status(),
        201
    );
    assert_eq!(
        sign_up(&server, "other.example", "https://other.example", "Eve")
            .await
            .status(),
        421
    );
    assert_eq!(
        sign_up(&server, "chat.example", "https://evil.example", "Eve")
            .await
            .status(),
        403
    );
}

#[tokio::test]
async fn fault_l02_a_page_of_the_same_host_over_plain_http_is_another_page() {
    let server = public_at("https://chat.example").await;
    assert_eq!(
        sign_up(&server, "chat.example", "http://chat.example", "Eve")
            .await
            .status(),
        403
    );
    let session = server.sign_in("Mina").await;
    let auth = json!({ "token": session.token }).to_string();
    let origins = [("http://chat.example", true), ("https://chat.example", false)];
    for (origin, is_refused) in origins {
        let headers = [("host", "chat.example"), ("origin", origin)];
        if is_refused {
            let why = Client::refused(server.address, &auth, &headers).await;
            assert_eq!(why, "forbidden_origin");
        } else {
            let mut client = Client::dial(server.address, &headers).await;
            client.say(&format!("40{auth}")).await;
            client.await_session().await;
        }
    }
}

fn cookies(answer: &Response) -> Vec<String> {
    let set = answer.headers().get_all(SET_COOKIE).iter();
    set.map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn fault_l01_over_https_the_cookie_is_the_hosts_own_and_nobody_is_signed_out_by_its_new_name() {
    let plain = TestServer::start().await;
    let answer = sign_up(&plain, "localhost", "http://localhost", "Mina").await;
    let old = cookies(&answer)[0].split(';').next().unwrap().to_owned();
    assert!(old.starts_with("steadfast_session="), "{old}");
    // The same database, behind HTTPS.
    let stopped = plain.stop().await;
    let mut config = stopped.config();
    config.public_url = Some("https://chat.example".into());
    let server = TestServer::again(stopped, config).await;
    let look = async |cookie: &str| {
        let request = server.http.get(server.url("/api/session"));
        request
            .header("cookie", cookie)
            .header(HOST, "chat.example")
            .send()
            .await
            .unwrap()
    };
    let answer = look(&old).await;
    assert_eq!(answer.status(), 200);
    let set = cookies(&answer);
    assert!(set[0].starts_with(&format!("__Host-{old};")), "{set:?}");
    for part in ["; Secure", "; Path=/;", "; HttpOnly", "; SameSite=Strict"] {
        assert!(set[0].contains(part), "{set:?}");
    }
    assert!(!set[0].contains("Domain"), "{set:?}");
    assert!(set[1].starts_with("steadfast_session=; Max-Age=0"), "{set:?}");
    let answer = look(&format!("__Host-{old}")).await;
    assert_eq!((answer.status(), cookies(&answer).len()), (StatusCode::OK, 0));
    // A cookie planted under the old name does not count beside the new one.
    assert_eq!(
        look(&format!("steadfast_session=planted; __Host-{old}"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn fault_m10_a_script_that_has_the_cookie_is_not_told_the_token_in_it() {
    let server = TestServer::start().await;
    let answer = sign_up(&server, "localhost", "http://localhost", "Mina").await;
    let cookie = cookies(&answer)[0].split(';').next().unwrap().to_owned();
    let first: SessionInfo = answer.json().await.unwrap();
    assert!(first.token.is_some(), "a new device is told its own");
    let payload = json!({ "nickname": "Mina", "with_token": true });
    let request = server.http.post(server.url("/api/session")).json(&payload);
    let answer = request.header("cookie", &cookie).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let session: Value = answer.json().await.unwrap();
    assert_eq!(session["me"]["name"], "Mina");
    assert!(session.get("token").is_none(), "{session}");
}

#[tokio::test]
async fn fault_l04_every_answer_says_what_browsers_may_not_do_with_it() {
    let server = TestServer::start().await;
    let paths = [
        "/healthz",
        "/api/session",
        "/api/features",
        "/api/registration",
        "/nowhere",
        "/socket.io/?EIO=4&transport=polling",
        "/socket.io/?EIO=9",
    ];
    for path in paths {
        let answer = server.http.get(server.url(path)).send().await.unwrap();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap())
                .unwrap_or_default()
        };
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(CACHE_CONTROL.as_str()), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        assert!(
            header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        if path != "/healthz" {
            assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        }
    }
    // A refusal has the headers too.
    let request = server.http.get(server.url("/")).header(HOST, "evil.example");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers().get("x-content-type-options").unwrap(), "nosniff");
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_signs_in_acts_and_connects_and_others_do_not() {
    // A page served by `trunk serve`.
    const PAGE: &str = "http://localhost:8080";
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.allowed_origins = vec![PAGE.into()];
    let server = TestServer::on(folder, config).await;
    let host = format!("localhost:{}", server.address.port());
    let answer = sign_up(&server, &host, PAGE, "Mina").await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["access-control-allow-origin"], PAGE);
    assert_eq!(answer.headers()["access-control-allow-credentials"], "true");
    assert_eq!(answer.headers()["vary"], "origin");
    let session: SessionInfo = answer.json().await.unwrap();
    // Browsers send a preflight for every request that may change something.
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let url = server.url("/api/session");
        let request = server.http.request(reqwest::Method::OPTIONS, url);
        let request = request.header(ORIGIN, PAGE).header(HOST, &host);
        let request = request.header("access-control-request-method", method);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 204);
        let allowed = answer.headers()["access-control-allow-methods"].to_str().unwrap();
        assert!(
            allowed.split(", ").any(|one| one == method),
            "{method}: {allowed}"
        );
    }
    let auth = json!({ "token": session.token }).to_string();
    let mut client = Client::dial(server.address, &[("origin", PAGE)]).await;
    client.say(&format!("40{auth}")).await;
    client.await_session().await;
    for other in ["http://localhost:8081", "https://localhost:8080", "null"] {
        let answer = sign_up(&server, &host, other, "Eve").await;
        assert_eq!(answer.status(), 403, "{other}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
        let why = Client::refused(server.address, &auth, &[("origin", other)]).await;
        assert_eq!(why, "forbidden_origin");
    }
}
