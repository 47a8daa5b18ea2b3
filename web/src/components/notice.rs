//! What a person should know about their device before they trust it.

use leptos::prelude::*;
use steadfast_client::record::Disk;

use super::{Icon, Shape};
use crate::state::Page;

/// Says that this device keeps nothing, or cannot at the moment.
#[component]
pub(crate) fn Notice() -> impl IntoView {
    let page = Page::here();
    let failing = Memo::new(move |_| {
        page.on_outbox(|session| session.outbox().any(|item| matches!(item.disk, Disk::Failed(_))))
    });
    move || {
        let forgetful = page.forgetful.get();
        (forgetful || failing.get()).then(|| {
            let words = move || {
                if forgetful {
                    page.t().nothing_is_kept
                } else {
                    page.t().storage_fails
                }
            };
            view! {
                <p class="notice" role="status" data-testid="nothing-is-kept">
                    <Icon shape=Shape::Alert />
                    <span>{words}</span>
                </p>
            }
        })
    }
}
