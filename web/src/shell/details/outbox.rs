//! The outbox in the details.

use leptos::prelude::*;
use steadfast_client::OutboxItem;
use steadfast_client::record::Disk;

use crate::connection::context::ChatContext;
use crate::language::Language;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::shell::details::outbox_phrases::OutboxPhrases;
use crate::timeline::phrases::MessagePhrases;

/// The unacknowledged items, each with its number of attempts.
#[component]
pub(crate) fn Outbox() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let items = move || {
        let items: Vec<OutboxItem> = chat.on_outbox(|session| session.outbox().cloned().collect());
        if items.is_empty() {
            return view! { <p>{locale.says(|l| OutboxPhrases::of(l).outbox_empty)}</p> }.into_any();
        }
        let items = items
            .into_iter()
            .map(|item| {
                let state = format!("{} · {}", state(&item, locale.language()), (OutboxPhrases::of(locale.language()).tries)(item.tries));
                view! {
                    <li class="details-item" data-testid="outbox-item" data-id=item.id.to_string()>
                        <span class="details-item-text">{item.body.text().map(|text| text.as_str().to_owned())}</span>
                        <span class="details-item-state">{state}</span>
                    </li>
                }
            })
            .collect_view();
        view! { <ol class="details-outbox">{items}</ol> }.into_any()
    };
    let leads = move || chat.on_outbox(steadfast_client::Session::is_leader);
    view! {
        <section>
            <h3>{locale.says(|l| OutboxPhrases::of(l).outbox)}</h3>
            {items}
            <p class="details-aside">
                {move || if leads() { OutboxPhrases::of(locale.language()).this_tab_sends } else { OutboxPhrases::of(locale.language()).another_tab_sends }}
            </p>
        </section>
    }
}

fn state(item: &OutboxItem, language: Language) -> &'static str {
    match (&item.rejected, &item.disk) {
        (Some(_), _) => MessagePhrases::of(language).not_sent,
        (None, Disk::Written) => MessagePhrases::of(language).saved,
        (None, Disk::Writing) => MessagePhrases::of(language).saving,
        (None, Disk::Failed(_)) => MessagePhrases::of(language).not_kept,
    }
}
