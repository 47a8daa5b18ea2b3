//! The room: sidebar, head, connection bar, timeline, composer, details.

use leptos::html;
use leptos::prelude::*;

use crate::components::{
    Composer, ConnectionBar, Details, Members, Notice, OpenDialog, RoomHead, Sidebar, Timeline, Toast, Typing,
};
use crate::state::Page;

/// The room.
#[component]
pub(super) fn RoomPage() -> impl IntoView {
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
                <Timeline />
                <Toast />
                <Typing />
                <Composer />
            </main>
            {move || page.details.get().then(|| view! { <Details details_button /> })}
            {move || page.around.members.get().then(|| view! { <Members members_button /> })}
            <OpenDialog />
        </div>
    }
}
