//! The panel with the room's people and their presence.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::{AskError, Task};
use steadfast_shared::event::Availability;
use steadfast_shared::room::RemoveMember;
use steadfast_shared::{Person, Role, RoomKind, UserId};

use crate::browser::pause::Pause;
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::{Each, view};
use crate::people::avatar::Avatar;
use crate::people::block::block_choice;
use crate::people::block_phrases::BlockPhrases;
use crate::people::context::PeopleContext;
use crate::people::model::MemberView;
use crate::people::phrases::PeoplePhrases;
use crate::people::presence::Presence;
use crate::people::role::administers;
use crate::people::role_phrases::RoleNames;
use crate::reactive::{Memo, RwSignal, Signal, memo};
use crate::rooms::context::RoomsContext;
use crate::ui::icon::IconShape;
use crate::ui::mark::mark;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;
use crate::ui::popup::menu::{Choice, Menu};
use crate::ui::side_panel::SidePanel;

/// Up to this many people are listed without a search field.
const FEW: usize = 20;

/// The room's people, in a panel beside it.
#[component]
pub(crate) fn Members(
    /// Receives the focus when the panel closes.
    members_button: NodeRef<html::Button>,
) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let people = PeopleContext::here();
    let all = memo(move || people.members());
    let found = memo(move || people.members_found());
    let searching = memo(move || found.with(Option::is_some));
    let found_people = memo(move || found.get().unwrap_or_default());
    let more = memo(move || people.has_more_members());
    let counted_found = move || (PeoplePhrases::of(locale.language()).found)(found_people.with(Vec::len));
    let none_found = move || (searching.get() && found_people.with(Vec::is_empty)).then(counted_found);
    let at_end = Callback::new(move |()| people.load_more_members());
    view! {
        <SidePanel id="members" title=|l| PeoplePhrases::of(l).in_room open=overlays.members opener=members_button at_end>
            <MemberSearch hidden=Signal::derive(move || !more.get() && !searching.get() && all.with(Vec::len) < FEW) />
            <p class="offers-none members-none" role="status">{none_found}</p>
            <div hidden=move || !searching.get()>
                <People title=words(counted_found) people=found_people />
            </div>
            <div hidden=move || searching.get()>
                <Everybody all more />
            </div>
        </SidePanel>
    }
}

/// The people who are here, and those who are not.
#[component]
fn Everybody(all: Memo<Vec<MemberView>>, more: Memo<bool>) -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let here = memo(move || {
        let mut people = all.get();
        people.retain(|member| member.state != Availability::Offline);
        people
    });
    let not_here = memo(move || {
        let mut people = all.get();
        people.retain(|member| member.state == Availability::Offline);
        people
    });
    let counted_here = move || {
        let here = people.crowd().unwrap_or_else(|| here.with(Vec::len));
        (PeoplePhrases::of(locale.language()).here)(here)
    };
    let counted_others = move || {
        if more.get() {
            PeoplePhrases::of(locale.language()).some_not_here.to_owned()
        } else {
            (PeoplePhrases::of(locale.language()).not_here)(not_here.with(Vec::len))
        }
    };
    view! {
        <People title=words(counted_here) people=here />
        <People title=words(counted_others) people=not_here />
        <button
            type="button"
            class="button button-small members-more"
            data-testid="members-more"
            hidden=move || !more.get()
            on:click=move |_| people.load_more_members()
        >
            {locale.says(|l| UiPhrases::of(l).show_more)}
        </button>
    }
}

#[component]
fn MemberSearch(hidden: Signal<bool>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let people = PeopleContext::here();
    let pause = Pause::new();
    let field = NodeRef::<html::Input>::new();
    let search = move || {
        let typed = field.get_untracked().map(|field| field.value());
        people.search_members(&typed.unwrap_or_default());
    };
    // Another room starts with an empty search.
    Effect::new(move |before: Option<()>| {
        chat.room.track();
        if before.is_some()
            && let Some(field) = field.get_untracked()
        {
            field.set_value("");
            people.search_members("");
        }
    });
    on_cleanup(move || people.search_members(""));
    view! {
        <input
            type="search"
            class="field members-find"
            data-testid="members-search"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-label=locale.says(|l| PeoplePhrases::of(l).find)
            placeholder=locale.says(|l| PeoplePhrases::of(l).find)
            hidden=hidden
            node_ref=field
            on:input=move |_| pause.then(search)
        />
    }
}

/// A section of people, one per line.
#[component]
fn People(title: Signal<String>, people: Memo<Vec<MemberView>>) -> impl IntoView {
    view! {
        <section hidden=move || people.with(Vec::is_empty)>
            <h3>{title}</h3>
            <ul class="people">
                <Each list=move || people.get() key=|member| (member.person.clone(), member.role) let(member)>
                    <MemberLine person=member.person role=member.role />
                </Each>
            </ul>
        </section>
    }
}

/// One person, with a menu of actions.
#[component]
fn MemberLine(person: Person, role: Role) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let people = PeopleContext::here();
    let rooms = RoomsContext::here();
    let button = NodeRef::<html::Button>::new();
    let open = RwSignal::new(false);
    let Person { id, name } = person.clone();
    let me = chat.on_connection(|session| session.account().me().map(|me| me.id)) == Some(id);
    let content = view! {
        <Avatar person=person small=true />
        <span class="sidebar-name">{name.clone()}</span>
        {(role != Role::Member).then(|| mark("role", Some(IconShape::Shield), move || (RoleNames::of(locale.language()).role)(role)))}
        {me.then(|| view! { <span class="sidebar-you">{locale.says(|l| PeoplePhrases::of(l).you)}</span> })}
        {move || people.blocks(id).then(|| view! { <span class="sidebar-you">{locale.says(|l| BlockPhrases::of(l).is_blocked)}</span> })}
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
        let label = words(move || (PeoplePhrases::of(locale.language()).actions)(&name));
        let on_close = Callback::new(move |()| open.set(false));
        Some(view! { <Menu label anchor=anchor.into() choices=choices(rooms, id) on_close /> })
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

fn choices(rooms: RoomsContext, person: UserId) -> Vec<Choice> {
    let tell = move |asked: Task<'static, Result<(), AskError>>| {
        spawn_local(async move {
            if let Err(error) = asked.await {
                rooms.toasts.toast_words(rooms.chat.why(&error));
            }
        });
    };
    let mut choices = vec![Choice {
        words: words(move || PeoplePhrases::of(rooms.locale.language()).write.to_owned()),
        shape: IconShape::Person,
        testid: "member-write",
        grave: false,
        act: Rc::new(move || tell(Box::pin(rooms.write_to(vec![person])))),
    }];
    choices.push(block_choice(rooms.locale, rooms.overlays, rooms.people, person));
    if rooms.chat.read(|session| administers(session.account().role())) {
        choices.push(Choice {
            words: words(move || UiPhrases::of(rooms.locale.language()).administration.to_owned()),
            shape: IconShape::Shield,
            testid: "member-administer",
            grave: false,
            act: Rc::new(move || rooms.overlays.open(Overlay::Administration(Some(person)))),
        });
    }
    if let Some(room) = untrack(|| rooms.open_room())
        && room.kind == RoomKind::Private
        && room.manage
    {
        let asked = RemoveMember {
            room: room.id,
            person,
        };
        choices.push(Choice {
            words: words(move || PeoplePhrases::of(rooms.locale.language()).remove.to_owned()),
            shape: IconShape::Leave,
            testid: "member-remove",
            grave: true,
            act: Rc::new(move || tell(Box::pin(rooms.chat.ask(asked)))),
        });
    }
    choices
}
