//! The composer's textarea: typing, completion, posting.
//!
//! The page writes into the textarea only on a person's action, and never during an input method's
//! composition, which that would break.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::leptos_dom::helpers::queue_microtask;
use leptos::prelude::*;
use steadfast_client::{Input, MessageChange};
use steadfast_shared::{MessageText, RoomId, TextError, limit};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Event, HtmlElement, HtmlTextAreaElement, InputEvent};

use crate::browser::insertion;
use crate::browser::viewport::is_touch;
use crate::compose::context::ComposeContext;
use crate::compose::draft::{Draft, EditConflict, EditTarget};
use crate::compose::emoji;
use crate::compose::phrases::ComposePhrases;
use crate::compose::suggestions::{
    Suggestions, replace_last_shortcode, replace_shortcode, shortcode_before_caret,
};
use crate::compose::trouble::ComposeTrouble;
use crate::language::calendar;
use crate::markdown::Mentions;
use crate::reactive::{RwSignal, StoredValue, effect};
use crate::ui::clipboard;

/// The key code that input methods report while composing; some report nothing else.
const COMPOSING_KEY: u32 = 229;

/// The textarea and the state around it.
#[derive(Clone, Copy)]
pub(super) struct ComposerEntry {
    pub(super) textarea: NodeRef<html::Textarea>,
    pub(super) trouble: RwSignal<Option<ComposeTrouble>>,
    pub(super) blank: RwSignal<bool>,
    pub(super) suggestions: Suggestions,
    mentions: StoredValue<Mentions>,
    /// Shortcodes that were typed before the table of emoji was there.
    awaiting_table: StoredValue<Vec<String>>,
    /// The room of the draft that the textarea shows.
    room: StoredValue<Option<RoomId>>,
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
            awaiting_table: StoredValue::new(Vec::new()),
            room: StoredValue::new(None),
            compose,
        }
    }

    /// Shows the draft whenever another one replaces it (room, edit or tab), and focuses the
    /// composer when a room opens.
    pub(super) fn follow(self) {
        let Self {
            textarea, compose, ..
        } = self;
        self.suggestions.follow(compose);
        effect(move || {
            compose.drafting.rewritten.track();
            if let Some(textarea) = textarea.get() {
                compose
                    .drafting
                    .draft
                    .with_untracked(|draft| self.show(&textarea, draft));
            }
        });
        // The table of emoji may come after the name that needs it.
        effect(move || {
            compose.emoji_loaded.track();
            if let Some(textarea) = textarea.get_untracked()
                && compose.field.is_focused()
                && !compose.drafting.composing.get_value()
            {
                self.replace_late(&textarea);
                self.suggestions.update(compose, &textarea);
            }
        });
        // Not on a phone: an unrequested keyboard would cover half of the room.
        effect(move || {
            if compose.chat.room.get().is_some() && textarea.get().is_some() && !is_touch() {
                compose.field.focus();
            }
        });
    }

    /// Shows a draft's text with mentions as names.
    fn show(self, textarea: &HtmlTextAreaElement, draft: &Draft) {
        let wire = draft.current();
        let typed = self.mentions.try_update_value(|mentions| {
            *mentions = Mentions::default();
            mentions.from_wire(wire, |user| self.compose.draft_name(draft, user))
        });
        let typed = typed.unwrap_or_default();
        let room = self.compose.drafting.room();
        let is_elsewhere = self.room.get_value() != room;
        self.room.set_value(room);
        // Writing the same text again would end a composition.
        if is_elsewhere || textarea.value() != typed {
            insertion::begin_anew(textarea, &typed, is_elsewhere);
        }
        self.blank.set(wire.trim().is_empty());
        self.trouble.set(None);
        self.awaiting_table.set_value(Vec::new());
        self.suggestions.clear();
        fit(textarea);
    }

    /// Replaces the shortcodes that were typed before the table of emoji was there, where they still stand.
    fn replace_late(self, textarea: &HtmlTextAreaElement) {
        let awaiting = self.awaiting_table.try_update_value(std::mem::take);
        for typed in awaiting.unwrap_or_default() {
            replace_last_shortcode(textarea, &typed);
        }
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
        if !self.compose.drafting.composing.get_value() {
            self.follow_shortcodes(&textarea, completes_shortcode(event));
        }
        self.suggestions.update(self.compose, &textarea);
        if let Some((typed, person)) = self.suggestions.typed_in_full(&textarea) {
            self.mentions
                .update_value(|mentions| mentions.add_typed(&typed, person));
        }
        self.keep(&textarea);
        let room = self.compose.drafting.room();
        if let Some(room) = room.filter(|_| !self.blank.get_untracked()) {
            self.compose.chat.dispatch_silently(Input::Typing(room));
        }
    }

    /// Replaces the shortcode that was just completed, or keeps it until the table of emoji is there.
    fn follow_shortcodes(self, textarea: &HtmlTextAreaElement, completed: bool) {
        if !emoji::is_provided() {
            if completed && let Some(typed) = shortcode_before_caret(textarea) {
                self.awaiting_table.update_value(|awaiting| awaiting.push(typed));
            }
            return;
        }
        let late = self.awaiting_table.with_value(|awaiting| !awaiting.is_empty());
        if completed || late {
            // After this event: writing into the field fires another event of the same kind.
            let textarea = textarea.clone();
            queue_microtask(move || {
                self.replace_late(&textarea);
                if completed {
                    replace_shortcode(&textarea);
                }
            });
        }
    }

    /// Inserts the chosen suggestion.
    pub(super) fn take(self) {
        // To end a composition takes the focus away, and with it the list.
        let chosen = self.suggestions.chosen();
        self.compose.end_composition();
        if let Some(textarea) = self.textarea.get_untracked()
            && let Some(named) = chosen.and_then(|chosen| self.suggestions.take(chosen, &textarea))
        {
            if let Some(person) = named {
                self.mentions.update_value(|mentions| mentions.add(person));
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
            Ok(text) => self.trouble.set(self.post_text(text).err()),
            // An empty field needs no error; text that renders as nothing does.
            Err(TextError::Empty)
                if self.compose.is_rewriting_now() || textarea.value().trim().is_empty() =>
            {
                self.compose.emptied.call(());
            }
            Err(error) => self.trouble.set(Some(ComposeTrouble::Text(error))),
        }
        let _ = textarea.focus();
    }

    /// Posts a text, or the edit it is, to the room it was written for.
    fn post_text(self, text: MessageText) -> Result<(), ComposeTrouble> {
        let compose = self.compose;
        let room = compose.drafting.room().ok_or(ComposeTrouble::NoRoom)?;
        let open = compose
            .chat
            .read(|session| session.room(room).is_some_and(|room| !room.archived));
        if !open || compose.chat.room.get_untracked() != Some(room) {
            return Err(ComposeTrouble::RoomClosed);
        }
        compose.can_write().map_err(ComposeTrouble::Refused)?;
        compose.follow_message();
        let mut draft = compose.drafting.draft.get_untracked();
        let may = draft.may_send();
        compose.drafting.draft.set(draft.clone());
        may.map_err(ComposeTrouble::Withheld)?;
        let (id, at) = (calendar::new_entry_id(), calendar::now());
        compose.refusal.set(None);
        let sent = text.as_str().to_owned();
        match draft.edit {
            Some(edit) => match edit.of {
                EditTarget::Message(message)
                    if edit.base != sent || edit.conflict != EditConflict::Unchanged =>
                {
                    compose.change(room, MessageChange::Edit { message, text });
                }
                EditTarget::Message(_) => {}
                EditTarget::Item(rejected) => compose.chat.dispatch(Input::Edit {
                    id: rejected,
                    new_id: id,
                    text,
                    at,
                }),
            },
            None => {
                compose.posting.call(());
                compose.chat.dispatch(Input::Post {
                    room,
                    id,
                    text,
                    reply_to: draft.reply_to,
                    at,
                });
            }
        }
        compose.draft_sent(&sent);
        Ok(())
    }

    pub(super) fn key(self, event: &KeyboardEvent) {
        let Some(textarea) = self.textarea.get_untracked() else {
            return;
        };
        if event.is_composing() || event.key_code() == COMPOSING_KEY {
            return;
        }
        if self.handle_key(&textarea, event) {
            event.prevent_default();
            // The page around handles Escape, too.
            event.stop_propagation();
        }
    }

    /// Handles a key. Returns whether the composer used it.
    fn handle_key(self, textarea: &HtmlTextAreaElement, event: &KeyboardEvent) -> bool {
        let Self {
            compose, suggestions, ..
        } = self;
        let plain = !(event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key());
        // Sends even if plain Enter breaks the line.
        let command = event.ctrl_key() || event.meta_key();
        let offered = plain && suggestions.active().is_some();
        match event.key().as_str() {
            "Enter" | "Tab" if offered => {
                self.take();
                true
            }
            "Escape" if offered => {
                if let Some(typed) = suggestions.close(textarea) {
                    self.mentions
                        .update_value(|mentions| mentions.forget_typed(&typed));
                    self.keep(textarea);
                }
                true
            }
            name if offered && suggestions.move_selection(name) => true,
            "Enter" if command || !(event.shift_key() || event.alt_key() || is_touch()) => {
                self.post();
                true
            }
            "ArrowUp" if plain && textarea.value().is_empty() && !compose.is_replying_or_editing() => {
                compose.editing_last.call(()).unwrap_or_default()
            }
            "Escape" if compose.is_replying_or_editing() => {
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

/// Whether this input may have completed a shortcode by its colon. Pasted text, and text restored
/// by Ctrl+Z, stays as it is.
fn completes_shortcode(event: &Event) -> bool {
    event.dyn_ref::<InputEvent>().is_some_and(|event| {
        event.input_type() == "insertText" && event.data().is_some_and(|data| data == ":")
    })
}

/// Grows the textarea with its text. The box around it keeps its height during the measurement:
/// otherwise the rows above would be laid out and scrolled for an instant.
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
