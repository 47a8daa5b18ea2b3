//! A minimal Socket.IO client, which can also send malformed packets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use steadfast_shared::event::{self, ClosingReason, Entries, Opened, Reply, SendItem, Sent, Session};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{Entry, ErrorCode, RoomId};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Longer than any wait without a fault.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// An event or an answer from the server.
#[derive(Debug)]
pub(crate) enum Heard {
    Connected,
    Refused(String),
    Event(String, Vec<Value>),
    Ack(u64, Value),
    Disconnected,
    Closed,
}

pub(crate) struct Client {
    say: mpsc::Sender<Message>,
    tasks: [AbortHandle; 2],
    heard: mpsc::UnboundedReceiver<Heard>,
    /// Events that arrived while waiting for an ack.
    events: std::collections::VecDeque<(String, Vec<Value>)>,
    acks: HashMap<u64, Value>,
    asked: u64,
    ended: bool,
    bytes: Arc<AtomicU64>,
    pub(crate) opened: Option<Opened>,
}

impl Client {
    /// Connects and waits for the session to open.
    pub(crate) async fn open(address: SocketAddr, session: &SessionInfo, auth: Value) -> Self {
        let mut client = Self::connected(address, session, auth).await;
        client.await_session().await;
        client
    }

    pub(crate) async fn await_session(&mut self) {
        match self.session().await {
            Session::Open(opened) => self.opened = Some(opened),
            closing => panic!("{closing:?}"),
        }
    }

    /// Connects and waits for the response to CONNECT.
    pub(crate) async fn connected(address: SocketAddr, session: &SessionInfo, mut auth: Value) -> Self {
        if auth.get("token").is_none() {
            auth["token"] = json!(session.token);
        }
        let mut client = Self::dial(address, &[]).await;
        client.say(&format!("40{auth}")).await;
        match client.hear().await {
            Heard::Connected => client,
            other => panic!("not connected: {other:?}"),
        }
    }

