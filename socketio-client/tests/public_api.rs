//! The public API that programs rely on: a line that no longer compiles is a breaking change, for the changelog and a new version.
//!
//! `cargo semver-checks` compares with a published version, of which there is none yet.

#![cfg(all(feature = "client", feature = "polling", not(target_family = "wasm")))]

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use futures::Stream;
use serde_json::Value;
use socketio_anywhere::{
    Ack, AckError, Attempt, Binary, BuildError, Builder, Client, ConnectError, DisconnectReason, EmitError,
    Event, EventStream, Exhausted, Fallback, Handler, Limits, Message, Once, Parser, Payload, Responder,
    Retries, SentStream, State, Transport, TypedStream, Unsent, WeakClient, WebSocketFailure, platform,
};

fn is_handle<T: Debug + Send + Sync + 'static>() {}
fn moves<T: Debug + Send + 'static>() {}
fn is_value<T: Clone + Debug + PartialEq + Send + Sync + 'static>() {}
fn is_error<T: Error + Clone + Send + Sync + 'static>() {}
fn streams<T: Stream<Item = I> + Unpin + Send + 'static, I>() {}
fn resolves<T: Future<Output = O> + Unpin + Send + 'static, O>() {}

#[test]
fn types_have_the_traits_that_programs_use() {
    is_handle::<Client>();
    is_handle::<WeakClient>();
    moves::<Builder>();
    is_handle::<Event>();
    is_handle::<Message>();
    is_handle::<Responder>();
    is_handle::<EventStream>();
    is_handle::<TypedStream<u8>>();
    is_handle::<SentStream>();
    is_handle::<Once<u8>>();
    is_handle::<Handler>();
    is_handle::<Ack<u8>>();
    is_value::<Payload>();
    is_value::<Binary>();
    is_value::<State>();
    is_value::<Transport>();
    is_value::<Fallback>();
    is_value::<WebSocketFailure>();
    is_value::<DisconnectReason>();
    is_value::<Parser>();
    is_value::<Exhausted>();
    is_value::<Limits>();
    is_value::<Retries>();
    is_error::<AckError>();
    is_error::<EmitError>();
    is_error::<BuildError>();
    is_error::<ConnectError>();
    is_error::<Unsent>();
    streams::<EventStream, Event>();
    streams::<TypedStream<u8>, Result<u8, serde_json::Error>>();
    streams::<SentStream, Message>();
    resolves::<Once<u8>, Option<Result<u8, serde_json::Error>>>();
    resolves::<Ack<u8>, Result<u8, AckError>>();
}

#[test]
fn handles_have_their_methods() {
    let _: fn(&Client, &str) -> Client = Client::of;
    let _: [fn(&Client); 5] = [
        Client::connect,
        Client::disconnect,
        Client::reconnect_now,
        Client::wake,
        Client::close_transport,
    ];
    let _: [fn(&Client) -> bool; 2] = [Client::is_connected, Client::recovered];
    let _: [fn(&Client) -> usize; 2] = [Client::buffered, Client::clear_buffer];
    let _: fn(&Client) -> WeakClient = Client::downgrade;
    let _: fn(&WeakClient) -> Option<Client> = WeakClient::upgrade;
    let _: fn(&Client) -> Option<String> = Client::id;
    let _: fn(&Client) -> State = Client::state;
    let _: fn(&Client) -> Option<Duration> = Client::round_trip;
    let _: fn(&Client) -> &'static str = Client::transport_name;
    let _: fn(&Client) -> Option<Fallback> = Client::fallback;
    let _: fn(&Client, &str, &Value) -> Result<(), EmitError> = Client::emit;
    let _: fn(&Client, &str, &str) -> Result<(), EmitError> = Client::emit;
    let _: fn(&Client, &str, &Value) -> Result<bool, EmitError> = Client::emit_volatile;
    let _: fn(&Client) -> EventStream = Client::events;
    let _: fn(&Client) -> EventStream = Client::engine_events;
    let _: fn(&Client) -> SentStream = Client::sent;
    let _: fn(&Client, &str) -> TypedStream<(u8, String)> = Client::on;
    let _: fn(&Client, &str) -> Once<u8> = Client::once;
    let _: fn(Handler) = Handler::off;
    let _: fn(&Handler) -> usize = Handler::missed;
    let _: fn(&Responder, &str) -> Result<(), EmitError> = Responder::send;
    let _: fn(&Message) -> Vec<Value> = Message::args;
    let _: fn(Message) -> Result<u8, serde_json::Error> = Message::parse;
    let _: fn(&str) -> Result<Payload, serde_json::Error> = Payload::from_serialize;
    let _: fn(&Payload) -> usize = Payload::size;
    let _: fn(DisconnectReason) -> &'static str = DisconnectReason::as_str;
    let _: fn(Transport) -> &'static str = Transport::as_str;
}

