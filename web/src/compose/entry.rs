//! The composer's textarea: typing, completing, posting.
//!
//! The textarea is its own master: the page writes into it only as a person chose, and never while they compose, or an
//! input method's composition would break.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::leptos_dom::helpers::queue_microtask;
use leptos::prelude::*;
use steadfast_client::Input;
use steadfast_shared::{MessageText, TextError, limit};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Event, HtmlElement, HtmlTextAreaElement, InputEvent};

use crate::browser::viewport::is_touch;
use crate::compose::context::ComposeContext;
use crate::compose::draft::{Draft, Withheld};
use crate::compose::phrases::{ComposePhrases, DraftPhrases};
use crate::compose::posting::Unposted;
use crate::compose::suggestions::{Suggestions, spell_out};
use crate::language::Language;
use crate::markdown::Mentions;
use crate::ui::clipboard;

/// The key code that an input method reports while it composes; some report nothing else.
const COMPOSING_KEY: u32 = 229;

/// The textarea and the state beside it.
#[derive(Clone, Copy)]
pub(super) struct ComposerEntry {
    pub(super) textarea: NodeRef<html::Textarea>,
    pub(super) trouble: RwSignal<Option<ComposeTrouble>>,
    pub(super) blank: RwSignal<bool>,
    pub(super) suggestions: Suggestions,
    mentions: StoredValue<Mentions>,
    compose: ComposeContext,
}

impl ComposerEntry {
    pub(super) fn new() -> Self {
        let compose = ComposeContext::here();
        Self {
            textarea: compose.field.element,
            trouble: RwSignal::new(None),
            blank: RwSignal::new(true),
            suggestions: Suggestions::new(),
            mentions: StoredValue::new(Mentions::default()),
            compose,
        }
    }

    /// Shows a draft that is another one: of another room, edit or tab; and gives the keyboard to a room that is opened.
    pub(super) fn follow(self) {
        let Self {
            textarea, compose, ..
        } = self;
        self.suggestions.follow(compose);
        Effect::new(move || {
            compose.drafting.rewritten.track();
            if let Some(textarea) = textarea.get() {
                compose
                    .drafting
                    .draft
                    .with_untracked(|draft| self.show(&textarea, draft));
            }
        });
        // On a phone, that would cover half of the room with a keyboard nobody asked for.
        Effect::new(move || {
            if compose.chat.room.get().is_some() && textarea.get().is_some() && !is_touch() {
                compose.field.focus();
            }
        });
    }

    /// Shows a draft's text with people by their names.
    fn show(self, textarea: &HtmlTextAreaElement, draft: &Draft) {
        let wire = draft.current();
        let typed = self.mentions.try_update_value(|mentions| {
            *mentions = Mentions::default();
            mentions.from_wire(wire, |user| self.compose.draft_name(draft, user))
        });
        let typed = typed.unwrap_or_default();
        // Writing the same text once more would end a composition.
        if textarea.value() != typed {
            textarea.set_value(&typed);
        }
        self.blank.set(wire.trim().is_empty());
        self.trouble.set(None);
        self.suggestions.clear();
        fit(textarea);
    }

    fn to_wire(self, typed: &str) -> String {
        self.mentions.with_value(|mentions| mentions.to_wire(typed))
    }

    fn keep(self, textarea: &HtmlTextAreaElement) {
        let wire = self.to_wire(&textarea.value());
        fit(textarea);
        let is_blank = wire.trim().is_empty();
        if self.blank.get_untracked() != is_blank {
            self.blank.set(is_blank);
        }
        let over = wire.trim_end().len().saturating_sub(limit::MESSAGE_BYTES);
        let trouble = (over > 0).then_some(ComposeTrouble::Over(over));
        if self.trouble.get_untracked() != trouble {
            self.trouble.set(trouble);
        }
        let names = self.mentions.with_value(|mentions| mentions.people(&wire));
        self.compose.typed(&wire, names);
    }

    pub(super) fn typed(self, event: &Event) {
        let Some(textarea) = self.textarea.get_untracked() else {
            return;
        };
        if !self.compose.drafting.composing.get_value() && ends_name(event) {
            // Once this event is over: writing into the field is an event of the same kind.
            let textarea = textarea.clone();
            queue_microtask(move || spell_out(&textarea));
        }
        self.suggestions.look(self.compose, &textarea);
        self.keep(&textarea);
        let room = self.compose.drafting.room();
        if let Some(room) = room.filter(|_| !self.blank.get_untracked()) {
            self.compose.chat.dispatch_silently(Input::Typing(room));
        }
    }

    /// Writes the suggestion chosen.
    pub(super) fn take(self) {
        self.compose.end_composition();
        if let Some(textarea) = self.textarea.get_untracked()
            && let Some(named) = self.suggestions.take(&textarea)
        {
            if let Some((name, user)) = named {
                self.mentions.update_value(|mentions| mentions.add(&name, user));
            }
            self.keep(&textarea);
            let _ = textarea.focus();
        }
    }

