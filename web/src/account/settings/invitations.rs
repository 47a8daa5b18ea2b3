//! Who may come to the server: for its owner.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::http::{Invite, JOIN_PATH, Registration};

use crate::account::api;
use crate::account::phrases::InvitationPhrases;
use crate::account::settings::passphrase::refused;
use crate::browser::base_path;
use crate::language::calendar;
use crate::language::locale::{Locale, words};
use crate::ui::phrases::UiPhrases;
use crate::ui::shown_once::ShownOnce;

/// Whether new people need an invitation, and the invitations there are.
#[component]
pub(crate) fn Invitations() -> impl IntoView {
    let locale = Locale::here();
    let registration = RwSignal::new(None::<Registration>);
    let invites = RwSignal::new(Vec::<Invite>::new());
    let link = RwSignal::new(None::<String>);
    let trouble = RwSignal::new(None::<String>);
    let load = move || {
        spawn_local(async move {
            if let Ok(found) = api::registration().await {
                registration.try_set(Some(found));
            }
            match api::invites().await {
                Ok(found) => {
                    invites.try_set(found);
                }
                Err(error) => {
                    trouble.try_set(Some(refused(&error, locale.language())));
                }
            }
        });
    };
    load();
    let close = move |closed: bool| {
        spawn_local(async move {
            match api::set_registration(closed).await {
                Ok(now) => {
                    registration.try_set(Some(now));
                }
                Err(error) => {
                    trouble.try_set(Some(refused(&error, locale.language())));
                    load();
                }
            }
        });
    };
    let make = move |_| {
        spawn_local(async move {
            match api::invite().await {
                Ok(made) => {
                    link.try_set(Some(base_path::link(&format!("{JOIN_PATH}#{}", made.code))));
                    load();
                }
                Err(error) => {
                    trouble.try_set(Some(refused(&error, locale.language())));
                }
            }
        });
    };
    let take_back = move |id: i64| {
        spawn_local(async move {
            if let Err(error) = api::take_invite_back(id).await {
                trouble.try_set(Some(refused(&error, locale.language())));
            }
            link.try_set(None);
            load();
        });
    };
    let fixed = move || registration.get().is_some_and(|registration| registration.fixed);
    let list = move || {
        invites
            .get()
            .into_iter()
            .map(|invite| {
                let about = move || {
                    (InvitationPhrases::of(locale.language()).until)(
                        &calendar::day_title(invite.expires_at, locale.language()),
                        invite.used,
                    )
                };
                view! {
                    <li class="entry" data-testid="invite">
                        <span class="entry-name">{words(about)}</span>
                        <button
                            type="button"
                            class="button button-small"
                            data-testid="invite-take-back"
                            on:click=move |_| take_back(invite.id)
                        >
                            {locale.says(|l| InvitationPhrases::of(l).take_back)}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="setting">
            <h3>{locale.says(|l| InvitationPhrases::of(l).server)}</h3>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="closed"
                    disabled=fixed
                    prop:checked=move || registration.get().is_some_and(|registration| registration.closed)
                    on:change=move |event| close(event_target_checked(&event))
                />
                <span>{locale.says(|l| InvitationPhrases::of(l).closed)}</span>
            </label>
            <p class="labelled-hint" hidden=move || !fixed()>{locale.says(|l| InvitationPhrases::of(l).closed_fixed)}</p>
            <div class="setting-part">
                <h4>{locale.says(|l| InvitationPhrases::of(l).invitations)}</h4>
                <ul class="entries">{list}</ul>
                <p class="labelled-hint" hidden=move || !invites.with(Vec::is_empty)>
                    {locale.says(|l| InvitationPhrases::of(l).no_invitations)}
                </p>
                <ShownOnce link about=|l| UiPhrases::of(l).link_shown_once testid="invite-link" />
                <button type="button" class="button" data-testid="new-invite" on:click=make>
                    {locale.says(|l| InvitationPhrases::of(l).new_invitation)}
                </button>
            </div>
            <p class="labelled-hint" role="status" data-bad="true">{move || trouble.get()}</p>
        </section>
    }
}
