//! The room: sidebar, head, connection bar, timeline, composer, details.

use leptos::html;
use leptos::prelude::*;

use crate::components::{Composer, ConnectionBar, Details, Icon, RoomHead, Shape, Sidebar, Timeline, Typing};
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
                {move || {
                    page.forgetful
                        .get()
                        .then(|| {
                            view! {
                                <p class="notice" role="status" data-testid="nothing-is-kept">
                                    <Icon shape=Shape::Alert />
                                    <span>{move || page.t().nothing_is_kept}</span>
                                </p>
                            }
                        })
                }}
                <Timeline />
                <Typing />
                <Composer />
            </main>
            {move || page.details.get().then(|| view! { <Details details_button /> })}
        </div>
    }
}
