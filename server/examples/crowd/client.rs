//! A Socket.IO client of few lines.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde::Serialize;
use serde_json::{Value, json};
use steadfast_server::clock;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::Failed;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    asked: u64,
}

/// The outcome of connecting.
pub(crate) enum Connected {
    /// The session is open, by this.
    Open(Box<Client>, Value),
    /// It was refused, and may say how long to wait.
    Refused(String),
}

impl Client {
    /// Connects, and waits until the session is open.
    pub(crate) async fn connect(address: SocketAddr, token: &str) -> Result<Connected, Failed> {
        timeout(PATIENCE, Self::open(address, token)).await?
    }

    async fn open(address: SocketAddr, token: &str) -> Result<Connected, Failed> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = tokio_tungstenite::tungstenite::http::Request::get(format!(
            "ws://{address}/socket.io/?EIO=4&transport=websocket"
        ))
        .header("Host", address.to_string())
        .header("Authorization", format!("Bearer {token}"))
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header(
            "Sec-WebSocket-Key",
            tokio_tungstenite::tungstenite::handshake::client::generate_key(),
        )
        .body(())?;
        let socket = match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => socket,
            Err(error) => return Ok(Connected::Refused(error.to_string())),
        };
        let mut client = Self { socket, asked: 0 };
        client.say(format!("40{}", json!({ "token": token }))).await?;
        loop {
            let packet = client.hear().await?;
            if packet.starts_with("44") {
                return Ok(Connected::Refused(packet));
            }
            if let Some(args) = packet.strip_prefix("42") {
                let args: Vec<Value> = serde_json::from_str(args)?;
                if args[0] == "session" {
                    return Ok(Connected::Open(Box::new(client), args[1].clone()));
                }
            }
        }
    }

    /// Emits an event, and waits for its answer. Answers how long it took, too.
    pub(crate) async fn ask(
        &mut self,
        event: &str,
        payload: impl Serialize,
    ) -> Result<(Value, Duration), Failed> {
        self.asked += 1;
        let begun = clock::instant();
        self.say(format!("42{}{}", self.asked, json!([event, payload])))
            .await?;
        let begin = format!("43{}[", self.asked);
        loop {
            let packet = timeout(PATIENCE, self.hear()).await??;
            if packet.starts_with(&begin) {
                let took = begun.elapsed();
                let mut args: Vec<Value> = serde_json::from_str(&packet[begin.len() - 1..])?;
                return Ok((args.remove(0), took));
            }
        }
    }

    /// Reads packets, for ever.
    pub(crate) async fn listen(mut self) {
        while self.hear().await.is_ok() {}
    }

    /// Leaves.
    pub(crate) async fn leave(mut self) {
        let _gone = self.socket.close(None).await;
    }

    async fn say(&mut self, packet: String) -> Result<(), Failed> {
        Ok(self.socket.send(Message::text(packet)).await?)
    }

    /// The next packet that is no ping.
    async fn hear(&mut self) -> Result<String, Failed> {
        loop {
            let message = self.socket.next().await.ok_or("the connection has ended")??;
            match message {
                Message::Text(text) if text.as_str() == "2" => self.say("3".into()).await?,
                Message::Text(text) => return Ok(text.to_string()),
                Message::Close(_) => return Err("the connection was closed".into()),
                _ => {}
            }
        }
    }
}
