//! Our side of the race: the same as `bench/race/sides.js`, which uses the JavaScript client.

#[cfg(target_family = "wasm")]
mod page {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use js_sys::{Error, Promise};
    use serde::{Deserialize, Serialize};
    use socketio_anywhere::{Client, Event, Handler, Parser};
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;
    use wasm_bindgen_futures::future_to_promise;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// The payload: a small chat message.
    #[derive(Serialize, Deserialize)]
    struct Message {
        id: u32,
        text: String,
    }

    /// One connection.
    #[wasm_bindgen]
    #[derive(Debug)]
    pub struct Ours(Client);

    #[wasm_bindgen]
    impl Ours {
        /// Dials `url`; the promise is kept once the server has granted the namespace. With `msgpack` the packets are in
        /// MessagePack.
        pub fn connect(url: String, msgpack: bool) -> Promise {
            future_to_promise(async move {
                let builder = Client::builder(url).auto_connect(false);
                let client = if msgpack {
                    builder.path("/msgpack").parser(Parser::MessagePack).build()
                } else {
                    builder.build()
                };
                let client = client.map_err(|error| error.to_string())?;
                let mut events = client.events();
                client.connect();
                while let Some(event) = events.next().await {
                    if let Event::Connected { .. } = event {
                        return Ok(Self(client).into());
                    }
                }
                Err(Error::new("the client ended").into())
            })
        }

        /// Requests `count` events from the server. Resolves when the last one has been read, to the sum of their contents.
        pub fn receive(&self, count: u32) -> Promise {
            let client = self.0.clone();
            future_to_promise(async move {
                let mut messages = client.on::<Message>("message");
                client.emit("push", &count).map_err(|error| fail(&error))?;
                let mut sum = 0.0;
                for _ in 0..count {
                    let message = messages
                        .next()
                        .await
                        .ok_or_else(|| fail(&"the client ended"))?
                        .map_err(|error| fail(&error))?;
                    sum += f64::from(message.id) + message.text.len() as f64;
                }
                Ok(sum.into())
            })
        }

        /// The same with a callback for each event, as in the JavaScript client.
        pub fn listen(&self, count: u32) -> Promise {
            Promise::new(&mut |resolve, reject| {
                let mut sum = 0.0;
                let mut left = count;
                let handler: Rc<Cell<Option<Handler>>> = Rc::default();
                let own = handler.clone();
                handler.set(Some(self.0.on_each("message", move |message: Message| {
                    sum += f64::from(message.id) + message.text.len() as f64;
                    left -= 1;
                    if left == 0 {
                        let _ = resolve.call1(&JsValue::UNDEFINED, &sum.into());
                        if let Some(handler) = own.take() {
                            handler.off();
                        }
                    }
                })));
                if let Err(error) = self.0.emit("push", &count) {
                    let _ = reject.call1(&JsValue::UNDEFINED, &fail(&error));
                }
            })
        }

        /// Sends `count` events one after the other, each when the one before is acknowledged; kept with the sum of the answers.
        pub fn echo(&self, count: u32) -> Promise {
            let client = self.0.clone();
            future_to_promise(async move {
                let mut sum = 0.0;
                for id in 0..count {
                    let text = "hello, everybody".to_owned();
                    let answer = client
                        .emit_with_ack::<Message>("echo", &Message { id, text }, PATIENCE)
                        .await
                        .map_err(|error| fail(&error))?;
                    sum += f64::from(answer.id) + answer.text.len() as f64;
                }
                Ok(sum.into())
            })
        }

        /// Disconnects.
        pub fn close(&self) {
            self.0.disconnect();
        }
    }

    fn fail(error: &impl ToString) -> JsValue {
        Error::new(&error.to_string()).into()
    }
}

fn main() {}
