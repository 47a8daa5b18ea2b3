//! The fault panel, if the server offers it: a section of the details that expands.

use leptos::html;
use leptos::prelude::*;

use crate::lab::context::LabContext;
use crate::lab::phrases::SwitchPhrases;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::shell::parts::part::{LazyPart, LazyParts, PartState};
use crate::shell::parts::stand_in::PartFaults;

#[component]
pub(crate) fn Faults() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabContext::here();
    lab.offer();
    let open = lab.open;
    let button = NodeRef::<html::Button>::new();
    let part = LazyParts::here().state(LazyPart::Lab);
    // The button that retried is gone with the placeholder.
    Effect::new(move |before: Option<bool>| {
        let ready = part.get() == PartState::Ready;
        let idle = || {
            document()
                .active_element()
                .is_none_or(|now| now.tag_name() == "BODY")
        };
        if before == Some(false)
            && ready
            && idle()
            && let Some(button) = button.get_untracked()
        {
            let _ = button.focus();
        }
        ready
    });
    move || {
        lab.offered.get().then(|| {
            view! {
                <section>
                    <button
                        node_ref=button
                        type="button"
                        class="button"
                        data-testid="break-it"
                        aria-controls="faults"
                        aria-expanded=move || open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        {locale.says(|l| SwitchPhrases::of(l).title)}
                    </button>
                    {move || open.get().then(|| view! { <PartFaults /> })}
                </section>
            }
        })
    }
}
