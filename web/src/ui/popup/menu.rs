//! A menu of actions.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::markup::view;
use crate::reactive::Signal;
use crate::ui::focus::Focus;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::list::roving;
use crate::ui::popup::surface::Popup;

/// One entry of a menu.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) words: Signal<String>,
    /// The icon before the words.
    pub(crate) shape: IconShape,
    pub(crate) testid: &'static str,
    /// Whether the action destroys something.
    pub(crate) grave: bool,
    /// Performs the action. The focus has already returned by then.
    pub(crate) act: Rc<dyn Fn()>,
}

/// A menu, open while it is rendered: the arrow keys, Home and End move through it.
#[component]
pub(crate) fn Menu(
    /// The menu's subject, for screen readers.
    label: Signal<String>,
    /// The element it is placed beside.
    anchor: HtmlElement,
    choices: Vec<Choice>,
    /// Called when the menu should close.
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
    let choices = choices.into_iter();
    let choices = choices.map(|choice| view! { <MenuChoice choice before on_close /> });
    let choices = choices.collect_view();
    view! {
        <Popup anchor on_close before>
            <div class="menu" role="menu" data-testid="menu" aria-label=label node_ref=menu on:keydown=key>
                {choices}
            </div>
        </Popup>
    }
}

#[component]
fn MenuChoice(choice: Choice, before: Focus, on_close: Callback<()>) -> impl IntoView {
    let Choice {
        words,
        shape,
        testid,
        grave,
        act,
    } = choice;
    // In a single task, or a key pressed in between would go to the former focus. The focus
    // returns first, so that the action may move it.
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
}

fn choices_of(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = menu.query_selector_all("[role=menuitem]") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}
