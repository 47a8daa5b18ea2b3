//! Leaving the device: signing out, being signed out, changing person. Nothing of the former person
//! stays readable, and nothing unsent is deleted without asking.
//!
//! The page is reloaded afterwards, so nothing stays in memory either.

use std::time::Duration;

use futures::future::select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::{Chat, sleep};
use steadfast_client::record::Disk;
use steadfast_client::{Session, Unsent};
use steadfast_shared::UserId;

use crate::account::context::AccountContext;
use crate::account::sign_in;
use crate::account::start::{PageStage, Welcome};
use crate::browser::base_path;
use crate::browser::folded::lower_case;
use crate::browser::http::HttpError;
use crate::compose::draft::Draft;
use crate::compose::drafts::UnsentWords;
use crate::markdown::Mentions;
use crate::rooms::route::Route;
use crate::storage::{DeviceStorage, departure, local, preferences};

/// How long to wait for storage to be erased. The server's response makes the browser erase it,
/// too.
const ERASED_WITHIN: Duration = Duration::from_secs(3);

/// How often to retry ending the session of a person who signed out while the server was
/// unreachable.
const SETTLE_EVERY: Duration = Duration::from_secs(3);

/// Unsent messages and drafts on this device, and their authors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Left {
    /// The authors' names, each once.
    pub(crate) by: Vec<String>,
    /// Number of messages waiting or refused.
    pub(crate) messages: usize,
    pub(crate) drafts: usize,
}

impl Left {
    pub(crate) fn is_empty(&self) -> bool {
        self.messages == 0 && self.drafts == 0
    }

    fn add(&mut self, name: &str) {
        if !self.by.iter().any(|other| other == name) {
            self.by.push(name.to_owned());
        }
    }
}

impl AccountContext {
    /// All unsent messages and drafts on this device. Tracks the outbox.
    pub(crate) fn unsent_words(self) -> Left {
        self.left_by(|_| true)
    }

    /// Those of everyone but the person of this name.
    pub(crate) fn words_of_others(self, nickname: &str) -> Left {
        self.left_by(|name| lower_case(name) != lower_case(nickname))
    }

    /// This person's unsent texts, with mentions as names.
    pub(crate) fn unsent_texts(self) -> String {
        let plain = |wire: &str| Mentions::default().from_wire(wire, |user| self.people.name_of(user));
        let waiting: Vec<String> = self.chat.read(|session| {
            let texts = session.outbox().filter_map(|item| item.body.text());
            texts.map(|text| text.as_str().to_owned()).collect()
        });
        let drafts = self
            .compose
            .author()
            .and_then(|author| self.compose.with_drafts(|drafts| drafts.words_of(&author)));
        let mut texts: Vec<String> = waiting.iter().map(|wire| plain(wire)).collect();
        let unreadable = untrack(|| self.unreadable_items());
        texts.extend(unreadable.into_iter().filter_map(|item| item.text));
        for (_, draft) in drafts.unwrap_or_default() {
            texts.extend(draft.edit.iter().map(|edit| plain(&edit.text)));
            if !draft.text.trim().is_empty() {
                texts.push(plain(&draft.text));
            }
        }
        texts.join("\n\n")
    }

    fn left_by(self, counts: impl Fn(&str) -> bool) -> Left {
        let mut left = Left::default();
        let items: Vec<(UserId, String)> = self.chat.on_outbox(|session: &Session| {
            let all = session.left_behind().chain(session.outbox());
            let mut seen = Vec::new();
            all.filter(|item| {
                let new = !seen.contains(&item.id);
                seen.push(item.id);
                new
            })
            .map(|item| (item.author.id, item.author.name.clone()))
            .collect()
        });
        for (_, name) in items.iter().filter(|(_, name)| counts(name)) {
            left.messages += 1;
            left.add(name);
        }
        self.unreadable.with(|items| {
            for item in items {
                let name = item.author.as_ref().map_or("", |author| author.name.as_str());
                if counts(name) {
                    left.messages += 1;
                    if !name.is_empty() {
                        left.add(name);
                    }
                }
            }
        });
        let words: Vec<UnsentWords> = self
            .compose
            .with_drafts(|drafts| drafts.words())
            .unwrap_or_default();
        for words in words.iter().filter(|words| counts(&words.by.name)) {
            left.drafts += words.drafts;
            left.add(&words.by.name);
        }
        left
    }

    /// Signs out of this device, and leaves nothing on it. The person has agreed to lose unsent
    /// messages.
    pub(crate) async fn sign_out(self) -> Result<(), HttpError> {
        sign_in::sign_out().await?;
        self.erase(Unsent::Discard).await;
        self.depart("");
        Ok(())
    }

    /// Signs out of this device while the server is unreachable: leaves nothing on it, and ends the
    /// session once the server can be reached. Until then the page does not use its cookie. Returns
    /// whether the browser can store that obligation; if not, nothing is done. The person has
    /// agreed to lose unsent messages.
    pub(crate) async fn sign_out_here(self) -> bool {
        // First, so that closing the browser from here on still leaves the person signed out.
        if !departure::owe() {
            return false;
        }
        self.erase(Unsent::Discard).await;
        self.stay_signed_out();
        true
    }

