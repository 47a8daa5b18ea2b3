//! The part of the window above a phone's keyboard. Chromium resizes the page
//! (`interactive-widget`); Safari draws the keyboard over it, and only `visualViewport` reports
//! that.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, VisualViewport};

/// The height's name in the style sheets.
const HEIGHT: &str = "--visible-height";

/// A keyboard is higher than this, in pixels; the browser's own bars are not.
const KEYBOARD: f64 = 80.0;

/// Fits the page into its visible part while it is open.
pub(crate) fn follow() {
    let Some(viewport) = window().visual_viewport() else {
        return;
    };
    let seen = viewport.clone();
    let fit = Closure::<dyn FnMut()>::new(move || fit(&seen));
    for name in ["resize", "scroll"] {
        let _ = viewport.add_event_listener_with_callback(name, fit.as_ref().unchecked_ref());
    }
    fit.forget();
}

fn fit(viewport: &VisualViewport) {
    let inner = window().inner_height().ok().and_then(|height| height.as_f64());
    let root = document()
        .document_element()
        .and_then(|root| root.dyn_into::<HtmlElement>().ok());
    let (Some(inner), Some(root)) = (inner, root) else {
        return;
    };
    // While the person zooms, they view part of the page, whatever its height.
    let zoomed = (viewport.scale() - 1.0).abs() > 0.01;
    if !zoomed && inner - viewport.height() > KEYBOARD {
        let _ = root.style().set_property(HEIGHT, &px(viewport.height()));
        // Safari scrolls the window to reveal the field, but the page has already made room for it.
        window().scroll_to_with_x_and_y(0.0, 0.0);
    } else {
        let _ = root.style().remove_property(HEIGHT);
    }
}

/// A length in whole pixels. The code that prints a fraction weighs more than all of the popups.
pub(crate) fn px(length: f64) -> String {
    format!("{}px", length.floor() as i32)
}

/// Whether the main pointer is a finger.
pub(crate) fn is_touch() -> bool {
    window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
