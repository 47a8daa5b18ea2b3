//! Which optional parts the server offers: `GET /api/features`.

use steadfast_shared::http::{FEATURES_PATH, Features};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::json;

/// What the server offers; nothing where it does not say.
pub(crate) async fn offered() -> Features {
    let text = answer().await.ok();
    text.and_then(|text| json::parse(&text).ok()).unwrap_or_default()
}

async fn answer() -> Result<String, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str(FEATURES_PATH))
        .await?
        .dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}
