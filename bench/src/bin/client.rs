//! The bare page with a Socket.IO client: it connects, emits an event with an ack, and listens to another.

#[cfg(target_family = "wasm")]
mod page {
    use std::time::Duration;

    use serde_json::Value;
    use socketio_anywhere::Client;
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
        let Ok(client) = Client::builder("").build() else {
            return;
        };
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
    }
}

fn main() {
    #[cfg(target_family = "wasm")]
    page::run();
}
