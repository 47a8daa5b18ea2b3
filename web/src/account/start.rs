//! How the page starts: it shows the device's records at once, then connects to the server.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::connection::{Connection, Renewal};
use steadfast_client::link::{Chat, ChatOptions, LinkState};
use steadfast_client::{Input, StorageError};
use steadfast_shared::HandshakeError;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::http::{NewSession, SessionInfo};

use crate::account::context::AccountContext;
use crate::account::exclusion::{self, exclusion_in};
use crate::account::sign_in;
use crate::browser::base_path;
use crate::browser::http::HttpError;
use crate::browser::tabs::Tabs;
use crate::connection::context::ChatContext;
use crate::rooms::route::Route;
use crate::storage::{DATABASE, DeviceStorage, departure, local, preferences};

/// The path of Socket.IO below the product's base path.
const SOCKET_PATH: &str = "/socket.io/";

/// How long the page waits for the server to recognise a person before it shows the nickname page.
const RECOGNISED_WITHIN: Duration = Duration::from_secs(2);

/// The page that is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum PageStage {
    /// The device's storage is being read.
    Opening,
    /// The page that asks for a nickname.
    Nickname(Welcome),
    Room,
    /// The page of an excluded person, with the reason.
    KeptOut(ClosingReason),
}

/// Why the nickname page is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Welcome {
    First,
    /// The person wants to sign in as another one, and may go back.
    Change,
    /// The device was signed out. The name is the former person's, or empty if they signed out
    /// themselves.
    SignedOut(String),
}

/// Why a person could not join.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum JoinError {
    /// The server refused, or did not respond.
    Http(HttpError),
    /// The browser does not keep the server's cookie, so the session would be lost at once.
    NoCookies,
}

impl AccountContext {
    /// Starts the chat. `None` if the document has no origin to connect to.
    pub(crate) async fn start(self) -> Option<Chat> {
        match self.navigation.read_address() {
            Route::Join { code } => self.invitation.set_value(Some(code)),
            Route::Owner { code } => self.owner_code.set_value(Some(code)),
            Route::Home | Route::Room { .. } => {}
        }
        let base = base_path::here();
        let mut storage = DeviceStorage::new(base.scoped(DATABASE));
        storage.watch(move |answers| self.chat.ephemeral.set(!answers));
        // The cookie is still that of a person who signed out.
        let owed = departure::is_owed();
        if owed {
            self.erase_owed(&mut storage).await;
            self.goodbye.set_value(Some(String::new()));
        }
        // A known device builds its room while the browser opens its storage.
        if !owed && preferences::is_known() && preferences::kept_out().is_none() {
            self.stage.set(PageStage::Room);
        }
        let is_known = remembers_a_person(&mut storage, self.chat).await;
        if !is_known && self.stage.get_untracked() == PageStage::Room {
            self.stage.set(PageStage::Opening);
        }
        // A device that remembers no person connects, too: it may still have a cookie (a reloaded
        // private window, a cleared database), and the server then says whose.
        let kept_out = preferences::kept_out().filter(|_| is_known);
        let options = ChatOptions {
            path: base.address(SOCKET_PATH),
            stay_offline: owed || kept_out.is_some(),
            ..ChatOptions::default()
        };
        let Ok(chat) = Chat::start(options, storage, Tabs::new()) else {
            // A document without an origin has no server: the form reports that it cannot be
            // reached.
            self.stage.set(PageStage::Opening);
            self.ask_for_nickname();
            return None;
        };
        self.chat.set(chat.clone());
        self.find_unreadable();
        if owed {
            self.stage.set(PageStage::Nickname(self.welcome()));
            spawn_local(self.settle_departure());
        } else {
            self.show_first(is_known, kept_out);
        }
        Some(chat)
    }

    /// Shows a known device's room, unless its person was excluded. Any other device has a moment to be recognised.
    fn show_first(self, is_known: bool, kept_out: Option<ClosingReason>) {
        if let Some(reason) = kept_out {
            exclusion::ask_at_start(self, reason);
        } else if is_known {
            if self.stage.get_untracked() != PageStage::Room {
                self.stage.set(PageStage::Room);
            }
        } else {
            set_timeout(move || self.ask_for_nickname(), RECOGNISED_WITHIN);
        }
    }

