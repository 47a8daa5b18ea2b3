//! What a person decides about this device, about themselves, and the owner about the server.

mod account;
mod appearance;
mod devices;
mod invitations;
mod nickname;
mod passphrase;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Session;

use self::account::Account;
use self::appearance::Appearance;
use self::invitations::Invitations;
use super::dialog::Dialog;
use crate::sign_in;
use crate::state::{Opened, Page, words};

/// What a person decides about this device, about themselves, and the owner about the server.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let page = Page::here();
    let owner = Memo::new(move |_| page.on_connection(Session::owns_server));
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
            {move || owner.get().then(|| view! { <Invitations /> })}
        </Dialog>
    }
}
