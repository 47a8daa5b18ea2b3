//! How the page comes up: the device's records are shown at once, then the server is asked.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::{Chat, ChatOptions, LinkState};
use steadfast_client::{Connection, Input, StorageError};
use steadfast_shared::event::ClosingReason;
use steadfast_shared::http::{NewSession, SessionInfo};
use steadfast_shared::{ErrorCode, HandshakeError};

use crate::account::context::AccountContext;
use crate::account::sign_in;
use crate::browser::base_path;
use crate::browser::http::HttpError;
use crate::browser::tabs::Tabs;
use crate::rooms::route::Route;
use crate::storage::{DATABASE, DeviceStorage, departure, local, preferences};

/// Where Socket.IO listens, within the product.
const SOCKET_PATH: &str = "/socket.io/";

/// How long to wait before asking an unreachable server for a session again: doubled each time, up to the last.
const RENEW_AFTER: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// A server that has not said within this time who a person is finds them at the nickname page.
const RECOGNISED_WITHIN: Duration = Duration::from_secs(2);

/// Which page is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum PageStage {
    /// The device's storage is being read.
    Opening,
    /// A person is asked for a nickname.
    Nickname(Welcome),
    Room,
    /// This person may not sign in, and why.
    KeptOut(ClosingReason),
}

/// Why a nickname is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Welcome {
    First,
    /// A person wants to be another person, and may come back.
    Change,
    /// The device was signed out; the name it was of, where that was not this person's wish.
    SignedOut(String),
}

/// Why a person could not join.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum JoinError {
    /// The server said no, or nothing.
    Http(HttpError),
    /// The browser does not keep the server's cookie: who joins is forgotten at once.
    NoCookies,
}

impl AccountContext {
    /// Starts the chat. `None` where the document has no server.
    pub(crate) async fn start(self) -> Option<Chat> {
        match self.navigation.read_address() {
            Route::Join { code } => self.invitation.set_value(Some(code)),
            Route::Owner { code } => self.owner_code.set_value(Some(code)),
            Route::Home | Route::Room { .. } => {}
        }
        let base = base_path::here();
        let mut storage = DeviceStorage::new(base.scoped(DATABASE));
        // The cookie is still that of a person who was signed out.
        let owed = departure::is_owed();
        if owed {
            self.erase_owed(&mut storage).await;
            self.farewell.set_value(Some(String::new()));
        }
        let identity = match storage.identity().await {
            Ok(identity) => identity,
            Err(StorageError::Full) => None,
            Err(_) => {
                self.chat.ephemeral.set(true);
                None
            }
        };
        self.unreadable
            .set(storage.unreadable().await.unwrap_or_default());
        // A device that remembers nobody connects all the same: it may still have a cookie (a private window
        // reloaded, a database cleared), and the server then says whose.
        let options = ChatOptions {
            path: base.address(SOCKET_PATH),
            stay_offline: owed,
            ..ChatOptions::default()
        };
        let Ok(chat) = Chat::start(options, storage, Tabs::new()) else {
            // A document without an origin has no server: the form says that it cannot be reached.
            self.ask_for_nickname();
            return None;
        };
        self.chat.set(chat.clone());
        if owed {
            self.stage.set(PageStage::Nickname(self.welcome()));
            spawn_local(self.settle_departure());
        } else if let Some(reason) = preferences::kept_out().filter(|_| identity.is_some()) {
            self.be_kept_out(reason);
        } else if identity.is_some() {
            self.stage.set(PageStage::Room);
        } else {
            set_timeout(move || self.ask_for_nickname(), RECOGNISED_WITHIN);
        }
        Some(chat)
    }

    /// Asks for a session as whom a person wants to be.
    pub(crate) async fn join(self, asked: &NewSession) -> Result<(), JoinError> {
        // Each try would take another nickname for good.
        if self.cookieless.get_value() || !local::cookies_are_kept() {
            return Err(JoinError::NoCookies);
        }
        sign_in::end_owed().await.map_err(JoinError::Http)?;
        self.overdue.set(false);
        let others = !untrack(|| self.words_of_others(asked.nickname.as_str())).is_empty();
        let info = sign_in::sign_in(asked).await.map_err(JoinError::Http)?;
        if let Ok(None) = sign_in::current().await {
            self.cookieless.set_value(true);
            return Err(JoinError::NoCookies);
        }
        let another = self.chat.read(|session| {
            let before = session.identity();
            before.is_some_and(|before| before.epoch == info.epoch && before.me.id != info.me.id)
        });
        if self.chat.departing.get_value() {
            // Nothing of whoever was signed out here stays in memory either.
            self.depart("");
        } else if others || another {
            self.change_over().await;
        } else {
            self.enter(info);
        }
        Ok(())
    }

