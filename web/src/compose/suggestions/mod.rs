//! Suggestions for the name being typed.

mod list;
mod search;

use leptos::prelude::*;
use steadfast_shared::Person;
use web_sys::HtmlTextAreaElement;

pub(crate) use self::list::SuggestionList;
use self::search::NameSearch;
use crate::browser::folded::folded;
use crate::browser::insertion::replace;
use crate::compose::completion::NameKind;
use crate::compose::context::ComposeContext;
use crate::compose::emoji::NamedEmoji;
use crate::compose::{completion, emoji};
use crate::reactive::{RwSignal, StoredValue, effect};

/// Maximum number of suggestions shown.
const OFFERED: usize = 8;

/// Suggestions for the name being typed, and the selected one.
#[derive(Clone, Copy)]
pub(crate) struct Suggestions {
    offers: RwSignal<Vec<Suggestion>>,
    at: RwSignal<usize>,
    /// Start of the name for which the person closed the list.
    closed_over: StoredValue<Option<usize>>,
    /// Whether a person's name is being typed.
    naming_person: RwSignal<bool>,
    search: NameSearch,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Suggestion {
    Person(Person),
    Emoji(NamedEmoji),
}

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

    /// Safe to call while the field is being removed from the document, and its signals disposed.
    fn is_open_untracked(self) -> bool {
        let open = self.offers.try_with_untracked(|offers| !offers.is_empty());
        open.unwrap_or(false)
    }

    /// The element id of the suggestion that Enter takes. Tracked.
    pub(crate) fn active(self) -> Option<String> {
        self.is_open().then(|| element_id(self.at.get()))
    }

    /// Updates the suggestions as members arrive, or the server finds people, while a name is being
    /// typed.
    pub(crate) fn follow(self, compose: ComposeContext) {
        effect(move || {
            if !self.naming_person.get() {
                return;
            }
            compose.people.members();
            self.search.people(compose.people);
            if let Some(textarea) = compose.field.element.get_untracked() {
                let chosen = self.chosen();
                untrack(|| self.update(compose, &textarea));
                let place = self
                    .offers
                    .with_untracked(|offers| offers.iter().position(|offer| Some(offer) == chosen.as_ref()));
                self.at
                    .maybe_update(|at| std::mem::replace(at, place.unwrap_or(0)) != *at);
            }
        });
    }

    pub(crate) fn update(self, compose: ComposeContext, textarea: &HtmlTextAreaElement) {
        let (before, _) = before_caret(textarea);
        let query = completion::query(&before);
        let closed = query.is_some_and(|query| self.closed_over.get_value() == Some(query.from));
        if !closed {
            self.closed_over.set_value(None);
        }
        let query = query.filter(|_| !closed);
        self.set_naming(query.is_some_and(|query| query.kind == NameKind::Person));
        let offers = match query {
            Some(query) if query.kind == NameKind::Person => {
                self.search.search(compose.people, query.typed, OFFERED);
                self.people(compose, query.typed)
            }
            Some(query) => {
                compose.naming_emoji.call(());
                let found = emoji::find(query.typed, OFFERED);
                found.into_iter().map(Suggestion::Emoji).collect()
            }
            None => Vec::new(),
        };
        if self.offers.with_untracked(|were| *were != offers) {
            self.at.set(0);
            self.offers.set(offers);
        }
    }

    /// Closes the list until another name is typed. Returns the name typed so far.
    pub(crate) fn close(self, textarea: &HtmlTextAreaElement) -> Option<String> {
        let (before, _) = before_caret(textarea);
        let query = completion::query(&before);
        self.closed_over.set_value(query.map(|query| query.from));
        self.clear();
        query.map(|query| query.typed.to_owned())
    }

