//! What kind of room it is.

use leptos::prelude::*;
use steadfast_shared::RoomKind;

use super::{Icon, Shape};

/// What kind of room it is, in a mark.
#[component]
pub(crate) fn KindMark(kind: RoomKind) -> impl IntoView {
    match kind {
        RoomKind::Public => view! { <span class="hash" aria-hidden="true">"#"</span> }.into_any(),
        RoomKind::Private => view! { <span class="kind"><Icon shape=Shape::Lock /></span> }.into_any(),
        RoomKind::Direct => view! { <span class="kind"><Icon shape=Shape::Person /></span> }.into_any(),
    }
}
