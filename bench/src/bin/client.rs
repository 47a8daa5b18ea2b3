//! The bare page with a Socket.IO client: it connects, emits an event with an ack, and listens to another.

#[cfg(target_family = "wasm")]
mod page {
    use std::time::Duration;

    use serde_json::Value;
    use socketio_anywhere::Client;
    #[cfg(feature = "everything")]
    use socketio_anywhere::{Builder, Event, Retries, Transport};
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = console)]
        fn log(text: &str);

        /// Something that the optimiser cannot foresee.
        #[wasm_bindgen(js_name = prompt)]
        fn input() -> String;
    }

    pub(super) fn run() {
        let value = match serde_json::from_str::<Value>(&input()) {
            Ok(value) => value,
            Err(error) => return log(&error.to_string()),
        };
        log(&value.to_string());
        wasm_bindgen_futures::spawn_local(talk(value));
    }

    async fn talk(value: Value) {
        let builder = Client::builder("");
        #[cfg(feature = "everything")]
        let builder = everything(builder, value.clone());
        let Ok(client) = builder.build() else {
            return;
        };
        #[cfg(feature = "everything")]
        watch(&client);
        let mut said = client.on::<Value>("said");
        match client
            .emit_with_ack::<Value>("say", &value, Duration::from_secs(5))
            .await
        {
            Ok(answer) => log(&answer.to_string()),
            Err(error) => log(&error.to_string()),
        }
        while let Some(Ok(value)) = said.next().await {
            log(&value.to_string());
        }
        #[cfg(feature = "everything")]
        let _ = client.close().await;
    }

    #[cfg(feature = "everything")]
    fn everything(builder: Builder, auth: Value) -> Builder {
        builder
            .transports([Transport::Polling, Transport::WebSocket])
            .try_all_transports(true)
            .retries(Retries::new(3))
            .on_attempt(|attempt| attempt.query.push(("n".into(), attempt.number.to_string())))
            .auth_with(move || auth.clone())
    }

    #[cfg(feature = "everything")]
    fn watch(client: &Client) {
        let admin = client.of_with_auth("/admin", 1);
        for mut events in [client.events(), client.engine_events(), admin.events()] {
            wasm_bindgen_futures::spawn_local(async move {
                while let Some(event) = events.next().await {
                    if let Event::Message(message) = event {
                        log(&message.event);
                    }
                }
            });
        }
        let mut sent = client.sent();
        wasm_bindgen_futures::spawn_local(async move {
            while let Some(message) = sent.next().await {
                log(&message.event);
            }
        });
    }
}

fn main() {
    #[cfg(target_family = "wasm")]
    page::run();
}
