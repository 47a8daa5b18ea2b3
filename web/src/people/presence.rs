//! A person's presence.

use leptos::prelude::*;
use steadfast_client::link::LinkState;
use steadfast_shared::UserId;
use steadfast_shared::event::Availability;

use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::people::phrases::PeoplePhrases;
use crate::reactive::memo;

/// A dot, full, half or empty, with words for screen readers.
#[component]
pub(crate) fn Presence(id: UserId) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    // Without a connection, presence is out of date.
    let state = memo(move || match chat.link() {
        LinkState::Connected { .. } => chat.on_presence(|session| Some(session.people().availability(id))),
        _ => None,
    });
    let name = move || match state.get() {
        Some(Availability::Online) => "online",
        Some(Availability::Away) => "away",
        Some(Availability::Offline) => "offline",
        None => "unknown",
    };
    let words = move || {
        let words: Phrase = match state.get()? {
            Availability::Online => |l| PeoplePhrases::of(l).online,
            Availability::Away => |l| PeoplePhrases::of(l).away,
            Availability::Offline => |l| PeoplePhrases::of(l).offline,
        };
        Some(words(locale.language()))
    };
    view! {
        <span class="presence" data-testid="presence" data-state=name title=words>
            <span class="sr-only">{words}</span>
        </span>
    }
}
