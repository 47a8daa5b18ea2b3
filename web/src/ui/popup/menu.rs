//! A few things one can do, one below the other.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::ui::focus::Focus;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::list::roving;
use crate::ui::popup::surface::Popup;

/// One thing one can do.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) words: Signal<String>,
    /// The mark before the words.
    pub(crate) shape: IconShape,
    /// Its name in the document.
    pub(crate) testid: &'static str,
    /// Whether something is lost by it.
    pub(crate) grave: bool,
    /// Does it. The focus is back where it was by then.
    pub(crate) act: Rc<dyn Fn()>,
}

/// A menu, open for as long as it is shown: the arrow keys, Home and End move through it.
#[component]
pub(crate) fn Menu(
    /// The choices' subject, for screen readers.
    label: Signal<String>,
    /// The element it stands beside.
    anchor: HtmlElement,
    choices: Vec<Choice>,
    /// Called when it should be shown no longer.
    on_close: Callback<()>,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    let before = Focus::here();
    let key = move |event: KeyboardEvent| {
        let Some(menu) = menu.get_untracked() else { return };
        if event.key() == "Tab" {
            event.prevent_default();
            on_close.run(());
            return;
        }
        let all = choices_of(&menu);
        let at = document()
            .active_element()
            .and_then(|active| all.iter().position(|choice| ***choice == *active));
        if let Some(next) = roving::step(&event.key(), at, all.len(), 1) {
            event.prevent_default();
            let _ = all[next].focus();
        }
    };
    let choices = choices.into_iter().map(|choice| {
        let Choice {
            words,
            shape,
            testid,
            grave,
            act,
        } = choice;
        // In one turn, or a key pressed meanwhile would go to whatever had the focus before. It is given back first, so that
        // the choice may take it.
        let choose = move |_| {
            before.give_back_now();
            on_close.run(());
            act();
        };
        view! {
            <button
                type="button"
                class="menu-choice"
                role="menuitem"
                tabindex="-1"
                data-testid=testid
                data-grave=grave.then_some("true")
                on:click=choose
            >
                <Icon shape />
                <span>{words}</span>
            </button>
        }
    });
    let choices = choices.collect_view();
    view! {
        <Popup anchor on_close before>
            <div class="menu" role="menu" data-testid="menu" aria-label=label node_ref=menu on:keydown=key>
                {choices}
            </div>
        </Popup>
    }
}

fn choices_of(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = menu.query_selector_all("[role=menuitem]") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}
