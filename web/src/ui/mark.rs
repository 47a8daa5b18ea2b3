//! A badge beside a name.

use leptos::prelude::*;

use crate::markup::view;
use crate::ui::icon::{Icon, IconShape};

/// A badge as a word, with an icon for the notable ones: never a colour alone.
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
