//! Being left alone: conversations hidden, people blocked, rooms others brought one into; and being kept out.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Connection;
use steadfast_shared::event::{Block, ClosingReason};
use steadfast_shared::room::HideRoom;
use steadfast_shared::{ErrorCode, Nickname, RoomId, UserId};

use crate::account::sign_in;
use crate::account::start::Stage;
use crate::browser::http::HttpError;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::page::Page;
use crate::people::block_phrases::BlockPhrases;
use crate::people::phrases::PeoplePhrases;
use crate::rooms::phrases::HidingPhrases;
use crate::storage::preferences;
use crate::ui::overlays::Opened;

impl Page {
    /// Whether this person has blocked somebody. Tracked.
    pub(crate) fn blocks(self, person: UserId) -> bool {
        self.blocked.with(|blocked| blocked.contains(&person))
    }

    /// Follows whom this person has blocked.
    pub(crate) fn look_after_blocked(self) {
        let blocked: Vec<UserId> =
            self.read(|session| session.blocked().iter().map(|person| person.id).collect());
        if self.blocked.with_untracked(|before| *before != blocked) {
            self.blocked.set(blocked);
        }
    }

    /// Blocks somebody, or takes that back.
    pub(crate) fn set_blocked(self, person: UserId, blocked: bool) {
        let name = self.called(person);
        spawn_local(async move {
            match self.ask(Block { person, blocked }).await {
                Ok(()) => {
                    let language = untrack(|| self.language());
                    let done = if blocked {
                        BlockPhrases::of(language).blocked_now
                    } else {
                        BlockPhrases::of(language).unblocked_now
                    };
                    self.remark_words(done(&name));
                }
                Err(error) => self.remark_words(untrack(|| self.why(&error))),
            }
        });
    }

    /// What somebody is called, as far as that is known here.
    pub(crate) fn called(self, person: UserId) -> String {
        let blocked = self.read(|session| {
            let found = session.blocked().iter().find(|other| other.id == person);
            found.map(|person| person.name.clone())
        });
        let name = blocked.or_else(|| untrack(|| self.name_of(person)));
        name.unwrap_or_else(|| untrack(|| PeoplePhrases::of(self.language()).somebody.to_owned()))
    }

    /// Hides a conversation from this person's lists, or shows it again.
    pub(crate) fn set_hidden(self, room: RoomId, hidden: bool) {
        spawn_local(async move {
            match self.ask(HideRoom { room, hidden }).await {
                Ok(_) if hidden => {
                    if self.room.get_untracked() == Some(room) {
                        self.open_another(room);
                    }
                    self.remark(|l| HidingPhrases::of(l).hidden);
                }
                Ok(_) => {}
                Err(error) => self.remark_words(untrack(|| self.why(&error))),
            }
        });
    }

    fn open_another(self, than: RoomId) {
        let other = self.read(|session| {
            let mut others = session.rooms().filter(|room| room.id != than && !room.hidden);
            others.next().map(|room| room.id)
        });
        if let Some(other) = other {
            self.open(other);
        }
    }

    /// Whether to say who brought this person into a room. Tracked.
    pub(crate) fn is_noted(self, room: RoomId) -> bool {
        self.noted.with(|noted| noted.contains(&room))
    }

    /// They have taken note of it.
    pub(crate) fn note(self, room: RoomId) {
        self.noted.update(|noted| noted.push(room));
    }

    /// Shows that this person is kept out, where they are: nothing is tried again by itself.
    pub(crate) fn look_after_end(self) {
        let ended = self.read(steadfast_client::Session::ended);
        if let Some(reason @ (ClosingReason::Banned | ClosingReason::Deactivated)) = ended {
            self.be_kept_out(reason);
        }
    }

    /// Shows that this person is kept out.
    pub(crate) fn be_kept_out(self, reason: ClosingReason) {
        if self.stage.get_untracked() != Stage::KeptOut(reason) {
            preferences::set_kept_out(Some(reason));
            self.disconnect();
            self.interruption.set(None);
            self.details.set(false);
            self.around.dialog.set(None);
            self.stage.set(Stage::KeptOut(reason));
        }
    }

    /// Asks whether to use the owner link that led here, once it is known who is here.
    pub(crate) fn offer_ownership(self) {
        let online = self.read(|session| matches!(session.connection(), Connection::Online { .. }));
        if online
            && self.stage.get_untracked() == Stage::Room
            && self.owner_code.with_value(Option::is_some)
            && self.around.dialog.with_untracked(Option::is_none)
        {
            self.around.open(Opened::Claim);
        }
    }

    /// Asks again to be let in. Answers whether this person is still kept out.
    pub(crate) async fn try_to_return(self) -> bool {
        let name = self.read(|session| session.me().map(|me| me.name.clone()));
        let Some(nickname) = name.and_then(|name| Nickname::parse(&name).ok()) else {
            self.leave_for_another();
            return false;
        };
        match sign_in::renew(nickname).await {
            Ok(info) => self.enter(info),
            Err(HttpError::Unreachable) => self.remark(|l| RefusalPhrases::of(l).server_unreachable),
            Err(error) if error.is(ErrorCode::Banned) || error.is(ErrorCode::Deactivated) => return true,
            // By their passphrase, perhaps: what they had not sent waits for that.
            Err(_) => {
                preferences::set_kept_out(None);
                self.be_signed_out().await;
            }
        }
        false
    }

    /// Leaves this person's account for another one: nothing of it stays on the device.
    pub(crate) fn leave_for_another(self) {
        preferences::set_kept_out(None);
        spawn_local(self.change_over());
    }
}
