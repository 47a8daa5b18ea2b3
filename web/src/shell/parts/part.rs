//! The page's parts, and the state of each.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::sleep;

use super::split;
use crate::browser::idle;
use crate::compose::context::ComposeContext;
use crate::context::Context;
use crate::reactive::RwSignal;
use crate::ui::overlays::Overlay;

/// The first screen's own requests go first.
const SETTLED_AFTER: Duration = Duration::from_secs(1);

/// A module that is loaded separately.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LazyPart {
    /// Settings, the palette, the dialogs about rooms.
    Dialogs,
    /// The members and the details, beside the room.
    Panels,
    Administration,
    /// The fault panel, and the laboratory behind it.
    Lab,
    /// The popups beside a row, and the table of emoji.
    Tools,
}

impl LazyPart {
    /// Those that load once the page is idle. Few people ever open the fault panel.
    const WHEN_IDLE: [Self; 4] = [Self::Tools, Self::Dialogs, Self::Panels, Self::Administration];

    /// The number of parts, with the one that loads only when it is opened.
    const COUNT: usize = Self::WHEN_IDLE.len() + 1;

    /// The part that has this dialog; `None` if it belongs to the page itself, because a person may
    /// need it offline.
    pub(crate) fn of(opened: Overlay) -> Option<Self> {
        match opened {
            Overlay::SignOut | Overlay::SignOutHere | Overlay::DropEdit => None,
            Overlay::Administration(_) | Overlay::Claim => Some(Self::Administration),
            _ => Some(Self::Dialogs),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PartState {
    Absent,
    Loading,
    Failed,
    /// Loaded; the stand-in is being removed and returns the focus.
    Arrived,
    Ready,
}

pub(crate) type LazyParts = Context<PartSignals>;

pub(crate) struct PartSignals {
    states: [RwSignal<PartState>; LazyPart::COUNT],
    compose: ComposeContext,
}

impl LazyParts {
    /// Creates the parts and provides them as context.
    pub(crate) fn new(compose: ComposeContext) -> Self {
        let first = if cfg!(feature = "split") {
            PartState::Absent
        } else {
            PartState::Ready
        };
        #[cfg(not(feature = "split"))]
        crate::compose::emoji::provide(crate::compose::emoji::TABLE_TEXT);
        let parts = Self::provide(PartSignals {
            states: [(); LazyPart::COUNT].map(|()| RwSignal::new(first)),
            compose,
        });
        compose.naming_emoji.set(move |()| parts.load(LazyPart::Tools));
        parts
    }

    pub(crate) fn state(self, part: LazyPart) -> RwSignal<PartState> {
        let [tools, dialogs, panels, administration, lab] = self.states;
        match part {
            LazyPart::Tools => tools,
            LazyPart::Dialogs => dialogs,
            LazyPart::Panels => panels,
            LazyPart::Administration => administration,
            LazyPart::Lab => lab,
        }
    }

    /// Loads a part, unless it is loaded or loading.
    pub(crate) fn load(self, part: LazyPart) {
        let state = self.state(part);
        if !matches!(state.get_untracked(), PartState::Absent | PartState::Failed) {
            return;
        }
        state.set(PartState::Loading);
        spawn_local(async move {
            if split::load(part).await.is_err() {
                state.set(PartState::Failed);
                return;
            }
            if part == LazyPart::Tools {
                self.compose.emoji_loaded.notify();
            }
            state.set(PartState::Arrived);
            sleep(Duration::ZERO).await;
            state.set(PartState::Ready);
        });
    }

    /// Loads the missing parts once the page is idle, unless the person saves data.
    pub(crate) fn load_when_idle(self) {
        if idle::saves_data() {
            return;
        }
        let load = move || {
            // The next connection tries again.
            if idle::is_online() {
                LazyPart::WHEN_IDLE.iter().for_each(|part| self.load(*part));
            }
        };
        set_timeout(move || idle::when_idle(load), SETTLED_AFTER);
    }
}
