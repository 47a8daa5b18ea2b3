//! A member of the bare broadcast.

use std::time::Duration;

use anyhow::Context;
use futures::stream::SplitStream;
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::{BACK, Entrance, Recipient};

pub(crate) struct Floor {
    say: std::sync::Arc<Mutex<Option<Sink>>>,
    /// The newest text that came back.
    echo: watch::Receiver<String>,
    task: tokio::task::JoinHandle<()>,
}

type Socket = WebSocketStream<TcpStream>;
type Sink = futures::stream::SplitSink<Socket, Message>;

pub(super) async fn join(entrance: &Entrance, recipient: Recipient) -> anyhow::Result<Floor> {
    let (say, received) = connect(entrance).await?.split();
    recipient.open();
    let (echoed, echo) = watch::channel(String::new());
    let say = std::sync::Arc::new(Mutex::new(Some(say)));
    let (entrance, sink) = (entrance.clone(), say.clone());
    let task = tokio::spawn(async move {
        receive(received, &recipient, &echoed).await;
        loop {
            *sink.lock().await = None;
            sleep(BACK.0).await;
            let Ok(socket) = connect(&entrance).await else {
                continue;
            };
            let (say, received) = socket.split();
            *sink.lock().await = Some(say);
            recipient.open();
            receive(received, &recipient, &echoed).await;
        }
    });
    Ok(Floor { say, echo, task })
}

async fn connect(entrance: &Entrance) -> anyhow::Result<Socket> {
    let address = entrance.url.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let url = format!("ws://{address}/{}", entrance.rooms.join("-"));
    Ok(tokio_tungstenite::client_async(url, stream).await?.0)
}

/// Until the connection ends.
async fn receive(mut socket: SplitStream<Socket>, recipient: &Recipient, echoed: &watch::Sender<String>) {
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            recipient.receive(&text);
            // Whose it was does not matter: texts come to everybody in one order.
            echoed.send_if_modified(|last| {
                let newer = text.as_str() > last.as_str();
                if newer {
                    *last = text.to_string();
                }
                newer
            });
        }
    }
}

impl Floor {
    pub(super) async fn say(&self, text: &str, room: Option<&str>, patience: Duration) -> anyhow::Result<()> {
        let text = match room {
            Some(room) => format!("{text} #{room}"),
            None => text.to_owned(),
        };
        let mut echo = self.echo.clone();
        {
            let mut say = self.say.lock().await;
            let say = say.as_mut().context("not connected")?;
            say.send(Message::text(text.clone())).await?;
        }
        // Another of this connection's texts may come back in between.
        timeout(patience, echo.wait_for(|received| *received >= text)).await??;
        Ok(())
    }

    pub(super) async fn leave(self) {
        self.task.abort();
        if let Some(say) = self.say.lock().await.as_mut() {
            let _gone = say.close().await;
        }
    }
}
