//! The open room's rows: every loaded one, and a model of each one in the document.

use std::collections::HashMap;
use std::ops::Range;

use leptos::prelude::*;
use steadfast_client::{Connection, RowKey, Session};
use steadfast_shared::{RoomId, Seq};

use crate::language::calendar;
use crate::timeline::layout::{RowPlace, places};
use crate::timeline::row_view::RowView;
use crate::timeline::window::RenderWindow;

/// Subscriptions of removed rows are dropped after this many removals.
const PRUNE_AFTER: usize = 1_000;

/// One row, the same from the local echo to the stored entry.
#[derive(Clone)]
pub(crate) struct RowModel {
    pub(crate) key: RowKey,
    pub(crate) view: ArcRwSignal<RowView>,
    pub(crate) place: ArcRwSignal<RowPlace>,
}

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
    /// Whether every row has loaded, up to the newest, and the newest is in the document.
    pub(crate) complete: bool,
    /// The newest entry that was in view.
    pub(crate) seen: Seq,
    /// The oldest loaded entry.
    pub(crate) low: Seq,
    /// The last entry before the "New" line.
    pub(crate) news_after: Option<Seq>,
    /// Rows that left the document and whose subscriptions were not dropped yet.
    pub(crate) removed: usize,
}

/// A loaded row, in the document or not.
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

/// The position of the first unread row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FirstNew {
    pub(crate) key: RowKey,
    /// Whether it is above the rows in the document.
    pub(crate) above: bool,
}

/// The rows to render.
pub(crate) struct Layout {
    pub(crate) order: Vec<RowKey>,
    pub(crate) places: Vec<RowPlace>,
    /// Rows whose content changed.
    pub(crate) changed: HashMap<RowKey, RowView>,
    /// Whether the newest row has loaded and is among these.
    pub(crate) complete: bool,
    pub(crate) reaches_end: bool,
}

impl Layout {
    /// Lists the room's rows in `laid_out`, and lays out those in its window. `unseen` says whether
    /// unread rows are marked as new.
    pub(crate) fn of(laid_out: &mut LaidOutRows, session: &Session, room: RoomId, unseen: bool) -> Self {
        let view = session.room(room);
        let complete = view.is_some_and(|view| view.cursor.is_some_and(|cursor| cursor >= view.head))
            && matches!(session.connection(), Connection::Online { .. });
        let rows: Vec<_> = session.timeline(room).rows().collect();
        laid_out.all.clear();
        laid_out.all.extend(rows.iter().map(|row| ListedRow {
            key: row.key(),
            seq: row.seq(),
            mine: row.mine,
        }));
        if let Some(view) = view
            && laid_out.news_after.is_none()
            && unseen
            && view.unread > 0
        {
            laid_out.news_after = Some(view.read);
        }
        // A jump elsewhere announces nothing, and neither does the return to the end.
        let live = session.timeline(room).is_live();
        laid_out.armed &= live;
        laid_out.low = view.map_or(0, |view| view.window.low);
        let range = laid_out.range();
        let reaches_end = range.end == rows.len() && live;
        let (mut order, mut inputs, mut changed) = (Vec::new(), Vec::new(), HashMap::new());
        for row in rows.get(range).unwrap_or_default() {
            let key = row.key();
            let shows = RowView::from(row);
            match laid_out.rows.get(&key) {
                Some((model, _)) if model.view.with_untracked(|view| *view == shows) => {}
                _ => {
                    changed.insert(key, shows);
                }
            }
            order.push(key);
            inputs.push((row.author.id, row.at, calendar::day_of(row.at)));
        }
        let mut places = places(inputs);
        if let Some(first) = laid_out.first_new()
            && let Some(at) = order.iter().position(|key| *key == first.key)
            && let Some(place) = places.get_mut(at)
        {
            place.news = true;
            place.first = true;
        }
        Self {
            order,
            places,
            changed,
            complete: complete && reaches_end,
            reaches_end,
        }
    }
}

impl LaidOutRows {
    /// Updates the models; existing ones stay. The first `history` rows are not announced.
    pub(crate) fn update_models(
        &mut self,
        order: &[RowKey],
        places: &[RowPlace],
        mut changed: HashMap<RowKey, RowView>,
        history: usize,
    ) {
        let mut rows = HashMap::with_capacity(order.len());
        for (index, (key, place)) in order.iter().zip(places).enumerate() {
            let model = match (self.rows.remove(key), changed.remove(key)) {
                (Some((model, _)), Some(view)) => {
                    model.view.set(view);
                    model
                }
                (Some((model, _)), None) => model,
                (None, Some(view)) => RowModel {
                    key: *key,
                    view: ArcRwSignal::new(view),
                    place: ArcRwSignal::new(*place),
                },
                (None, None) => continue,
            };
            if model.place.with_untracked(|was| was != place) {
                model.place.set(*place);
            }
            rows.insert(*key, (model, index >= history));
        }
        self.removed += self.rows.len();
        self.rows = rows;
    }

    pub(crate) fn keys(&self) -> Vec<RowKey> {
        self.all.iter().map(|row| row.key).collect()
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.window.range(&self.keys())
    }

    pub(crate) fn first_new(&self) -> Option<FirstNew> {
        let after = self.news_after.filter(|after| self.low <= after + 1)?;
        let at = self.all.iter().position(|row| row.is_news(after))?;
        let key = self.all.get(at)?.key;
        Some(FirstNew {
            key,
            above: at < self.range().start,
        })
    }

    pub(crate) fn take_prune_due(&mut self) -> bool {
        let due = self.removed >= PRUNE_AFTER;
        if due {
            self.removed = 0;
        }
        due
    }
}
