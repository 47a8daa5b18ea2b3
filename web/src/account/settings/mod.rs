//! Settings of this device, of the account and, for the owner, of the server.

pub(crate) mod account;
pub(crate) mod appearance;
pub(crate) mod blocked;
pub(crate) mod devices;
pub(crate) mod invitations;
pub(crate) mod nickname;
pub(crate) mod passphrase;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::account::settings::account::Account;
use crate::account::settings::appearance::Appearance;
use crate::account::settings::blocked::BlockedPeople;
use crate::account::settings::invitations::Invitations;
use crate::account::sign_in;
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::role::administers;
use crate::reactive::{RwSignal, memo};
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let owner = memo(move || chat.on_connection(|session| session.account().owns_server()));
    let administers = memo(move || administers(chat.on_connection(|session| session.account().role())));
    let has_passphrase = RwSignal::new(false);
    let load = move || {
        spawn_local(async move {
            if let Ok(Some(info)) = sign_in::current().await {
                has_passphrase.try_set(info.has_passphrase);
            }
        });
    };
    load();
    chat.on_reconnect(load);
    let close = Callback::new(move |()| overlays.close(Overlay::Settings));
    view! {
        <Dialog title=words(move || UiPhrases::of(locale.language()).settings.to_owned()) testid="settings-dialog" on_close=close>
            <Appearance />
            <Account has_passphrase />
            <BlockedPeople />
            {move || administers.get().then(|| view! { <ToAdministration /> })}
            {move || owner.get().then(|| view! { <Invitations /> })}
        </Dialog>
    }
}

/// The button that opens the administration.
#[component]
fn ToAdministration() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    view! {
        <section class="setting">
            <h3>{locale.says(|l| UiPhrases::of(l).administration)}</h3>
            <button
                type="button"
                class="button"
                data-testid="open-administration"
                on:click=move |_| overlays.open(Overlay::Administration(None))
            >
                <Icon shape=IconShape::Shield />
                {locale.says(|l| UiPhrases::of(l).administration)}
            </button>
        </section>
    }
}
