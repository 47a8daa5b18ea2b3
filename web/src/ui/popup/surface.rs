//! A small surface beside the element that opened it.

use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use crate::browser::viewport::px;
use crate::markup::view;
use crate::reactive::{StoredValue, effect};
use crate::ui::focus::Focus;
use crate::ui::popup::placement;
use crate::ui::popup::placement::Area;

/// A small surface above everything, open while it is rendered; on a phone, a sheet at the lower
/// edge.
///
/// The focus goes to the first focusable element in it, and returns to where it was. Escape, a
/// press outside, and moving the focus out close it.
#[component]
pub(crate) fn Popup(
    /// The element it is placed beside, which handles its own presses.
    anchor: HtmlElement,
    /// Called when the surface should close.
    on_close: Callback<()>,
    /// Where the focus returns to.
    #[prop(default = Focus::here())]
    before: Focus,
    children: Children,
) -> impl IntoView {
    let surface = Surface {
        element: NodeRef::new(),
        anchor: StoredValue::new(anchor),
    };
    on_cleanup(move || before.give_back());
    effect(move || surface.show());
    let press = window_event_listener(ev::pointerdown, move |event| {
        if !surface.is_around(event.target().and_then(|target| target.dyn_into().ok())) {
            on_close.run(());
        }
    });
    on_cleanup(move || press.remove());
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            // The page below would close something on Escape, too.
            event.prevent_default();
            event.stop_propagation();
            on_close.run(());
        }
    };
    view! {
        <div
            class="popup"
            popover="manual"
            node_ref=surface.element
            on:keydown=key
            on:focusout=move |event| {
                let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
                if to.is_some() && !surface.is_around(to) {
                    on_close.run(());
                }
            }
        >
            {children()}
        </div>
    }
}

#[derive(Clone, Copy)]
struct Surface {
    element: NodeRef<html::Div>,
    anchor: StoredValue<HtmlElement>,
}

impl Surface {
    /// Shows it beside its anchor, once it is rendered, and gives it the focus.
    fn show(self) {
        if let Some(surface) = self.element.get() {
            let surface: &HtmlElement = &surface;
            let _ = surface.show_popover();
            self.anchor.with_value(|anchor| place(surface, anchor));
            if let Ok(Some(first)) = surface.query_selector("input, button") {
                let _ = first.unchecked_into::<HtmlElement>().focus();
            }
        }
    }

    /// Whether a node is in it or in its anchor.
    fn is_around(self, node: Option<Node>) -> bool {
        // Also called while the surface is being removed: the focused element in it then loses the
        // focus.
        let within = |node: &Node| {
            let surface = self.element.try_get_untracked().flatten();
            let anchor = self.anchor;
            surface.is_none_or(|surface| surface.contains(Some(node)))
                || anchor
                    .try_with_value(|anchor| anchor.contains(Some(node)))
                    .unwrap_or(true)
        };
        node.is_some_and(|node| within(&node))
    }
}

/// Places a surface beside its anchor. A phone's sheet is placed by the style sheet.
fn place(surface: &HtmlElement, anchor: &HtmlElement) {
    let number = |value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or_default()
    };
    let view = (number(window().inner_width()), number(window().inner_height()));
    let size = surface.get_bounding_client_rect();
    let at = anchor.get_bounding_client_rect();
    let at = Area {
        left: at.left(),
        top: at.top(),
        width: at.width(),
        height: at.height(),
    };
    let (left, top) = placement::beside(at, (size.width(), size.height()), view);
    let style = surface.style();
    let _ = style.set_property("--left", &px(left));
    let _ = style.set_property("--top", &px(top));
}
