//! Who is in the room, and whether they are there.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::{AskError, Task};
use steadfast_shared::event::Availability;
use steadfast_shared::room::RemoveMember;
use steadfast_shared::{Person, Role, RoomKind, UserId};

use super::menu::{Choice, Menu};
use super::privacy::block_choice;
use super::side_panel::SidePanel;
use super::{Avatar, Presence, Shape};
use crate::admin::record::Mark;
use crate::admin::{marked, section};
use crate::state::{Member, Opened, Page, words};
use crate::text::Phrases;

/// Who is in the room, in a panel beside it.
#[component]
pub(crate) fn Members(
    /// Gets the focus back when the panel closes.
    members_button: NodeRef<html::Button>,
) -> impl IntoView {
    let page = Page::here();
    let all = Memo::new(move |_| page.members());
    let here = Memo::new(move |_| {
        let mut people = all.get();
        people.retain(|member| member.state != Availability::Offline);
        people
    });
    let not_here = Memo::new(move |_| {
        let mut people = all.get();
        people.retain(|member| member.state == Availability::Offline);
        people
    });
    view! {
        <SidePanel id="members" title=|t| t.people.in_room open=page.around.members opener=members_button>
            <People title=|t| t.people.here people=here />
            <People title=|t| t.people.not_here people=not_here />
        </SidePanel>
    }
}

/// Some people of the room, one per line.
#[component]
fn People(title: fn(&'static Phrases) -> fn(usize) -> String, people: Memo<Vec<Member>>) -> impl IntoView {
    let page = Page::here();
    view! {
        <section hidden=move || people.with(Vec::is_empty)>
            <h3>{words(move || title(page.t())(people.with(Vec::len)))}</h3>
            <ul class="people">
                <For each=move || people.get() key=|member| (member.person.clone(), member.role) let(member)>
                    <MemberLine person=member.person role=member.role />
                </For>
            </ul>
        </section>
    }
}

/// One person, and what can be done with them.
#[component]
fn MemberLine(person: Person, role: Role) -> impl IntoView {
    let page = Page::here();
    let button = NodeRef::<html::Button>::new();
    let open = RwSignal::new(false);
    let Person { id, name } = person.clone();
    let me = page.on_connection(|session| session.me().map(|me| me.id)) == Some(id);
    let content = view! {
        <Avatar person=person small=true />
        <span class="sidebar-name">{name.clone()}</span>
        {(role != Role::Member).then(|| marked(page, Mark::Role(role)))}
        {me.then(|| view! { <span class="sidebar-you">{page.says(|t| t.you)}</span> })}
        {move || page.blocks(id).then(|| view! { <span class="sidebar-you">{page.says(|t| t.privacy.is_blocked)}</span> })}
        <Presence id />
    };
    if me {
        return view! { <li class="member" data-testid="member">{content}</li> }.into_any();
    }
    let menu = move || {
        if !open.get() {
            return None;
        }
        let (anchor, name) = (button.get_untracked()?, name.clone());
        let label = words(move || (page.t().people.actions)(&name));
        let on_close = Callback::new(move |()| open.set(false));
        Some(view! { <Menu label anchor=anchor.into() choices=choices(page, id) on_close /> })
    };
    view! {
        <li data-testid="member">
            <button
                type="button"
                class="member member-button"
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {content}
            </button>
            {menu}
        </li>
    }
    .into_any()
}

fn choices(page: Page, person: UserId) -> Vec<Choice> {
    let tell = move |asked: Task<'static, Result<(), AskError>>| {
        spawn_local(async move {
            if let Err(error) = asked.await {
                page.remark_words(page.why(&error));
            }
        });
    };
    let mut choices = vec![Choice {
        words: words(move || page.t().people.write.to_owned()),
        shape: Shape::Person,
        testid: "member-write",
        grave: false,
        act: Rc::new(move || tell(Box::pin(page.write_to(vec![person])))),
    }];
    choices.push(block_choice(page, person));
    if page.read(|session| section::administers(session.role())) {
        choices.push(Choice {
            words: words(move || page.t().admin.title.to_owned()),
            shape: Shape::Shield,
            testid: "member-administer",
            grave: false,
            act: Rc::new(move || page.around.open(Opened::Administration(Some(person)))),
        });
    }
    if let Some(room) = untrack(|| page.open_room())
        && room.kind == RoomKind::Private
        && room.manage
    {
        let asked = RemoveMember {
            room: room.id,
            person,
        };
        choices.push(Choice {
            words: words(move || page.t().people.remove.to_owned()),
            shape: Shape::Leave,
            testid: "member-remove",
            grave: true,
            act: Rc::new(move || tell(Box::pin(page.ask(asked)))),
        });
    }
    choices
}