    /// The person whose whole name was typed, with the name as typed; none while a longer name may follow.
    pub(crate) fn typed_in_full(self, textarea: &HtmlTextAreaElement) -> Option<(String, Person)> {
        // Asked at every key.
        if !self.is_open_untracked() {
            return None;
        }
        let (before, _) = before_caret(textarea);
        let typed = completion::query(&before)?.typed;
        let whole = folded(typed);
        self.offers.with_untracked(|offers| {
            let mut meant = offers.iter().filter_map(|offer| match offer {
                Suggestion::Person(person) => {
                    let name = folded(&person.name);
                    let rest = name.strip_prefix(&whole)?;
                    (rest.is_empty() || rest.starts_with(char::is_whitespace))
                        .then_some((person, rest.is_empty()))
                }
                Suggestion::Emoji(_) => None,
            });
            let (person, is_whole) = meant.next().filter(|_| offers.len() < OFFERED)?;
            (is_whole && meant.next().is_none()).then(|| (typed.to_owned(), person.clone()))
        })
    }

    fn set_naming(self, person: bool) {
        if self.naming_person.try_with_untracked(|naming| *naming != person) == Some(true) {
            self.naming_person.set(person);
        }
    }

    /// The suggestion that Enter or a click takes.
    pub(crate) fn chosen(self) -> Option<Suggestion> {
        let at = self.at.get_untracked();
        self.offers.with_untracked(|offers| offers.get(at).cloned())
    }

    /// Clears the list: no name is being typed.
    pub(crate) fn clear(self) {
        self.set_naming(false);
        if self.is_open_untracked() {
            self.offers.set(Vec::new());
        }
    }

    /// Moves the selection by an arrow key. Returns whether there was one to move.
    pub(crate) fn move_selection(self, key: &str) -> bool {
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

    /// The room's people whose names start with the typed text, then those with a word that does;
    /// online people first.
    fn people(self, compose: ComposeContext, typed: &str) -> Vec<Suggestion> {
        let typed = folded(typed);
        let found = untrack(|| self.search.people(compose.people));
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for person in compose.people_to_name(found) {
            let name = folded(&person.name);
            if name.starts_with(&typed) {
                first.push(Suggestion::Person(person));
            } else if name.split_whitespace().any(|word| word.starts_with(&typed)) {
                second.push(Suggestion::Person(person));
            }
        }
        first.append(&mut second);
        first.truncate(OFFERED);
        first
    }

    /// Inserts a suggestion into the textarea. Returns the person whom it names.
    pub(crate) fn take(self, chosen: Suggestion, textarea: &HtmlTextAreaElement) -> Option<Option<Person>> {
        let (before, caret) = before_caret(textarea);
        let from = completion::query(&before)?.from;
        let (text, to, named) = match chosen {
            Suggestion::Person(person) => {
                let value = textarea.value();
                let after = value.get(before.len()..).unwrap_or_default();
                let (text, takes_blank) = completion::completed_mention(&person.name, after);
                (text, caret + u32::from(takes_blank), Some(person))
            }
            Suggestion::Emoji(listed) => (listed.emoji.to_owned(), caret, None),
        };
        replace(textarea, &text, utf16_len(&before[..from]), to);
        self.clear();
        Some(named)
    }
}

/// Replaces a completed shortcode by its emoji.
pub(crate) fn replace_shortcode(textarea: &HtmlTextAreaElement) {
    let (before, caret) = before_caret(textarea);
    if let Some((from, emoji)) = completion::completed_shortcode(&before) {
        replace(textarea, emoji, utf16_len(&before[..from]), caret);
    }
}

/// The shortcode that ends at the caret.
pub(crate) fn shortcode_before_caret(textarea: &HtmlTextAreaElement) -> Option<String> {
    let (before, _) = before_caret(textarea);
    completion::typed_shortcode(&before).map(str::to_owned)
}

/// Replaces the last place of a shortcode by its emoji. The caret stays with the text it is in.
pub(crate) fn replace_last_shortcode(textarea: &HtmlTextAreaElement, typed: &str) {
    let (value, (_, caret)) = (textarea.value(), before_caret(textarea));
    let Some((place, emoji)) = completion::last_shortcode(&value, typed) else {
        return;
    };
    let (from, to) = (utf16_len(&value[..place.start]), utf16_len(&value[..place.end]));
    replace(textarea, emoji, from, to);
    let after = from + utf16_len(emoji);
    let caret = if caret >= to {
        caret - to + after
    } else {
        caret.min(from)
    };
    let _ = textarea.set_selection_range(caret, caret);
}

fn element_id(place: usize) -> String {
    format!("suggestion-{place}")
}

/// The text up to the caret, and the caret's offset in UTF-16 units.
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
