//! Emoji to choose from.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::compose::emoji;
use crate::compose::emoji::NamedEmoji;
use crate::compose::phrases::ComposePhrases;
use crate::language::locale::Locale;
use crate::timeline::phrases::ActionPhrases;
use crate::ui::list::roving;

/// How many stand side by side; the style sheet says the same.
const COLUMNS: usize = 8;

/// Emoji to choose from, to be found by their names in English and Korean. The arrow keys lead through them.
#[component]
pub(crate) fn EmojiPicker(
    /// Called with the choice.
    on_choose: Callback<&'static str>,
) -> impl IntoView {
    let locale = Locale::here();
    let found = RwSignal::new(emoji::all().collect::<Vec<_>>());
    let grid = NodeRef::<html::Div>::new();
    let search = NodeRef::<html::Input>::new();
    let find = move |_| {
        if let Some(search) = search.get_untracked() {
            let typed = search.value();
            let typed = typed.trim();
            found.set(if typed.is_empty() {
                emoji::all().collect()
            } else {
                emoji::find(typed, usize::MAX)
            });
        }
    };
    let search_key = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => {
                if let Some(first) = grid
                    .get_untracked()
                    .and_then(|grid| choices(&grid).into_iter().next())
                {
                    event.prevent_default();
                    let _ = first.focus();
                }
            }
            "Enter" => {
                event.prevent_default();
                if let Some(first) = found.with_untracked(|found| found.first().copied()) {
                    on_choose.run(first.emoji);
                }
            }
            _ => {}
        }
    };
    let grid_key = move |event: KeyboardEvent| {
        let Some(grid) = grid.get_untracked() else { return };
        let all = choices(&grid);
        let at = document()
            .active_element()
            .and_then(|active| all.iter().position(|choice| ***choice == *active));
        // Up from the first line it goes back to where one searches.
        if event.key() == "ArrowUp" && at.is_some_and(|at| at < COLUMNS) {
            event.prevent_default();
            if let Some(search) = search.get_untracked() {
                let _ = search.focus();
            }
        } else if let Some(next) = roving::step(&event.key(), at, all.len(), COLUMNS) {
            event.prevent_default();
            let _ = all[next].focus();
        }
    };
    let choose = move |event: MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let place = target
            .and_then(|target| target.get_attribute("data-place"))
            .and_then(|place| place.parse::<usize>().ok());
        let chosen = place.and_then(|place| found.with_untracked(|found| found.get(place).copied()));
        if let Some(chosen) = chosen {
            on_choose.run(chosen.emoji);
        }
    };
    view! {
        <div class="emoji-picker" data-testid="emoji-picker" role="group" aria-label=locale.says(|l| ComposePhrases::of(l).emoji)>
            <input
                class="field"
                type="search"
                data-testid="find-emoji"
                autocomplete="off"
                spellcheck="false"
                aria-label=locale.says(|l| ActionPhrases::of(l).find_emoji)
                placeholder=locale.says(|l| ActionPhrases::of(l).find_emoji)
                node_ref=search
                on:input=find
                on:keydown=search_key
            />
            <div class="emoji-grid" node_ref=grid on:keydown=grid_key on:click=choose>
                {move || {
                    let choice = |(place, listed): (usize, &NamedEmoji)| {
                        view! {
                            <button
                                type="button"
                                class="emoji"
                                tabindex=if place == 0 { "0" } else { "-1" }
                                data-place=place.to_string()
                                title=listed.name
                                aria-label=listed.name
                            >
                                {listed.emoji}
                            </button>
                        }
                    };
                    found.with(|found| found.iter().enumerate().map(choice).collect_view())
                }}
            </div>
            <p class="emoji-none" role="status">
                {move || found.with(Vec::is_empty).then(|| ActionPhrases::of(locale.language()).no_emoji)}
            </p>
        </div>
    }
}

fn choices(grid: &Element) -> Vec<HtmlElement> {
    let children = grid.children();
    (0..children.length())
        .filter_map(|index| children.item(index)?.dyn_into().ok())
        .collect()
}
