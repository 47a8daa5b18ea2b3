//! Being excluded (banned or deactivated), and returning.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Connection;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::{ErrorCode, Millis, Nickname, WireError};

use crate::account::context::AccountContext;
use crate::account::sign_in;
use crate::account::start::PageStage;
use crate::browser::http::HttpError;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::language::calendar;
use crate::storage::preferences;
use crate::ui::overlays::Overlay;

/// How long the page waits for the server to say whether a person is still excluded.
const ASKED_WITHIN: Duration = Duration::from_secs(5);

impl AccountContext {
    /// Shows that this person is excluded, if the server said so: nothing reconnects by itself.
    pub(crate) fn follow_end(self) {
        let ended = self.chat.read(|session| session.account().ended());
        if let Some(reason @ (ClosingReason::Banned | ClosingReason::Deactivated)) = ended {
            self.be_kept_out(reason);
        }
    }

    /// Shows that this person is excluded.
    pub(crate) fn be_kept_out(self, reason: ClosingReason) {
        if self.stage.get_untracked() != PageStage::KeptOut(reason) {
            preferences::set_kept_out(Some(reason));
            self.chat.disconnect();
            self.navigation.interruption.set(None);
            self.overlays.details.set(false);
            self.overlays.dialog.set(None);
            self.stage.set(PageStage::KeptOut(reason));
        }
    }

    /// Offers to use the owner link in the address, once the person is signed in.
    pub(crate) fn offer_ownership(self) {
        let online = self
            .chat
            .read(|session| matches!(session.connection(), Connection::Online { .. }));
        if online
            && self.stage.get_untracked() == PageStage::Room
            && self.owner_code.with_value(Option::is_some)
            && self.overlays.dialog.with_untracked(Option::is_none)
        {
            self.overlays.open(Overlay::Claim);
        }
    }

    /// Requests a session again. Returns whether this person is still excluded.
    pub(crate) async fn try_to_return(self) -> bool {
        let name = self
            .chat
            .read(|session| session.account().me().map(|me| me.name.clone()));
        let Some(nickname) = name.and_then(|name| Nickname::parse(&name).ok()) else {
            self.leave_for_another();
            return false;
        };
        match sign_in::renew(nickname).await {
            Ok(info) => self.enter(info),
            Err(HttpError::Unreachable) => self.toasts.toast(|l| RefusalPhrases::of(l).server_unreachable),
            Err(error) if exclusion_in(&error).is_some() => return true,
            Err(HttpError::Refused(error)) if error.code.is_transient() => {
                self.toasts.toast(|l| RefusalPhrases::of(l).too_fast);
            }
            // Their passphrase may let them in: unsent messages wait for that.
            Err(_) => {
                preferences::set_kept_out(None);
                self.be_signed_out().await;
            }
        }
        false
    }

    /// Leaves this account for another one: nothing of it stays on the device.
    pub(crate) fn leave_for_another(self) {
        preferences::set_kept_out(None);
        spawn_local(self.change_over());
    }
}

/// Asks the server whether a person, excluded on the last visit for this reason, still is. Until it has answered, the page
/// shows neither the exclusion nor their room.
pub(crate) fn ask_at_start(account: AccountContext, before: ClosingReason) {
    account.asking.set_value(true);
    set_timeout(move || stay_out(account, before), ASKED_WITHIN);
    spawn_local(async move {
        match sign_in::current().await {
            Ok(Some(info)) => account.enter(info),
            // Let in again: the exclusion has ended all their sessions.
            Ok(None) => {
                // What the device erases may take longer than the rest of the wait.
                account.asking.set_value(false);
                preferences::set_kept_out(None);
                account.be_signed_out().await;
            }
            Err(error) => stay_out(account, exclusion_in(&error).unwrap_or(before)),
        }
    });
}

/// Shows the exclusion: the server has confirmed it, or has not answered in time.
fn stay_out(account: AccountContext, reason: ClosingReason) {
    if account.asking.get_value() {
        account.asking.set_value(false);
        account.be_kept_out(reason);
    }
}

/// When this person's exclusion ends, if it does by itself and the server can be reached.
pub(crate) async fn ends_at() -> Option<Millis> {
    let error = sign_in::current().await.err()?;
    exclusion_in(&error)?;
    let HttpError::Refused(WireError { retry_after_ms, .. }) = error else {
        return None;
    };
    Some(calendar::now().saturating_add(retry_after_ms?))
}

/// The exclusion for which the server refused, if that is why.
pub(crate) fn exclusion_in(error: &HttpError) -> Option<ClosingReason> {
    if error.is(ErrorCode::Banned) {
        Some(ClosingReason::Banned)
    } else if error.is(ErrorCode::Deactivated) {
        Some(ClosingReason::Deactivated)
    } else {
        None
    }
}
