//! One line to fill in.

use leptos::html;
use leptos::prelude::*;

/// A labelled line to fill in. Below it stands a hint, or the fault of the typed text.
///
/// The input is its own master: its value is read through `input`, and `start` is only where it begins.
#[component]
pub(crate) fn Field(
    /// Its name in the document, of the input and of everything about it.
    id: &'static str,
    label: Signal<String>,
    input: NodeRef<html::Input>,
    /// A hint below it.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
    /// The fault of the typed text.
    #[prop(optional, into)]
    trouble: MaybeProp<String>,
    #[prop(optional, into)] start: String,
    #[prop(default = "text")] kind: &'static str,
    /// The `autocomplete` of browsers.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The `autocapitalize` of phones' keyboards.
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
