//! Whether the browser has time and bandwidth to spare.

use std::time::Duration;

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// Safari does not report idle time: it counts as idle after this long.
const IDLE_AFTER: Duration = Duration::from_secs(2);

/// Calls `call` once the browser is idle.
pub(crate) fn when_idle<T>(call: impl Fn() -> T + 'static) {
    let call = move || {
        call();
    };
    if Reflect::has(&window(), &JsValue::from_str("requestIdleCallback")).unwrap_or(false) {
        request_idle_callback(call);
    } else {
        set_timeout(call, IDLE_AFTER);
    }
}

/// Whether the browser has a network, as far as it knows. Without one it prints an error for each request.
pub(crate) fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether the person asked the browser to save data.
pub(crate) fn saves_data() -> bool {
    let get = |of: &JsValue, name| Reflect::get(of, &JsValue::from_str(name)).ok();
    get(&window().navigator(), "connection")
        .filter(JsValue::is_object)
        .and_then(|connection| get(&connection, "saveData"))
        .is_some_and(|saves| saves.is_truthy())
}
