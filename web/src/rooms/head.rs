//! The room's name, topic and people, and the page's buttons.

use leptos::html;
use leptos::prelude::*;
use steadfast_client::link::LinkState;
use steadfast_shared::RoomKind;
use steadfast_shared::event::Availability;

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::context::PeopleContext;
use crate::people::phrases::PeoplePhrases;
use crate::reactive::memo;
use crate::rooms::context::RoomsContext;
use crate::rooms::kind_mark::KindMark;
use crate::rooms::menu::RoomMenu;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::Overlays;

#[component]
pub(crate) fn RoomHead(
    /// The button that opens the details; closing them returns the focus to it.
    details_button: NodeRef<html::Button>,
    /// The button that opens the people; closing them returns the focus to it.
    members_button: NodeRef<html::Button>,
) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let rooms = RoomsContext::here();
    let room = memo(move || rooms.open_room());
    let marks = memo(move || {
        let marks = room.with(|room| room.as_ref().map(|room| (room.kind, room.archived)));
        Some(marks.unwrap_or((RoomKind::Public, false)))
    });
    let topic =
        memo(move || room.with(|room| room.as_ref().map(|room| room.topic.clone()).unwrap_or_default()));
    view! {
        <header class="room-head">
            <OpenRooms />
            <div class="room-about">
                <h1 class="room-name" data-testid="room-name">
                    {move || marks.get().map(|(kind, archived)| view! { <KindMark kind archived /> })}
                    <span>{move || rooms.room_name().trim_start_matches('#').to_owned()}</span>
                </h1>
                <p class="room-topic" data-testid="room-topic" title=move || topic.get() hidden=move || topic.with(String::is_empty)>
                    {move || topic.get()}
                </p>
            </div>
            <div class="room-tools">
                // First: its width changes with the number of people, and moves none of the others.
                <MembersButton members_button />
                <RoomMenu />
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    data-testid="details"
                    node_ref=details_button
                    aria-label=locale.says(|l| RoomPhrases::of(l).details)
                    title=locale.says(|l| RoomPhrases::of(l).details)
                    aria-controls="details"
                    aria-expanded=move || overlays.details.get().to_string()
                    on:click=move |_| overlays.toggle_details()
                >
                    <Icon shape=IconShape::Details />
                </button>
            </div>
        </header>
    }
}

#[component]
fn MembersButton(members_button: NodeRef<html::Button>) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let people = PeopleContext::here();
    // Without a connection, presence is out of date.
    let online = memo(move || match chat.link() {
        LinkState::Connected { .. } => {
            if let Some(here) = people.crowd() {
                return here;
            }
            let members = people.members();
            members
                .iter()
                .filter(|member| member.state == Availability::Online)
                .count()
        }
        _ => 0,
    });
    let members = overlays.members;
    view! {
        <button
            type="button"
            class="button button-quiet room-people"
            data-testid="members"
            node_ref=members_button
            title=locale.says(|l| PeoplePhrases::of(l).in_room)
            aria-controls="members"
            aria-expanded=move || members.get().to_string()
            on:click=move |_| overlays.toggle_members()
        >
            <span class="sr-only">{locale.says(|l| PeoplePhrases::of(l).in_room)}</span>
            <Icon shape=IconShape::People />
            <span class="online-count" data-testid="online" hidden=move || online.get() == 0>
                {words(move || (PeoplePhrases::of(locale.language()).online_count)(online.get()))}
            </span>
        </button>
    }
}

/// The button that opens the room list on narrow screens; marks whether another room has unread
/// messages.
#[component]
fn OpenRooms() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    let elsewhere = memo(move || {
        let open = chat.room.get();
        let lines = rooms.room_lines();
        let waiting = lines.iter().filter(|line| Some(line.id) != open);
        waiting.map(|line| line.unread).sum::<u64>()
    });
    view! {
        <button
            type="button"
            class="button button-quiet button-icon room-open-rooms"
            data-testid="rooms-open"
            aria-controls="rooms"
            aria-expanded=move || overlays.rooms.get().to_string()
            on:click=move |_| overlays.rooms.set(true)
        >
            <span class="sr-only">
                {locale.says(|l| NavigationPhrases::of(l).open_rooms)}
                {move || (elsewhere.get() > 0).then(|| format!(", {}", (NavigationPhrases::of(locale.language()).unread)(elsewhere.get())))}
            </span>
            <Icon shape=IconShape::Menu />
            <span class="room-news-dot" aria-hidden="true" hidden=move || elsewhere.get() == 0></span>
        </button>
    }
}
