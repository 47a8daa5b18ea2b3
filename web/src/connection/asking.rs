//! Requests over the socket, and the words for their errors.

use leptos::prelude::untrack;
use steadfast_client::link::{Ask, AskError, LinkState};

use crate::connection::context::ChatContext;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::reactive::{RwSignal, effect, memo};

impl ChatContext {
    pub(crate) async fn ask<A: Ask>(self, ask: A) -> Result<A::Answer, AskError> {
        let answer = self.with(|chat| chat.ask(&ask));
        match answer {
            Some(answer) => answer.await,
            None => Err(AskError::Disconnected),
        }
    }

    /// Shows why a request failed. If it was for want of a connection, the words go when that is back.
    pub(crate) fn show_why(self, trouble: RwSignal<Option<String>>, error: &AskError) {
        let why = untrack(|| self.why(error));
        if matches!(error, AskError::Disconnected) {
            let shown = (trouble, why.clone());
            self.offline_troubles
                .update_value(|troubles| troubles.push(shown));
        }
        trouble.try_set(Some(why));
    }

    /// Takes back the words about a missing connection, once there is one.
    pub(crate) fn clear_offline_troubles(self) {
        if !self.is_connected() {
            return;
        }
        let troubles = self.offline_troubles.try_update_value(std::mem::take);
        for (trouble, why) in troubles.unwrap_or_default() {
            if trouble.try_get_untracked().flatten() == Some(why) {
                trouble.try_set(None);
            }
        }
    }

    pub(crate) fn is_connected(self) -> bool {
        matches!(self.link_untracked(), LinkState::Connected { .. })
    }

    /// Calls `act` whenever the connection is back, as long as the calling component exists.
    pub(crate) fn on_reconnect(self, act: impl Fn() + 'static) {
        let connected = memo(move || matches!(self.link(), LinkState::Connected { .. }));
        let mut was = connected.get_untracked();
        effect(move || {
            let is = connected.get();
            if is && !was {
                untrack(&act);
            }
            was = is;
        });
    }

    /// Why a request failed, in the chosen language. Tracked.
    pub(crate) fn why(self, error: &AskError) -> String {
        let language = self.locale.language();
        match error {
            AskError::Disconnected => RefusalPhrases::of(language).not_connected.to_owned(),
            AskError::Timeout => RefusalPhrases::of(language).no_answer.to_owned(),
            AskError::Malformed => RefusalPhrases::of(language).server_unreachable.to_owned(),
            AskError::Refused(error) => RefusalPhrases::why(language, error),
        }
    }
}
