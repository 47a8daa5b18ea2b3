//! Requests over the socket, and the words for their errors.

use steadfast_client::link::{Ask, AskError};

use crate::connection::context::ChatContext;
use crate::connection::refusal_phrases::RefusalPhrases;

impl ChatContext {
    pub(crate) async fn ask<A: Ask>(self, ask: A) -> Result<A::Answer, AskError> {
        let answer = self.with(|chat| chat.ask(&ask));
        match answer {
            Some(answer) => answer.await,
            None => Err(AskError::Disconnected),
        }
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
