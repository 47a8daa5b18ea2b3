//! The composer: a bar, the textarea, a button, and a line of hints.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::browser::viewport::is_touch;
use crate::compose::bar::ComposerBar;
use crate::compose::context::ComposeContext;
use crate::compose::entry::ComposerEntry;
use crate::compose::phrases::ComposePhrases;
use crate::compose::suggestions::SuggestionList;
use crate::compose::trouble::ComposeTrouble;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::rooms::context::RoomsContext;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::Overlay;

#[component]
pub(crate) fn Composer() -> impl IntoView {
    let compose = ComposeContext::here();
    let entry = ComposerEntry::new();
    entry.follow();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        compose.end_composition();
        entry.post();
    };
    view! {
        <form class="composer" on:submit=submit>
            <ComposerBar />
            <div class="composer-box">
                <SuggestionList suggestions=entry.suggestions on_choose=Callback::new(move |()| entry.take()) />
                <Entry entry />
                <SendButton entry />
            </div>
            <Foot entry />
        </form>
    }
}

#[component]
fn Entry(entry: ComposerEntry) -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let (suggestions, composing) = (entry.suggestions, ComposeContext::here().drafting.composing);
    let label = words(move || (ComposePhrases::of(locale.language()).write_to)(&rooms.room_name()));
    view! {
        <textarea
            rows="1"
            data-testid="composer"
            autocomplete="off"
            enterkeyhint=move || if is_touch() { "enter" } else { "send" }
            aria-label=label
            aria-describedby="composer-foot"
            aria-invalid=move || entry.trouble.get().is_some().then_some("true")
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls=move || suggestions.is_open().then_some("suggestions")
            aria-activedescendant=move || suggestions.active()
            placeholder=label
            node_ref=entry.textarea
            on:input=move |event| entry.typed(&event)
            on:keydown=move |event| entry.key(&event)
            on:paste=move |event| entry.pasted(&event)
            on:blur=move |_| suggestions.clear()
            on:compositionstart=move |_| composing.set_value(true)
            on:compositionend=move |_| composing.set_value(false)
        ></textarea>
    }
}

#[component]
fn SendButton(entry: ComposerEntry) -> impl IntoView {
    let locale = Locale::here();
    let compose = ComposeContext::here();
    view! {
        <button
            type="submit"
            class="button button-strong button-icon"
            data-testid="send"
            title=locale.says(|l| ComposePhrases::of(l).send)
            disabled=move || entry.blank.get() && !compose.is_rewriting()
            // Keeps the focus in the textarea, and with it a phone's keyboard open.
            on:pointerdown=|event| event.prevent_default()
        >
            <span class="sr-only">{locale.says(|l| ComposePhrases::of(l).send)}</span>
            <Icon shape=IconShape::Send />
        </button>
    }
}

/// The line below: an error, or the keys, and a link to the help.
#[component]
fn Foot(entry: ComposerEntry) -> impl IntoView {
    let locale = Locale::here();
    let compose = ComposeContext::here();
    let trouble = move || {
        let refused = || compose.refusal.get().map(ComposeTrouble::Refused);
        let trouble = entry.trouble.get().or_else(refused);
        trouble.map(|trouble| trouble.words(locale.language()))
    };
    view! {
        <p class="composer-foot" id="composer-foot">
            <span role="status" data-bad="true">{trouble}</span>
            <span class="composer-keys">
                {locale.says(|l| ComposePhrases::of(l).keys)}
                <button
                    type="button"
                    class="composer-help"
                    data-testid="open-help"
                    on:click=move |_| compose.overlays.open(Overlay::Help)
                >
                    {locale.says(|l| ComposePhrases::of(l).help)}
                </button>
            </span>
        </p>
    }
}
