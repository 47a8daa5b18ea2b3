//! The open room's timeline, as components share it.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_client::RowKey;
use steadfast_shared::RoomId;

use crate::compose::context::ComposeContext;
use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::hook::Hook;
use crate::language::locale::Locale;
use crate::people::context::PeopleContext;
use crate::reactive::{Memo, RwSignal, StoredValue, effect, memo};
use crate::rooms::context::RoomsContext;
use crate::timeline::model::TimelineModel;
use crate::timeline::row::actions::RowActions;
use crate::timeline::rows::RowSettings;
use crate::ui::main_field::MainField;
use crate::ui::toast::Toasts;

/// The open room's rows, the row whose actions show, and the contexts the timeline needs.
pub(crate) type TimelineContext = Context<TimelineSignals>;

pub(crate) struct TimelineSignals {
    pub(crate) model: TimelineModel,
    pub(crate) actions: RowActions,
    /// The row to scroll into view and highlight.
    pub(crate) sought: RwSignal<Option<RowKey>>,
    /// The room in which a jump waits for its rows to load.
    pub(crate) seeking: StoredValue<Option<RoomId>>,
    /// Whether the open room is archived. Once for all rows: none of them follows the rooms.
    pub(crate) archived: Memo<bool>,
    /// Whether nobody sees the page, although it may have the focus.
    pub(crate) unattended: StoredValue<bool>,
    /// Called when the person goes to the end of the open room.
    pub(crate) went_to_end: Hook<()>,
    pub(crate) chat: ChatContext,
    pub(crate) people: PeopleContext,
    pub(crate) rooms: RoomsContext,
    pub(crate) compose: ComposeContext,
    pub(crate) field: MainField,
    pub(crate) toasts: Toasts,
    pub(crate) locale: Locale,
}

impl TimelineContext {
    pub(crate) fn new(compose: ComposeContext) -> Self {
        let rooms = compose.rooms;
        let context = Self::provide(TimelineSignals {
            model: TimelineModel::new(),
            actions: RowActions::new(),
            sought: RwSignal::new(None),
            seeking: StoredValue::new(None),
            archived: memo(move || rooms.is_archived()),
            unattended: StoredValue::new(false),
            went_to_end: Hook::new(),
            chat: compose.chat,
            people: compose.people,
            rooms,
            compose,
            field: compose.field,
            toasts: compose.toasts,
            locale: compose.locale,
        });
        context.chat.dispatched.set(move |()| context.show());
        compose.posting.set(move |()| {
            context.model.clear_news();
            context.return_to_end();
            context.went_to_end.call(());
        });
        compose.editing_last.set(move |()| context.rewrite_last());
        compose.emptied.set(move |()| context.ask_to_delete_emptied());
        compose.authors.set(move |()| context.model.authors());
        effect(move || context.model.point(context.actions.row.get()));
        effect(move || {
            context.locale.language();
            context.people.blocked.track();
            untrack(|| context.show());
        });
        context
    }
}

impl TimelineContext {
    /// Lays out the open room's rows.
    pub(crate) fn show(self) {
        let Some(room) = self.chat.room.get_untracked() else {
            return;
        };
        self.people.blocked.with_untracked(|blocked| {
            let settings = RowSettings {
                language: self.locale.language_untracked(),
                blocked,
            };
            self.chat
                .with(|chat| self.model.show(chat, room, self.is_reading(), &settings));
        });
        self.compose.follow_message();
        if self.model.is_opening() {
            self.render_rest_after_frame();
        }
        if self.model.take_prune_due() {
            self.locale.notify_afresh();
            self.people.blocked.notify_afresh();
        }
    }

    /// Renders the room's other rows once the first ones are painted.
    fn render_rest_after_frame(self) {
        request_animation_frame(move || {
            set_timeout(
                move || {
                    if self.model.render_rest() {
                        self.show();
                    }
                },
                Duration::ZERO,
            );
        });
    }
}
