//! The least that a broadcast can cost: a WebSocket's text goes to every WebSocket, and nothing else is done with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};

/// Texts that a slow connection may be behind before it misses some.
const BEHIND: usize = 4_096;

#[derive(Clone)]
struct Texts {
    all: broadcast::Sender<Utf8Bytes>,
    /// The members of each room.
    rooms: Arc<Mutex<HashMap<String, Vec<mpsc::Sender<Utf8Bytes>>>>>,
}

impl Texts {
    /// A text that ends in `#ROOM` goes to that room, any other to everybody.
    fn send(&self, text: Utf8Bytes) {
        let Some((_, room)) = text.rsplit_once('#') else {
            let _listeners = self.all.send(text);
            return;
        };
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(members) = rooms.get_mut(room) {
            members.retain(|member| member.try_send(text.clone()).is_ok());
        }
    }
}

/// Serves until the process ends.
pub(crate) async fn serve(port: u16) -> anyhow::Result<()> {
    let (all, _) = broadcast::channel::<Utf8Bytes>(BEHIND);
    let texts = Texts {
        all,
        rooms: Arc::default(),
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let everybody = async |upgrade: WebSocketUpgrade, State(texts): State<Texts>| {
        upgrade.on_upgrade(move |socket| talk(socket, texts))
    };
    let some = async |upgrade: WebSocketUpgrade, Path(rooms): Path<String>, State(texts): State<Texts>| {
        upgrade.on_upgrade(move |socket| talk_in_rooms(socket, rooms, texts))
    };
    let app = Router::new()
        .route("/", any(everybody))
        .route("/{rooms}", any(some))
        .with_state(texts);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn talk(mut socket: WebSocket, texts: Texts) {
    let mut received = texts.all.subscribe();
    loop {
        tokio::select! {
            text = received.recv() => {
                let Ok(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) => texts.send(text),
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

/// The same for a connection to `/ROOM-ROOM`.
async fn talk_in_rooms(mut socket: WebSocket, joined: String, texts: Texts) {
    let (sender, mut received) = mpsc::channel(BEHIND);
    {
        let mut rooms = texts.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        for room in joined.split('-') {
            rooms.entry(room.to_owned()).or_default().push(sender.clone());
        }
    }
    drop(sender);
    loop {
        tokio::select! {
            text = received.recv() => {
                let Some(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) => texts.send(text),
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
