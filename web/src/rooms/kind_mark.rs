//! The icon of a room's kind.

use leptos::prelude::*;
use steadfast_shared::RoomKind;

use crate::language::locale::Locale;
use crate::markup::view;
use crate::rooms::phrases::RoomPhrases;
use crate::ui::icon::{Icon, IconShape};

/// A room's kind as an icon, with text for screen readers where the name alone does not tell.
#[component]
pub(crate) fn KindMark(kind: RoomKind, #[prop(optional)] archived: bool) -> impl IntoView {
    let locale = Locale::here();
    if archived {
        return view! {
            <span class="kind" data-testid="archived-mark">
                <Icon shape=IconShape::Archive />
                <span class="sr-only">{locale.says(|l| RoomPhrases::of(l).archived)}</span>
            </span>
        }
        .into_any();
    }
    match kind {
        RoomKind::Public => view! { <span class="hash" aria-hidden="true">"#"</span> }.into_any(),
        RoomKind::Private => view! {
            <span class="kind" data-testid="private-mark">
                <Icon shape=IconShape::Lock />
                <span class="sr-only">{locale.says(|l| RoomPhrases::of(l).private)}</span>
            </span>
        }
        .into_any(),
        RoomKind::Direct => view! { <span class="kind"><Icon shape=IconShape::Person /></span> }.into_any(),
    }
}
