//! Suggestions for the name that is being typed.

use leptos::prelude::*;
use steadfast_shared::{Person, UserId};
use web_sys::HtmlTextAreaElement;

use crate::browser::folded::folded;
use crate::browser::insertion::replace;
use crate::compose::completion::NameKind;
use crate::compose::context::ComposeContext;
use crate::compose::emoji::NamedEmoji;
use crate::compose::name_search::NameSearch;
use crate::compose::phrases::ComposePhrases;
use crate::compose::{completion, emoji};
use crate::language::locale::Locale;
use crate::people::avatar::Avatar;
use crate::ui::list::scroll::scroll_to_item;

/// So many are offered at once.
const OFFERED: usize = 8;

/// Suggestions for the name that is being typed, and the one the arrow keys are on.
#[derive(Clone, Copy)]
pub(crate) struct Suggestions {
    offers: RwSignal<Vec<Suggestion>>,
    at: RwSignal<usize>,
    /// Where the name began that a person closed the list over.
    closed_over: StoredValue<Option<usize>>,
    /// A person's name is being typed.
    naming_person: RwSignal<bool>,
    search: NameSearch,
}

/// Something that may be meant.
#[derive(Clone, PartialEq, Debug)]
enum Suggestion {
    Person(Person),
    Emoji(NamedEmoji),
}

/// The choice, where a name has to be remembered for it.
pub(crate) type Named = Option<(String, UserId)>;

impl Suggestions {
    pub(crate) fn new() -> Self {
        Self {
            offers: RwSignal::new(Vec::new()),
            at: RwSignal::new(0),
            closed_over: StoredValue::new(None),
            naming_person: RwSignal::new(false),
            search: NameSearch::new(),
        }
    }

    /// Whether there are any. Tracked.
    pub(crate) fn is_open(self) -> bool {
        self.offers.with(|offers| !offers.is_empty())
    }

    /// The field may be on its way out of the document, and this with it.
    fn is_open_untracked(self) -> bool {
        let open = self.offers.try_with_untracked(|offers| !offers.is_empty());
        open.unwrap_or(false)
    }

    /// The element of the one that Enter takes. Tracked.
    pub(crate) fn active(self) -> Option<String> {
        self.is_open().then(|| element_id(self.at.get()))
    }

    /// Offers the people who come, or are found, while a name is being typed.
    pub(crate) fn follow(self, compose: ComposeContext) {
        Effect::new(move || {
            if !self.naming_person.get() {
                return;
            }
            compose.people.members();
            self.search.people(compose.people);
            if let Some(textarea) = compose.field.element.get_untracked() {
                let chosen = self.chosen();
                untrack(|| self.look(compose, &textarea));
                let place = self
                    .offers
                    .with_untracked(|offers| offers.iter().position(|offer| Some(offer) == chosen.as_ref()));
                self.at
                    .maybe_update(|at| std::mem::replace(at, place.unwrap_or(0)) != *at);
            }
        });
    }

    pub(crate) fn look(self, compose: ComposeContext, textarea: &HtmlTextAreaElement) {
        let (before, _) = before_caret(textarea);
        let asked = completion::asked(&before);
        let closed = asked.is_some_and(|asked| self.closed_over.get_value() == Some(asked.from));
        if !closed {
            self.closed_over.set_value(None);
        }
        let asked = asked.filter(|_| !closed);
        self.set_naming(asked.is_some_and(|asked| asked.kind == NameKind::Person));
        let offers = match asked {
            Some(asked) if asked.kind == NameKind::Person => {
                self.search.search(compose.people, asked.typed, OFFERED);
                self.people(compose, asked.typed)
            }
            Some(asked) => emoji::find(asked.typed, OFFERED)
                .into_iter()
                .map(Suggestion::Emoji)
                .collect(),
            None => Vec::new(),
        };
        if self.offers.with_untracked(|were| *were != offers) {
            self.at.set(0);
            self.offers.set(offers);
        }
    }

    /// Closes the list, for as long as the same name is typed.
    pub(crate) fn close(self, textarea: &HtmlTextAreaElement) {
        let (before, _) = before_caret(textarea);
        self.closed_over
            .set_value(completion::asked(&before).map(|asked| asked.from));
        self.clear();
    }

    fn set_naming(self, person: bool) {
        if self.naming_person.try_get_untracked() == Some(!person) {
            self.naming_person.set(person);
        }
    }

