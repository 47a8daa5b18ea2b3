//! The other tabs of this browser: one Web Lock elects the leader, which sends the outbox; one
//! BroadcastChannel carries messages between tabs.
//!
//! In a browser without locks (they need https or localhost) every tab sends. That only costs
//! repeats on the wire: the server recognises them by their ids.

use futures::channel::{mpsc, oneshot};
use futures::{FutureExt, StreamExt, stream};
use js_sys::{Function, Promise, Reflect};
use steadfast_client::TabMessage;
use steadfast_client::link::{Peers, Stream, Task};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::browser::{base_path, json};

const CHANNEL: &str = "steadfast";
const DRAIN_LOCK: &str = "steadfast-drain";
const SIGN_IN_LOCK: &str = "steadfast-sign-in";

pub(crate) struct Tabs {
    channel: Option<BroadcastChannel>,
}

impl Tabs {
    pub(crate) fn new() -> Self {
        Self {
            channel: BroadcastChannel::new(&base_path::here().scoped(CHANNEL)).ok(),
        }
    }
}

impl Peers for Tabs {
    fn broadcast(&mut self, message: TabMessage) {
        if let (Some(channel), Ok(text)) = (&self.channel, json::text_of(&message)) {
            let _ = channel.post_message(&text.into());
        }
    }

    fn messages(&mut self) -> Stream<'static, TabMessage> {
        let Some(channel) = self.channel.clone() else {
            return stream::pending().boxed_local();
        };
        let (sender, receiver) = mpsc::unbounded();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // A message of another version of the page may not parse; storage has its content at
            // the next election.
            let message = event.data().as_string().and_then(|text| json::parse(&text).ok());
            if let Some(message) = message {
                let _ = sender.unbounded_send(message);
            }
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        receiver
            .map(move |message| {
                let _ = &listener;
                message
            })
            .boxed_local()
    }

    fn leadership(&mut self) -> Task<'static, ()> {
        async {
            if let Some(held) = lock(DRAIN_LOCK).await {
                // Held until the tab closes, when the browser releases it.
                std::mem::forget(held);
            }
        }
        .boxed_local()
    }
}

/// Waits until no other tab is signing in. Other tabs wait until the result is dropped.
pub(crate) async fn sign_in_turn() -> Option<LockGuard> {
    lock(SIGN_IN_LOCK).await
}

/// A held lock, released on drop.
pub(crate) struct LockGuard {
    _release: oneshot::Sender<()>,
}

/// Waits for one of this browser's locks. `None` if it has none.
async fn lock(name: &str) -> Option<LockGuard> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into())
        .ok()
        .filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let (granted, grant) = oneshot::channel();
    // The lock is held until the promise returned here settles.
    let hold = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        let (release, released) = oneshot::channel::<()>();
        let _ = granted.send(LockGuard { _release: release });
        wasm_bindgen_futures::future_to_promise(async {
            let _ = released.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let name = base_path::here().scoped(name);
    let request: Promise = request.call2(&locks, &name.into(), &hold).ok()?.dyn_into().ok()?;
    // A refused request (in a sandboxed document) drops the callback, which ends the wait.
    let refused = wasm_bindgen_futures::JsFuture::from(request);
    match futures::future::select(grant, Box::pin(refused)).await {
        futures::future::Either::Left((held, _)) => held.ok(),
        futures::future::Either::Right(_) => None,
    }
}
