//! Who may sign up, for the server's owner.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::http::{Invite, JOIN_PATH, Registration};

use crate::account::api;
use crate::account::phrases::InvitationPhrases;
use crate::account::settings::passphrase::refused;
use crate::browser::base_path;
use crate::browser::http::HttpError;
use crate::connection::context::ChatContext;
use crate::language::calendar;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::ui::phrases::UiPhrases;
use crate::ui::shown_once::ShownOnce;

#[derive(Clone, Copy)]
struct InvitationsState {
    registration: RwSignal<Option<Registration>>,
    invites: RwSignal<Vec<Invite>>,
    link: RwSignal<Option<String>>,
    trouble: RwSignal<Option<String>>,
    locale: Locale,
}

impl InvitationsState {
    fn new() -> Self {
        Self {
            registration: RwSignal::new(None),
            invites: RwSignal::new(Vec::new()),
            link: RwSignal::new(None),
            trouble: RwSignal::new(None),
            locale: Locale::here(),
        }
    }

    fn fail(self, error: &HttpError) {
        self.trouble.try_set(Some(refused(error, self.locale.language())));
    }

    fn load(self) {
        spawn_local(async move {
            if let Ok(found) = api::registration().await {
                self.registration.try_set(Some(found));
            }
            match api::invites().await {
                Ok(found) => {
                    self.invites.try_set(found);
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn close(self, closed: bool) {
        spawn_local(async move {
            match api::set_registration(closed).await {
                Ok(registration) => {
                    self.registration.try_set(Some(registration));
                }
                Err(error) => {
                    self.fail(&error);
                    self.load();
                }
            }
        });
    }

    fn make(self) {
        spawn_local(async move {
            match api::invite().await {
                Ok(made) => {
                    self.link
                        .try_set(Some(base_path::link(&format!("{JOIN_PATH}#{}", made.code))));
                    self.load();
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn take_back(self, id: i64) {
        spawn_local(async move {
            if let Err(error) = api::take_invite_back(id).await {
                self.fail(&error);
            }
            self.link.try_set(None);
            self.load();
        });
    }

    fn is_fixed(self) -> bool {
        self.registration
            .get()
            .is_some_and(|registration| registration.fixed)
    }

    fn is_closed(self) -> bool {
        self.registration
            .get()
            .is_some_and(|registration| registration.closed)
    }
}

/// Whether sign-up needs an invitation, and the list of invitations.
#[component]
pub(crate) fn Invitations() -> impl IntoView {
    let locale = Locale::here();
    let state = InvitationsState::new();
    state.load();
    ChatContext::here().on_reconnect(move || {
        state.trouble.try_set(None);
        state.load();
    });
    let list = move || {
        let invites = state.invites.get().into_iter();
        invites
            .map(|invite| view! { <InviteEntry state invite /> })
            .collect_view()
    };
    view! {
        <section class="setting">
            <h3>{locale.says(|l| InvitationPhrases::of(l).server)}</h3>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="closed"
                    disabled=move || state.is_fixed()
                    prop:checked=move || state.is_closed()
                    on:change=move |event| state.close(event_target_checked(&event))
                />
                <span>{locale.says(|l| InvitationPhrases::of(l).closed)}</span>
            </label>
            <p class="labelled-hint" hidden=move || !state.is_fixed()>
                {locale.says(|l| InvitationPhrases::of(l).closed_fixed)}
            </p>
            <div class="setting-part">
                <h4>{locale.says(|l| InvitationPhrases::of(l).invitations)}</h4>
                <ul class="entries">{list}</ul>
                <p class="labelled-hint" hidden=move || !state.invites.with(Vec::is_empty)>
                    {locale.says(|l| InvitationPhrases::of(l).no_invitations)}
                </p>
                <ShownOnce link=state.link about=|l| UiPhrases::of(l).link_shown_once testid="invite-link" />
                <button type="button" class="button" data-testid="new-invite" on:click=move |_| state.make()>
                    {locale.says(|l| InvitationPhrases::of(l).new_invitation)}
                </button>
            </div>
            <p class="labelled-hint" role="status" data-bad="true">{move || state.trouble.get()}</p>
        </section>
    }
}

#[component]
fn InviteEntry(state: InvitationsState, invite: Invite) -> impl IntoView {
    let locale = state.locale;
    let about = move || {
        let until = calendar::day_title(invite.expires_at, locale.language());
        (InvitationPhrases::of(locale.language()).until)(&until, invite.used)
    };
    view! {
        <li class="entry" data-testid="invite">
            <span class="entry-name">{words(about)}</span>
            <button
                type="button"
                class="button button-small"
                data-testid="invite-take-back"
                on:click=move |_| state.take_back(invite.id)
            >
                {locale.says(|l| InvitationPhrases::of(l).take_back)}
            </button>
        </li>
    }
}
