//! What is asked of the server, and what is said where it does not do it.

use leptos::prelude::*;
use steadfast_client::link::{Ask, AskError, Chat};
use steadfast_shared::room::DirectRoom;
use steadfast_shared::{ErrorCode, RoomId, UserId};

use crate::connection::refusal_phrases::RefusalPhrases;
use crate::page::Page;

impl Page {
    /// Asks the server.
    pub(crate) async fn ask<A: Ask>(self, ask: A) -> Result<A::Answer, AskError> {
        let answer = self
            .chat
            .with_value(|chat| chat.as_ref().map(|chat: &Chat| chat.ask(&ask)));
        match answer {
            Some(answer) => answer.await,
            None => Err(AskError::Disconnected),
        }
    }

    /// Why something asked for was not done, in the language chosen. Tracked.
    pub(crate) fn why(self, error: &AskError) -> String {
        let language = self.language();
        match error {
            AskError::Disconnected => RefusalPhrases::of(language).not_connected.to_owned(),
            AskError::Timeout => RefusalPhrases::of(language).no_answer.to_owned(),
            AskError::Malformed => RefusalPhrases::of(language).server_unreachable.to_owned(),
            AskError::Refused(error) => match error.code {
                ErrorCode::RoomNameTaken
                | ErrorCode::NicknameTaken
                | ErrorCode::UnknownRoom
                | ErrorCode::Forbidden
                | ErrorCode::Blocked
                | ErrorCode::RoomDeleted
                | ErrorCode::UnknownPerson
                | ErrorCode::Banned
                | ErrorCode::Deactivated
                | ErrorCode::Archived => (RefusalPhrases::of(language).rejected)(error.code).to_owned(),
                ErrorCode::TooLarge => RefusalPhrases::of(language).too_many_rooms.to_owned(),
                ErrorCode::RateLimited | ErrorCode::Busy => RefusalPhrases::of(language).too_fast.to_owned(),
                _ => (RefusalPhrases::of(language).server_refused)(&error.message),
            },
        }
    }

    /// Opens the conversation with these people, and closes whatever dialog asked for it.
    pub(crate) async fn write_to(self, with: Vec<UserId>) -> Result<(), AskError> {
        let room = self.ask(DirectRoom { with }).await?;
        self.open_soon(room.id);
        Ok(())
    }

    /// Opens a room this person has just come into: at once, or as soon as its news is here.
    pub(crate) fn open_soon(self, room: RoomId) {
        if self.knows(room) {
            self.open(room);
        } else {
            self.around.leave_for_room();
            self.expected.set_value(Some(room));
        }
    }
}
