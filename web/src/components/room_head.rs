//! The room's name, how many are here, and the page's tools.

use leptos::html;
use leptos::prelude::*;
use steadfast_client::link::LinkState;

use super::{Icon, LanguageSwitch, Shape};
use crate::state::{Page, words};

/// The room's name, how many are here, and the page's tools.
#[component]
pub(crate) fn RoomHead(
    /// The button that opens the details, so that closing them gives the focus back.
    details_button: NodeRef<html::Button>,
) -> impl IntoView {
    let page = Page::here();
    let name = move || page.room_name();
    // Who was online when the connection was lost is no news.
    let online = move || match page.link() {
        LinkState::Connected { .. } => page.on_presence(|session| session.online().len()),
        _ => 0,
    };
    view! {
        <header class="room-head">
            <h1 class="room-name">
                <span class="hash" aria-hidden="true">"#"</span>
                {name}
            </h1>
            <p class="online-count" hidden=move || online() == 0 data-testid="online">
                {words(move || (page.t().online_count)(online()))}
            </p>
            <div class="room-tools">
                <LanguageSwitch />
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    data-testid="details"
                    node_ref=details_button
                    aria-label=page.says(|t| t.details)
                    title=page.says(|t| t.details)
                    aria-controls="details"
                    aria-expanded=move || page.details.get().to_string()
                    on:click=move |_| page.details.update(|open| *open = !*open)
                >
                    <Icon shape=Shape::Details />
                </button>
            </div>
        </header>
    }
}
