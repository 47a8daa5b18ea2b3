//! The dialog for a person whose room was taken away while it was open.

use leptos::prelude::*;

use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::navigation::context::NavigationContext;
use crate::navigation::interruption::{Interruption, Reason};
use crate::navigation::phrases::InterruptionPhrases;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases};
use crate::timeline::phrases::ActionPhrases;
use crate::ui::clipboard;
use crate::ui::dialog::Dialog;
use crate::ui::main_field::MainField;
use crate::ui::toast::Toasts;

/// Says why the open room no longer takes messages, on top of everything else and until
/// acknowledged: a person who is typing keeps typing, and the rest of the sentence must not go to
/// another room.
#[component]
pub(crate) fn Interrupted() -> impl IntoView {
    let navigation = NavigationContext::here();
    computed(move || {
        navigation
            .interruption
            .get()
            .map(|interruption| view! { <Notice interruption /> })
    })
}

#[component]
fn Notice(interruption: Interruption) -> impl IntoView {
    let locale = Locale::here();
    let field = MainField::here();
    let navigation = NavigationContext::here();
    let Interruption { reason, room, text } = interruption;
    let why = move || match reason {
        Reason::Out => (RoomPhrases::of(locale.language()).out)(&room),
        Reason::Deleted => (RoomPhrases::of(locale.language()).deleted)(&room),
        Reason::Archived => (InterruptionPhrases::of(locale.language()).archived)(&room),
        Reason::NoSuchRoom => NavigationPhrases::of(locale.language()).no_such_room.to_owned(),
    };
    let close = Callback::new(move |()| {
        navigation.interruption.set(None);
        field.focus();
    });
    let has_words = !text.trim().is_empty();
    let copied = text.clone();
    let kept = has_words.then(|| {
        view! {
            <p>{locale.says(if reason == Reason::Deleted { |l| InterruptionPhrases::of(l).written_there } else { |l| InterruptionPhrases::of(l).kept })}</p>
            <blockquote class="kept-words" data-testid="kept-words">{text}</blockquote>
        }
    });
    view! {
        <Dialog
            title=words(move || InterruptionPhrases::of(locale.language()).interrupted.to_owned())
            testid="out-of-room"
            brief=true
            on_close=close
        >
            // The button does not get the focus: Enter and space would press it while the person is
            // still typing.
            <p tabindex="-1" role="alert" autofocus>{words(why)}</p>
            {kept}
            <div class="dialog-ways">
                {has_words.then(|| view! { <CopyWords text=copied /> })}
                <button
                    type="button"
                    class="button button-strong"
                    data-testid="out-of-room-ok"
                    on:click=move |_| close.run(())
                >
                    {locale.says(|l| RoomPhrases::of(l).understood)}
                </button>
            </div>
        </Dialog>
    }
}

#[component]
fn CopyWords(text: String) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    view! {
        <button
            type="button"
            class="button"
            data-testid="copy-words"
            on:click=move |_| clipboard::copy(toasts, text.clone())
        >
            {locale.says(|l| ActionPhrases::of(l).copy_text)}
        </button>
    }
}
