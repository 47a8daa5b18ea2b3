//! A search field whose results come from the server.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Ask;

use crate::browser::pause::Pause;
use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::{RwSignal, StoredValue};

/// A search on the server; only the latest response counts.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    pub(crate) input: NodeRef<html::Input>,
    /// Why the last search failed.
    pub(crate) trouble: RwSignal<Option<String>>,
    latest: StoredValue<u32>,
}

impl Search {
    pub(crate) fn new() -> Self {
        Self {
            input: NodeRef::new(),
            trouble: RwSignal::new(None),
            latest: StoredValue::new(0),
        }
    }

    /// Searches for the typed text.
    pub(crate) fn request<A: Ask + 'static>(
        self,
        chat: ChatContext,
        request: impl FnOnce(String) -> A,
        found: impl FnOnce(A::Answer) + 'static,
    ) {
        let typed = self
            .input
            .get_untracked()
            .map(|input| input.value().trim().to_owned());
        let request = request(typed.unwrap_or_default());
        let number = self.latest.get_value() + 1;
        self.latest.set_value(number);
        spawn_local(async move {
            let answer = chat.ask(request).await;
            // A response to an earlier text is stale.
            if self.latest.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(answer) => {
                    found(answer);
                    self.trouble.set(None);
                }
                Err(error) => chat.show_why(self.trouble, &error),
            }
        });
    }
}

#[component]
pub(crate) fn SearchField(
    search: Search,
    words: Phrase,
    /// The test id in the document.
    testid: &'static str,
    /// Called once the person pauses typing.
    on_search: Callback<()>,
    /// Called for each key.
    #[prop(optional)]
    on_key: Option<Callback<KeyboardEvent>>,
) -> impl IntoView {
    let locale = Locale::here();
    let pause = Pause::new();
    view! {
        <input
            type="search"
            class="field"
            data-testid=testid
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            autofocus=true
            aria-label=locale.says(words)
            placeholder=locale.says(words)
            node_ref=search.input
            on:input=move |_| pause.then(move || on_search.run(()))
            on:keydown=move |event| {
                if let Some(on_key) = on_key {
                    on_key.run(event);
                }
            }
        />
    }
}
