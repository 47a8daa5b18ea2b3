//! Outbox items that cannot be sent, because this version of the page cannot read them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::older::Unreadable;

use crate::account::context::AccountContext;
use crate::browser::base_path;
use crate::connection::phrases::ConnectionPhrases;
use crate::storage::{DATABASE, DeviceStorage};

impl AccountContext {
    /// This person's unreadable items, and those whose author is unknown. Tracked.
    pub(crate) fn unreadable_items(self) -> Vec<Unreadable> {
        let me = self.chat.on_connection(|session| session.account().me().cloned());
        let mut items = self.unreadable.get();
        items.retain(|item| me.as_ref().is_some_and(|me| item.concerns(me)));
        items
    }

    /// Finds the unreadable items. The room does not wait for them.
    pub(crate) fn find_unreadable(self) {
        spawn_local(async move {
            let mut storage = DeviceStorage::new(base_path::here().scoped(DATABASE));
            self.unreadable
                .set(storage.unreadable().await.unwrap_or_default());
        });
    }

    /// Discards the unreadable items the person was shown.
    pub(crate) fn discard_unreadable(self) {
        let keys: Vec<String> = untrack(|| self.unreadable_items())
            .into_iter()
            .map(|item| item.key)
            .collect();
        spawn_local(async move {
            // A separate connection: the chat has the other one.
            let mut storage = DeviceStorage::new(base_path::here().scoped(DATABASE));
            if storage.discard(&keys).await.is_ok() {
                self.unreadable
                    .update(|items| items.retain(|item| !keys.contains(&item.key)));
            } else {
                self.toasts.toast(|l| ConnectionPhrases::of(l).storage_fails);
            }
        });
    }
}
