//! The open room's rows: every one that is held, and a model of each that is in the document.

use std::collections::HashMap;
use std::ops::Range;

use leptos::prelude::*;
use steadfast_client::{Connection, RowKey, Session};
use steadfast_shared::{RoomId, Seq};

use crate::language::calendar;
use crate::timeline::layout::{RowPlace, places};
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

/// The rows that are to be in the document, as the chat has them.
pub(crate) struct Layout {
    pub(crate) order: Vec<RowKey>,
    pub(crate) places: Vec<RowPlace>,
    /// Rows whose content is another one.
    pub(crate) changed: HashMap<RowKey, RowView>,
    /// Everything there is has come.
    pub(crate) complete: bool,
    pub(crate) reaches_end: bool,
}

impl Layout {
    /// Lists the room's rows in `known`, and lays those of its window out. `unseen` says that news are marked as such.
    pub(crate) fn of(known: &mut LaidOutRows, session: &Session, room: RoomId, unseen: bool) -> Self {
        let view = session.room(room);
        let complete = view
            .is_some_and(|view| !view.catching_up && view.cursor.is_some_and(|c| c >= view.head))
            && matches!(session.connection(), Connection::Online { .. });
        let rows: Vec<_> = session.timeline(room).rows().collect();
        known.all.clear();
        known.all.extend(rows.iter().map(|row| ListedRow {
            key: row.key(),
            seq: row.seq(),
            mine: row.mine,
        }));
        if let Some(view) = view
            && known.news_after.is_none()
            && unseen
            && view.unread > 0
        {
            known.news_after = Some(view.read);
        }
        // A look at another place is no news, and neither is the end after it.
        let live = session.timeline(room).is_live();
        known.armed &= live;
        known.low = view.map_or(0, |view| view.low);
        let range = known.range();
        let reaches_end = range.end == rows.len() && live;
        let (mut order, mut stands, mut changed) = (Vec::new(), Vec::new(), HashMap::new());
        for row in rows.get(range).unwrap_or_default() {
            let key = row.key();
            let shows = RowView::from(row);
            match known.rows.get(&key) {
                Some((model, _)) if model.view.with_untracked(|view| *view == shows) => {}
                _ => {
                    changed.insert(key, shows);
                }
            }
            order.push(key);
            stands.push((row.author.id, row.at, calendar::day_of(row.at)));
        }
        let mut places = places(stands);
        if let Some(first) = known.first_new()
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
    /// Brings the models up to the layout: those that are there stay. The first `history` rows are not announced.
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
        self.gone += self.rows.len();
        self.rows = rows;
    }

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
