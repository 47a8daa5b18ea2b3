//! Signing out with words unsent.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::account::phrases::SignOutPhrases;
use crate::page::{Page, words};
use crate::ui::clipboard;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::Opened;

/// Signs out; asks first where words would be lost.
pub(crate) fn sign_out(page: Page) {
    if untrack(|| page.unsent_words()).is_empty() {
        sign_out_now(page);
    } else {
        page.around.open(Opened::SignOut);
    }
}

fn sign_out_now(page: Page) {
    spawn_local(async move {
        if page.sign_out().await.is_err() {
            page.around.open(Opened::SignOutHere);
        }
    });
}

/// Asks whether to sign out of this device alone: the server cannot be reached to end the session.
#[component]
pub(crate) fn SignOutHere() -> impl IntoView {
    let page = Page::here();
    let close = Callback::new(move |()| page.around.close(Opened::SignOutHere));
    // It goes once whoever is asked has decided: the words are erased then.
    let left = untrack(|| page.unsent_words());
    let unsent = (!left.is_empty()).then(|| {
        let unsent = words(move || (SignOutPhrases::of(page.language()).unsent)(left.messages, left.drafts));
        view! {
            <p>
                {page.says(|l| SignOutPhrases::of(l).sign_out_deletes)} " "
                <strong data-testid="unsent-words">{unsent}</strong>
            </p>
        }
    });
    let leave = move |_| {
        close.run(());
        spawn_local(async move {
            if !page.sign_out_here().await {
                page.remark(|l| SignOutPhrases::of(l).still_signed_in);
            }
        });
    };
    view! {
        <Dialog
            title=words(move || SignOutPhrases::of(page.language()).sign_out_here_question.to_owned())
            testid="sign-out-here-question"
            brief=true
            on_close=close
        >
            <p>{page.says(|l| SignOutPhrases::of(l).sign_out_here_means)}</p>
            {unsent}
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="stay" autofocus on:click=move |_| close.run(())>
                    {page.says(|l| SignOutPhrases::of(l).stay)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="sign-out-here"
                    on:click=leave
                >
                    {page.says(|l| SignOutPhrases::of(l).sign_out_here)}
                </button>
            </div>
        </Dialog>
    }
}

/// Asks whether to sign out, and what that throws away.
#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let page = Page::here();
    let close = Callback::new(move |()| page.around.close(Opened::SignOut));
    let unsent = move || {
        let left = page.unsent_words();
        (SignOutPhrases::of(page.language()).unsent)(left.messages, left.drafts)
    };
    let leave = move |_| {
        close.run(());
        sign_out_now(page);
    };
    view! {
        <Dialog
            title=words(move || SignOutPhrases::of(page.language()).sign_out_question.to_owned())
            testid="sign-out-question"
            brief=true
            on_close=close
        >
            <p>{page.says(|l| SignOutPhrases::of(l).sign_out_deletes)} " " <strong data-testid="unsent-words">{words(unsent)}</strong></p>
            <div class="dialog-ways">
                <button
                    type="button"
                    class="button button-quiet"
                    data-testid="copy-unsent"
                    on:click=move |_| clipboard::copy(page, page.unsent_texts())
                >
                    {page.says(|l| SignOutPhrases::of(l).copy_them)}
                </button>
                <button type="button" class="button" data-testid="stay" autofocus on:click=move |_| close.run(())>
                    {page.says(|l| SignOutPhrases::of(l).stay)}
                </button>
                <button type="button" class="button button-grave" data-testid="sign-out-confirm" on:click=leave>
                    {page.says(|l| SignOutPhrases::of(l).delete_and_sign_out)}
                </button>
            </div>
        </Dialog>
    }
}
