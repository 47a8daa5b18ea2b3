//! Somebody's role, and the server handed over.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::{Person, Role};

use crate::admin::api;
use crate::admin::views::choose::Radios;
use crate::admin::views::question::{Ask, Deed};
use crate::page::{Page, words};

/// Gives somebody another role; the server, too.
#[component]
pub(super) fn RoleOf(
    person: Person,
    /// What they are.
    has: Role,
) -> impl IntoView {
    let page = Page::here();
    let me = page.read(|session| session.me().map(|me| me.id));
    let Person { id, name } = person;
    let is_me = me == Some(id);
    let chosen = RwSignal::new(has);
    let gives_up = RwSignal::new(false);
    let hands_over = move || chosen.get() == Role::Owner && gives_up.get() && !is_me;
    let options = [Role::Member, Role::Moderator, Role::Owner]
        .map(|role| {
            (
                role,
                role.as_str(),
                words(move || (page.t().admin.role)(role).to_owned()),
                words(move || (page.t().admin.role_means)(role).to_owned()),
            )
        })
        .to_vec();
    let follows = Signal::derive(move || {
        let t = page.t();
        let mut all = Vec::new();
        all.extend((is_me && chosen.get() < has).then(|| t.admin.own_role_means.to_owned()));
        all.extend(hands_over().then(|| t.admin.give_up_means.to_owned()));
        all
    });
    let title = {
        let name = name.clone();
        words(move || (page.t().admin.role_question)(&name))
    };
    let deed: Deed = Rc::new(move || {
        let (role, name) = (chosen.get_untracked(), name.clone());
        let mine = me.filter(|_| untrack(hands_over));
        Some(Box::pin(async move {
            let info = api::set_role(id, role).await?;
            if let Some(me) = mine {
                // The other one owns the server by now: whatever becomes of this, somebody does.
                api::set_role(me, Role::Member).await?;
                return Ok(untrack(|| (page.t().admin.handed_over)(&name)));
            }
            Ok(untrack(|| (page.t().admin.role_done)(&name, info.role)))
        }))
    });
    let legend = words(move || page.t().admin.label.role.to_owned());
    view! {
        <Ask
            title
            follows
            does=words(move || page.t().account.save.to_owned())
            grave=Signal::derive(move || (is_me && chosen.get() < has) || hands_over())
            deed
        >
            <Radios legend name="role" options chosen />
            <label class="check" hidden=move || is_me || chosen.get() != Role::Owner>
                <input
                    type="checkbox"
                    data-testid="hand-over"
                    prop:checked=gives_up
                    on:change=move |event| gives_up.set(event_target_checked(&event))
                />
                <span>{page.says(|t| t.admin.give_up_mine)}</span>
            </label>
        </Ask>
    }
}
