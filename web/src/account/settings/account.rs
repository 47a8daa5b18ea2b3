//! A person's own account: passphrase, devices, signing out.

use leptos::prelude::*;

use crate::account::context::AccountContext;
use crate::account::phrases::AccountPhrases;
use crate::account::settings::devices::Devices;
use crate::account::settings::nickname::NicknameForm;
use crate::account::settings::passphrase::PassphraseForm;
use crate::account::sign_out;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::RwSignal;

#[component]
pub(crate) fn Account(
    /// Whether a passphrase is set.
    has_passphrase: RwSignal<bool>,
) -> impl IntoView {
    let locale = Locale::here();
    let account = AccountContext::here();
    let warned = RwSignal::new(false);
    let sign_out = move |_| {
        // The last chance to set a passphrase and so keep the nickname.
        if !has_passphrase.get_untracked() && !warned.get_untracked() {
            warned.set(true);
            return;
        }
        sign_out::sign_out(account);
    };
    view! {
        <section class="setting">
            <h3>{locale.says(|l| AccountPhrases::of(l).title)}</h3>
            <NicknameForm />
            <PassphraseForm has=has_passphrase />
            <Devices />
            <p class="labelled-hint" role="status" data-testid="sign-out-warning">
                {move || warned.get().then(|| AccountPhrases::of(locale.language()).sign_out_without_passphrase)}
            </p>
            <button type="button" class="button" data-testid="sign-out" on:click=sign_out>
                {locale.says(|l| AccountPhrases::of(l).sign_out)}
            </button>
        </section>
    }
}
