//! A person's initial in a person's colour.

use leptos::prelude::*;
use steadfast_shared::UserId;

/// How many hues the style sheet has.
const HUES: u8 = 12;

/// A person's initial, in a colour that is the same wherever they are seen. Hidden from screen readers: the name
/// stands beside it.
#[component]
pub(crate) fn Avatar(id: UserId, #[prop(into)] name: String, #[prop(optional)] small: bool) -> impl IntoView {
    // A class and not a style attribute: the page's content security policy allows no inline style.
    let class = format!(
        "avatar hue-{}{}",
        hue(id),
        if small { " avatar-small" } else { "" }
    );
    view! { <span class=class aria-hidden="true">{initial(&name)}</span> }
}

fn hue(id: UserId) -> u8 {
    // A v7 id begins with the time; its end is chance.
    id.0.as_bytes()
        .iter()
        .fold(0_u8, |hash, byte| hash.rotate_left(3) ^ byte)
        % HUES
}

fn initial(name: &str) -> String {
    name.chars()
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default()
}
