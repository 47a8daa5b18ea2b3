//! The page of an excluded person: the reason, and their unsent messages.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::event::ClosingReason;

use crate::account::context::AccountContext;
use crate::account::exclusion;
use crate::account::phrases::KeptOutPhrases;
use crate::connection::context::ChatContext;
use crate::language::calendar;
use crate::language::locale::Locale;
use crate::language::switch::LanguageSwitch;
use crate::markup::view;
use crate::reactive::{Memo, RwSignal, memo};
use crate::ui::brand::Brand;
use crate::ui::clipboard;
use crate::ui::toast::{Toast, Toasts};

/// Says that this person is excluded, and lets them copy their unsent messages.
#[component]
pub(crate) fn KeptOutPage(reason: ClosingReason) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let account = AccountContext::here();
    let title = locale.says(match reason {
        ClosingReason::Deactivated => |l| KeptOutPhrases::of(l).closed_title,
        _ => |l| KeptOutPhrases::of(l).banned_title,
    });
    // The device's records load shortly after the page.
    let unsent = memo(move || {
        chat.on_connection(|_| ());
        chat.on_outbox(|_| ());
        account.unsent_texts()
    });
    let until = RwSignal::new(None);
    let look = Callback::new(move |()| {
        spawn_local(async move {
            let found = exclusion::ends_at().await;
            until.try_set(found);
        });
    });
    look.run(());
    let until_when = move || {
        until.get().map(|until| {
            let time = calendar::moment(until, locale.language());
            (KeptOutPhrases::of(locale.language()).kept_out_until)(&time)
        })
    };
    let any_kept = move || !unsent.with(String::is_empty);
    view! {
        <main class="welcome">
            <div class="welcome-card" data-testid="kept-out">
                <div class="welcome-top">
                    <Brand />
                    <LanguageSwitch />
                </div>
                <h1 tabindex="-1">{title}</h1>
                <p class="welcome-lead">{locale.says(|l| KeptOutPhrases::of(l).kept_out_means)}</p>
                <p data-testid="kept-out-until" hidden=move || until.with(Option::is_none)>{until_when}</p>
                {move || any_kept().then(|| view! { <UnsentTexts unsent /> })}
                <WaysOut look />
                <p class="labelled-hint" hidden=move || !any_kept()>{locale.says(|l| KeptOutPhrases::of(l).somebody_else_means)}</p>
            </div>
            <Toast />
        </main>
    }
}

/// Tries whether the server lets the person in again, or leaves the device to another one. `look` is called if it does not.
#[component]
fn WaysOut(look: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    let account = AccountContext::here();
    let trying = RwSignal::new(false);
    let still_out = RwSignal::new(false);
    let try_again = move |_| {
        trying.set(true);
        still_out.set(false);
        spawn_local(async move {
            let out = account.try_to_return().await;
            trying.try_set(false);
            still_out.try_set(out);
            if out {
                look.run(());
            }
        });
    };
    view! {
        <p class="labelled-hint" role="status">{move || still_out.get().then(|| KeptOutPhrases::of(locale.language()).still_out)}</p>
        <div class="kept-out-ways">
            <button type="button" class="button" data-testid="try-again" disabled=trying on:click=try_again>
                {locale.says(|l| KeptOutPhrases::of(l).try_again)}
            </button>
            <button
                type="button"
                class="button button-quiet"
                data-testid="somebody-else"
                on:click=move |_| account.leave_for_another()
            >
                {locale.says(|l| KeptOutPhrases::of(l).somebody_else)}
            </button>
        </div>
    }
}

/// The person's unsent messages, to copy.
#[component]
fn UnsentTexts(unsent: Memo<String>) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    view! {
        <section class="kept-out-words">
            <h2>{locale.says(|l| KeptOutPhrases::of(l).not_sent)}</h2>
            <pre data-testid="kept-out-words" tabindex="0">{move || unsent.get()}</pre>
            <button
                type="button"
                class="button"
                data-testid="kept-out-copy"
                on:click=move |_| clipboard::copy(toasts, unsent.get_untracked())
            >
                {locale.says(|l| KeptOutPhrases::of(l).copy_all)}
            </button>
        </section>
    }
}
