//! Blocking people.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::UserId;
use steadfast_shared::event::Block;

use crate::people::block_phrases::BlockPhrases;
use crate::people::context::PeopleContext;
use crate::people::phrases::PeoplePhrases;

impl PeopleContext {
    /// Whether a person is blocked. Tracked.
    pub(crate) fn blocks(self, person: UserId) -> bool {
        self.blocked.with(|blocked| blocked.contains(&person))
    }

    /// Updates the list of blocked people from the session.
    pub(crate) fn load_blocked(self) {
        let blocked: Vec<UserId> = self.chat.read(|session| {
            session
                .account()
                .blocked()
                .iter()
                .map(|person| person.id)
                .collect()
        });
        if self.blocked.with_untracked(|before| *before != blocked) {
            self.blocked.set(blocked);
        }
    }

    pub(crate) fn set_blocked(self, person: UserId, blocked: bool) {
        let name = self.display_name(person);
        spawn_local(async move {
            match self.chat.ask(Block { person, blocked }).await {
                Ok(()) => {
                    let language = untrack(|| self.locale.language());
                    let done = if blocked {
                        BlockPhrases::of(language).blocked_now
                    } else {
                        BlockPhrases::of(language).unblocked_now
                    };
                    self.toasts.toast_words(done(&name));
                }
                Err(error) => self.toasts.toast_words(untrack(|| self.chat.why(&error))),
            }
        });
    }

    /// A person's name, or a placeholder if it is unknown.
    pub(crate) fn display_name(self, person: UserId) -> String {
        let blocked = self.chat.read(|session| {
            let found = session
                .account()
                .blocked()
                .iter()
                .find(|other| other.id == person);
            found.map(|person| person.name.clone())
        });
        let name = blocked.or_else(|| untrack(|| self.name_of(person)));
        name.unwrap_or_else(|| untrack(|| PeoplePhrases::of(self.locale.language()).somebody.to_owned()))
    }
}
