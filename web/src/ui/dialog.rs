//! A modal question or form.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::{Signal, effect};
use crate::ui::focus::Focus;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;

/// A modal dialog, open while it is rendered: centred, or full-screen on a phone.
///
/// The focus goes to the element with `autofocus`, or else to the first focusable one, and returns
/// to where it was.
#[component]
pub(crate) fn Dialog(
    title: Signal<String>,
    testid: &'static str,
    /// Called when the person closes it: by its button, by Escape, or by a press outside.
    on_close: Callback<()>,
    /// Whether it asks a single question: then it does not cover the whole screen of a phone.
    #[prop(optional)]
    brief: bool,
    /// Whether it contains wide lists.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let locale = Locale::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let before = Focus::here();
    let title_id = format!("{testid}-title");
    let labelled_by = title_id.clone();
    effect(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || before.give_back());

    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let beside = move |event: MouseEvent| {
        let on_dialog = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|target| target.tag_name() == "DIALOG");
        if on_dialog {
            close();
        }
    };
    view! {
        <dialog
            class="dialog"
            data-brief=brief.then_some("true")
            data-wide=wide.then_some("true")
            data-testid=testid
            aria-labelledby=labelled_by
            node_ref=dialog
            // The event fires late: the action that closed the dialog may have disposed of the
            // callback.
            on:close=move |_| {
                on_close.try_run(());
            }
            on:pointerdown=move |event| beside(event.into())
            // Keys pressed in the dialog must not reach the page's shortcuts.
            on:keydown=|event: KeyboardEvent| event.stop_propagation()
        >
            <div class="dialog-card">
                <div class="dialog-head">
                    <h2 id=title_id>{title}</h2>
                    <button
                        type="button"
                        class="button button-quiet button-icon"
                        data-testid="dialog-close"
                        aria-label=locale.says(|l| UiPhrases::of(l).close)
                        on:click=move |_| close()
                    >
                        <Icon shape=IconShape::Close />
                    </button>
                </div>
                <div class="dialog-body">{children()}</div>
            </div>
        </dialog>
    }
}