    fn chosen(self) -> Option<Suggestion> {
        let at = self.at.get_untracked();
        self.offers.with_untracked(|offers| offers.get(at).cloned())
    }

    /// Nothing is being named any more.
    pub(crate) fn clear(self) {
        self.set_naming(false);
        if self.is_open_untracked() {
            self.offers.set(Vec::new());
        }
    }

    /// Whether there are any, and the key moved through them.
    pub(crate) fn moves(self, key: &str) -> bool {
        let count = self.offers.with_untracked(Vec::len);
        let step = match key {
            "ArrowDown" => 1,
            "ArrowUp" => count.saturating_sub(1),
            _ => return false,
        };
        if count > 0 {
            self.at.update(|at| *at = (*at + step) % count);
        }
        count > 0
    }

    /// The people of the room whose names begin so, then those with a word that does; those online first.
    fn people(self, compose: ComposeContext, typed: &str) -> Vec<Suggestion> {
        let typed = folded(typed);
        let found = untrack(|| self.search.people(compose.people));
        let mut offered: Vec<(u8, Person)> = compose
            .people_to_name(found)
            .into_iter()
            .filter_map(|person| {
                let name = folded(&person.name);
                let rank = if name.starts_with(&typed) {
                    0
                } else if name.split_whitespace().any(|word| word.starts_with(&typed)) {
                    1
                } else {
                    return None;
                };
                Some((rank, person))
            })
            .collect();
        // Stable: whoever is online stays before whoever is not.
        offered.sort_by_key(|(rank, _)| *rank);
        offered
            .into_iter()
            .take(OFFERED)
            .map(|(_, person)| Suggestion::Person(person))
            .collect()
    }

    /// Writes the one chosen into the textarea.
    pub(crate) fn take(self, textarea: &HtmlTextAreaElement) -> Option<Named> {
        let chosen = self.chosen()?;
        let (before, caret) = before_caret(textarea);
        let from = completion::asked(&before)?.from;
        let (text, named) = match chosen {
            Suggestion::Person(person) => (format!("@{} ", person.name), Some((person.name, person.id))),
            Suggestion::Emoji(listed) => (listed.emoji.to_owned(), None),
        };
        replace(textarea, &text, utf16_len(&before[..from]), caret);
        self.clear();
        Some(named)
    }
}

/// Puts the emoji in place of a name that was just ended with its second colon.
pub(crate) fn spell_out(textarea: &HtmlTextAreaElement) {
    let (before, caret) = before_caret(textarea);
    if let Some((from, emoji)) = completion::spelled_out(&before) {
        replace(textarea, emoji, utf16_len(&before[..from]), caret);
    }
}

/// The list of suggestions. The focus stays where one types; `aria-activedescendant` says which one is meant.
#[component]
pub(crate) fn SuggestionList(
    suggestions: Suggestions,
    /// Called with the place of the one pressed.
    on_choose: Callback<()>,
) -> impl IntoView {
    let locale = Locale::here();
    let option = move |(place, offer): (usize, Suggestion)| {
        let selected = move || suggestions.at.get() == place;
        Effect::new(move || {
            if selected()
                && let Some(element) = document().get_element_by_id(&element_id(place))
                && let Some(list) = element.parent_element()
            {
                scroll_to_item(&list, &element);
            }
        });
        let said = match offer {
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
        };
        view! {
            <li
                id=element_id(place)
                class="suggestion"
                role="option"
                data-testid="suggestion"
                aria-selected=move || selected().to_string()
                // Keeps the focus where one types.
                on:pointerdown=move |event| event.prevent_default()
                on:click=move |_| {
                    suggestions.at.set(place);
                    on_choose.run(());
                }
            >
                {said}
            </li>
        }
    };
    move || {
        suggestions.is_open().then(|| {
            let options = suggestions.offers.get().into_iter().enumerate().map(option);
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
    }
}

fn element_id(place: usize) -> String {
    format!("suggestion-{place}")
}

/// The text up to the caret, and where that is in the units of the document.
fn before_caret(textarea: &HtmlTextAreaElement) -> (String, u32) {
    let caret = textarea.selection_start().ok().flatten().unwrap_or_default();
    let units: Vec<u16> = textarea.value().encode_utf16().take(caret as usize).collect();
    (String::from_utf16_lossy(&units), caret)
}

fn utf16_len(text: &str) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "a message is shorter by far")]
    let len = text.encode_utf16().count() as u32;
    len
}
