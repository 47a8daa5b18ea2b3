//! Changing a person's role, and handing over the server.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::{Person, Role, UserId};

use crate::account::phrases::AccountPhrases;
use crate::admin::api;
use crate::admin::phrases::{PersonLabels, RolePhrases};
use crate::admin::place::AdminTrail;
use crate::admin::views::choose::Radios;
use crate::admin::views::question::{Ask, ConfirmedAction};
use crate::browser::http::HttpError;
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::role::administers;
use crate::people::role_phrases::RoleNames;
use crate::reactive::{RwSignal, Signal};

/// Changes a person's role; can also hand over ownership.
#[component]
pub(super) fn RoleOf(person: Person, has: Role) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let trail = AdminTrail::here();
    let me = chat.read(|session| session.account().me().map(|me| me.id));
    let Person { id, name } = person;
    let is_me = me == Some(id);
    let chosen = RwSignal::new(has);
    let gives_up = RwSignal::new(false);
    let hands_over = move || chosen.get() == Role::Owner && gives_up.get() && !is_me;
    let follows = Signal::derive(move || {
        let phrases = RolePhrases::of(locale.language());
        let mut all = Vec::new();
        all.extend((is_me && chosen.get() < has).then(|| phrases.own_role_means.to_owned()));
        all.extend(hands_over().then(|| phrases.give_up_means.to_owned()));
        all
    });
    let title = {
        let name = name.clone();
        words(move || (RolePhrases::of(locale.language()).role_question)(&name))
    };
    let action: ConfirmedAction = Rc::new(move || {
        let (role, name) = (chosen.get_untracked(), name.clone());
        let mine = me.filter(|_| untrack(hands_over));
        Some(Box::pin(async move {
            let role = give(role, id, is_me, mine, trail).await?;
            let phrases = RolePhrases::of(untrack(|| locale.language()));
            Ok(match mine {
                Some(_) => (phrases.handed_over)(&name),
                None => (phrases.role_done)(&name, role),
            })
        }))
    });
    let legend = words(move || PersonLabels::of(locale.language()).role.to_owned());
    view! {
        <Ask
            title
            follows
            does=words(move || AccountPhrases::of(locale.language()).save.to_owned())
            grave=Signal::derive(move || (is_me && chosen.get() < has) || hands_over())
            action
        >
            <Radios legend name="role" options=roles(locale) chosen />
            <HandOver hidden=Signal::derive(move || is_me || chosen.get() != Role::Owner) gives_up />
        </Ask>
    }
}

/// Gives a person a role, then gives up the ownership of `mine`. Returns the person's role.
async fn give(
    role: Role,
    to: UserId,
    is_me: bool,
    mine: Option<UserId>,
    trail: AdminTrail,
) -> Result<Role, HttpError> {
    let info = api::set_role(to, role).await?;
    if is_me && !administers(info.role) {
        trail.give_up();
    }
    if let Some(me) = mine {
        // The other person is an owner now, so an owner remains even if this request fails.
        api::set_role(me, Role::Member).await?;
        trail.give_up();
    }
    Ok(info.role)
}

/// Whether the person gives up their own ownership.
#[component]
fn HandOver(hidden: Signal<bool>, gives_up: RwSignal<bool>) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <label class="check" hidden=hidden>
            <input
                type="checkbox"
                data-testid="hand-over"
                prop:checked=move || gives_up.get()
                on:change=move |event| gives_up.set(event_target_checked(&event))
            />
            <span>{locale.says(|l| RolePhrases::of(l).give_up_mine)}</span>
        </label>
    }
}

/// The roles to choose from, each with its name and its meaning.
fn roles(locale: Locale) -> Vec<(Role, &'static str, Signal<String>, Signal<String>)> {
    [Role::Member, Role::Moderator, Role::Owner]
        .map(|role| {
            (
                role,
                role.as_str(),
                words(move || (RoleNames::of(locale.language()).role)(role).to_owned()),
                words(move || (RoleNames::of(locale.language()).role_means)(role).to_owned()),
            )
        })
        .to_vec()
}
