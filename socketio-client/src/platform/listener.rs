//! Functions that the browser calls, all of one type: each further one is more script, and more code around each call.

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsError, JsValue};

/// A function that the browser calls with one argument, or with none. This is the type of those of `wasm-bindgen-futures`.
pub(crate) type BrowserCallback = Closure<dyn FnMut(JsValue) -> Result<(), JsError>>;

pub(crate) fn listener(mut call: impl FnMut(JsValue) + 'static) -> BrowserCallback {
    Closure::new(move |argument| {
        call(argument);
        Ok(())
    })
}

/// A property, undefined if there is none.
pub(crate) fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

/// Sets a property. It does not fail for those of this crate.
pub(crate) fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(of, &name.into(), value);
}
