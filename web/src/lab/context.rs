//! Whether the fault panel is available and expanded. Everything else of it is a part that loads when it is first opened.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::features;
use crate::context::Context;
use crate::reactive::{RwSignal, StoredValue};

pub(crate) type LabContext = Context<LabSignals>;

pub(crate) struct LabSignals {
    /// Whether the panel is available.
    pub(crate) offered: RwSignal<bool>,
    /// Whether the panel is expanded.
    pub(crate) open: RwSignal<bool>,
    /// Owns the panel's state, which outlives the panel. The state is created by the part that has the panel: it would bring
    /// the laboratory into the page's first module.
    pub(super) owner: Owner,
    checked: StoredValue<bool>,
}

impl LabContext {
    pub(crate) fn new() -> Self {
        Self::provide(LabSignals {
            offered: RwSignal::new(false),
            open: RwSignal::new(false),
            owner: Owner::current().unwrap_or_default(),
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