#[tokio::test]
async fn calls_take_what_they_took() {
    let client = Client::builder("http://127.0.0.1:1/namespace")
        .path("/socket.io")
        .trailing_slash(true)
        .query([("key", "value")])
        .on_attempt(|_: &mut Attempt| {})
        .with_credentials(false)
        .protocols(["chat"])
        .proxy("http://127.0.0.1:1")
        .auth(serde_json::json!({"token": 1}))
        .auth_with(|| Value::Null)
        .auth_async(|| async { Value::Null })
        .reconnection(true)
        .reconnection_attempts(3)
        .reconnection_attempts(None)
        .reconnection_delay(Duration::from_secs(1))
        .reconnection_delay_max(Duration::from_secs(5))
        .randomization_factor(0.5)
        .timeout(Duration::from_secs(20))
        .timeout(None)
        .auto_connect(false)
        .wake_on_visible(true)
        .extra_header("x-name", "value")
        .transports([Transport::WebSocket, Transport::Polling])
        .try_all_transports(false)
        .fallback_timeout(Duration::from_secs(4))
        .upgrade_delay(Duration::from_secs(1), Duration::from_secs(60))
        .upgrade(true)
        .remember_upgrade(false)
        .close_timeout(Duration::from_secs(1))
        .parser(Parser::Json)
        .ack_timeout(Duration::from_secs(10))
        .retries(
            Retries::new(3)
                .ack_timeout(Duration::from_secs(1))
                .exhausted(Exhausted::Drop),
        )
        .retries(None)
        .volatile_events(["typing"])
        .any_offset(false)
        .send_buffer(100)
        .limits(|limits: &mut Limits| limits.packet = 1 << 20)
        .build();
    let client: Client = match client {
        Ok(client) => client,
        Err(error) => unreachable!("{error}"),
    };
    let one: Ack<u8> = client.emit_with_ack("one", &1, Duration::from_secs(1));
    let two: Ack<(u8, u8)> = client.emit_volatile_with_ack("two", &(1, 2), None);
    drop((one, two));
    let handler: Handler = client.on_each("one", |_: u8| {});
    handler.off();
    let _: Client = client.of_with_auth("/other", ());
    let left: Result<(), Unsent> = client.flush().await;
    let closed: Result<(), Unsent> = client.close().await;
    assert!(left.is_err() && closed.is_err(), "one event waits");
}

/// A type that satisfies what a page asks for satisfies it natively, and the other way round, if it is `Send` and `Sync`.
#[tokio::test]
async fn what_differs_between_page_and_program_has_one_name() {
    fn may_move<T: platform::MaybeSend + platform::MaybeSync>(_: &T) {}
    may_move(&1);
    let boxed: platform::BoxFuture<'static, u8> = Box::pin(async { 1 });
    let stream: platform::BoxStream<'static, u8> = Box::pin(futures::stream::empty());
    platform::spawn(async move {
        boxed.await;
        drop(stream);
    });
    let started_at: Duration = platform::now();
    platform::sleep(Duration::from_millis(20)).await;
    assert!(platform::now() >= started_at + Duration::from_millis(20));
    assert_ne!(platform::seed(), platform::seed());
}

/// The compiler says so where a stream or a builder is dropped at once: an expectation without its warning is a warning itself.
#[tokio::test]
async fn a_stream_or_builder_that_is_dropped_is_warned_of() {
    #[expect(unused_must_use, reason = "the warning is what is asserted")]
    Client::builder("http://127.0.0.1:1");
    let client = Client::builder("http://127.0.0.1:1").auto_connect(false).build();
    let client = client.expect("settings that work");
    #[expect(unused_must_use, reason = "the warning is what is asserted")]
    client.events();
    #[expect(unused_must_use, reason = "the warning is what is asserted")]
    client.engine_events();
    #[expect(unused_must_use, reason = "the warning is what is asserted")]
    client.sent();
    #[expect(unused_must_use, reason = "the warning is what is asserted")]
    client.on::<u8>("one");
    #[expect(unused_must_use, reason = "the warning is what is asserted")]
    client.once::<u8>("one");
}
