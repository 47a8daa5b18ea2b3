//! The packets of `socket.io-msgpack-parser`, against the npm server with that parser.

use serde_json::{Value, json};
use socketio_anywhere::{Binary, Builder, DisconnectReason, Event, Parser, Transport};

use crate::scenario;
use crate::support::{PATIENCE, Server, connect_error, connected, disconnected, message, until};

fn client(server: &Server) -> Builder {
    server.client_at("/msgpack/").parser(Parser::MessagePack)
}

const WAYS: &[&[Transport]] = &[
    &[Transport::WebSocket],
    #[cfg(feature = "polling")]
    &[Transport::Polling],
    #[cfg(feature = "polling")]
    &crate::support::UPGRADING,
];

#[scenario]
async fn events_and_bytes_go_both_ways() {
    let server = Server::start();
    for transports in WAYS {
        let client = client(&server)
            .transports(transports.iter().copied())
            .build()
            .unwrap();
        let mut events = client.events();
        let numbers = [
            i64::MIN + 1,
            -40_000,
            -129,
            -33,
            -32,
            -7,
            0,
            127,
            200,
            300,
            70_000,
            1 << 40,
        ];
        let list = json!({"numbers": numbers, "text": "안녕".repeat(100), "none": null, "half": 0.5});
        let large = Binary(vec![7; 70_000]);
        client
            .emit("say", &(&list, &large, [Binary(vec![0, 255])], false))
            .unwrap();
        let back: (Value, Binary, [Binary; 1], bool) = message(&mut events).await.parse().unwrap();
        // A number of JavaScript has 53 bits.
        assert_eq!(
            back.0["numbers"].as_array().unwrap()[1..],
            list["numbers"].as_array().unwrap()[1..]
        );
        assert_eq!(
            (&back.0["text"], &back.0["none"], &back.0["half"]),
            (&list["text"], &json!(null), &json!(0.5))
        );
        assert_eq!((back.1, back.2, back.3), (large, [Binary(vec![0, 255])], false));
        let bytes: Binary = client
            .emit_with_ack("echo", &Binary(vec![1, 2, 3]), PATIENCE)
            .await
            .unwrap();
        assert_eq!(bytes.0, [1, 2, 3]);
    }
}

#[scenario]
async fn acks_go_both_ways() {
    let server = Server::start();
    let client = client(&server).auth(json!({"token": "t"})).build().unwrap();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "t"}));
    for number in 0..300u32 {
        let answer: u32 = client.emit_with_ack("echo", &number, PATIENCE).await.unwrap();
        assert_eq!(answer, number);
    }
    let mut events = client.events();
    client.emit("ask", &Binary(vec![4])).unwrap();
    let responder = message(&mut events).await.ack.unwrap();
    responder.send(&("bytes", Binary(vec![5]))).unwrap();
    let (text, bytes): (String, Binary) = message(&mut events).await.parse().unwrap();
    assert_eq!((text.as_str(), bytes.0), ("bytes", vec![5]));
}

#[scenario]
async fn namespaces_refusals_and_ends_work() {
    let server = Server::start();
    let root = client(&server).build().unwrap();
    let refused = root.of_with_auth("/private", json!({}));
    let error = connect_error(&mut refused.events()).await;
    assert_eq!(error.message, "members only");
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let auth: Value = admin.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"role": "admin"}));
    let mut events = admin.events();
    admin.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
    admin.connect();
    connected(&mut events).await;
    root.disconnect();
    assert!(admin.is_connected());
}

#[scenario]
async fn recovery_works() {
    let server = Server::start();
    let client = server
        .client_at("/msgpack-csr/")
        .parser(Parser::MessagePack)
        .build()
        .unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    assert_eq!(connected(&mut events).await, id);
    assert!(client.recovered());
}

#[scenario]
async fn another_form_is_a_parse_error() {
    let server = Server::start();
    let client = server.client().parser(Parser::MessagePack).build().unwrap();
    let mut events = client.events();
    let ended = until(&mut events, |event| match event {
        Event::Disconnected { reason, .. } => Some(reason),
        Event::Connected { .. } => panic!("connected"),
        _ => None,
    });
    assert!(matches!(
        ended.await,
        DisconnectReason::ParseError | DisconnectReason::TransportClose
    ));
    client.disconnect();
}
