//! Navigation between rooms.

use crate::compose::context::ComposeContext;
use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::navigation::address::{Stay, WantedRoom};
use crate::navigation::interruption::Interruption;
use crate::people::context::PeopleContext;
use crate::reactive::{RwSignal, StoredValue};
use crate::rooms::context::RoomsContext;
use crate::timeline::context::TimelineContext;
use crate::ui::main_field::MainField;
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toasts;

/// Which room is open, and why one was taken away.
pub(crate) type NavigationContext = Context<NavigationSignals>;

pub(crate) struct NavigationSignals {
    /// The room the address names, until the page knows whether it exists.
    pub(crate) wanted: StoredValue<Option<WantedRoom>>,
    /// The open room as last seen: its name is still needed when it is gone.
    pub(crate) stayed: StoredValue<Option<Stay>>,
    /// Why the open or wanted room was taken away from this person.
    pub(crate) interruption: RwSignal<Option<Interruption>>,
    pub(crate) chat: ChatContext,
    pub(crate) people: PeopleContext,
    pub(crate) rooms: RoomsContext,
    pub(crate) compose: ComposeContext,
    pub(crate) timeline: TimelineContext,
    pub(crate) overlays: Overlays,
    pub(crate) field: MainField,
    pub(crate) toasts: Toasts,
}

impl NavigationContext {
    pub(crate) fn new(timeline: TimelineContext) -> Self {
        let context = Self::provide(NavigationSignals {
            wanted: StoredValue::new(None),
            stayed: StoredValue::new(None),
            interruption: RwSignal::new(None),
            chat: timeline.chat,
            people: timeline.people,
            rooms: timeline.rooms,
            compose: timeline.compose,
            timeline,
            overlays: timeline.rooms.overlays,
            field: timeline.field,
            toasts: timeline.toasts,
        });
        context.rooms.entering.set(move |room| context.choose_room(room));
        context.compose.typing.set(move |()| context.stays_here());
        timeline.went_to_end.set(move |()| context.forget_message());
        context
    }
}
