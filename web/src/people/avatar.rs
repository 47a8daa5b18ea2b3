//! A person's initials on a colour.

use js_sys::JsString;
use leptos::prelude::*;

use crate::markup::view;
use steadfast_shared::{Person, UserId};

/// Number of hues in the style sheet.
const HUES: u32 = 12;

/// A person's initials, on a colour that is always the same for them. Hidden from screen readers:
/// the name is beside it.
#[component]
pub(crate) fn Avatar(person: Person, #[prop(optional)] small: bool) -> impl IntoView {
    let Person { id, name } = person;
    // A class and not a style attribute: the page's content security policy allows no inline style.
    let class = format!(
        "avatar hue-{}{}",
        hue(id),
        if small { " avatar-small" } else { "" }
    );
    view! { <span class=class aria-hidden="true">{initials(&name)}</span> }
}

fn hue(id: UserId) -> u32 {
    // FNV-1a: consecutive ids, created in the same millisecond, get unrelated colours.
    let hash = id.0.as_bytes().iter().fold(0x811C_9DC5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 8) % HUES
}

/// The first letters of the first and the last word; only one in scripts whose characters are
/// syllables or words.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let Some(first) = words.next() else {
        return String::new();
    };
    let last = words
        .next_back()
        .filter(|last| is_narrow(first) && is_narrow(*last));
    let initials: String = [first].into_iter().chain(last).collect();
    // The browser's tables, so that the page does not carry a copy of them.
    JsString::from(initials).to_upper_case().into()
}

fn is_narrow(letter: char) -> bool {
    letter < '\u{1100}'
}
