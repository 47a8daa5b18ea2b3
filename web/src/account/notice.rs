//! Warnings about this device's storage.

use leptos::prelude::*;
use steadfast_client::record::Disk;

use crate::account::context::AccountContext;
use crate::account::phrases::SignOutPhrases;
use crate::connection::context::ChatContext;
use crate::connection::phrases::ConnectionPhrases;
use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::reactive::memo;
use crate::timeline::phrases::{ActionPhrases, MessagePhrases};
use crate::ui::clipboard;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::toast::Toasts;

/// Warns that this device stores nothing, or that storage currently fails.
#[component]
pub(crate) fn Notice() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let failing = memo(move || {
        chat.on_outbox(|session| session.outbox().any(|item| matches!(item.disk, Disk::Failed(_))))
    });
    computed(move || {
        let ephemeral = chat.ephemeral.get();
        (ephemeral || failing.get()).then(|| {
            let words = move || {
                if ephemeral {
                    ConnectionPhrases::of(locale.language()).nothing_is_kept
                } else {
                    ConnectionPhrases::of(locale.language()).storage_fails
                }
            };
            view! {
                <p class="notice" role="status" data-testid="nothing-is-kept">
                    <Icon shape=IconShape::Alert />
                    <span>{words}</span>
                </p>
            }
        })
    })
}

/// Warns that this version of the page cannot read, and so cannot send, a stored item.
#[component]
pub(crate) fn UnreadableNotice() -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let account = AccountContext::here();
    let items = memo(move || account.unreadable_items());
    computed(move || {
        let items = items.get();
        if items.is_empty() {
            return None;
        }
        let count = items.len();
        let texts: Vec<String> = items.into_iter().filter_map(|item| item.text).collect();
        let copied = texts.join("\n\n");
        let copy = (!texts.is_empty()).then(|| {
            view! {
                <button
                    type="button"
                    class="button button-small"
                    data-testid="unreadable-copy"
                    on:click=move |_| clipboard::copy(toasts, copied.clone())
                >
                    {locale.says(|l| ActionPhrases::of(l).copy_text)}
                </button>
            }
        });
        let quotes = texts
            .into_iter()
            .map(|text| view! { <q class="notice-quote">{text}</q> })
            .collect_view();
        Some(view! {
            <div class="notice notice-ask" role="status" data-testid="unreadable">
                <Icon shape=IconShape::Alert />
                <span>{words(move || (SignOutPhrases::of(locale.language()).unreadable)(count))} {quotes}</span>
                <span class="notice-ways">
                    {copy}
                    <button
                        type="button"
                        class="button button-small"
                        data-testid="unreadable-discard"
                        on:click=move |_| account.discard_unreadable()
                    >
                        {locale.says(|l| MessagePhrases::of(l).discard)}
                    </button>
                </span>
            </div>
        })
    })
}
