//! The room: sidebar, head, connection bar, timeline, composer, details.

use leptos::html;
use leptos::prelude::*;

use crate::components::{
    Composer, ConnectionBar, Details, Notice, RoomHead, Sidebar, Timeline, Toast, Typing,
};
use crate::state::Page;

/// The room.
#[component]
pub(super) fn RoomPage() -> impl IntoView {
    let page = Page::here();
    let details_button = NodeRef::<html::Button>::new();
    view! {
        <div class="shell" data-details=move || if page.details.get() { "open" } else { "closed" }>
            <Sidebar />
            <main class="room">
                <RoomHead details_button />
                <ConnectionBar />
                <Notice />
                <Timeline />
                <Toast />
                <Typing />
                <Composer />
            </main>
            {move || page.details.get().then(|| view! { <Details details_button /> })}
        </div>
    }
}
