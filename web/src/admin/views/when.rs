//! A time, as people say it, and exactly.

use leptos::prelude::*;
use steadfast_shared::Millis;

use crate::language::calendar;
use crate::language::locale::Locale;

/// How long ago, or in how long; exactly, for who points at it and for programs.
#[component]
pub(super) fn When(at: Millis) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <time datetime=calendar::iso(at) title=move || calendar::moment(at, locale.language())>
            {move || calendar::from_now(at, locale.language())}
        </time>
    }
}
