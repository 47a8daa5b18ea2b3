//! A time, relative and exact.

use leptos::prelude::*;
use steadfast_shared::Millis;

use crate::language::calendar;
use crate::language::locale::Locale;
use crate::markup::view;

/// A relative time; the exact one is in the tooltip and the `datetime` attribute.
#[component]
pub(super) fn When(at: Millis) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <time datetime=calendar::iso(at) title=move || calendar::moment(at, locale.language())>
            {move || calendar::from_now(at, locale.language())}
        </time>
    }
}
