//! Signing out with unsent messages.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::account::context::AccountContext;
use crate::account::phrases::SignOutPhrases;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::ui::clipboard;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::toast::Toasts;

/// Signs out; asks first if that would lose text.
pub(crate) fn sign_out(account: AccountContext) {
    if untrack(|| account.unsent_words()).is_empty() {
        sign_out_now(account);
    } else {
        account.overlays.open(Overlay::SignOut);
    }
}

fn sign_out_now(account: AccountContext) {
    spawn_local(async move {
        if account.sign_out().await.is_err() {
            account.overlays.open(Overlay::SignOutHere);
        }
    });
}

/// Asks whether to sign out on this device only: the server cannot be reached to end the session.
#[component]
pub(crate) fn SignOutHere() -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let overlays = Overlays::here();
    let account = AccountContext::here();
    let close = Callback::new(move |()| overlays.close(Overlay::SignOutHere));
    let leave = move |_| {
        close.run(());
        spawn_local(async move {
            if !account.sign_out_here().await {
                toasts.toast(|l| SignOutPhrases::of(l).still_signed_in);
            }
        });
    };
    view! {
        <Dialog
            title=words(move || SignOutPhrases::of(locale.language()).sign_out_here_question.to_owned())
            testid="sign-out-here-question"
            brief=true
            on_close=close
        >
            <p>{locale.says(|l| SignOutPhrases::of(l).sign_out_here_means)}</p>
            <WordsToLose />
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="stay" autofocus on:click=move |_| close.run(())>
                    {locale.says(|l| SignOutPhrases::of(l).stay)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="sign-out-here"
                    on:click=leave
                >
                    {locale.says(|l| SignOutPhrases::of(l).sign_out_here)}
                </button>
            </div>
        </Dialog>
    }
}

/// The unsent messages and drafts that signing out deletes, if there are any.
#[component]
fn WordsToLose() -> impl IntoView {
    let locale = Locale::here();
    let account = AccountContext::here();
    // Untracked: the messages are erased once the person has decided.
    let left = untrack(|| account.unsent_words());
    (!left.is_empty()).then(|| {
        let unsent =
            words(move || (SignOutPhrases::of(locale.language()).unsent)(left.messages, left.drafts));
        view! {
            <p>
                {locale.says(|l| SignOutPhrases::of(l).sign_out_deletes)} " "
                <strong data-testid="unsent-words">{unsent}</strong>
            </p>
        }
    })
}

/// Asks whether to sign out, and says what would be lost.
#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let overlays = Overlays::here();
    let account = AccountContext::here();
    let close = Callback::new(move |()| overlays.close(Overlay::SignOut));
    let unsent = move || {
        let left = account.unsent_words();
        (SignOutPhrases::of(locale.language()).unsent)(left.messages, left.drafts)
    };
    let leave = move |_| {
        close.run(());
        sign_out_now(account);
    };
    view! {
        <Dialog
            title=words(move || SignOutPhrases::of(locale.language()).sign_out_question.to_owned())
            testid="sign-out-question"
            brief=true
            on_close=close
        >
            <p>{locale.says(|l| SignOutPhrases::of(l).sign_out_deletes)} " " <strong data-testid="unsent-words">{words(unsent)}</strong></p>
            <div class="dialog-ways">
                <button
                    type="button"
                    class="button button-quiet"
                    data-testid="copy-unsent"
                    on:click=move |_| clipboard::copy(toasts, account.unsent_texts())
                >
                    {locale.says(|l| SignOutPhrases::of(l).copy_them)}
                </button>
                <button type="button" class="button" data-testid="stay" autofocus on:click=move |_| close.run(())>
                    {locale.says(|l| SignOutPhrases::of(l).stay)}
                </button>
                <button type="button" class="button button-grave" data-testid="sign-out-confirm" on:click=leave>
                    {locale.says(|l| SignOutPhrases::of(l).delete_and_sign_out)}
                </button>
            </div>
        </Dialog>
    }
}
