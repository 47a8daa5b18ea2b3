//! The open room's members and the blocked people, as components share them.

use steadfast_shared::UserId;

use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::language::locale::Locale;
use crate::people::model::MembersModel;
use crate::reactive::RwSignal;
use crate::ui::toast::Toasts;

/// The open room's members, and the people this person has blocked.
pub(crate) type PeopleContext = Context<PeopleSignals>;

pub(crate) struct PeopleSignals {
    pub(crate) members: MembersModel,
    pub(crate) blocked: RwSignal<Vec<UserId>>,
    pub(crate) chat: ChatContext,
    pub(crate) locale: Locale,
    pub(crate) toasts: Toasts,
}

impl PeopleContext {
    pub(crate) fn new(chat: ChatContext, locale: Locale, toasts: Toasts) -> Self {
        Self::provide(PeopleSignals {
            members: MembersModel::new(),
            blocked: RwSignal::new(Vec::new()),
            chat,
            locale,
            toasts,
        })
    }
}

impl PeopleContext {
    /// A person's name, if it is known.
    pub(crate) fn name_of(self, user: UserId) -> Option<String> {
        self.chat.read(|session| {
            let me = session.account().me().filter(|me| me.id == user);
            me.or_else(|| session.person(user))
                .map(|person| person.name.clone())
        })
    }
}
