//! The least that a broadcast can cost: a WebSocket's text goes to every WebSocket, and nothing else is done with it.

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::sync::broadcast;

/// Texts that a slow connection may be behind before it misses some.
const BEHIND: usize = 4_096;

type Texts = broadcast::Sender<Utf8Bytes>;

/// Serves until the process ends.
pub(crate) async fn serve(port: u16) -> anyhow::Result<()> {
    let (texts, _) = broadcast::channel::<Utf8Bytes>(BEHIND);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let app = Router::new()
        .route(
            "/",
            any(
                |upgrade: WebSocketUpgrade, State(texts): State<Texts>| async move {
                    upgrade.on_upgrade(move |socket| talk(socket, texts))
                },
            ),
        )
        .with_state(texts);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn talk(mut socket: WebSocket, texts: Texts) {
    let mut heard = texts.subscribe();
    loop {
        tokio::select! {
            text = heard.recv() => {
                let Ok(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) => {
                    let _listeners = texts.send(text);
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
