//! The dialog that uses an owner link.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Input;

use crate::account::context::AccountContext;
use crate::account::phrases::OwnerLinkPhrases;
use crate::admin::api;
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::toast::Toasts;

/// Asks the person signed in whether to become an owner by the link they opened.
#[component]
pub(crate) fn ClaimDialog() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let account = AccountContext::here();
    let trouble = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| {
        account.owner_code.set_value(None);
        overlays.close(Overlay::Claim);
    });
    view! {
        <Dialog title=words(move || OwnerLinkPhrases::of(locale.language()).claim.to_owned()) testid="claim" brief=true on_close=close>
            <p>{locale.says(|l| OwnerLinkPhrases::of(l).claim_means)}</p>
            <p class="labelled-hint" role="alert" data-bad="true" data-testid="claim-trouble">{move || trouble.get()}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="claim-not-now" on:click=move |_| close.run(())>
                    {locale.says(|l| OwnerLinkPhrases::of(l).claim_not_now)}
                </button>
                <ClaimButton close trouble />
            </div>
        </Dialog>
    }
}

/// Makes the person an owner by the link they opened.
#[component]
fn ClaimButton(close: Callback<()>, trouble: RwSignal<Option<String>>) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let chat = ChatContext::here();
    let account = AccountContext::here();
    let in_flight = RwSignal::new(false);
    let claim = move |_| {
        let Some(code) = account.owner_code.get_value() else {
            return close.run(());
        };
        in_flight.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api::claim(code).await;
            in_flight.try_set(false);
            match answer {
                Ok(info) => {
                    chat.dispatch(Input::SignedIn(info));
                    close.run(());
                    toasts.toast(|l| OwnerLinkPhrases::of(l).claimed);
                }
                Err(error) => {
                    trouble.try_set(Some(untrack(|| api::why(&error, locale.language()))));
                }
            }
        });
    };
    view! {
        <button
            type="button"
            class="button button-strong"
            data-testid="claim-do"
            autofocus=true
            disabled=in_flight
            on:click=claim
        >
            {locale.says(|l| OwnerLinkPhrases::of(l).claim)}
        </button>
    }
}
