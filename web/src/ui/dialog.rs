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
use crate::ui::toast::Toast;

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
    let modal = Modal::open();
    let title_id = format!("{testid}-title");
    let labelled_by = title_id.clone();
    view! {
        <dialog
            class="dialog"
            data-brief=brief.then_some("true")
            data-wide=wide.then_some("true")
            data-testid=testid
            aria-labelledby=labelled_by
            node_ref=modal.0
            // The event fires late: the action that closed the dialog may have disposed of the
            // callback.
            on:close=move |_| {
                on_close.try_run(());
            }
            on:pointerdown=move |event| modal.pressed(&event.into())
            // Keys pressed in the dialog must not reach the page's shortcuts.
            on:keydown=|event: KeyboardEvent| event.stop_propagation()
        >
            <div class="dialog-card">
                <div class="dialog-head">
                    <h2 id=title_id>{title}</h2>
                    <CloseButton modal />
                </div>
                <div class="dialog-body">{children()}</div>
                // The page's own is inert and covered while this is open.
                <Toast testid="dialog-toast" />
            </div>
        </dialog>
    }
}

/// The browser's modal dialog.
#[derive(Clone, Copy)]
struct Modal(NodeRef<html::Dialog>);

impl Modal {
    /// Opens the dialog once it is rendered, and gives the focus back once it is gone.
    fn open() -> Self {
        let dialog = NodeRef::<html::Dialog>::new();
        let before = Focus::here();
        effect(move || {
            if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
                let _ = dialog.show_modal();
            }
        });
        on_cleanup(move || before.give_back());
        Self(dialog)
    }

    fn close(self) {
        if let Some(dialog) = self.0.get_untracked() {
            dialog.close();
        }
    }

    /// A press outside of the dialog's card closes it.
    fn pressed(self, event: &MouseEvent) {
        let on_dialog = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|target| target.tag_name() == "DIALOG");
        if on_dialog {
            self.close();
        }
    }
}

#[component]
fn CloseButton(modal: Modal) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            data-testid="dialog-close"
            aria-label=locale.says(|l| UiPhrases::of(l).close)
            on:click=move |_| modal.close()
        >
            <Icon shape=IconShape::Close />
        </button>
    }
}
