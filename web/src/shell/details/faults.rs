//! The fault panel, if the server offers it: a section of the details that expands.

use leptos::prelude::*;

use crate::lab::context::LabContext;
use crate::lab::phrases::SwitchPhrases;
use crate::language::locale::Locale;
use crate::shell::parts::stand_in::PartFaults;

#[component]
pub(crate) fn Faults() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabContext::here();
    lab.offer();
    let open = lab.open;
    move || {
        lab.offered.get().then(|| {
            view! {
                <section>
                    <button
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
