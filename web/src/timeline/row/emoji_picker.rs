//! A searchable grid of emoji.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::compose::emoji;
use crate::compose::emoji::NamedEmoji;
use crate::compose::phrases::ComposePhrases;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::timeline::phrases::ActionPhrases;
use crate::ui::list::roving;

/// Emoji per line; the style sheet has the same number.
const COLUMNS: usize = 8;

#[derive(Clone, Copy)]
struct EmojiPickerState {
    found: RwSignal<Vec<NamedEmoji>>,
    grid: NodeRef<html::Div>,
    search: NodeRef<html::Input>,
    on_choose: Callback<&'static str>,
}

impl EmojiPickerState {
    fn find(self) {
        if let Some(search) = self.search.get_untracked() {
            let typed = search.value();
            let typed = typed.trim();
            self.found.set(if typed.is_empty() {
                emoji::all().collect()
            } else {
                emoji::find(typed, usize::MAX)
            });
        }
    }

    fn search_key(self, event: &KeyboardEvent) {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => {
                let grid = self.grid.get_untracked();
                if let Some(first) = grid.and_then(|grid| choices(&grid).into_iter().next()) {
                    event.prevent_default();
                    let _ = first.focus();
                }
            }
            "Enter" => {
                event.prevent_default();
                if let Some(first) = self.found.with_untracked(|found| found.first().copied()) {
                    self.on_choose.run(first.emoji);
                }
            }
            _ => {}
        }
    }

    fn grid_key(self, event: &KeyboardEvent) {
        let Some(grid) = self.grid.get_untracked() else {
            return;
        };
        let all = choices(&grid);
        let at = document()
            .active_element()
            .and_then(|active| all.iter().position(|choice| ***choice == *active));
        // From the first line, the up arrow returns to the search field.
        if event.key() == "ArrowUp" && at.is_some_and(|at| at < COLUMNS) {
            event.prevent_default();
            if let Some(search) = self.search.get_untracked() {
                let _ = search.focus();
            }
        } else if let Some(next) = roving::step(&event.key(), at, all.len(), COLUMNS) {
            event.prevent_default();
            let _ = all[next].focus();
        }
    }

    fn choose(self, event: &MouseEvent) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let place = target
            .and_then(|target| target.get_attribute("data-place"))
            .and_then(|place| place.parse::<usize>().ok());
        let chosen = place.and_then(|place| self.found.with_untracked(|found| found.get(place).copied()));
        if let Some(chosen) = chosen {
            self.on_choose.run(chosen.emoji);
        }
    }
}

/// A grid of emoji, searchable by their English and Korean names. The arrow keys move through it.
#[component]
pub(crate) fn EmojiPicker(
    /// Called with the chosen emoji.
    on_choose: Callback<&'static str>,
) -> impl IntoView {
    let locale = Locale::here();
    let picker = EmojiPickerState {
        found: RwSignal::new(emoji::all().collect()),
        grid: NodeRef::new(),
        search: NodeRef::new(),
        on_choose,
    };
    let emoji = move || {
        let choices = |found: &Vec<NamedEmoji>| found.iter().enumerate().map(choice).collect_view();
        picker.found.with(choices)
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
                node_ref=picker.search
                on:input=move |_| picker.find()
                on:keydown=move |event| picker.search_key(&event)
            />
            <div
                class="emoji-grid"
                node_ref=picker.grid
                on:keydown=move |event| picker.grid_key(&event)
                on:click=move |event| picker.choose(&event)
            >
                {emoji}
            </div>
            <p class="emoji-none" role="status">
                {move || picker.found.with(Vec::is_empty).then(|| ActionPhrases::of(locale.language()).no_emoji)}
            </p>
        </div>
    }
}

fn choice((place, listed): (usize, &NamedEmoji)) -> impl IntoView + use<> {
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
}

fn choices(grid: &Element) -> Vec<HtmlElement> {
    let children = grid.children();
    (0..children.length())
        .filter_map(|index| children.item(index)?.dyn_into().ok())
        .collect()
}
