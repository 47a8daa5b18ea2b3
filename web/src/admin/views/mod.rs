//! The components of the administration.

mod choose;
mod claim;
mod exclude;
mod limits;
mod list;
mod owner_link;
mod person;
mod plain;
mod question;
mod records;
mod role;
mod room;
mod when;

use leptos::html;
use leptos::prelude::*;
use steadfast_shared::{Person, UserId};

use crate::admin::phrases::AdminPhrases;
use crate::admin::place::{AdminPlace, AdminTrail, Question};
use crate::admin::section::Section;
pub(crate) use crate::admin::views::claim::ClaimDialog;
use crate::admin::views::exclude::{Exclude, MessagesOf};
use crate::admin::views::limits::Limits;
use crate::admin::views::list::List;
use crate::admin::views::owner_link::MakeOwnerLink;
use crate::admin::views::person::PersonPlace;
use crate::admin::views::plain::{Archive, Delete, Readmit, Release, SignOut};
use crate::admin::views::role::RoleOf;
use crate::admin::views::room::Rename;
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::context::PeopleContext;
use crate::people::role::administers;
use crate::reactive::{Signal, effect, memo};
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;
use crate::ui::toast::Toasts;

/// The administration dialog, for owners and moderators.
#[component]
pub(crate) fn Administration(about: Option<UserId>) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let people = PeopleContext::here();
    let trail = AdminTrail::provide();
    if let Some(id) = about {
        let name = people.display_name(id);
        trail.go(AdminPlace::Person(Person { id, name }));
    }
    let role = memo(move || chat.on_connection(|session| session.account().role()));
    let close = Callback::new(move |()| overlays.close(Overlay::Administration(about)));
    effect(move || {
        if trail.gave_up() || !administers(role.get()) {
            close.run(());
            toasts.toast(|l| AdminPhrases::of(l).no_more_to_see);
        }
    });
    let tabs = move || {
        Section::of_role(role.get())
            .into_iter()
            .map(|section| view! { <Tab section /> })
            .collect_view()
    };
    let place = memo(move || trail.place());
    view! {
        <Dialog
            title=words(move || UiPhrases::of(locale.language()).administration.to_owned())
            testid="administration"
            wide=true
            on_close=close
        >
            <nav class="admin-tabs" aria-label=locale.says(|l| AdminPhrases::of(l).sections)>{tabs}</nav>
            <p class="admin-report" role="status" data-testid="admin-report">{move || trail.report.get()}</p>
            <Show when=move || trail.can_go_back()>
                <button
                    type="button"
                    class="button button-quiet admin-back"
                    data-testid="admin-back"
                    on:click=move |_| trail.back()
                >
                    <Icon shape=IconShape::Back />
                    {locale.says(|l| AdminPhrases::of(l).back)}
                </button>
            </Show>
            {move || place.get().map(at)}
        </Dialog>
    }
}

fn at(place: AdminPlace) -> AnyView {
    match place {
        AdminPlace::List(section, about) => view! { <List section about /> }.into_any(),
        AdminPlace::Person(person) => view! { <PersonPlace person /> }.into_any(),
        AdminPlace::Question(question) => match question {
            Question::Exclude(person) => view! { <Exclude person /> }.into_any(),
            Question::Readmit(person) => view! { <Readmit person /> }.into_any(),
            Question::Messages(person, are) => view! { <MessagesOf person are /> }.into_any(),
            Question::SignOut(person, returns) => view! { <SignOut person returns /> }.into_any(),
            Question::Role(person, has) => view! { <RoleOf person has /> }.into_any(),
            Question::Limits(person, has) => view! { <Limits person has /> }.into_any(),
            Question::Release(held) => view! { <Release held /> }.into_any(),
            Question::Rename(room) => view! { <Rename room /> }.into_any(),
            Question::Archive(room) => view! { <Archive room /> }.into_any(),
            Question::Delete(room) => view! { <Delete room /> }.into_any(),
            Question::OwnerLink => view! { <MakeOwnerLink /> }.into_any(),
        },
    }
}

/// The button that shows one list.
#[component]
fn Tab(section: Section) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    view! {
        <button
            type="button"
            class="admin-tab"
            data-testid=format!("admin-{}", section.name())
            aria-current=move || (trail.section() == Some(section)).then_some("true")
            on:click=move |_| trail.show_list(section)
        >
            {move || (AdminPhrases::of(locale.language()).section)(section)}
        </button>
    }
}

/// A place's heading. It receives the focus if the person navigated here.
#[component]
fn Heading(title: Signal<String>) -> impl IntoView {
    let trail = AdminTrail::here();
    let heading = NodeRef::<html::H3>::new();
    effect(move || {
        if let Some(heading) = heading.get()
            && trail.takes_focus.get_value()
        {
            let _ = heading.focus();
        }
    });
    view! { <h3 class="admin-heading" data-testid="admin-heading" tabindex="-1" node_ref=heading>{title}</h3> }
}