    /// Connects, and again after the wait that a busy server asks for, as programs do.
    pub(crate) async fn open_once_admitted(
        address: SocketAddr,
        session: &SessionInfo,
        mut auth: Value,
    ) -> Self {
        auth["token"] = json!(session.token);
        loop {
            let mut client = Self::dial(address, &[]).await;
            client.say(&format!("40{auth}")).await;
            match client.hear().await {
                Heard::Connected => {
                    client.await_session().await;
                    return client;
                }
                Heard::Refused(reason) => {
                    let wait = reason.strip_prefix("busy ").and_then(|wait| wait.parse().ok());
                    let wait = wait.unwrap_or_else(|| panic!("refused: {reason}"));
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                other => panic!("not connected: {other:?}"),
            }
        }
    }

    /// Connects and returns why the server refused.
    pub(crate) async fn refused(address: SocketAddr, auth: &str, headers: &[(&'static str, &str)]) -> String {
        let mut client = Self::dial(address, headers).await;
        client.say(&format!("40{auth}")).await;
        match client.hear().await {
            Heard::Refused(reason) => reason,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Opens the transport, nothing more.
    pub(crate) async fn dial(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        Self::try_dial(address, headers).await.unwrap()
    }

    /// As [`Client::dial`], if there may be no server.
    pub(crate) async fn try_dial(address: SocketAddr, headers: &[(&'static str, &str)]) -> Option<Self> {
        let stream = TcpStream::connect(address).await.ok()?;
        let socket = try_upgrade(stream, address, headers).await?;
        let (mut sink, mut stream) = socket.split();
        let (say, mut outgoing) = mpsc::channel::<Message>(64);
        let (tell, heard) = mpsc::unbounded_channel();
        let answer = say.clone();
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = bytes.clone();
        let writing = tokio::spawn(async move {
            while let Some(message) = outgoing.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
        });
        let reading = tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                let Message::Text(text) = message else { continue };
                counted.fetch_add(text.len() as u64, Ordering::Relaxed);
                if text.as_str() == "2" {
                    let _ = answer.try_send(Message::text("3"));
                } else if let Some(heard) = read(text.as_str())
                    && tell.send(heard).is_err()
                {
                    return;
                }
            }
            let _ = tell.send(Heard::Closed);
        });
        Some(Self {
            say,
            heard,
            tasks: [writing.abort_handle(), reading.abort_handle()],
            events: std::collections::VecDeque::new(),
            acks: HashMap::new(),
            asked: 0,
            ended: false,
            bytes,
            opened: None,
        })
    }

    pub(crate) fn opened(&self) -> &Opened {
        self.opened.as_ref().unwrap()
    }

    /// The number of bytes received in packets so far.
    pub(crate) fn bytes_heard(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn room(&self) -> RoomId {
        self.opened().rooms[0].id
    }

    /// Sends a raw packet, Engine.IO type first.
    pub(crate) async fn say(&mut self, packet: &str) {
        self.say.send(Message::text(packet)).await.unwrap();
    }

    /// As [`Client::say`], if the server may have closed the connection.
    pub(crate) async fn try_say(&mut self, packet: &str) -> bool {
        self.say.send(Message::text(packet)).await.is_ok()
    }

    pub(crate) async fn say_binary(&mut self, bytes: &[u8]) {
        self.say.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Emits without requesting an ack.
    pub(crate) async fn emit(&mut self, event: &str, payload: impl Serialize) {
        self.say(&format!("42{}", json!([event, payload]))).await;
    }

    /// Emits and requests an ack. Returns its number.
    pub(crate) async fn ask(&mut self, event: &str, payload: impl Serialize) -> u64 {
        self.asked += 1;
        self.say(&format!("42{}{}", self.asked, json!([event, payload])))
            .await;
        self.asked
    }

    /// As [`Client::ask`], if the server may have closed the connection.
    pub(crate) async fn try_ask(&mut self, event: &str, payload: impl Serialize) -> Option<u64> {
        self.asked += 1;
        let packet = format!("42{}{}", self.asked, json!([event, payload]));
        self.try_say(&packet).await.then_some(self.asked)
    }

    /// The answer to a request, by its number.
    pub(crate) async fn answer<T: DeserializeOwned>(&mut self, asked: u64) -> Reply<T> {
        loop {
            if let Some(answer) = self.acks.remove(&asked) {
                return serde_json::from_value(answer).unwrap();
            }
            match self.hear().await {
                Heard::Ack(id, value) => drop(self.acks.insert(id, value)),
                Heard::Event(name, args) => self.events.push_back((name, args)),
                other => panic!("{other:?} instead of the answer to {asked}"),
            }
        }
    }

    pub(crate) async fn call<T: DeserializeOwned>(
        &mut self,
        event: &str,
        payload: impl Serialize,
    ) -> Reply<T> {
        let asked = self.ask(event, payload).await;
        self.answer(asked).await
    }

    /// The code a request is refused with.
    pub(crate) async fn refusal(&mut self, event: &str, payload: impl Serialize) -> ErrorCode {
        match self.call::<Value>(event, payload).await {
            Reply::Err(error) => error.code,
            Reply::Ok(done) => panic!("not refused: {done}"),
        }
    }

    /// Sends a batch that is stored. Returns the places.
    pub(crate) async fn send(&mut self, items: &[SendItem]) -> Vec<u64> {
        let Reply::Ok(sent) = self.call::<Vec<Sent>>(event::SEND, items).await else {
            panic!("refused");
        };
        let seqs = sent.iter().map(|sent| match sent {
            Sent::Stored { seq, .. } => *seq,
            refused => panic!("{refused:?}"),
        });
        seqs.collect()
    }

    /// The next event of this name; others before it are dropped.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self, event: &str) -> T {
        loop {
            let (name, mut args) = self.event().await;
            if name == event {
                assert_eq!(args.len(), 1);
                return serde_json::from_value(args.remove(0)).unwrap();
            }
        }
    }

    /// The next event, whatever it is.
    pub(crate) async fn event(&mut self) -> (String, Vec<Value>) {
        if let Some(event) = self.events.pop_front() {
            return event;
        }
        loop {
            match self.hear().await {
                Heard::Event(name, args) => return (name, args),
                Heard::Ack(id, value) => drop(self.acks.insert(id, value)),
                Heard::Connected => {}
                other => panic!("{other:?} instead of an event"),
            }
        }
    }

    pub(crate) async fn session(&mut self) -> Session {
        self.next(event::SESSION).await
    }

    /// The entries of the next `entries` event.
    pub(crate) async fn entries(&mut self) -> Vec<Entry> {
        self.next::<Entries>(event::ENTRIES).await.entries
    }

    /// The close reason of this connection, if it is among the events received so far.
    pub(crate) fn heard_closing(&mut self) -> Option<ClosingReason> {
        let events = self.events.drain(..);
        let mut sessions = events.filter(|(name, _)| name == event::SESSION);
        let (_, mut args) = sessions.next()?;
        match serde_json::from_value(args.remove(0)).unwrap() {
            Session::Closing { reason } => Some(reason),
            Session::Open(_) => None,
        }
    }

    /// The close reason of this connection; waits until it has ended.
    pub(crate) async fn closing(&mut self) -> Option<ClosingReason> {
        let mut reason = None;
        loop {
            let heard = match self.events.pop_front() {
                Some((name, args)) => Heard::Event(name, args),
                None => self.hear().await,
            };
            match heard {
                Heard::Event(name, mut args) if name == event::SESSION => {
                    if let Session::Closing { reason: announced } =
                        serde_json::from_value(args.remove(0)).unwrap()
                    {
                        reason = Some(announced);
                    }
                }
                Heard::Disconnected | Heard::Closed => return reason,
                _ => {}
            }
        }
    }

    pub(crate) async fn hear(&mut self) -> Heard {
        assert!(!self.ended, "the connection has ended");
        let heard = timeout(PATIENCE, self.heard.recv())
            .await
            .expect("the server says nothing")
            .unwrap();
        self.ended = matches!(heard, Heard::Closed);
        heard
    }

    /// Waits until the TCP connection has ended.
    pub(crate) async fn await_close(&mut self) {
        while !matches!(self.hear().await, Heard::Closed) {}
    }

    /// Leaves as a browser's page does.
    pub(crate) async fn leave(mut self) {
        let _ = self.say.send(Message::Close(None)).await;
        if !self.ended {
            self.await_close().await;
        }
    }
}

impl Drop for Client {
    /// Cuts the connection.
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Upgrades a connection to a WebSocket and reads the Engine.IO handshake.
pub(crate) async fn upgrade(
    stream: TcpStream,
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Socket {
    try_upgrade(stream, address, headers).await.unwrap()
}

async fn try_upgrade(
    stream: TcpStream,
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Option<Socket> {
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.ok()?;
    let first = socket.next().await?.ok()?;
    assert!(first.to_text().unwrap().starts_with('0'), "{first}");
    Some(socket)
}

fn read(packet: &str) -> Option<Heard> {
    let kind = packet.get(..2)?;
    let rest = &packet[2..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (id, json) = rest.split_at(digits);
    let args = || serde_json::from_str::<Vec<Value>>(json).unwrap();
    match kind {
        "40" => Some(Heard::Connected),
        "41" => Some(Heard::Disconnected),
        "42" => {
            let mut args = args();
            let name = args.remove(0).as_str().unwrap().to_owned();
            Some(Heard::Event(name, args))
        }
        "43" => Some(Heard::Ack(id.parse().unwrap(), args().remove(0))),
        "44" => {
            // The refusal may be preceded by a namespace.
            let refusal: Value = serde_json::from_str(&rest[rest.find('{').unwrap()..]).unwrap();
            Some(Heard::Refused(refusal["message"].as_str().unwrap().to_owned()))
        }
        _ => None,
    }
}
