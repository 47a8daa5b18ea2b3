//! The details: connection, log and outbox.

pub(crate) mod faults;
pub(crate) mod outbox;
pub(crate) mod outbox_phrases;
pub(crate) mod phrases;

use leptos::html;
use leptos::prelude::*;
use steadfast_client::Connection;
use steadfast_client::link::LinkState;

use crate::account::context::AccountContext;
use crate::connection::bar::headline;
use crate::connection::context::ChatContext;
use crate::connection::phrases::ConnectionPhrases;
use crate::language::Language;
use crate::language::locale::{Locale, milliseconds, words};
use crate::markup::view;
use crate::reactive::Signal;
use crate::rooms::context::RoomsContext;
use crate::rooms::phrases::RoomPhrases;
use crate::shell::details::faults::Faults;
use crate::shell::details::outbox::Outbox;
use crate::shell::details::phrases::DetailsPhrases;
use crate::ui::overlays::Overlays;
use crate::ui::phrases::UiPhrases;
use crate::ui::side_panel::SidePanel;

/// The details drawer, beside the room.
#[component]
pub(crate) fn Details(
    /// Receives the focus when the drawer closes.
    details_button: NodeRef<html::Button>,
) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let account = AccountContext::here();
    view! {
        <SidePanel id="details" title=|l| RoomPhrases::of(l).details open=overlays.details opener=details_button>
            <section>
                <h3>{locale.says(|l| ConnectionPhrases::of(l).link)}</h3>
                <Link />
            </section>
            <section>
                <h3>{locale.says(|l| DetailsPhrases::of(l).database)}</h3>
                <Log />
            </section>
            <Outbox />
            <Faults />
            <section>
                <h3>{locale.says(|l| DetailsPhrases::of(l).person)}</h3>
                <p class="details-me">
                    {move || {
                        chat.on_connection(|session| session.account().me().map(|me| me.name.clone()).unwrap_or_default())
                    }}
                </p>
                <button type="button" class="button" data-testid="change-person" on:click=move |_| account.change_person()>
                    {locale.says(|l| DetailsPhrases::of(l).change_person)}
                </button>
            </section>
        </SidePanel>
    }
}

#[component]
fn Link() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let none = move || UiPhrases::of(locale.language()).none_yet.to_owned();
    let transport = move || match chat.link() {
        LinkState::Connected { transport, .. } => transport.to_owned(),
        _ => none(),
    };
    let reason = move || match chat.link() {
        LinkState::Connected {
            fallback: Some(failure),
            ..
        } => (DetailsPhrases::of(locale.language()).websocket_fails)(failure),
        LinkState::Connected {
            transport: "websocket",
            ..
        } => DetailsPhrases::of(locale.language()).websocket_works,
        _ => "",
    };
    let round_trip = move || match chat.link() {
        LinkState::Connected {
            round_trip: Some(time),
            ..
        } => milliseconds(time),
        _ => none(),
    };
    let recovered = move || recovered(chat, locale.language()).map_or_else(none, str::to_owned);
    let degraded = move || {
        let degraded = is_degraded(chat).then(|| DetailsPhrases::of(locale.language()).nodes_degraded);
        degraded.unwrap_or_default()
    };
    view! {
        <dl class="facts">
            <Fact name=|l| DetailsPhrases::of(l).state value=words(move || headline(&chat.link(), locale.language()).to_owned()) id="state" />
            <Fact name=|l| DetailsPhrases::of(l).transport value=words(transport) id="transport" />
            <Fact name=|l| DetailsPhrases::of(l).round_trip value=words(round_trip) id="round-trip" />
            <Fact name=|l| DetailsPhrases::of(l).recovered value=words(recovered) id="recovered" />
        </dl>
        <p data-testid="detail-transport-reason">{reason}</p>
        <p data-testid="detail-nodes" role="status">
            {degraded}
        </p>
    }
}

/// Whether the session was resumed without reading anything again; `None` while there is none.
fn recovered(chat: ChatContext, language: Language) -> Option<&'static str> {
    let recovered = chat.on_connection(|session| match session.connection() {
        Connection::Online { recovered, .. } => Some(*recovered),
        _ => None,
    });
    let phrases = UiPhrases::of(language);
    recovered.map(|yes| if yes { phrases.yes } else { phrases.no })
}

/// Whether the server's other nodes are out of reach.
fn is_degraded(chat: ChatContext) -> bool {
    let online = matches!(chat.link(), LinkState::Connected { .. });
    chat.on_connection(|session| session.people().is_degraded()) && online
}

#[component]
fn Log() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let named = RoomsContext::here();
    let epoch = move || {
        chat.on_connection(|session| session.account().epoch())
            .map_or_else(
                || UiPhrases::of(locale.language()).none_yet.to_owned(),
                |epoch| epoch.to_string(),
            )
    };
    let rooms = move || {
        let rooms: Vec<_> = chat.on_rooms(|session| {
            session
                .rooms()
                .map(|room| (named.marked_name(&room), room.cursor, room.head, room.buffered))
                .collect()
        });
        rooms
            .into_iter()
            .map(|(name, cursor, head, held)| {
                let cursor = cursor.map_or_else(|| UiPhrases::of(locale.language()).none_yet.to_owned(), |cursor| cursor.to_string());
                let held = (held > 0).then(|| {
                    view! { <Fact name=|l| DetailsPhrases::of(l).held value=words(move || held.to_string()) id="held" /> }
                });
                let (cursor_name, head_name) = (format!("{name} · "), format!("{name} · "));
                view! {
                    <dt>{cursor_name}{locale.says(|l| DetailsPhrases::of(l).cursor)}</dt>
                    <dd data-testid="detail-cursor">{cursor}</dd>
                    <dt>{head_name}{locale.says(|l| DetailsPhrases::of(l).head)}</dt>
                    <dd data-testid="detail-head">{head.to_string()}</dd>
                    {held}
                }
            })
            .collect_view()
    };
    view! {
        <dl class="facts">
            {rooms}
            <dt>{locale.says(|l| DetailsPhrases::of(l).epoch)}</dt>
            <dd class="mono" data-testid="detail-epoch">
                {epoch}
            </dd>
        </dl>
    }
}

#[component]
fn Fact(name: fn(Language) -> &'static str, value: Signal<String>, id: &'static str) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <dt>{locale.says(name)}</dt>
        <dd data-testid=format!("detail-{id}")>{value}</dd>
    }
}
