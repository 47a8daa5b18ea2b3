//! Searches at the server.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Ask;

use crate::browser::pause::Pause;
use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::Locale;

/// A search that the server answers, of which only the latest answer counts.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    pub(crate) input: NodeRef<html::Input>,
    /// Why nothing was found out.
    pub(crate) trouble: RwSignal<Option<String>>,
    asked: StoredValue<u32>,
}

impl Search {
    pub(crate) fn new() -> Self {
        Self {
            input: NodeRef::new(),
            trouble: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// Searches for the typed text.
    pub(crate) fn ask<A: Ask + 'static>(
        self,
        chat: ChatContext,
        asked: impl FnOnce(String) -> A,
        found: impl FnOnce(A::Answer) + 'static,
    ) {
        let typed = self
            .input
            .get_untracked()
            .map(|input| input.value().trim().to_owned());
        let asked = asked(typed.unwrap_or_default());
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        spawn_local(async move {
            let answer = chat.ask(asked).await;
            // An answer to an earlier text says nothing about the present one.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(answer) => {
                    found(answer);
                    self.trouble.set(None);
                }
                Err(error) => self.trouble.set(Some(chat.why(&error))),
            }
        });
    }
}

#[component]
pub(crate) fn SearchField(
    search: Search,
    words: Phrase,
    /// Its name in the document.
    testid: &'static str,
    /// Looks, once a person pauses.
    look: Callback<()>,
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
            on:input=move |_| pause.then(move || look.run(()))
            on:keydown=move |event| {
                if let Some(on_key) = on_key {
                    on_key.run(event);
                }
            }
        />
    }
}