    /// Shows the sign-in page after a sign-out the server does not know of. The page cannot be
    /// reloaded while the server is unreachable, so it asks for a nickname in place, and reloads
    /// when a person joins.
    fn stay_signed_out(self) {
        self.chat.disconnect();
        self.chat.departing.set_value(true);
        preferences::set_kept_out(None);
        self.compose.drafting.draft.set(Draft::default());
        self.navigation.interruption.set(None);
        self.toasts.clear();
        self.overlays.close_all();
        self.chat.room.set(None);
        self.navigation.show_home();
        self.goodbye.set_value(Some(String::new()));
        self.stage
            .set(PageStage::Nickname(Welcome::SignedOut(String::new())));
        spawn_local(self.settle_departure());
    }

    /// Ends the session of the person who signed out here, as soon as the server can be reached.
    pub(crate) async fn settle_departure(self) {
        self.overdue.set(true);
        while sign_in::end_owed().await.is_err() {
            sleep(SETTLE_EVERY).await;
        }
        self.overdue.set(false);
        // The next connection has no cookie, unless a person has signed in in another tab.
        if !self.chat.departing.get_value() {
            self.chat.connect();
        }
    }

    /// Erases the records of a person who signed out here, in case the browser was closed before
    /// that was done.
    pub(crate) async fn erase_owed(self, storage: &mut DeviceStorage) {
        self.erase_drafts(Unsent::Discard);
        if storage.erase().await.is_err() {
            self.chat.ephemeral.set(true);
        }
    }

    /// Erases the former person's records on this device, and reloads the page as the person whose
    /// cookie the browser has.
    pub(crate) async fn change_over(self) {
        self.erase(Unsent::Discard).await;
        self.depart("");
    }

    /// Erases unsent messages and drafts of people who are no longer signed in.
    pub(crate) async fn discard_left(self) {
        self.erase(Unsent::Discard).await;
        self.chat.departing.set_value(false);
        self.chat.connect();
    }

    /// Handles the server no longer knowing this device. Unsent messages wait for their author, or
    /// for a decision.
    pub(crate) async fn be_signed_out(self) {
        let name = self
            .chat
            .read(|session| session.account().me().map(|me| me.name.clone()));
        self.erase(Unsent::Keep).await;
        self.depart(&name.unwrap_or_default());
    }

    /// Handles a sign-out in another tab.
    pub(crate) fn signed_out_elsewhere(self, unsent: Unsent) {
        // At once: the cookie may still be that person's.
        self.chat.disconnect();
        self.chat.departing.set_value(true);
        self.erase_drafts(unsent);
        spawn_local(async move {
            self.written().await;
            if departure::is_owed() {
                self.stay_signed_out();
            } else {
                self.depart("");
            }
        });
    }

    /// Reloads this tab if its person has changed: a tab that could not notify the others signed in
    /// another person.
    pub(crate) fn follow_person(self) {
        let author = self.compose.author();
        let before = self.person.get_value();
        if let (Some(before), Some(now)) = (&before, &author)
            && before.me.id != now.me.id
            && before.epoch == now.epoch
        {
            self.depart("");
        }
        if author.is_some() {
            preferences::set_known(true);
            self.person.set_value(author);
        }
    }

    /// Whether closing the page would lose text.
    pub(crate) fn would_lose_words(self) -> bool {
        let unsaved = |session: &Session| session.outbox().any(|item| item.disk != Disk::Written);
        !self.chat.departing.get_value() && (self.compose.has_unkept_draft() || self.chat.read(unsaved))
    }

    async fn erase(self, unsent: Unsent) {
        self.chat.departing.set_value(true);
        self.erase_drafts(unsent);
        let erased = self.chat.with(|chat| chat.sign_out(unsent));
        if let Some(erased) = erased {
            select(erased, Box::pin(sleep(ERASED_WITHIN))).await;
        }
        if unsent == Unsent::Discard {
            self.unreadable.set(Vec::new());
        }
        // Erases records that another tab wrote before it was notified.
        self.erase_drafts(unsent);
    }

    fn erase_drafts(self, unsent: Unsent) {
        self.compose.with_drafts(|drafts| match unsent {
            Unsent::Discard => drafts.clear(),
            Unsent::Keep => drafts.clear_wordless(),
        });
        preferences::set_known(false);
        preferences::forget_room();
    }

    async fn written(self) {
        let written = self.chat.with(Chat::written);
        if let Some(written) = written {
            select(written, Box::pin(sleep(ERASED_WITHIN))).await;
        }
    }

    /// Reloads the page at its home address. `name` is prefilled on the sign-in page.
    pub(crate) fn depart(self, name: &str) {
        self.chat.departing.set_value(true);
        local::leave_goodbye(name);
        let home = base_path::here().address(&Route::Home.path());
        let _ = window().location().replace(&home);
    }
}
