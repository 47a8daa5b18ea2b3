//! Whether the fault panel is available and expanded. Everything else of it is a part that loads when it is first opened.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model::LabModel;
use crate::browser::features;
use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::language::locale::Locale;

pub(crate) type LabContext = Context<LabSignals>;

pub(crate) struct LabSignals {
    /// Whether the panel is available.
    pub(crate) offered: RwSignal<bool>,
    /// Whether the panel is expanded.
    pub(crate) open: RwSignal<bool>,
    /// The state of the panel. It outlives the panel, so it is created with the page.
    pub(super) model: LabModel,
    checked: StoredValue<bool>,
}

impl LabContext {
    pub(crate) fn new(chat: ChatContext, locale: Locale) -> Self {
        Self::provide(LabSignals {
            offered: RwSignal::new(false),
            open: RwSignal::new(false),
            model: LabModel::new(chat, locale),
            checked: StoredValue::new(false),
        })
    }

    /// Makes the panel available if the server offers it.
    pub(crate) fn offer(self) {
        if self.checked.get_value() {
            return;
        }
        self.checked.set_value(true);
        spawn_local(async move {
            self.offered
                .set(cfg!(debug_assertions) || features::offered().await.fault_panel);
        });
    }
}
