//! Detects that a page is back: shown, thawed, restored from the back-forward cache, or online.

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

/// Some are fired only at the document; the window sees those in the capture phase. A worker has only `online`.
const EVENTS: [&str; 4] = ["visibilitychange", "resume", "pageshow", "online"];

/// Calls a function each time the page is back, until it is dropped.
pub(crate) struct OnReturn {
    target: EventTarget,
    listener: Closure<dyn FnMut()>,
}

pub(crate) fn on_return(back: impl Fn() + 'static) -> OnReturn {
    let listener = Closure::<dyn FnMut()>::new(move || {
        if !is_hidden() {
            back();
        }
    });
    let target: EventTarget = js_sys::global().unchecked_into();
    for event in EVENTS {
        // It fails for none of these names.
        let _ =
            target.add_event_listener_with_callback_and_bool(event, listener.as_ref().unchecked_ref(), true);
    }
    OnReturn { target, listener }
}

impl Drop for OnReturn {
    fn drop(&mut self) {
        for event in EVENTS {
            let _ = self.target.remove_event_listener_with_callback_and_bool(
                event,
                self.listener.as_ref().unchecked_ref(),
                true,
            );
        }
    }
}

fn is_hidden() -> bool {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    get(&get(&js_sys::global(), "document"), "hidden").is_truthy()
}
