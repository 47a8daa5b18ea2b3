//! What a person decides about this device, about themselves, and the owner about the server.

mod account;
mod appearance;
mod blocked;
mod devices;
mod invitations;
mod nickname;
mod passphrase;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Session;

use self::account::Account;
use self::appearance::Appearance;
use self::blocked::BlockedPeople;
use self::invitations::Invitations;
use super::dialog::Dialog;
use crate::admin::section;
use crate::components::{Icon, Shape};
use crate::sign_in;
use crate::state::{Opened, Page, words};

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
        <Dialog title=words(move || page.t().settings.title.to_owned()) testid="settings-dialog" on_close=close>
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
            <h3>{page.says(|t| t.admin.title)}</h3>
            <button
                type="button"
                class="button"
                data-testid="open-administration"
                on:click=move |_| page.around.open(Opened::Administration(None))
            >
                <Icon shape=Shape::Shield />
                {page.says(|t| t.admin.title)}
            </button>
        </section>
    }
}
