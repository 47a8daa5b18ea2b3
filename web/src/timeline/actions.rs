//! The row whose actions show, and the popup beside it.

use leptos::prelude::*;
use steadfast_client::RowKey;
use web_sys::HtmlElement;

/// The row whose actions show, and the popup beside it.
#[derive(Clone, Copy)]
pub(crate) struct RowActions {
    /// The row under the pointer, or with the focus in it.
    pub(crate) row: RwSignal<Option<RowKey>>,
    pub(crate) open: RwSignal<Option<OpenAction>, LocalStorage>,
}

/// Something open beside a row.
#[derive(Clone)]
pub(crate) struct OpenAction {
    pub(crate) key: RowKey,
    /// The popup beside it.
    pub(crate) tool: Tool,
    /// The element it stands beside.
    pub(crate) anchor: HtmlElement,
}

/// The popups beside a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Everything one can do.
    Menu,
    /// Emoji to react with.
    Emoji,
    /// Who reacted to it.
    Reactions,
    /// Whether to delete it.
    Delete,
}

impl RowActions {
    pub(crate) fn new() -> Self {
        Self {
            row: RwSignal::new(None),
            open: RwSignal::new_local(None),
        }
    }

    /// The hand is on this row.
    pub(crate) fn on(self, key: RowKey) {
        if self.row.get_untracked() != Some(key) {
            self.row.set(Some(key));
        }
    }

    /// The hand is on no row, unless something is open beside it.
    pub(crate) fn off(self) {
        let keeps = self.open.with_untracked(Option::is_some);
        if !keeps && self.row.with_untracked(Option::is_some) {
            self.row.set(None);
        }
    }

    /// Opens something beside a row.
    pub(crate) fn open(self, key: RowKey, tool: Tool, anchor: HtmlElement) {
        self.on(key);
        self.open.set(Some(OpenAction { key, tool, anchor }));
    }

    pub(crate) fn close(self) {
        if self.open.with_untracked(Option::is_some) {
            self.open.set(None);
        }
    }
}
