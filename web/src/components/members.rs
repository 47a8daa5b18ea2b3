//! Who is in the room, and whether they are there.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::{Avatar, Icon, Shape};
use crate::state::Page;

/// Who is in the room: beside it where there is width, over it where there is not. Not modal; Escape closes it.
#[component]
pub(crate) fn Members(
    /// Gets the focus back when the panel closes.
    members_button: NodeRef<html::Button>,
) -> impl IntoView {
    let page = Page::here();
    let close_button = NodeRef::<html::Button>::new();
    let close = move || {
        page.around.members.set(false);
        if let Some(button) = members_button.get_untracked() {
            let _ = button.focus();
        }
    };
    let key = window_event_listener(ev::keydown, move |event| {
        let covered = page.around.dialog.with_untracked(Option::is_some);
        if event.key() == "Escape" && !covered && !event.is_composing() && !event.default_prevented() {
            close();
        }
    });
    on_cleanup(move || key.remove());
    Effect::new(move || {
        if let Some(button) = close_button.get() {
            let _ = button.focus();
        }
    });
    view! {
        <aside class="details" id="members" data-testid="members-panel" aria-labelledby="members-title">
            <div class="details-head">
                <h2 id="members-title">{page.says(|t| t.people.in_room)}</h2>
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    data-testid="members-close"
                    aria-label=page.says(|t| t.close)
                    node_ref=close_button
                    on:click=move |_| close()
                >
                    <Icon shape=Shape::Close />
                </button>
            </div>
            <section>
                <h3>{page.says(|t| t.online)}</h3>
                <People />
            </section>
        </aside>
    }
}

/// Who is online, one per line.
#[component]
fn People() -> impl IntoView {
    let page = Page::here();
    view! {
        <ul class="people">
            {move || {
                let me = page.on_connection(|session| session.me().map(|me| me.id));
                page.on_presence(|session| session.people().to_vec())
                    .into_iter()
                    .map(|presence| {
                        let person = presence.person;
                        let you = (Some(person.id) == me)
                            .then(|| view! { <span class="sidebar-you">{page.t().you}</span> });
                        let name = person.name.clone();
                        view! {
                            <li class="member" data-testid="member">
                                <Avatar person small=true />
                                <span class="sidebar-name">{name}</span>
                                {you}
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}
