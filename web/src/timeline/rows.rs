//! The open room's rows: every one that is held, and a model of each that is in the document.

use std::collections::HashMap;
use std::ops::Range;

use leptos::prelude::*;
use steadfast_client::RowKey;
use steadfast_shared::{RoomId, Seq};

use crate::timeline::layout::RowPlace;
use crate::timeline::row_view::RowView;
use crate::timeline::window::RenderWindow;

/// After so many rows have left the document, the signals they listened to forget them.
const GONE: usize = 1_000;

/// One row. The same one from the echo to the end.
#[derive(Clone)]
pub(crate) struct RowModel {
    pub(crate) key: RowKey,
    pub(crate) view: ArcRwSignal<RowView>,
    pub(crate) place: ArcRwSignal<RowPlace>,
}

/// The open room's rows as they are laid out.
#[derive(Default)]
pub(crate) struct LaidOutRows {
    pub(crate) room: Option<RoomId>,
    pub(crate) all: Vec<ListedRow>,
    /// Which of them are in the document.
    pub(crate) window: RenderWindow<RowKey>,
    pub(crate) order: Vec<RowKey>,
    pub(crate) rows: HashMap<RowKey, (RowModel, bool)>,
    pub(crate) history_len: usize,
    /// Whether the page has caught up at least once since the room was opened.
    pub(crate) armed: bool,
    /// Whether everything there is has come, and is in the document.
    pub(crate) complete: bool,
    /// The newest entry that was in view.
    pub(crate) seen: Seq,
    /// The oldest entry shown.
    pub(crate) low: Seq,
    /// The last entry read before the line that says where the new ones begin.
    pub(crate) news_after: Option<Seq>,
    /// How many rows have left the document and are not forgotten.
    pub(crate) gone: usize,
}

/// A row held, in the document or not.
#[derive(Clone, Copy)]
pub(crate) struct ListedRow {
    pub(crate) key: RowKey,
    pub(crate) seq: Option<Seq>,
    pub(crate) mine: bool,
}

impl ListedRow {
    fn is_news(&self, after: Seq) -> bool {
        !self.mine && self.seq.is_some_and(|seq| seq > after)
    }
}

/// Where the first new row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FirstNew {
    pub(crate) key: RowKey,
    /// Whether the rows in the document begin after it.
    pub(crate) above: bool,
}

impl LaidOutRows {
    pub(crate) fn keys(&self) -> Vec<RowKey> {
        self.all.iter().map(|held| held.key).collect()
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.window.range(&self.keys())
    }

    pub(crate) fn first_new(&self) -> Option<FirstNew> {
        let after = self.news_after.filter(|after| self.low <= after + 1)?;
        let at = self.all.iter().position(|held| held.is_news(after))?;
        let key = self.all.get(at)?.key;
        Some(FirstNew {
            key,
            above: at < self.range().start,
        })
    }

    /// Whether so many rows have left the document that the signals they listened to are to forget them. Says so once.
    pub(crate) fn takes_leave(&mut self) -> bool {
        let many = self.gone >= GONE;
        if many {
            self.gone = 0;
        }
        many
    }
}
