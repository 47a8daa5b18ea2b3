//! What is said to somebody whose room was taken away while they looked at it or wrote in it.

use leptos::prelude::*;

use crate::page::{Page, words};
use crate::rooms::interruption::{Interruption, Reason};
use crate::rooms::phrases::{InterruptionPhrases, NavigationPhrases, RoomPhrases};
use crate::timeline::phrases::ActionPhrases;
use crate::ui::clipboard;
use crate::ui::dialog::Dialog;

/// Says why the room that was open is not to be written in any more, before everything else and until it is acknowledged:
/// whoever is typing types on, and the rest of the sentence must not go to another room.
#[component]
pub(crate) fn Interrupted() -> impl IntoView {
    let page = Page::here();
    move || {
        page.interruption
            .get()
            .map(|interruption| view! { <Notice interruption /> })
    }
}

#[component]
fn Notice(interruption: Interruption) -> impl IntoView {
    let page = Page::here();
    let Interruption { reason, room, text } = interruption;
    let why = move || match reason {
        Reason::Out => (RoomPhrases::of(page.language()).out)(&room),
        Reason::Deleted => (RoomPhrases::of(page.language()).deleted)(&room),
        Reason::Archived => (InterruptionPhrases::of(page.language()).archived)(&room),
        Reason::NoSuchRoom => NavigationPhrases::of(page.language()).no_such_room.to_owned(),
    };
    let close = Callback::new(move |()| {
        page.interruption.set(None);
        page.focus_composer();
    });
    let has_words = !text.trim().is_empty();
    let copied = text.clone();
    let kept = has_words.then(|| {
        view! {
            <p>{page.says(if reason == Reason::Deleted { |l| InterruptionPhrases::of(l).written_there } else { |l| InterruptionPhrases::of(l).kept })}</p>
            <blockquote class="kept-words" data-testid="kept-words">{text}</blockquote>
        }
    });
    let copy = has_words.then(|| {
        view! {
            <button
                type="button"
                class="button"
                data-testid="copy-words"
                on:click=move |_| clipboard::copy(page, copied.clone())
            >
                {page.says(|l| ActionPhrases::of(l).copy_text)}
            </button>
        }
    });
    view! {
        <Dialog
            title=words(move || InterruptionPhrases::of(page.language()).interrupted.to_owned())
            testid="out-of-room"
            brief=true
            on_close=close
        >
            // Not the button has the focus: Enter and the space bar are part of what is being typed.
            <p tabindex="-1" role="alert" autofocus>{words(why)}</p>
            {kept}
            <div class="dialog-ways">
                {copy}
                <button
                    type="button"
                    class="button button-strong"
                    data-testid="out-of-room-ok"
                    on:click=move |_| close.run(())
                >
                    {page.says(|l| RoomPhrases::of(l).understood)}
                </button>
            </div>
        </Dialog>
    }
}
