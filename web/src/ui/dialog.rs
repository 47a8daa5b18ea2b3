//! A question or a form that comes before everything else.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::language::locale::Locale;
use crate::ui::focus::Focus;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;

/// A modal dialog, open for as long as it is shown: in the middle, or a sheet over the whole screen of a phone.
///
/// The focus goes to the element with `autofocus`, or to the first one that takes it, and returns to where it was.
#[component]
pub(crate) fn Dialog(
    title: Signal<String>,
    /// Its name in the document.
    testid: &'static str,
    /// Called when a person closes it: by its button, by Escape, by a click beside it.
    on_close: Callback<()>,
    /// Whether it asks one thing only: then it leaves the rest of a phone's screen alone.
    #[prop(optional)]
    brief: bool,
    /// Whether it shows lists that want width.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let locale = Locale::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let before = Focus::here();
    let title_id = format!("{testid}-title");
    let labelled_by = title_id.clone();
    Effect::new(move || {
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
            // Told late: the act that closed it may have taken it away by then.
            on:close=move |_| {
                on_close.try_run(());
            }
            on:pointerdown=move |event| beside(event.into())
            // The page below answers keys too, and is not meant.
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
