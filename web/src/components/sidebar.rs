//! Beside the room, where there is width for it: the rooms and who is online.

use leptos::prelude::*;

use super::{Avatar, Brand};
use crate::state::{Page, words};

/// The rooms and who is online.
#[component]
pub(crate) fn Sidebar() -> impl IntoView {
    let page = Page::here();
    view! {
        <aside class="sidebar">
            <Brand />
            <nav aria-labelledby="sidebar-rooms">
                <h2 id="sidebar-rooms">{page.says(|t| t.rooms)}</h2>
                <ul>
                    {move || {
                        let open = page.room.get();
                        let rooms: Vec<(bool, String, u64)> = page
                            .on_rooms(|session| {
                                session.rooms().map(|room| (Some(room.id) == open, room.name.to_owned(), room.unread)).collect()
                            });
                        rooms
                            .into_iter()
                            .map(|(open, name, unread)| {
                                view! {
                                    <li class="sidebar-room" aria-current=open.then_some("true")>
                                        <span class="hash" aria-hidden="true">"#"</span>
                                        <span class="sidebar-name">{name}</span>
                                        {badge(unread)}
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </nav>
            <section class="sidebar-people" aria-labelledby="sidebar-online">
                <h2 id="sidebar-online">{page.says(|t| t.online)}</h2>
                <People class="sidebar-person" />
            </section>
        </aside>
    }
}

/// How many messages are unread, where any are.
fn badge(unread: u64) -> impl IntoView {
    let page = Page::here();
    (unread > 0).then(|| {
        view! {
            <span class="sidebar-unread" aria-hidden="true">
                {unread.to_string()}
            </span>
            <span class="sr-only">{words(move || (page.t().unread)(unread))}</span>
        }
    })
}

/// Who is online, one per line.
#[component]
pub(crate) fn People(class: &'static str) -> impl IntoView {
    let page = Page::here();
    view! {
        <ul class="people">
            {move || {
                let me = page.on_connection(|session| session.me().map(|me| me.id));
                page.on_presence(|session| session.online().to_vec())
                    .into_iter()
                    .map(|person| {
                        let you = (Some(person.id) == me)
                            .then(|| view! { <span class="sidebar-you">{page.t().you}</span> });
                        let name = person.name.clone();
                        view! {
                            <li class=class>
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
