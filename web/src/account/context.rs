//! The person signed in, and the page shown for them.

use steadfast_client::older::Unreadable;
use steadfast_shared::http::NewSession;

use crate::account::start::PageStage;
use crate::compose::context::ComposeContext;
use crate::compose::drafts::DraftAuthor;
use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::navigation::context::NavigationContext;
use crate::people::context::PeopleContext;
use crate::reactive::{RwSignal, StoredValue};
use crate::storage::local;
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toasts;

/// The person signed in, and the page shown for them.
pub(crate) type AccountContext = Context<AccountSignals>;

pub(crate) struct AccountSignals {
    pub(crate) stage: RwSignal<PageStage>,
    /// Outbox items that this version of the page cannot read.
    pub(crate) unreadable: RwSignal<Vec<Unreadable>>,
    /// The invitation code in the page's address.
    pub(crate) invitation: StoredValue<Option<String>>,
    /// The owner link's code in the page's address.
    pub(crate) owner_code: StoredValue<Option<String>>,
    /// The person, once known.
    pub(crate) person: StoredValue<Option<DraftAuthor>>,
    /// Whether the server has yet to end the session of a person who signed out here.
    pub(crate) overdue: RwSignal<bool>,
    /// Whether the browser refuses the server's cookie.
    pub(crate) cookieless: StoredValue<bool>,
    /// The sign-in without a response so far, with its key.
    pub(crate) unanswered: StoredValue<Option<NewSession>>,
    /// The name to show on the sign-in page after a sign-out that reloaded the tab.
    pub(crate) goodbye: StoredValue<Option<String>>,
    pub(crate) renewing: StoredValue<bool>,
    /// Whether the page waits for the server to say if the person is still excluded.
    pub(crate) asking: StoredValue<bool>,
    pub(crate) chat: ChatContext,
    pub(crate) people: PeopleContext,
    pub(crate) compose: ComposeContext,
    pub(crate) navigation: NavigationContext,
    pub(crate) overlays: Overlays,
    pub(crate) toasts: Toasts,
}

impl AccountContext {
    pub(crate) fn new(navigation: NavigationContext) -> Self {
        Self::provide(AccountSignals {
            stage: RwSignal::new(PageStage::Opening),
            unreadable: RwSignal::new(Vec::new()),
            invitation: StoredValue::new(None),
            owner_code: StoredValue::new(None),
            person: StoredValue::new(None),
            overdue: RwSignal::new(false),
            cookieless: StoredValue::new(false),
            unanswered: StoredValue::new(None),
            goodbye: StoredValue::new(local::take_goodbye()),
            renewing: StoredValue::new(false),
            asking: StoredValue::new(false),
            chat: navigation.chat,
            people: navigation.people,
            compose: navigation.compose,
            navigation,
            overlays: navigation.overlays,
            toasts: navigation.toasts,
        })
    }
}
