//! Detects that a page is back (shown, thawed, restored from the back-forward cache, or online) that it is offline, and that it goes.

use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use super::listener::{BrowserCallback, get, listener};

/// Some are fired only at the document; the window sees those in the capture phase. A worker has only `online`.
const RETURN: &[&str] = &["visibilitychange", "resume", "pageshow", "online"];

const OFFLINE: &[&str] = &["offline"];

/// Also fired at a page that the back-forward cache keeps.
const UNLOAD: &[&str] = &["pagehide"];

/// Calls a function at each of some events, until it is dropped.
pub(crate) struct PageListener {
    target: EventTarget,
    events: &'static [&'static str],
    call: BrowserCallback,
}

/// Calls a function each time the page is back.
pub(crate) fn on_return(back: impl Fn() + 'static) -> PageListener {
    let shown = listener(move |_| {
        if !is_hidden() {
            back();
        }
    });
    PageListener::new(RETURN, shown)
}

/// Calls a function each time the browser says that the device has no network.
pub(crate) fn on_offline(gone: impl Fn() + 'static) -> PageListener {
    PageListener::new(OFFLINE, listener(move |_| gone()))
}

/// Calls a function when the page goes.
pub(crate) fn on_unload(gone: impl Fn() + 'static) -> PageListener {
    PageListener::new(UNLOAD, listener(move |_| gone()))
}

impl PageListener {
    fn new(events: &'static [&'static str], call: BrowserCallback) -> Self {
        let target: EventTarget = js_sys::global().unchecked_into();
        for event in events {
            // It fails for none of these names.
            let _ =
                target.add_event_listener_with_callback_and_bool(event, call.as_ref().unchecked_ref(), true);
        }
        Self { target, events, call }
    }
}

impl Drop for PageListener {
    fn drop(&mut self) {
        for event in self.events {
            let _ = self.target.remove_event_listener_with_callback_and_bool(
                event,
                self.call.as_ref().unchecked_ref(),
                true,
            );
        }
    }
}

fn is_hidden() -> bool {
    get(&get(&js_sys::global(), "document"), "hidden").is_truthy()
}
