//! The open room's rows: every loaded one, and a model of each one in the document.

use std::collections::HashMap;
use std::ops::Range;

use leptos::prelude::*;
use steadfast_client::{ChangedRows, Connection, ListedRow, Row, RowKey, Session, Timeline};
use steadfast_shared::{Millis, RoomId, Seq, UserId};

use crate::language::{Day, Language, calendar};
use crate::timeline::layout::{RowPlace, places};
use crate::timeline::window::RenderWindow;

/// Subscriptions of removed rows are dropped after this many removals.
const PRUNE_AFTER: usize = 1_000;

/// One row, the same from the local echo to the stored entry.
#[derive(Clone)]
pub(crate) struct RowModel {
    pub(crate) key: RowKey,
    pub(crate) view: ArcRwSignal<Row>,
    pub(crate) place: ArcRwSignal<PlacedRow>,
}

/// What a row shows besides its message. A row that followed the page's own signals would be woken with all others, and stay in
/// their lists when it is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlacedRow {
    pub(crate) place: RowPlace,
    pub(crate) language: Language,
    /// Whether its author is blocked.
    pub(crate) blocked: bool,
    /// Whether its actions show.
    pub(crate) pointed: bool,
}

/// What all rows follow.
pub(crate) struct RowSettings<'a> {
    pub(crate) language: Language,
    pub(crate) blocked: &'a [UserId],
}

/// A row in the document.
pub(crate) struct RenderedRow {
    pub(crate) model: RowModel,
    /// Whether a screen reader announced it.
    pub(crate) announced: bool,
    /// Its time, and the day of it: a day costs several calls of the browser.
    at: Millis,
    day: Day,
}

#[derive(Default)]
pub(crate) struct LaidOutRows {
    pub(crate) room: Option<RoomId>,
    /// Every loaded row, in the document or not.
    pub(crate) all: Vec<ListedRow>,
    /// Which of them are in the document.
    pub(crate) window: RenderWindow<RowKey>,
    pub(crate) order: Vec<RowKey>,
    pub(crate) rows: HashMap<RowKey, RenderedRow>,
    /// The timeline's revision that the rows were read at.
    pub(crate) revision: u64,
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
    /// The row whose actions show.
    pub(crate) pointed: Option<RowKey>,
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
    days: Vec<(Millis, Day)>,
    /// Rows whose content changed.
    pub(crate) changed: HashMap<RowKey, Row>,
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
        let timeline = session.timeline(room);
        laid_out.all = timeline.listed().collect();
        if let Some(view) = view
            && laid_out.news_after.is_none()
            && unseen
            && view.unread > 0
        {
            laid_out.news_after = Some(view.read);
        }
        // A jump elsewhere announces nothing, and neither does the return to the end.
        let live = timeline.is_live();
        laid_out.armed &= live;
        laid_out.low = view.map_or(0, |view| view.window.low);
        laid_out.window.settle(&laid_out.keys());
        let range = laid_out.range();
        let reaches_end = range.end == laid_out.all.len() && live;
        let changed = laid_out.read(&timeline, range.clone());
        let rendered = laid_out.all.get(range).unwrap_or_default();
        let order: Vec<_> = rendered.iter().map(|row| row.key).collect();
        let days: Vec<_> = rendered.iter().map(|row| laid_out.day_of(row)).collect();
        let mut places = places(
            order
                .iter()
                .zip(&days)
                .map(|(key, (at, day))| (key.author, *at, *day)),
        );
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
            days,
            changed,
            complete: complete && reaches_end,
            reaches_end,
        }
    }
}

impl LaidOutRows {
    /// Reads the rows that are not in the document, or have changed since they were read. Returns those that differ.
    fn read(&mut self, timeline: &Timeline<'_>, range: Range<usize>) -> HashMap<RowKey, Row> {
        let changes = timeline.changed_since(self.revision);
        self.revision = timeline.revision();
        let stays = |listed: &ListedRow, shown: &Row| match (&changes, listed.seq) {
            (ChangedRows::Some(changed), Some(seq)) => shown.changes.is_empty() && !changed.contains(&seq),
            _ => false,
        };
        let mut differing = HashMap::new();
        for listed in self.all.get(range).unwrap_or_default() {
            let view = self.rows.get(&listed.key).map(|row| &row.model.view);
            if view.is_some_and(|view| view.with_untracked(|shown| stays(listed, shown))) {
                continue;
            }
            let Some(row) = timeline.row(listed) else { continue };
            if view.is_none_or(|view| view.with_untracked(|shown| *shown != row)) {
                differing.insert(listed.key, row);
            }
        }
        differing
    }

    fn day_of(&self, listed: &ListedRow) -> (Millis, Day) {
        let at = listed.at;
        let known = self.rows.get(&listed.key).filter(|row| row.at == at);
        (at, known.map_or_else(|| calendar::day_of(at), |row| row.day))
    }

    /// Shows the actions of this row alone.
    pub(crate) fn point(&mut self, at: Option<RowKey>) {
        let before = std::mem::replace(&mut self.pointed, at);
        for key in [before, at].into_iter().flatten() {
            if let Some(row) = self.rows.get(&key) {
                let place = &row.model.place;
                let pointed = at == Some(key);
                place.set(PlacedRow {
                    pointed,
                    ..place.get_untracked()
                });
            }
        }
    }

    /// Updates the models; existing ones stay. The first `history` rows are not announced.
    pub(crate) fn update_models(&mut self, layout: &mut Layout, history: usize, settings: &RowSettings<'_>) {
        let mut rows = HashMap::with_capacity(layout.order.len());
        let placed = layout.order.iter().zip(&layout.places).zip(&layout.days);
        for (index, ((key, place), (at, day))) in placed.enumerate() {
            let known = self.rows.remove(key).map(|row| row.model);
            let place = PlacedRow {
                place: *place,
                language: settings.language,
                blocked: settings.blocked.contains(&key.author),
                pointed: self.pointed == Some(*key),
            };
            let model = match (known, layout.changed.remove(key)) {
                (Some(model), Some(view)) => {
                    model.view.set(view);
                    model
                }
                (Some(model), None) => model,
                (None, Some(view)) => RowModel {
                    key: *key,
                    view: ArcRwSignal::new(view),
                    place: ArcRwSignal::new(place),
                },
                (None, None) => continue,
            };
            if model.place.with_untracked(|was| *was != place) {
                model.place.set(place);
            }
            let row = RenderedRow {
                model,
                announced: index >= history,
                at: *at,
                day: *day,
            };
            rows.insert(*key, row);
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
        let is_new = |row: &ListedRow| !row.mine && row.seq.is_some_and(|seq| seq > after);
        let at = self.all.iter().position(is_new)?;
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