    /// Leaves the nickname page as who one was.
    pub(crate) fn go_back(self) {
        self.stage.set(PageStage::Room);
        self.chat.connect();
    }

    /// Asks who one wants to be instead.
    pub(crate) fn change_person(self) {
        self.chat.disconnect();
        self.overlays.details.set(false);
        self.stage.set(PageStage::Nickname(Welcome::Change));
    }

    fn ask_for_nickname(self) {
        if self.stage.get_untracked() == PageStage::Opening {
            self.stage.set(PageStage::Nickname(self.welcome()));
        }
    }

    /// Why a nickname is asked for where nobody is known to be signed in.
    fn welcome(self) -> Welcome {
        self.farewell
            .get_value()
            .map_or(Welcome::First, Welcome::SignedOut)
    }

    /// Leaves the first visit's stages once it is known who this is, or that nobody knows.
    pub(crate) fn recognise(self) {
        if !matches!(
            self.stage.get_untracked(),
            PageStage::Opening | PageStage::Nickname(Welcome::First | Welcome::SignedOut(_))
        ) {
            return;
        }
        let stage = if self.chat.read(|session| session.me().is_some()) {
            PageStage::Room
        } else if matches!(
            self.chat.link_untracked(),
            LinkState::Connecting { .. } | LinkState::Connected { .. }
        ) {
            return;
        } else {
            PageStage::Nickname(self.welcome())
        };
        if self.stage.get_untracked() != stage {
            self.stage.set(stage);
        }
    }

    pub(crate) fn enter(self, info: SessionInfo) {
        preferences::set_kept_out(None);
        self.chat.dispatch(Input::SignedIn(info));
        self.stage.set(PageStage::Room);
        self.chat.connect();
    }

    /// The server may not know this device any more (its database is another one, the cookie is gone): the nickname is
    /// asked for again without bothering anybody, for as long as that can help.
    pub(crate) fn answer_refusal(self) {
        let unauthorized = matches!(
            self.chat.link_untracked(),
            LinkState::Refused(HandshakeError::Unauthorized)
        );
        if !unauthorized || self.renewing.get_value() || self.stage.get_untracked() != PageStage::Room {
            return;
        }
        self.renewing.set_value(true);
        let signed_out = self.chat.read(|session| {
            let closed = Connection::Offline {
                closed: Some(ClosingReason::SignedOut),
            };
            *session.connection() == closed
        });
        spawn_local(async move {
            if signed_out {
                self.be_signed_out().await;
            } else {
                self.renew().await;
            }
            self.renewing.set_value(false);
        });
    }

    /// Finds the session that another tab of this browser has, where there is one. Nobody is signed up by this: the first to
    /// come to an empty database is a person, not an open tab.
    async fn renew(self) {
        let mut pauses = RENEW_AFTER.into_iter().chain(std::iter::repeat(RENEW_AFTER[3]));
        loop {
            match sign_in::current().await {
                Ok(Some(info)) => return self.enter(info),
                Ok(None) => return self.be_signed_out().await,
                Err(HttpError::Refused(error)) if error.code == ErrorCode::Banned => {
                    return self.be_kept_out(ClosingReason::Banned);
                }
                Err(HttpError::Refused(error)) if error.code == ErrorCode::Deactivated => {
                    return self.be_kept_out(ClosingReason::Deactivated);
                }
                Err(HttpError::Refused(error)) if !error.code.is_transient() => {
                    return self.be_signed_out().await;
                }
                Err(_) => sleep(pauses.next().unwrap_or_default()).await,
            }
            // A person may have disconnected, or connected otherwise, meanwhile.
            if !matches!(self.chat.link_untracked(), LinkState::Refused(_)) {
                return;
            }
        }
    }
}