    pub(super) fn post(self) {
        let Some(textarea) = self.textarea.get_untracked() else {
            return;
        };
        match MessageText::parse(&self.to_wire(&textarea.value())) {
            Ok(text) => match self.compose.post(text) {
                Ok(()) => self.trouble.set(None),
                Err(unposted) => self.trouble.set(Some(ComposeTrouble::Unposted(unposted))),
            },
            // Nothing at all is no message, and known to be none; a text that shows nothing has to be told.
            Err(TextError::Empty)
                if self.compose.is_rewriting_now() || textarea.value().trim().is_empty() =>
            {
                self.compose.emptied.call(());
            }
            Err(error) => self.trouble.set(Some(ComposeTrouble::Text(error))),
        }
        let _ = textarea.focus();
    }

    pub(super) fn key(self, event: &KeyboardEvent) {
        let Some(textarea) = self.textarea.get_untracked() else {
            return;
        };
        if event.is_composing() || event.key_code() == COMPOSING_KEY {
            return;
        }
        if self.answers(&textarea, event) {
            event.prevent_default();
            // The page around answers Escape too.
            event.stop_propagation();
        }
    }

    /// Whether the composer had a use for the key.
    fn answers(self, textarea: &HtmlTextAreaElement, event: &KeyboardEvent) -> bool {
        let Self {
            compose, suggestions, ..
        } = self;
        let plain = !(event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key());
        // Wherever Enter breaks the line, this sends.
        let command = event.ctrl_key() || event.meta_key();
        let offered = plain && suggestions.active().is_some();
        match event.key().as_str() {
            "Enter" | "Tab" if offered => {
                self.take();
                true
            }
            "Escape" if offered => {
                suggestions.close(textarea);
                true
            }
            name if offered && suggestions.moves(name) => true,
            "Enter" if command || !(event.shift_key() || event.alt_key() || is_touch()) => {
                self.post();
                true
            }
            "ArrowUp" if plain && textarea.value().is_empty() && !compose.is_writing_otherwise() => {
                compose.editing_last.call(()).unwrap_or_default()
            }
            "Escape" if compose.is_writing_otherwise() => {
                compose.cancel_writing();
                true
            }
            _ => false,
        }
    }

    pub(super) fn pasted(self, event: &ClipboardEvent) {
        let data = event.clipboard_data();
        if data.is_some_and(|data| clipboard::holds_only_files(&data)) {
            event.prevent_default();
            self.compose.toasts.toast(|l| ComposePhrases::of(l).text_only);
        }
    }
}

/// Whether a name may just have been ended by typing its colon. Text pasted, or brought back by Ctrl+Z, stays as it is.
fn ends_name(event: &Event) -> bool {
    event.dyn_ref::<InputEvent>().is_some_and(|event| {
        event.input_type() == "insertText" && event.data().is_some_and(|data| data == ":")
    })
}

/// Why the text cannot be posted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ComposeTrouble {
    Over(usize),
    Text(TextError),
    Unposted(Unposted),
}

impl ComposeTrouble {
    pub(super) fn words(self, language: Language) -> String {
        match self {
            Self::Over(bytes) => (ComposePhrases::of(language).bytes_over)(bytes),
            Self::Text(error) => (ComposePhrases::of(language).message_refused)(error),
            Self::Unposted(Unposted::Refused(refusal)) => {
                (ComposePhrases::of(language).refusal)(refusal).to_owned()
            }
            Self::Unposted(Unposted::NoRoom) => DraftPhrases::of(language).no_room_yet.to_owned(),
            Self::Unposted(Unposted::RoomClosed) => DraftPhrases::of(language).room_closed.to_owned(),
            Self::Unposted(Unposted::Withheld(Withheld::Changed)) => {
                DraftPhrases::of(language).replace_it.to_owned()
            }
            Self::Unposted(Unposted::Withheld(Withheld::Gone)) => {
                DraftPhrases::of(language).gone_meanwhile.to_owned()
            }
        }
    }
}

/// Grows the textarea with its text. The box around it keeps its height while the text is measured: the rows above would
/// be laid out, and scrolled, for a moment that nobody sees.
fn fit(textarea: &HtmlTextAreaElement) {
    let around = textarea
        .parent_element()
        .and_then(|around| around.dyn_into::<HtmlElement>().ok());
    if let Some(around) = &around {
        let height = format!("{}px", around.offset_height());
        let _ = around.style().set_property("height", &height);
    }
    let style = HtmlElement::style(textarea);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", textarea.scroll_height()));
    if let Some(around) = &around {
        let _ = around.style().remove_property("height");
    }
}
