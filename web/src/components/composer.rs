//! Where a message is written.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use steadfast_client::{Input, Refusal};
use steadfast_shared::{MessageText, TextError, limit};

use super::help::Help;
use super::{Icon, Shape};
use crate::state::{Page, words};
use crate::storage::preferences;

/// What an input method reports for every key while it composes; some report nothing else.
const COMPOSING_KEY: u32 = 229;

/// Where a message is written.
///
/// The textarea is its own master: the page reads its value and never writes it while somebody types, or an input
/// method's composition would break.
#[component]
pub(crate) fn Composer() -> impl IntoView {
    let page = Page::here();
    let textarea = page.composer;
    let help = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let blank = RwSignal::new(true);
    let composing = StoredValue::new(false);
    let draft_before_edit = StoredValue::new(String::new());

    let set_value = move |text: &str| {
        if let Some(textarea) = textarea.get_untracked() {
            textarea.set_value(text);
            blank.set(text.trim().is_empty());
            fit(&textarea);
        }
    };
    // A room opened shows its draft.
    Effect::new(move || {
        if let (Some(room), Some(_)) = (page.room.get(), textarea.get()) {
            set_value(&preferences::draft(room).unwrap_or_default());
            // On a phone, focus would cover half of the room with a keyboard nobody asked for.
            if !is_touch()
                && let Some(textarea) = textarea.get_untracked()
            {
                let _ = textarea.focus();
            }
        }
    });
    // Editing borrows the textarea and gives the draft back.
    Effect::new(move |was_editing: Option<bool>| {
        let editing = page.editing.get();
        let was_editing = was_editing.unwrap_or(false);
        if let Some(textarea) = textarea.get_untracked() {
            match &editing {
                Some((_, text)) => {
                    if !was_editing {
                        draft_before_edit.set_value(textarea.value());
                    }
                    set_value(text);
                    let _ = textarea.focus();
                }
                None if was_editing => set_value(&draft_before_edit.get_value()),
                None => {}
            }
        }
        editing.is_some()
    });

    let typed = move |_| {
        let (Some(textarea), Some(room)) = (textarea.get_untracked(), page.room.get_untracked()) else {
            return;
        };
        let text = textarea.value();
        fit(&textarea);
        let is_blank = text.trim().is_empty();
        if blank.get_untracked() != is_blank {
            blank.set(is_blank);
        }
        let over = text.trim_end().len().saturating_sub(limit::MESSAGE_BYTES);
        let now = (over > 0).then_some(Trouble::Over(over));
        if trouble.get_untracked() != now {
            trouble.set(now);
        }
        if page.editing.get_untracked().is_none() {
            preferences::set_draft(room, &text);
        }
        if !is_blank {
            page.whisper(Input::Typing(room));
        }
    };
    let post = move || {
        let (Some(textarea), Some(room)) = (textarea.get_untracked(), page.room.get_untracked()) else {
            return;
        };
        let editing = page.editing.get_untracked().is_some();
        match MessageText::parse(&textarea.value()) {
            Ok(text) => match page.post(text) {
                Ok(()) => {
                    trouble.set(None);
                    if !editing {
                        set_value("");
                        preferences::set_draft(room, "");
                    }
                }
                Err(refusal) => trouble.set(Some(Trouble::Refused(refusal))),
            },
            Err(TextError::Empty) => {}
            Err(error) => trouble.set(Some(Trouble::Text(error))),
        }
        let _ = textarea.focus();
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            let composes = event.is_composing() || event.key_code() == COMPOSING_KEY;
            let breaks = event.shift_key() || event.alt_key() || is_touch();
            if !composes && !breaks {
                event.prevent_default();
                post();
            }
        }
        "Escape" if page.editing.get_untracked().is_some() && !event.is_composing() => {
            event.prevent_default();
            page.editing.set(None);
        }
        _ => {}
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // Leaving the field ends a composition, so that its last syllable is not typed again into the emptied field.
        if composing.get_value()
            && let Some(textarea) = textarea.get_untracked()
        {
            let _ = textarea.blur();
        }
        post();
    };
    let room = move || page.room_name();
    view! {
        <form class="composer" on:submit=submit>
            {move || {
                page.editing
                    .get()
                    .map(|_| {
                        view! {
                            <p class="composer-editing">
                                {page.says(|t| t.edit_message)}
                                <button
                                    type="button"
                                    class="button button-quiet button-small"
                                    data-testid="cancel-edit"
                                    on:click=move |_| page.editing.set(None)
                                >
                                    {page.says(|t| t.cancel)}
                                </button>
                            </p>
                        }
                    })
            }}
            <div class="composer-box">
                <textarea
                    rows="1"
                    data-testid="composer"
                    autocomplete="off"
                    enterkeyhint=move || if is_touch() { "enter" } else { "send" }
                    aria-label=words(move || (page.t().write_to)(&room()))
                    aria-describedby="composer-foot"
                    aria-invalid=move || trouble.get().is_some().then_some("true")
                    placeholder=words(move || (page.t().write_to)(&room()))
                    node_ref=textarea
                    on:input=typed
                    on:keydown=key
                    on:compositionstart=move |_| composing.set_value(true)
                    on:compositionend=move |_| composing.set_value(false)
                ></textarea>
                <button
                    type="submit"
                    class="button button-strong button-icon"
                    data-testid="send"
                    title=page.says(|t| t.send)
                    disabled=move || blank.get()
                    // Keeps the focus, and with it a phone's keyboard, where it is.
                    on:pointerdown=|event| event.prevent_default()
                >
                    <span class="sr-only">{page.says(|t| t.send)}</span>
                    <Icon shape=Shape::Send />
                </button>
            </div>
            <p class="composer-foot" id="composer-foot">
                <span role="status" data-bad="true">
                    {move || {
                        trouble
                            .get()
                            .or_else(|| page.refusal.get().map(Trouble::Refused))
                            .map(|trouble| trouble.words(page))
                    }}
                </span>
                <span class="composer-keys">
                    {page.says(|t| t.keys)}
                    <button
                        type="button"
                        class="composer-help"
                        data-testid="open-help"
                        on:click=move |_| help.set(true)
                    >
                        {page.says(|t| t.help)}
                    </button>
                </span>
            </p>
            {move || help.get().then(|| view! { <Help on_close=Callback::new(move |()| help.set(false)) /> })}
        </form>
    }
}

/// Why what is written cannot be posted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Over(usize),
    Text(TextError),
    Refused(Refusal),
}

impl Trouble {
    fn words(self, page: Page) -> String {
        match self {
            Self::Over(bytes) => (page.t().bytes_over)(bytes),
            Self::Text(error) => (page.t().message_refused)(error),
            Self::Refused(refusal) => (page.t().refusal)(refusal).to_owned(),
        }
    }
}

/// Whether a finger types here: Enter then breaks the line, as on every phone.
fn is_touch() -> bool {
    window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// Grows the textarea with its text.
fn fit(textarea: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(textarea);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", textarea.scroll_height()));
}
