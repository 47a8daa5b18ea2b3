//! Strangers who open, hold, flood and drip: their share is bounded and released, and others notice nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::COOKIE;
use serde_json::{Value, json};
use steadfast_server::config::{Config, Limits};
use steadfast_shared::http::SessionInfo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::support::client::PATIENCE;
use crate::support::{Client, TestServer, message};

const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=polling";

/// A connection from 127.0.0.`from`.
async fn connect(server: &TestServer, from: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, from), 0)))
        .unwrap();
    socket.connect(server.address).await.unwrap()
}

async fn say(stream: &mut TcpStream, text: &str) {
    // The server may have closed it already.
    let _ = stream.write_all(text.as_bytes()).await;
}

/// Everything received until the server closes the connection.
async fn to_end(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = stream.read_to_end(&mut all);
    let _ = timeout(PATIENCE, read).await.expect("the server does not end it");
    String::from_utf8_lossy(&all).into_owned()
}

/// The first line of a response.
async fn status(stream: &mut TcpStream) -> String {
    let mut answer = vec![0; 4_096];
    let read = timeout(PATIENCE, stream.read(&mut answer))
        .await
        .expect("no answer");
    let answer = String::from_utf8_lossy(&answer[..read.unwrap_or(0)]).into_owned();
    answer.lines().next().unwrap_or_default().to_owned()
}

async fn is_alive(server: &TestServer) -> bool {
    // Not over a kept-alive connection.
    let answer = reqwest::Client::new().get(server.url("/healthz")).send();
    timeout(PATIENCE, answer)
        .await
        .unwrap()
        .is_ok_and(|answer| answer.status() == 200)
}

async fn handshake_from(server: &TestServer, from: u8, cookie: Option<&str>) -> u16 {
    let local = Ipv4Addr::new(127, 0, 0, from);
    let client = reqwest::Client::builder()
        .local_address(Some(local.into()))
        .build()
        .unwrap();
    let mut request = client.get(server.url(HANDSHAKE));
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request.send().await.unwrap().status().as_u16()
}

fn short(limits: &mut Limits) {
    limits.times.header = Duration::from_secs(1);
    limits.times.body = Duration::from_secs(1);
}

