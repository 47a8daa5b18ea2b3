//! The row whose actions show, and the popup open beside it.

use steadfast_client::RowKey;
use web_sys::HtmlElement;

use crate::context::Context;
use crate::reactive::RwSignal;
use send_wrapper::SendWrapper;

pub(crate) type RowActions = Context<RowActionSignals>;

pub(crate) struct RowActionSignals {
    /// The row under the pointer, or with the focus in it.
    pub(crate) row: RwSignal<Option<RowKey>>,
    pub(crate) open: RwSignal<Option<OpenAction>>,
}

/// An open popup and the row it belongs to.
#[derive(Clone)]
pub(crate) struct OpenAction {
    pub(crate) key: RowKey,
    pub(crate) tool: Tool,
    /// The element the popup is placed beside.
    pub(crate) anchor: SendWrapper<HtmlElement>,
}

/// The popups that open beside a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// The full menu of actions.
    Menu,
    /// The emoji picker, to react.
    Emoji,
    /// The list of who reacted.
    Reactions,
    /// The question before a deletion.
    Delete,
}

impl RowActions {
    pub(crate) fn new() -> Self {
        Self::keep(RowActionSignals {
            row: RwSignal::new(None),
            open: RwSignal::new(None),
        })
    }

    /// Shows this row's actions.
    pub(crate) fn on(self, key: RowKey) {
        if self.row.get_untracked() != Some(key) {
            self.row.set(Some(key));
        }
    }

    /// Hides the row's actions, unless a popup is open beside it.
    pub(crate) fn off(self) {
        let keeps = self.open.with_untracked(Option::is_some);
        if !keeps && self.row.with_untracked(Option::is_some) {
            self.row.set(None);
        }
    }

    pub(crate) fn open(self, key: RowKey, tool: Tool, anchor: HtmlElement) {
        self.on(key);
        self.open.set(Some(OpenAction {
            key,
            tool,
            anchor: SendWrapper::new(anchor),
        }));
    }

    pub(crate) fn close(self) {
        if self.open.with_untracked(Option::is_some) {
            self.open.set(None);
        }
    }
}
