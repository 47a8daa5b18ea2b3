//! The room: sidebar, head, connection bar, timeline, composer, details.

use leptos::html;
use leptos::prelude::*;

use crate::account::notice::{Notice, UnreadableNotice};
use crate::compose::composer::Composer;
use crate::connection::bar::ConnectionBar;
use crate::lab::context::LabContext;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::navigation::interrupted::Interrupted;
use crate::people::block::YouBlocked;
use crate::people::context::PeopleContext;
use crate::people::notices::Notices;
use crate::people::typing::Typing;
use crate::reactive::{effect, memo};
use crate::rooms::brought::Brought;
use crate::rooms::context::RoomsContext;
use crate::rooms::head::RoomHead;
use crate::rooms::phrases::RoomPhrases;
use crate::rooms::sidebar::Sidebar;
use crate::shell::opened::OpenDialog;
use crate::shell::parts::stand_in::{Beside, PartPanel, PartTool};
use crate::timeline::lost::LostNotice;
use crate::timeline::view::Timeline;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toast;

#[component]
pub(crate) fn RoomPage() -> impl IntoView {
    let overlays = Overlays::here();
    let lab = LabContext::here();
    let details_button = NodeRef::<html::Button>::new();
    let members_button = NodeRef::<html::Button>::new();
    let beside = move || {
        if overlays.details.get() || overlays.members.get() {
            "open"
        } else {
            "closed"
        }
    };
    view! {
        <div
            class="shell"
            data-beside=beside
            data-faults=move || (overlays.details.get() && lab.open.get()).to_string()
        >
            <Sidebar />
            <main class="room" inert=move || overlays.rooms.get()>
                <RoomHead details_button members_button />
                <ConnectionBar />
                <Notice />
                <UnreadableNotice />
                <Brought />
                <LostNotice />
                <Timeline />
                <PartTool />
                <Toast />
                <div class="room-foot">
                    <Typing />
                    <Notices />
                </div>
                <Below />
            </main>
            {move || overlays.details.get().then(|| view! { <PartPanel beside=Beside::Details(details_button) /> })}
            {move || overlays.members.get().then(|| view! { <PartPanel beside=Beside::Members(members_button) /> })}
            <OpenDialog />
            <Interrupted />
        </div>
    }
}

/// The composer, or why nothing can be written here.
#[component]
fn Below() -> impl IntoView {
    let people = PeopleContext::here();
    let rooms = RoomsContext::here();
    let archived = memo(move || rooms.open_room().is_some_and(|room| room.archived));
    let blocked = memo(move || {
        let partner = rooms.open_room().and_then(|room| room.partner().cloned());
        partner.filter(|partner| people.blocks(partner.id))
    });
    move || {
        if let Some(person) = blocked.get() {
            view! { <YouBlocked person /> }.into_any()
        } else if archived.get() {
            view! { <Archived /> }.into_any()
        } else {
            view! { <Composer /> }.into_any()
        }
    }
}

/// The note that replaces the composer in an archived room.
#[component]
fn Archived() -> impl IntoView {
    let locale = Locale::here();
    let note = NodeRef::<html::P>::new();
    // The composer that had the focus is gone. The note takes it, so that keys do no harm.
    effect(move || {
        let lost = document()
            .active_element()
            .is_none_or(|now| now.tag_name() == "BODY");
        if let Some(note) = note.get()
            && lost
        {
            let _ = note.focus();
        }
    });
    view! {
        <p class="composer-archived" role="status" data-testid="archived" tabindex="-1" node_ref=note>
            <Icon shape=IconShape::Archive />
            {locale.says(|l| RoomPhrases::of(l).nothing_can_be_said)}
        </p>
    }
}
