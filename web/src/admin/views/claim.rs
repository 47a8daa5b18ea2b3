//! An owner link, used.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Input;

use crate::account::phrases::OwnerLinkPhrases;
use crate::admin::api;
use crate::page::{Page, words};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::Opened;

/// Asks whoever is signed in whether to become owner by the link that led here.
#[component]
pub(crate) fn ClaimDialog() -> impl IntoView {
    let page = Page::here();
    let trouble = RwSignal::new(None::<String>);
    let under_way = RwSignal::new(false);
    let close = Callback::new(move |()| {
        page.owner_code.set_value(None);
        page.around.close(Opened::Claim);
    });
    let claim = move |_| {
        let Some(code) = page.owner_code.get_value() else {
            return close.run(());
        };
        under_way.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api::claim(code).await;
            under_way.try_set(false);
            match answer {
                Ok(info) => {
                    page.tell(Input::SignedIn(info));
                    close.run(());
                    page.remark(|l| OwnerLinkPhrases::of(l).claimed);
                }
                Err(error) => {
                    trouble.try_set(Some(untrack(|| api::why(&error, page.language()))));
                }
            }
        });
    };
    view! {
        <Dialog title=words(move || OwnerLinkPhrases::of(page.language()).claim.to_owned()) testid="claim" brief=true on_close=close>
            <p>{page.says(|l| OwnerLinkPhrases::of(l).claim_means)}</p>
            <p class="labelled-hint" role="alert" data-bad="true" data-testid="claim-trouble">{move || trouble.get()}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="claim-not-now" on:click=move |_| close.run(())>
                    {page.says(|l| OwnerLinkPhrases::of(l).claim_not_now)}
                </button>
                <button
                    type="button"
                    class="button button-strong"
                    data-testid="claim-do"
                    autofocus=true
                    disabled=under_way
                    on:click=claim
                >
                    {page.says(|l| OwnerLinkPhrases::of(l).claim)}
                </button>
            </div>
        </Dialog>
    }
}