    /// Signs in as the person wants.
    pub(crate) async fn join(self, asked: &NewSession) -> Result<(), JoinError> {
        // Each attempt would take another nickname for good.
        if self.cookieless.get_value() || !local::cookies_are_kept() {
            return Err(JoinError::NoCookies);
        }
        sign_in::end_owed().await.map_err(JoinError::Http)?;
        self.overdue.set(false);
        let others = !untrack(|| self.words_of_others(asked.nickname.as_str())).is_empty();
        let info = sign_in::sign_in(&self.keyed(asked)).await;
        let info = info.map_err(JoinError::Http)?;
        self.unanswered.set_value(None);
        if let Ok(None) = sign_in::current().await {
            self.cookieless.set_value(true);
            return Err(JoinError::NoCookies);
        }
        let another = self.chat.read(|session| {
            let before = session.account().identity();
            before.is_some_and(|before| before.epoch == info.epoch && before.me.id != info.me.id)
        });
        if self.chat.departing.get_value() {
            // Nothing of the person who signed out stays in memory either.
            self.depart("");
        } else if others || another {
            self.change_over().await;
        } else {
            self.enter(info);
        }
        Ok(())
    }

    /// The request with a key. A request that is repeated keeps its key: the response to the first one may have been lost, and the
    /// nickname would be taken otherwise.
    fn keyed(self, asked: &NewSession) -> NewSession {
        let repeated = self.unanswered.get_value().filter(|last| {
            let key = last.key.clone();
            *last == NewSession { key, ..asked.clone() }
        });
        repeated.unwrap_or_else(|| {
            let fresh = NewSession {
                key: sign_in::new_key(),
                ..asked.clone()
            };
            self.unanswered.set_value(Some(fresh.clone()));
            fresh
        })
    }

    /// Returns from the nickname page to the former person's room.
    pub(crate) fn go_back(self) {
        self.stage.set(PageStage::Room);
        self.chat.connect();
    }

    /// Shows the nickname page for a change of person.
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

    /// Why the nickname page is shown when nobody is signed in.
    fn welcome(self) -> Welcome {
        self.goodbye
            .get_value()
            .map_or(Welcome::First, Welcome::SignedOut)
    }

    /// Leaves the first visit's stages once the server has recognised the person, or cannot.
    pub(crate) fn recognise(self) {
        if self.asking.get_value()
            || !matches!(
                self.stage.get_untracked(),
                PageStage::Opening | PageStage::Nickname(Welcome::First | Welcome::SignedOut(_))
            )
        {
            return;
        }
        let stage = if self.chat.read(|session| session.account().me().is_some()) {
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
        self.asking.set_value(false);
        self.chat.dispatch(Input::SignedIn(info));
        self.stage.set(PageStage::Room);
        self.chat.connect();
    }

    /// Handles a refused connection. The server may not know this device any more (its database was
    /// replaced, the cookie is gone): the page looks for a session without disturbing the person,
    /// for as long as that can help.
    pub(crate) fn answer_refusal(self) {
        if self.renewing.get_value() || self.stage.get_untracked() != PageStage::Room {
            return;
        }
        let (signed_out, asked) = self.chat.read(|session| match session.connection() {
            Connection::Refused {
                error: HandshakeError::Unauthorized,
                closed,
                renewal,
            } => (
                *closed == Some(ClosingReason::SignedOut),
                matches!(renewal, Renewal::Asked { .. }),
            ),
            _ => (false, false),
        });
        if !signed_out && !asked {
            return;
        }
        self.renewing.set_value(true);
        spawn_local(async move {
            if asked {
                self.renew().await;
            } else {
                self.be_signed_out().await;
            }
            self.renewing.set_value(false);
        });
    }

    /// Takes over the session of another tab of this browser, if there is one. This signs nobody
    /// up: the first to join an empty database must be a person, not an open tab.
    async fn renew(self) {
        let answer = sign_in::current().await;
        // The person may have disconnected, or another connection may have succeeded.
        if !matches!(self.chat.link_untracked(), LinkState::Refused(_)) {
            return;
        }
        match answer {
            Ok(Some(info)) => self.enter(info),
            Ok(None) => self.be_signed_out().await,
            Err(error) if let Some(reason) = exclusion_in(&error) => self.be_kept_out(reason),
            Err(HttpError::Refused(error)) if !error.code.is_transient() => {
                self.be_signed_out().await;
            }
            Err(_) => self.chat.dispatch_silently(Input::NotRenewed),
        }
    }
}

/// Whether this device has a person's records. If it cannot store any, the page says so.
async fn remembers_a_person(storage: &mut DeviceStorage, chat: ChatContext) -> bool {
    match storage.identity().await {
        Ok(identity) => identity.is_some(),
        Err(StorageError::Full) => false,
        Err(_) => {
            chat.ephemeral.set(true);
            false
        }
    }
}
