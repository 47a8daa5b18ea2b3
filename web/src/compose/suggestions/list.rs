//! The list of suggestions above the composer.

use leptos::prelude::*;

use super::{Suggestion, Suggestions, element_id};
use crate::compose::phrases::ComposePhrases;
use crate::language::locale::Locale;
use crate::markup::{computed, view};
use crate::people::avatar::Avatar;
use crate::reactive::effect;
use crate::ui::list::scroll::scroll_to_item;

/// The list of suggestions. The focus stays in the textarea; `aria-activedescendant` names the
/// selected one.
#[component]
pub(crate) fn SuggestionList(
    suggestions: Suggestions,
    /// Called when a suggestion is pressed.
    on_choose: Callback<()>,
) -> impl IntoView {
    let locale = Locale::here();
    computed(move || {
        suggestions.is_open().then(|| {
            let offers = suggestions.offers.get().into_iter().enumerate();
            let options =
                offers.map(|(place, offer)| view! { <SuggestionOption suggestions place offer on_choose /> });
            view! {
                <ul
                    class="suggestions"
                    id="suggestions"
                    role="listbox"
                    data-testid="suggestions"
                    aria-label=locale.says(|l| ComposePhrases::of(l).suggestions)
                >
                    {options.collect_view()}
                </ul>
            }
        })
    })
}

#[component]
fn SuggestionOption(
    suggestions: Suggestions,
    place: usize,
    offer: Suggestion,
    on_choose: Callback<()>,
) -> impl IntoView {
    let selected = move || suggestions.at.get() == place;
    effect(move || {
        if selected()
            && let Some(element) = document().get_element_by_id(&element_id(place))
            && let Some(list) = element.parent_element()
        {
            scroll_to_item(&list, &element);
        }
    });
    view! {
        <li
            id=element_id(place)
            class="suggestion"
            role="option"
            data-testid="suggestion"
            aria-selected=move || selected().to_string()
            // Keeps the focus in the textarea.
            on:pointerdown=move |event| event.prevent_default()
            on:click=move |_| {
                suggestions.at.set(place);
                on_choose.run(());
            }
        >
            {label(offer)}
        </li>
    }
}

fn label(offer: Suggestion) -> AnyView {
    match offer {
        Suggestion::Person(person) => {
            let name = person.name.clone();
            view! {
                <Avatar person small=true />
                <span>{name}</span>
            }
            .into_any()
        }
        Suggestion::Emoji(listed) => view! {
            <span class="suggestion-emoji">{listed.emoji}</span>
            <span>":"{listed.name}":"</span>
        }
        .into_any(),
    }
}
