//! A mark beside a name.

use leptos::prelude::*;

use crate::ui::icon::{Icon, IconShape};

/// A mark in words, with a sign where the word stands for more than itself: never a colour alone.
pub(crate) fn mark(
    kind: &'static str,
    shape: Option<IconShape>,
    says: impl Fn() -> &'static str + Send + 'static,
) -> AnyView {
    view! {
        <span class="mark" data-kind=kind data-testid="mark">
            {shape.map(|shape| view! { <Icon shape /> })}
            <span>{says}</span>
        </span>
    }
    .into_any()
}
