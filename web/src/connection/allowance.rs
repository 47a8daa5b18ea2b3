//! How much this person may still write today, and free space on the server's disk: a warning
//! before they run out.

use std::time::Duration;

use leptos::task::spawn_local;
use steadfast_client::Connection;
use steadfast_shared::http::{USAGE_PATH, Usage};

use crate::browser::http;
use crate::connection::context::ChatContext;
use crate::connection::scarce::Scarce;
use crate::context::Context;
use crate::language::calendar;
use crate::reactive::{RwSignal, StoredValue};

/// While the person writes, a server's answer is used for this long.
const FRESH: Duration = Duration::from_secs(60);

/// The server's last answer.
pub(crate) type AllowanceContext = Context<AllowanceSignals>;

pub(crate) struct AllowanceSignals {
    usage: RwSignal<Option<Usage>>,
    asked_at: StoredValue<u64>,
    chat: ChatContext,
}

impl AllowanceContext {
    pub(crate) fn new(chat: ChatContext) -> Self {
        Self::provide(AllowanceSignals {
            usage: RwSignal::new(None),
            asked_at: StoredValue::new(0),
            chat,
        })
    }
}

impl AllowanceContext {
    /// The allowance that is nearly used up, if any. Tracked.
    pub(crate) fn scarce(self) -> Option<Scarce> {
        self.usage
            .with(|usage| Scarce::of(usage.as_ref()?, calendar::now()))
    }

    /// Requests the usage again if the last answer is old: when a connection opens, and when
    /// messages are written or arrive.
    pub(crate) fn refresh(self) {
        let now = calendar::now();
        let fresh = u64::try_from(FRESH.as_millis()).unwrap_or(u64::MAX);
        let is_online = self
            .chat
            .read(|session| matches!(session.connection(), Connection::Online { .. }));
        if !is_online || now.saturating_sub(self.asked_at.get_value()) < fresh {
            return;
        }
        self.asked_at.set_value(now);
        spawn_local(async move {
            if let Ok(usage) = http::get::<Usage>(USAGE_PATH).await {
                self.usage.set(Some(usage));
            }
        });
    }
}
