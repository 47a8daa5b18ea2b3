//! A labelled text field.

use leptos::html;
use leptos::prelude::*;

use crate::markup::view;
use crate::reactive::Signal;

/// A labelled text field. Below it is a hint, or the error of the typed text.
///
/// The field is uncontrolled: read its value through `input`; `start` is only the initial text.
#[component]
pub(crate) fn Field(
    /// The id of the input, and the prefix of its label's and hint's ids.
    id: &'static str,
    label: Signal<String>,
    input: NodeRef<html::Input>,
    #[prop(optional, into)] hint: Signal<Option<String>>,
    /// The error of the typed text.
    #[prop(optional, into)]
    trouble: Signal<Option<String>>,
    #[prop(optional, into)] start: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    /// The `autocapitalize` attribute, for phones' keyboards.
    #[prop(default = "sentences")]
    capitals: &'static str,
    /// Whether a dialog opens with the focus in it.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let bad = move || trouble.get().is_some().then_some("true");
    view! {
        <div class="labelled">
            <label for=id>{label}</label>
            <input
                id=id
                class="field"
                data-testid=id
                type=kind
                value=start
                autocomplete=autocomplete
                autocapitalize=capitals
                spellcheck="false"
                autofocus=autofocus
                aria-describedby=hint_id.clone()
                aria-invalid=bad
                node_ref=input
            />
            <p class="labelled-hint" id=hint_id.clone() role="status" data-testid=hint_id data-bad=bad>
                {move || trouble.get().or_else(|| hint.get())}
            </p>
        </div>
    }
}
