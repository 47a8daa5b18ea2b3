//! Whether this person owns the server, and so may delete what others wrote.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::LinkState;
use steadfast_shared::UserId;

use super::Page;
use crate::sign_in;

/// Whether this person owns the server.
#[derive(Clone, Copy)]
pub(super) struct Owning {
    owner: RwSignal<bool>,
    /// Whom the server was asked about.
    asked: StoredValue<Option<UserId>>,
}

impl Owning {
    pub(super) fn new() -> Self {
        Self {
            owner: RwSignal::new(false),
            asked: StoredValue::new(None),
        }
    }
}

impl Page {
    /// Whether this person owns the server, as far as that is known. Not tracked.
    pub(crate) fn owns_server(self) -> bool {
        self.owning.owner.get_untracked()
    }

    /// Asks the server whose it is, once for each person.
    pub(super) fn ask_who_owns(self) {
        let me = self.read(|session| session.me().map(|me| me.id));
        let connected = matches!(self.link_untracked(), LinkState::Connected { .. });
        if !connected || me.is_none() || self.owning.asked.get_value() == me {
            return;
        }
        self.owning.asked.set_value(me);
        self.owning.owner.set(false);
        spawn_local(async move {
            match sign_in::current().await {
                Ok(Some(info)) if Some(info.me.id) == self.owning.asked.get_value() => {
                    self.owning.owner.set(info.owner);
                }
                Ok(_) => {}
                // The next connection is another chance.
                Err(_) => self.owning.asked.set_value(None),
            }
        });
    }
}
