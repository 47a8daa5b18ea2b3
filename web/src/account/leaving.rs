//! Leaving the device: signing out, being signed out, another person. Nothing of the former one stays readable, and nothing
//! unsent is thrown away unasked.
//!
//! The page is loaded anew afterwards: so nothing stays in memory either.

use std::time::Duration;

use futures::future::select;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Chat;
use steadfast_client::record::Disk;
use steadfast_client::{Session, Unsent};
use steadfast_shared::UserId;

use crate::account::context::AccountContext;
use crate::account::sign_in;
use crate::account::start::{PageStage, Welcome};
use crate::browser::base_path;
use crate::browser::http::HttpError;
use crate::compose::draft::Draft;
use crate::compose::drafts::UnsentWords;
use crate::markdown::Mentions;
use crate::rooms::route::Route;
use crate::storage::{DeviceStorage, departure, local, preferences};

/// A storage that has not erased within this time is not waited for. The server's answer has the browser erase it, too.
const ERASED_WITHIN: Duration = Duration::from_secs(3);

/// How often it is tried again to have the session ended of a person who was signed out without the server.
const SETTLE_EVERY: Duration = Duration::from_secs(3);

/// Unsent words on this device, and whose they are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Left {
    /// Their authors' names, each once.
    pub(crate) by: Vec<String>,
    /// How many messages wait to be sent or were refused.
    pub(crate) messages: usize,
    /// How many drafts there are.
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
    /// All unsent words on this device. Tracks the outbox.
    pub(crate) fn unsent_words(self) -> Left {
        self.left_by(|_| true)
    }

    /// The unsent words on this device of everybody but the person of this name.
    pub(crate) fn words_of_others(self, nickname: &str) -> Left {
        self.left_by(|name| name.to_lowercase() != nickname.to_lowercase())
    }

    /// This person's unsent texts, as they were typed.
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

    /// Signs out of this device, and leaves nothing on it. The person was asked about unsent messages.
    pub(crate) async fn sign_out(self) -> Result<(), HttpError> {
        sign_in::sign_out().await?;
        self.erase(Unsent::Discard).await;
        self.depart("");
        Ok(())
    }

    /// Signs out of this device while the server cannot be reached: leaves nothing on it, and has the session ended once that can
    /// be. Until then nobody comes in here by its cookie. Says whether the browser can keep that promise: nothing is done where
    /// not. The person was asked about unsent messages.
    pub(crate) async fn sign_out_here(self) -> bool {
        // First: whoever ends the browser now has been signed out.
        if !departure::owe() {
            return false;
        }
        self.erase(Unsent::Discard).await;
        self.stay_signed_out();
        true
    }

    /// A person was signed out and the server does not know. The page cannot be loaded anew, as nothing loads: it asks for a
    /// nickname where it is, and is loaded anew with whoever joins.
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
        self.farewell.set_value(Some(String::new()));
        self.stage
            .set(PageStage::Nickname(Welcome::SignedOut(String::new())));
        spawn_local(self.settle_departure());
    }

    /// Has the session ended of whoever was signed out here, as soon as the server can be reached.
    pub(crate) async fn settle_departure(self) {
        self.overdue.set(true);
        while sign_in::end_owed().await.is_err() {
            sleep(SETTLE_EVERY).await;
        }
        self.overdue.set(false);
        // By no cookie any more, unless by that of a person who signed in meanwhile, in another tab.
        if !self.chat.departing.get_value() {
            self.chat.connect();
        }
    }

    /// Erases the records of a person who was signed out here, should the browser have ended in between.
    pub(crate) async fn erase_owed(self, storage: &mut DeviceStorage) {
        self.erase_drafts(Unsent::Discard);
        if storage.erase().await.is_err() {
            self.chat.ephemeral.set(true);
        }
    }

    /// Erases the former person's records on this device, and comes up as the one whose cookie the browser has by now.
    pub(crate) async fn change_over(self) {
        self.erase(Unsent::Discard).await;
        self.depart("");
    }

    /// Erases unsent words of people who are not signed in any more.
    pub(crate) async fn discard_left(self) {
        self.erase(Unsent::Discard).await;
        self.chat.departing.set_value(false);
        self.chat.connect();
    }

    /// The server does not know this device any more. Unsent messages wait for their author, or for a decision.
    pub(crate) async fn be_signed_out(self) {
        let name = self.chat.read(|session| session.me().map(|me| me.name.clone()));
        self.erase(Unsent::Keep).await;
        self.depart(&name.unwrap_or_default());
    }

    /// Another tab signed this device's person out.
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

    /// Another person is signed in than the one this tab was of: by a tab that could not tell.
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

    /// Whether words would be lost with this page.
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
        // Records that another tab wrote before it heard.
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

    /// Loads the page anew, where it began. `name` is asked for again.
    pub(crate) fn depart(self, name: &str) {
        self.chat.departing.set_value(true);
        local::leave_farewell(name);
        let home = base_path::here().address(&Route::Home.path());
        let _ = window().location().replace(&home);
    }
}