#[tokio::test]
async fn fault_h06_who_is_silent_or_drips_headers_or_a_body_is_ended() {
    let server = TestServer::with(short).await;
    let mut silent = connect(&server, 1).await;
    let mut drips = connect(&server, 1).await;
    say(&mut drips, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n").await;
    let mut half = connect(&server, 1).await;
    let head = "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{";
    say(&mut half, head).await;
    let mut idle = connect(&server, 1).await;
    say(&mut idle, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let dripping = async {
        for _ in 0..100 {
            if drips.write_all(b"x: y\r\n").await.is_err() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        to_end(&mut drips).await
    };
    let (_, dripped, half, idle) = tokio::join!(
        to_end(&mut silent),
        dripping,
        to_end(&mut half),
        to_end(&mut idle)
    );
    assert!(!dripped.contains("200"), "{dripped}");
    assert!(half.starts_with("HTTP/1.1 4"), "{half}");
    assert!(
        idle.starts_with("HTTP/1.1 200") && idle.ends_with("ok\n"),
        "{idle}"
    );
    assert!(is_alive(&server).await);
}

#[tokio::test]
async fn fault_h05_headers_of_more_than_16_kib_are_refused() {
    let server = TestServer::start().await;
    for path in ["/healthz", HANDSHAKE] {
        let mut stream = connect(&server, 1).await;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nx-padding: {}\r\n\r\n",
            "x".repeat(17 * 1024)
        );
        say(&mut stream, &head).await;
        let answer = status(&mut stream).await;
        assert!(answer.is_empty() || answer.contains("431"), "{path}: {answer}");
        // Requests within the limit are accepted.
        let mut stream = connect(&server, 1).await;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nx-padding: {}\r\n\r\n",
            "x".repeat(12 * 1024)
        );
        say(&mut stream, &head).await;
        assert!(status(&mut stream).await.contains("200"), "{path}");
    }
}

#[tokio::test]
async fn fault_h06_who_holds_every_place_loses_those_held_longest_and_others_are_answered() {
    let server = TestServer::with(|limits| {
        limits.connections.max_http_connections = 24;
        limits.connections.max_http_connections_per_address = 8;
        // No timeout may end any of them.
        limits.times.header = Duration::from_secs(600);
    })
    .await;
    let mut mina = server.join("Mina").await;
    let mut held = Vec::new();
    for from in 2..8 {
        for _ in 0..20 {
            held.push(connect(&server, from).await);
        }
        assert!(is_alive(&server).await);
    }
    let session = server.sign_in("Jun").await;
    let mut jun = server.connect(&session, json!({})).await;
    // Mina's connection carries a chat, so it made room for none of them.
    let room = mina.room();
    mina.send(&[message(room, "still here")]).await;
    assert_eq!(jun.entries().await.len(), 1);
    // The first ones were closed, long before the last.
    assert_eq!(to_end(&mut held[0]).await, "");
    let last = held.last_mut().unwrap();
    say(last, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(status(last).await.contains("200"));
}

#[tokio::test]
async fn fault_h05_a_flood_of_handshakes_leaves_other_addresses_and_known_devices_theirs() {
    let server = TestServer::with(|limits| {
        limits.connections.max_handshakes = 12;
        limits.connections.max_handshakes_per_address = 6;
        limits.rates.sign_ins_per_minute = 1_000;
    })
    .await;
    let session = server.sign_in("Mina").await;
    let cookie = format!("steadfast_session={}", session.token.as_deref().unwrap());
    let mut opened = 0;
    for _ in 0..20 {
        opened += usize::from(handshake_from(&server, 2, None).await == 200);
    }
    assert_eq!(opened, 6, "of one address");
    assert_eq!(handshake_from(&server, 3, None).await, 200, "another has its own");
    for _ in 0..20 {
        let _ = handshake_from(&server, 4, None).await;
    }
    assert_eq!(handshake_from(&server, 5, None).await, 503, "all are taken");
    assert_eq!(
        handshake_from(&server, 5, Some("steadfast_session=guess")).await,
        503
    );
    assert_eq!(
        handshake_from(&server, 5, Some(&cookie)).await,
        200,
        "but for who is known"
    );
}

#[tokio::test]
async fn fault_h05_who_has_connected_leaves_their_place_among_handshakes() {
    let server = TestServer::with(|limits| limits.connections.max_handshakes = 4).await;
    let session = server.sign_in("Mina").await;
    let mut connections = Vec::new();
    for _ in 0..12 {
        connections.push(server.connect(&session, json!({})).await);
    }
}

#[tokio::test]
async fn fault_h05_before_it_is_said_whose_it_is_a_connection_may_send_little() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    // A valid CONNECT of 200,000 bytes, which is not read to its end.
    let packet = format!("40{}", json!({ "token": session.token }));
    for transport in ["websocket", "websocket=x"] {
        let mut stranger = websocket(&server, transport).await;
        let mut frame = vec![0x81, 0xff];
        frame.extend_from_slice(&200_000_u64.to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(packet.as_bytes());
        frame.resize(14 + 200_000, b' ');
        let _ = stranger.write_all(&frame).await;
        let text = to_end(&mut stranger).await;
        assert!(!text.contains("open"), "{transport}: {text}");
    }
    // The same by polling.
    let opened = server
        .http
        .get(server.url(HANDSHAKE))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let opened: Value = serde_json::from_str(&opened[1..]).unwrap();
    let path = format!("{HANDSHAKE}&sid={}", opened["sid"].as_str().unwrap());
    // Whether or not it declares its length.
    for (header, expected) in [
        ("Content-Length: 200000\r\n\r\n", "413"),
        ("Transfer-Encoding: chunked\r\n\r\n30d40\r\n", "400"),
    ] {
        let mut stream = connect(&server, 1).await;
        say(
            &mut stream,
            &format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{header}"),
        )
        .await;
        say(&mut stream, &"4".repeat(200_000)).await;
        let answer = status(&mut stream).await;
        assert!(answer.contains(expected), "{header}: {answer}");
    }
    // An authenticated client may send a whole batch.
    let mut mina = server.connect(&session, json!({})).await;
    let room = mina.room();
    let batch: Vec<_> = (0..8).map(|_| message(room, &"x".repeat(16_000))).collect();
    assert_eq!(mina.send(&batch).await.len(), 8);
}

#[tokio::test]
async fn fault_h05_bodies_that_drip_are_bounded_and_who_is_known_connects_by_polling() {
    /// Requests with a body that strangers may have in flight; each may be 128 KiB.
    const HELD: usize = 256;
    const MORE: usize = 40;
    let server = TestServer::start().await;
    let mina = server.sign_in("Mina").await;
    let cookie = format!("steadfast_session={}", mina.token.as_deref().unwrap());
    let open = async |from: u8, cookie: Option<&str>| {
        let local = Ipv4Addr::new(127, 0, 0, from);
        let client = reqwest::Client::builder().local_address(Some(local.into()));
        let mut request = client.build().unwrap().get(server.url(HANDSHAKE));
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let opened = request.send().await.unwrap().text().await.unwrap();
        let opened: Value = serde_json::from_str(&opened[1..]).unwrap();
        format!("{HANDSHAKE}&sid={}", opened["sid"].as_str().unwrap())
    };
    let mut dripping = Vec::new();
    for nth in 0..HELD + MORE {
        let from = 2 + u8::try_from(nth / 60).unwrap();
        let path = open(from, None).await;
        let mut stream = connect(&server, from).await;
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n4");
        say(&mut stream, &head).await;
        dripping.push(stream);
    }
    let mut refused = 0;
    let counting = async {
        while refused < MORE {
            let mut left = Vec::new();
            for mut stream in dripping.drain(..) {
                let mut answer = [0; 1_024];
                match timeout(Duration::from_millis(2), stream.read(&mut answer)).await {
                    Ok(read) => {
                        let answer = String::from_utf8_lossy(&answer[..read.unwrap()]).into_owned();
                        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
                        refused += 1;
                    }
                    Err(_) => left.push(stream),
                }
            }
            dripping = left;
        }
    };
    timeout(PATIENCE, counting).await.expect("all of them are held");
    assert_eq!(dripping.len(), HELD, "the others wait");
    let connect_by = async |cookie: Option<&str>, from| {
        let path = open(from, cookie).await;
        let mut request = server.http.post(server.url(&path)).body("40{}");
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(connect_by(None, 9).await, 503);
    assert_eq!(connect_by(Some(&cookie), 9).await, 200);
    drop(dripping);
    let given_back = async {
        while connect_by(None, 9).await != 200 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, given_back)
        .await
        .expect("nothing is given back");
}

#[tokio::test]
async fn fault_h05_who_leaves_the_chat_does_not_hold_its_transport() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    mina.say("41").await;
    mina.await_close().await;
}

#[tokio::test]
async fn fault_m03_few_accounts_take_no_place_of_the_owners_or_of_others() {
    let server = TestServer::with(|limits| {
        limits.connections.max_connections = 8;
        limits.connections.max_connections_per_person = 4;
    })
    .await;
    let owner = server.own("Mina").await;
    assert!(owner.owner);
    let refused = async |session: &SessionInfo| {
        let auth = json!({ "token": session.token }).to_string();
        Client::refused(server.address, &auth, &[]).await
    };
    let (eve, mallory) = (server.sign_in("Eve").await, server.sign_in("Mallory").await);
    let mut held = Vec::new();
    for session in [&eve, &mallory] {
        for _ in 0..4 {
            held.push(server.connect(session, json!({})).await);
        }
        assert_eq!(refused(session).await, "busy", "a person has so many");
    }
    let late = server.sign_in("Jun").await;
    assert_eq!(refused(&late).await, "busy", "every place is taken");
    let mut mina = server.connect(&owner, json!({})).await;
    let room = mina.room();
    mina.send(&[message(room, "I am in")]).await;
    held.pop().unwrap().leave().await;
    held.pop().unwrap().leave().await;
    server.connect(&late, json!({})).await;
}

#[tokio::test]
async fn fault_m03_one_address_has_so_many_connections() {
    let server = TestServer::with(|limits| limits.connections.max_connections_per_address = 2).await;
    let owner = server.own("Mina").await;
    let session = server.sign_in("Eve").await;
    let first = server.connect(&session, json!({})).await;
    let _second = server.connect(&session, json!({})).await;
    let auth = json!({ "token": session.token }).to_string();
    assert_eq!(Client::refused(server.address, &auth, &[]).await, "busy");
    let _owner = server.connect(&owner, json!({})).await;
    first.leave().await;
    // The owner counts too.
    assert_eq!(Client::refused(server.address, &auth, &[]).await, "busy");
}

async fn closed() -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.invite = Some("lighthouse".into());
    config.limits.rates.sign_ins_per_minute = 10_000;
    TestServer::on(folder, config).await
}

async fn post(server: &TestServer, body: &Value) -> (u16, Value) {
    let request = server.http.post(server.url("/api/session")).json(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn fault_l03_a_closed_server_tells_no_stranger_who_is_in_it() {
    let server = closed().await;
    let passphrase = "correct horse";
    let mina = json!({ "nickname": "Mina", "invite": "lighthouse", "passphrase": passphrase });
    assert_eq!(post(&server, &mina).await.0, 201);
    let without = json!({ "nickname": "Jun", "invite": "lighthouse" });
    assert_eq!(post(&server, &without).await.0, 201);
    for more in [
        json!({}),
        json!({ "invite": "a wrong code" }),
        json!({ "passphrase": "wrong horse" }),
        json!({ "passphrase": "wrong horse", "invite": "a wrong code" }),
    ] {
        let mut answers = Vec::new();
        for nickname in ["Mina", "mina", "Jun", "Nobody"] {
            let mut payload = more.clone();
            payload["nickname"] = json!(nickname);
            answers.push(post(&server, &payload).await);
        }
        assert!(
            answers.windows(2).all(|two| two[0] == two[1]),
            "{more}: {answers:#?}"
        );
        assert_ne!(answers[0].0, 201);
    }
    // Attempts are counted the same for both.
    for nickname in ["Mina", "Nobody"] {
        let payload = json!({ "nickname": nickname, "passphrase": "wrong horse" });
        let mut last = 0;
        for _ in 0..12 {
            last = post(&server, &payload).await.0;
        }
        assert_eq!(last, 429, "{nickname}");
    }
    // A person with an invitation may know.
    let invited = json!({ "nickname": "Jun", "invite": "lighthouse" });
    assert_eq!(post(&server, &invited).await.0, 409);
}

/// Two hundred simultaneous sign-ups with a passphrase; each ends with the status of its response.
fn strangers_who_hash(server: &TestServer) -> Vec<JoinHandle<u16>> {
    let ask = |n| {
        let payload = json!({ "nickname": format!("stranger {n}"), "passphrase": "correct horse" });
        let request = server.http.post(server.url("/api/session")).json(&payload);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    };
    (0..200).map(ask).collect()
}

#[tokio::test]
async fn fault_m02_strangers_on_a_closed_server_keep_nobody_from_signing_in() {
    let server = closed().await;
    let mina = json!({ "nickname": "Mina", "invite": "lighthouse", "passphrase": "correct horse" });
    assert_eq!(post(&server, &mina).await.0, 201);
    let strangers = strangers_who_hash(&server);
    for _ in 0..5 {
        let again = json!({ "nickname": "Mina", "passphrase": "correct horse" });
        assert_eq!(post(&server, &again).await.0, 201);
    }
    for stranger in strangers {
        assert_eq!(stranger.await.unwrap(), 401);
    }
}

#[tokio::test]
async fn fault_m02_newcomers_who_hash_keep_no_member_from_signing_in() {
    let server = TestServer::with(|limits| limits.rates.sign_ins_per_minute = 10_000).await;
    let mina = json!({ "nickname": "Mina", "passphrase": "correct horse" });
    assert_eq!(post(&server, &mina).await.0, 201);
    let strangers = strangers_who_hash(&server);
    for _ in 0..5 {
        assert_eq!(post(&server, &mina).await.0, 201, "nobody in front of a member");
    }
    let mut busy = 0;
    for stranger in strangers {
        busy += usize::from(stranger.await.unwrap() == 503);
    }
    assert!(busy > 100, "{busy} were refused");
}

#[tokio::test]
async fn fault_m03_messages_that_are_never_finished_are_bounded() {
    const UNFINISHED: usize = 900_000;
    let server = TestServer::with(|limits| {
        limits.connections.max_connections_per_device = 200;
        // No timeout may end any of them: the first ping comes at once.
        limits.times.ping = Duration::from_secs(600);
        limits.times.pong = Duration::from_secs(600);
    })
    .await;
    let mut mina = server.join("Mina").await;
    let session = server.sign_in("Eve").await;
    let connect = json!({ "token": session.token }).to_string();
    let mut held = Vec::new();
    for _ in 0..100 {
        let mut stream = connect_raw(&server, &format!("40{connect}")).await;
        // The header of a frame of a million bytes, and most of its content.
        let mut head = vec![0x81, 0xff];
        head.extend_from_slice(&1_000_000_u64.to_be_bytes());
        head.extend_from_slice(&[0; 4]);
        head.resize(head.len() + UNFINISHED, b'4');
        // It may have been closed before everything is sent.
        let _ = stream.write_all(&head).await;
        held.push(stream);
    }
    // 48 MiB of one address are 60 of these.
    let ended = async {
        let mut ended = 0;
        while ended < 30 {
            let mut left = Vec::new();
            for mut stream in held.drain(..) {
                let mut piece = [0; 1_024];
                match timeout(Duration::from_millis(5), stream.read(&mut piece)).await {
                    Ok(Ok(0) | Err(_)) => ended += 1,
                    _ => left.push(stream),
                }
            }
            held = left;
        }
    };
    timeout(PATIENCE, ended).await.expect("they are all held");
    // A client that finishes its message is not affected.
    let room = mina.room();
    for _ in 0..3 {
        let batch: Vec<_> = (0..8).map(|_| message(room, &"x".repeat(16_000))).collect();
        assert_eq!(mina.send(&batch).await.len(), 8);
    }
}

/// A WebSocket that has connected, as a bare stream.
async fn connect_raw(server: &TestServer, packet: &str) -> TcpStream {
    let mut stream = websocket(server, "websocket").await;
    let mut frame = vec![0x81, 0x80 | 126];
    frame.extend_from_slice(&u16::try_from(packet.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(packet.as_bytes());
    stream.write_all(&frame).await.unwrap();
    until_says(&mut stream, "\"open\"").await;
    stream
}

/// A WebSocket of an open session that has not connected, as a bare stream.
async fn websocket(server: &TestServer, transport: &str) -> TcpStream {
    let mut stream = connect(server, 9).await;
    let head = format!(
        "GET /socket.io/?EIO=4&transport={transport} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    say(&mut stream, &head).await;
    until_says(&mut stream, "pingInterval").await;
    stream
}

async fn until_says(stream: &mut TcpStream, part: &str) {
    let mut all = String::new();
    let mut piece = vec![0; 4_096];
    while !all.contains(part) {
        let read = timeout(PATIENCE, stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(read > 0, "{all}");
        all.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
}
