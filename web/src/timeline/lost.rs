//! The messages that the server has no more, since its database went back in time.

use leptos::prelude::*;
use steadfast_client::{Input, LostMessage};
use steadfast_shared::RoomId;

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::reactive::memo;
use crate::rooms::phrases::RoomPhrases;
use crate::timeline::phrases::{ActionPhrases, LostPhrases};
use crate::ui::clipboard;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::toast::Toasts;

/// Says which messages of the open room are gone with a database that went back, until a person has seen it.
#[component]
pub(crate) fn LostNotice() -> impl IntoView {
    let chat = ChatContext::here();
    let lost = memo(move || {
        let room = chat.room.get()?;
        let lost: Vec<LostMessage> = chat.on_rooms(|session| session.lost(room).cloned().collect());
        (!lost.is_empty()).then_some((room, lost))
    });
    computed(move || lost.get().map(|(room, lost)| view! { <Lost room lost /> }))
}

#[component]
fn Lost(room: RoomId, lost: Vec<LostMessage>) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let chat = ChatContext::here();
    let count = lost.len();
    let copied = texts_of(&lost);
    let said = lost
        .into_iter()
        .map(|message| {
            view! {
                <li data-testid="lost-message">
                    <b>{message.author.name}</b>
                    " "
                    <q>{message.text}</q>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="notice notice-ask" role="status" data-testid="lost">
            <Icon shape=IconShape::Alert />
            <div class="notice-words">
                <p>{words(move || (LostPhrases::of(locale.language()).went_back)(count))}</p>
                <ul class="notice-quote lost-messages">{said}</ul>
                <p>{locale.says(|l| LostPhrases::of(l).unsent_is_sent)}</p>
            </div>
            <span class="notice-ways">
                <button
                    type="button"
                    class="button button-small"
                    data-testid="lost-copy"
                    on:click=move |_| clipboard::copy(toasts, copied.clone())
                >
                    {locale.says(|l| ActionPhrases::of(l).copy_text)}
                </button>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="lost-understood"
                    on:click=move |_| chat.dispatch(Input::ForgetLost(room))
                >
                    {locale.says(|l| RoomPhrases::of(l).understood)}
                </button>
            </span>
        </div>
    }
}

/// Everything that is lost, to be pasted elsewhere.
fn texts_of(lost: &[LostMessage]) -> String {
    let said = lost
        .iter()
        .map(|message| format!("{}: {}", message.author.name, message.text));
    Vec::from_iter(said).join("\n\n")
}
