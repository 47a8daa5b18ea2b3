//! The room: sidebar, head, connection bar, timeline, composer, details.

use leptos::html;
use leptos::prelude::*;

use crate::account::notice::{Notice, UnreadableNotice};
use crate::compose::composer::Composer;
use crate::connection::bar::ConnectionBar;
use crate::page::Page;
use crate::people::block::YouBlocked;
use crate::people::members::Members;
use crate::people::notices::Notices;
use crate::people::typing::Typing;
use crate::rooms::brought::Brought;
use crate::rooms::gone::Interrupted;
use crate::rooms::head::RoomHead;
use crate::rooms::phrases::RoomPhrases;
use crate::rooms::sidebar::Sidebar;
use crate::shell::details::Details;
use crate::shell::opened::OpenDialog;
use crate::timeline::view::Timeline;
use crate::ui::icon::{Icon, Shape};
use crate::ui::toast::Toast;

/// The room.
#[component]
pub(crate) fn RoomPage() -> impl IntoView {
    let page = Page::here();
    let details_button = NodeRef::<html::Button>::new();
    let members_button = NodeRef::<html::Button>::new();
    let beside = move || {
        if page.details.get() || page.around.members.get() {
            "open"
        } else {
            "closed"
        }
    };
    let archived = Memo::new(move |_| page.open_room().is_some_and(|room| room.archived));
    let blocked = Memo::new(move |_| {
        let partner = page.open_room().and_then(|room| room.partner().cloned());
        partner.filter(|partner| page.blocks(partner.id))
    });
    view! {
        <div
            class="shell"
            data-beside=beside
            data-faults=move || (page.details.get() && page.faults.open.get()).to_string()
        >
            <Sidebar />
            <main class="room" inert=move || page.around.rooms.get()>
                <RoomHead details_button members_button />
                <ConnectionBar />
                <Notice />
                <UnreadableNotice />
                <Brought />
                <Timeline />
                <Toast />
                <div class="room-foot">
                    <Typing />
                    <Notices />
                </div>
                {move || {
                    if let Some(person) = blocked.get() {
                        view! { <YouBlocked person /> }.into_any()
                    } else if archived.get() {
                        view! { <Archived /> }.into_any()
                    } else {
                        view! { <Composer /> }.into_any()
                    }
                }}
            </main>
            {move || page.details.get().then(|| view! { <Details details_button /> })}
            {move || page.around.members.get().then(|| view! { <Members members_button /> })}
            <OpenDialog />
            <Interrupted />
        </div>
    }
}

/// What stands where one writes, in a room in which nothing more can be said.
#[component]
fn Archived() -> impl IntoView {
    let page = Page::here();
    let said = NodeRef::<html::P>::new();
    // The composer that had the keyboard is gone: here it is in nobody's way.
    Effect::new(move || {
        let lost = document()
            .active_element()
            .is_none_or(|now| now.tag_name() == "BODY");
        if let Some(said) = said.get()
            && lost
        {
            let _ = said.focus();
        }
    });
    view! {
        <p class="composer-archived" role="status" data-testid="archived" tabindex="-1" node_ref=said>
            <Icon shape=Shape::Archive />
            {page.says(|l| RoomPhrases::of(l).nothing_can_be_said)}
        </p>
    }
}
