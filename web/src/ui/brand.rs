//! The product's logo and name.

use leptos::prelude::*;

use crate::markup::view;

#[component]
pub(crate) fn Brand() -> impl IntoView {
    view! {
        <p class="brand">
            <svg class="brand-mark" width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
                <rect width="32" height="32" rx="9" />
                <circle cx="16" cy="8" r="2.2" />
                <path d="M16 10.2v13.6M11.4 14h9.2M8 18.2c.6 3.8 3.9 6 8 6s7.4-2.2 8-6" />
            </svg>
            "Steadfast"
        </p>
    }
}
