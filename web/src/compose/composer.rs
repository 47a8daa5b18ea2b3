//! Where a message is written.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::leptos_dom::helpers::queue_microtask;
use leptos::prelude::*;
use steadfast_client::Input;
use steadfast_shared::{MessageText, TextError, limit};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Event, HtmlElement, HtmlTextAreaElement, InputEvent};

use crate::browser::viewport::is_touch;
use crate::compose::bar::ComposerBar;
use crate::compose::context::ComposeContext;
use crate::compose::draft::{Draft, Withheld};
use crate::compose::help::Help;
use crate::compose::phrases::{ComposePhrases, DraftPhrases};
use crate::compose::posting::Unposted;
use crate::compose::suggestions::{SuggestionList, Suggestions, spell_out};
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markdown::Mentions;
use crate::rooms::context::RoomsContext;
use crate::ui::clipboard;
use crate::ui::icon::{Icon, Shape};
use crate::ui::main_field::MainField;
use crate::ui::toast::Toasts;

/// The key code that an input method reports while it composes; some report nothing else.
const COMPOSING_KEY: u32 = 229;

/// Where a message is written.
///
/// The textarea is its own master: the page writes into it only as a person chose, and never while they compose, or an
/// input method's composition would break.
#[component]
pub(crate) fn Composer() -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let field = MainField::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    let compose = ComposeContext::here();
    let textarea = field.element;
    let trouble = RwSignal::new(None::<ComposeTrouble>);
    let blank = RwSignal::new(true);
    let help = RwSignal::new(false);
    let (drafting, composing) = (compose.drafting, compose.drafting.composing);
    let mentions = StoredValue::new(Mentions::default());
    let suggestions = Suggestions::new();

    let to_wire = move |typed: &str| mentions.with_value(|mentions| mentions.to_wire(typed));
    // Shows a draft's text with people by their names.
    let set_value = move |textarea: &HtmlTextAreaElement, draft: &Draft| {
        let wire = draft.current();
        let typed = mentions.try_update_value(|mentions| {
            *mentions = Mentions::default();
            mentions.from_wire(wire, |user| compose.draft_name(draft, user))
        });
        let typed = typed.unwrap_or_default();
        // Writing the same text once more would end a composition.
        if textarea.value() != typed {
            textarea.set_value(&typed);
        }
        blank.set(wire.trim().is_empty());
        trouble.set(None);
        suggestions.clear();
        fit(textarea);
    };
    // The draft is another one: of another room, edit or tab.
    Effect::new(move || {
        drafting.rewritten.track();
        if let Some(textarea) = textarea.get() {
            drafting.draft.with_untracked(|draft| set_value(&textarea, draft));
        }
    });
    // A room opened takes the keyboard. On a phone, that would cover half of the room with one nobody asked for.
    Effect::new(move || {
        if chat.room.get().is_some() && textarea.get().is_some() && !is_touch() {
            field.focus();
        }
    });

    let keep = move |textarea: &HtmlTextAreaElement| {
        let wire = to_wire(&textarea.value());
        fit(textarea);
        let is_blank = wire.trim().is_empty();
        if blank.get_untracked() != is_blank {
            blank.set(is_blank);
        }
        let over = wire.trim_end().len().saturating_sub(limit::MESSAGE_BYTES);
        let now = (over > 0).then_some(ComposeTrouble::Over(over));
        if trouble.get_untracked() != now {
            trouble.set(now);
        }
        let names = mentions.with_value(|mentions| mentions.people(&wire));
        compose.typed(&wire, names);
    };
    let typed = move |event: Event| {
        let Some(textarea) = textarea.get_untracked() else {
            return;
        };
        if !composing.get_value() && ends_name(&event) {
            // Once this event is over: writing into the field is an event of the same kind.
            let textarea = textarea.clone();
            queue_microtask(move || spell_out(&textarea));
        }
        suggestions.look(compose, &textarea);
        keep(&textarea);
        if let Some(room) = drafting.room().filter(|_| !blank.get_untracked()) {
            chat.dispatch_silently(Input::Typing(room));
        }
    };
    // Leaving the field ends a composition, so that its last syllable is not typed again into the next text.
    let end_composition = move || {
        if composing.get_value()
            && let Some(textarea) = textarea.get_untracked()
        {
            let _ = textarea.blur();
        }
    };
    let take = move || {
        end_composition();
        if let Some(textarea) = textarea.get_untracked()
            && let Some(named) = suggestions.take(&textarea)
        {
            if let Some((name, user)) = named {
                mentions.update_value(|mentions| mentions.add(&name, user));
            }
            keep(&textarea);
            let _ = textarea.focus();
        }
    };
    let post = move || {
        let Some(textarea) = textarea.get_untracked() else {
            return;
        };
        match MessageText::parse(&to_wire(&textarea.value())) {
            Ok(text) => match compose.post(text) {
                Ok(()) => trouble.set(None),
                Err(unposted) => trouble.set(Some(ComposeTrouble::Unposted(unposted))),
            },
            // Nothing at all is no message, and known to be none; a text that shows nothing has to be told.
            Err(TextError::Empty) if compose.is_rewriting_now() || textarea.value().trim().is_empty() => {
                compose.emptied.call(());
            }
            Err(error) => trouble.set(Some(ComposeTrouble::Text(error))),
        }
        let _ = textarea.focus();
    };
    let key = move |event: KeyboardEvent| {
        let (Some(textarea), name) = (textarea.get_untracked(), event.key()) else {
            return;
        };
        let composes = event.is_composing() || event.key_code() == COMPOSING_KEY;
        if composes {
            return;
        }
        let plain = !(event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key());
        // Wherever Enter breaks the line, this sends.
        let command = event.ctrl_key() || event.meta_key();
        let offered = plain && suggestions.active().is_some();
        let done = match name.as_str() {
            "Enter" | "Tab" if offered => {
                take();
                true
            }
            "Escape" if offered => {
                suggestions.close(&textarea);
                true
            }
            name if offered && suggestions.moves(name) => true,
            "Enter" if command || !(event.shift_key() || event.alt_key() || is_touch()) => {
                post();
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
        };
        if done {
            event.prevent_default();
            // The page around answers Escape too.
            event.stop_propagation();
        }
    };
    let pasted = move |event: ClipboardEvent| {
        let data = event.clipboard_data();
        if data.is_some_and(|data| clipboard::holds_only_files(&data)) {
            event.prevent_default();
            toasts.toast(|l| ComposePhrases::of(l).text_only);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        end_composition();
        post();
    };
    let room = move || rooms.room_name();
    view! {
        <form class="composer" on:submit=submit>
            <ComposerBar />
            <div class="composer-box">
                <SuggestionList suggestions on_choose=Callback::new(move |()| take()) />
                <textarea
                    rows="1"
                    data-testid="composer"
                    autocomplete="off"
                    enterkeyhint=move || if is_touch() { "enter" } else { "send" }
                    aria-label=words(move || (ComposePhrases::of(locale.language()).write_to)(&room()))
                    aria-describedby="composer-foot"
                    aria-invalid=move || trouble.get().is_some().then_some("true")
                    aria-autocomplete="list"
                    aria-haspopup="listbox"
                    aria-controls=move || suggestions.is_open().then_some("suggestions")
                    aria-activedescendant=move || suggestions.active()
                    placeholder=words(move || (ComposePhrases::of(locale.language()).write_to)(&room()))
                    node_ref=textarea
                    on:input=typed
                    on:keydown=key
                    on:paste=pasted
                    on:blur=move |_| suggestions.clear()
                    on:compositionstart=move |_| composing.set_value(true)
                    on:compositionend=move |_| composing.set_value(false)
                ></textarea>
                <button
                    type="submit"
                    class="button button-strong button-icon"
                    data-testid="send"
                    title=locale.says(|l| ComposePhrases::of(l).send)
                    disabled=move || blank.get() && !compose.is_rewriting()
                    // Keeps the focus, and with it a phone's keyboard, where it is.
                    on:pointerdown=|event| event.prevent_default()
                >
                    <span class="sr-only">{locale.says(|l| ComposePhrases::of(l).send)}</span>
                    <Icon shape=Shape::Send />
                </button>
            </div>
            <p class="composer-foot" id="composer-foot">
                <span role="status" data-bad="true">
                    {move || {
                        trouble
                            .get()
                            .or_else(|| compose.refusal.get().map(|refusal| ComposeTrouble::Unposted(Unposted::Refused(refusal))))
                            .map(|trouble| trouble.words(locale))
                    }}
                </span>
                <span class="composer-keys">
                    {locale.says(|l| ComposePhrases::of(l).keys)}
                    <button
                        type="button"
                        class="composer-help"
                        data-testid="open-help"
                        on:click=move |_| help.set(true)
                    >
                        {locale.says(|l| ComposePhrases::of(l).help)}
                    </button>
                </span>
            </p>
            {move || help.get().then(|| view! { <Help on_close=Callback::new(move |()| help.set(false)) /> })}
        </form>
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
enum ComposeTrouble {
    Over(usize),
    Text(TextError),
    Unposted(Unposted),
}

impl ComposeTrouble {
    fn words(self, locale: Locale) -> String {
        match self {
            Self::Over(bytes) => (ComposePhrases::of(locale.language()).bytes_over)(bytes),
            Self::Text(error) => (ComposePhrases::of(locale.language()).message_refused)(error),
            Self::Unposted(Unposted::Refused(refusal)) => {
                (ComposePhrases::of(locale.language()).refusal)(refusal).to_owned()
            }
            Self::Unposted(Unposted::NoRoom) => DraftPhrases::of(locale.language()).no_room_yet.to_owned(),
            Self::Unposted(Unposted::RoomClosed) => {
                DraftPhrases::of(locale.language()).room_closed.to_owned()
            }
            Self::Unposted(Unposted::Withheld(Withheld::Changed)) => {
                DraftPhrases::of(locale.language()).replace_it.to_owned()
            }
            Self::Unposted(Unposted::Withheld(Withheld::Gone)) => {
                DraftPhrases::of(locale.language()).gone_meanwhile.to_owned()
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
