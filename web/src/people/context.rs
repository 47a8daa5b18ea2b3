//! The open room's members and the blocked people, as components share them.

use leptos::prelude::*;
use steadfast_shared::UserId;

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::people::model::MembersModel;
use crate::ui::toast::Toasts;

/// The open room's members, and the people this person has blocked.
#[derive(Clone, Copy)]
pub(crate) struct PeopleContext {
    pub(crate) members: MembersModel,
    pub(crate) blocked: RwSignal<Vec<UserId>>,
    pub(crate) chat: ChatContext,
    pub(crate) locale: Locale,
    pub(crate) toasts: Toasts,
}

impl PeopleContext {
    pub(crate) fn provide(chat: ChatContext, locale: Locale, toasts: Toasts) -> Self {
        let context = Self {
            members: MembersModel::new(),
            blocked: RwSignal::new(Vec::new()),
            chat,
            locale,
            toasts,
        };
        provide_context(context);
        context
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }
}

impl PeopleContext {
    /// A person's name, if it is known.
    pub(crate) fn name_of(self, user: UserId) -> Option<String> {
        self.chat.read(|session| {
            let me = session.me().filter(|me| me.id == user);
            me.or_else(|| session.person(user))
                .map(|person| person.name.clone())
        })
    }
}
