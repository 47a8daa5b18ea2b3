//! What a person decides about this device, about themselves, and the owner about the server.

pub(crate) mod account;
pub(crate) mod appearance;
pub(crate) mod blocked;
pub(crate) mod devices;
pub(crate) mod invitations;
pub(crate) mod nickname;
pub(crate) mod passphrase;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Session;

use crate::account::phrases::SettingsPhrases;
use crate::account::settings::account::Account;
use crate::account::settings::appearance::Appearance;
use crate::account::settings::blocked::BlockedPeople;
use crate::account::settings::invitations::Invitations;
use crate::account::sign_in;
use crate::admin::phrases::AdminPhrases;
use crate::admin::section;
use crate::page::{Page, words};
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, Shape};
use crate::ui::overlays::Opened;

/// What a person decides about this device, about themselves, and the owner about the server.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let page = Page::here();
    let owner = Memo::new(move |_| page.on_connection(Session::owns_server));
    let administers = Memo::new(move |_| section::administers(page.on_connection(Session::role)));
    let has_passphrase = RwSignal::new(false);
    spawn_local(async move {
        if let Ok(Some(info)) = sign_in::current().await {
            has_passphrase.try_set(info.has_passphrase);
        }
    });
    let close = Callback::new(move |()| page.around.close(Opened::Settings));
    view! {
        <Dialog title=words(move || SettingsPhrases::of(page.language()).title.to_owned()) testid="settings-dialog" on_close=close>
            <Appearance />
            <Account has_passphrase />
            <BlockedPeople />
            {move || administers.get().then(|| view! { <ToAdministration /> })}
            {move || owner.get().then(|| view! { <Invitations /> })}
        </Dialog>
    }
}

/// The way to the administration.
#[component]
fn ToAdministration() -> impl IntoView {
    let page = Page::here();
    view! {
        <section class="setting">
            <h3>{page.says(|l| AdminPhrases::of(l).title)}</h3>
            <button
                type="button"
                class="button"
                data-testid="open-administration"
                on:click=move |_| page.around.open(Opened::Administration(None))
            >
                <Icon shape=Shape::Shield />
                {page.says(|l| AdminPhrases::of(l).title)}
            </button>
        </section>
    }
}
