//! A member of the tutorial's chat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::bail;
use serde_json::json;
use socketio_anywhere::{Client, Event, WeakClient};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{ANSWER, Entrance, LOOK, Recipient, client, keep_connected};

pub(crate) struct Tutorial(pub(super) Client);

/// Connects as the tutorial's page does: the id of the last message it received is in its handshake.
pub(super) async fn join(entrance: &Entrance, recipient: Recipient) -> anyhow::Result<Tutorial> {
    let offset = Arc::new(AtomicU64::new(0));
    let (shown, rooms) = (offset.clone(), entrance.rooms.clone());
    let client = client(entrance)
        .auth_with(move || json!({ "serverOffset": shown.load(Ordering::Relaxed), "rooms": rooms }))
        .build()?;
    let mut events = client.events();
    let received = recipient.clone();
    let _for_ever = client.on_each::<(String, u64)>("chat message", move |(text, id)| {
        offset.store(id, Ordering::Relaxed);
        received.receive(&text);
    });
    client.connect();
    let connected = async {
        while let Some(event) = events.next().await {
            if matches!(event, Event::Connected { .. }) {
                return true;
            }
        }
        false
    };
    if !timeout(ANSWER, connected).await? {
        bail!("the client ended");
    }
    tokio::spawn(count_openings(client.downgrade(), recipient));
    tokio::spawn(keep_connected(client.downgrade()));
    Ok(Tutorial(client))
}

/// The stream of events would bring every message a second time.
async fn count_openings(client: WeakClient, recipient: Recipient) {
    let mut last = None;
    while let Some(client) = client.upgrade() {
        // A connection that was taken up again has its former id.
        let id = client.id();
        if id.is_some() && id != last {
            recipient.open();
        }
        last = id;
        drop(client);
        sleep(LOOK).await;
    }
}

impl Tutorial {
    pub(super) async fn say(
        &self,
        text: &str,
        id: Uuid,
        room: Option<&str>,
        patience: Duration,
    ) -> anyhow::Result<()> {
        let Self(client) = self;
        let offset = id.to_string();
        match room {
            Some(room) => {
                let said = (text, offset, room);
                client
                    .emit_with_ack::<()>("chat message", &said, patience)
                    .await?;
            }
            None => {
                let said = (text, offset);
                client
                    .emit_with_ack::<()>("chat message", &said, patience)
                    .await?;
            }
        }
        Ok(())
    }

    pub(super) async fn leave(self) {
        let _unsent = self.0.close().await;
    }
}
