//! The open room's rows as signals: one model per row, for as long as the row is there.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_client::RowKey;
use steadfast_client::link::Chat;
use steadfast_shared::{Person, RoomId, Seq};

use crate::timeline::layout::history_len;
use crate::timeline::row_view::RowView;
use crate::timeline::rows::{FirstNew, LaidOutRows, Layout, RowModel};
use crate::timeline::window::RenderWindow;

const SETTLE: Duration = Duration::from_millis(300);

/// The open room's rows, and where the view on them stands.
#[derive(Clone, Copy)]
pub(crate) struct TimelineModel {
    /// Rows that are not announced: those there before, and those loaded by scrolling back.
    pub(crate) history: RwSignal<Vec<RowModel>>,
    /// Rows that came while the page was looking: announced as they come.
    pub(crate) live: RwSignal<Vec<RowModel>>,
    /// Whether everything there is has come, so that the next row is news.
    pub(crate) caught_up: RwSignal<bool>,
    /// Whether the view stands at the end and follows it.
    pub(crate) at_end: RwSignal<bool>,
    /// Other people's messages below the view.
    pub(crate) below: RwSignal<usize>,
    /// Whether the rows in the document reach the newest one held.
    pub(crate) reaches_end: RwSignal<bool>,
    /// More rows are held, or fewer.
    pub(crate) resized: Trigger,
    known: StoredValue<LaidOutRows, LocalStorage>,
}

impl TimelineModel {
    pub(crate) fn new() -> Self {
        Self {
            history: RwSignal::new(Vec::new()),
            live: RwSignal::new(Vec::new()),
            caught_up: RwSignal::new(false),
            at_end: RwSignal::new(true),
            below: RwSignal::new(0),
            reaches_end: RwSignal::new(true),
            resized: Trigger::new(),
            known: StoredValue::new_local(LaidOutRows::default()),
        }
    }

    /// Goes to the end, and stays with it.
    pub(crate) fn follow(self) {
        self.known
            .update_value(|known| known.window = RenderWindow::Newest);
        if !self.at_end.get_untracked() {
            self.at_end.set(true);
        }
    }

    /// Lays the rows out as the chat has them: models that are there stay, and hear of changes. `reading` says
    /// whether a person looks at the end: new rows are read by them at once.
    pub(crate) fn show(self, chat: &Chat, room: RoomId, reading: bool) {
        let layout = self.known.try_update_value(|known| {
            let opened = known.room != Some(room);
            if opened {
                *known = LaidOutRows {
                    room: Some(room),
                    gone: known.gone + known.rows.len(),
                    ..LaidOutRows::default()
                };
                self.history.set(Vec::new());
                self.live.set(Vec::new());
            }
            chat.with(|session| Layout::of(known, session, room, opened || !reading))
        });
        if let Some(layout) = layout {
            let reaches_end = layout.reaches_end;
            self.known.update_value(|known| self.apply(known, layout));
            if self.reaches_end.get_untracked() != reaches_end {
                self.reaches_end.set(reaches_end);
            }
            self.resized.notify();
        }
    }

    /// Whether so many rows have left the document that the signals they listened to are to forget them. Says so once.
    pub(crate) fn takes_leave(self) -> bool {
        self.known
            .try_update_value(LaidOutRows::takes_leave)
            .unwrap_or(false)
    }

    /// Brings older rows into the document, of those that are held. Says whether there were any.
    pub(crate) fn up(self) -> bool {
        self.turn(RenderWindow::up)
    }

    /// Brings newer rows into the document, of those that are held. Says whether there were any.
    pub(crate) fn down(self) -> bool {
        self.turn(RenderWindow::down)
    }

    /// Brings a row into the document, where it is held.
    pub(crate) fn bring(self, key: RowKey) {
        self.turn(|window, keys| {
            window.stay(keys);
            window.show(keys, &key);
            true
        });
    }

    /// The row of this place in the log, or the next one: not every entry has a row.
    pub(crate) fn key_near(self, seq: Seq) -> Option<RowKey> {
        self.known.with_value(|known| {
            let mut held = known.all.iter();
            let near = held.find(|held| held.seq.is_some_and(|other| other >= seq));
            near.or(known.all.last()).map(|held| held.key)
        })
    }

    /// The row in the document that stands at this place in the log.
    pub(crate) fn key_of(self, seq: Seq) -> Option<RowKey> {
        self.known.with_value(|known| {
            let held = known.all.iter().find(|held| held.seq == Some(seq))?;
            known.rows.contains_key(&held.key).then_some(held.key)
        })
    }

    fn turn(self, turn: impl FnOnce(&mut RenderWindow<RowKey>, &[RowKey]) -> bool) -> bool {
        let turned = self.known.try_update_value(|known| {
            let keys = known.keys();
            turn(&mut known.window, &keys)
        });
        turned.unwrap_or(false)
    }

    /// The first row that is new to the person, where one is held.
    pub(crate) fn first_new(self) -> Option<FirstNew> {
        self.known.with_value(LaidOutRows::first_new)
    }

    /// Nobody looks any more, or the news has been answered: the next row is new from here on.
    pub(crate) fn forget_news(self) {
        self.known.update_value(|known| known.news_after = None);
    }

    fn apply(self, known: &mut LaidOutRows, layout: Layout) {
        let Layout {
            order,
            places,
            changed,
            complete,
            ..
        } = layout;
        let history = history_len(
            &order,
            |key| known.rows.get(key).map(|(_, announced)| *announced),
            known.armed,
        );
        known.update_models(&order, &places, changed, history);
        known.armed |= complete;
        self.show_order(known, order, history);
        known.complete = complete;
        if !complete {
            self.caught_up.set(false);
        } else if !self.caught_up.get_untracked() {
            self.announce_soon();
        }
        self.count_below(known);
    }

    /// Shows which rows there are, where that has changed.
    fn show_order(self, known: &mut LaidOutRows, order: Vec<RowKey>, history: usize) {
        if known.order == order && known.history_len == history {
            return;
        }
        let models = |keys: &[RowKey]| -> Vec<RowModel> {
            keys.iter()
                .filter_map(|key| known.rows.get(key))
                .map(|(model, _)| model.clone())
                .collect()
        };
        let (was_history, was_live) = known.order.split_at(known.history_len.min(known.order.len()));
        let (is_history, is_live) = order.split_at(history);
        if was_history != is_history {
            self.history.set(models(is_history));
        }
        if was_live != is_live {
            self.live.set(models(is_live));
        }
        known.order = order;
        known.history_len = history;
    }

    /// Announces from a moment later on: the rows that completed the catching up are still on their way into the document.
    fn announce_soon(self) {
        set_timeout(
            move || {
                if self.known.with_value(|known| known.complete) {
                    self.caught_up.set(true);
                }
            },
            SETTLE,
        );
    }

    /// Counts the new rows below the view; at the end, everything is seen.
    fn count_below(self, known: &mut LaidOutRows) {
        let newest = known.all.iter().rev().find_map(|held| held.seq).unwrap_or(0);
        let below = if self.at_end.get_untracked() {
            known.seen = known.seen.max(newest);
            0
        } else {
            let seen = known.seen;
            let newer = known.all.iter().rev();
            let newer = newer.take_while(|held| held.seq.is_none_or(|seq| seq > seen));
            newer.filter(|held| !held.mine).count()
        };
        if self.below.get_untracked() != below {
            self.below.set(below);
        }
    }

    /// The content of one row.
    pub(crate) fn row(self, key: &RowKey) -> Option<RowView> {
        self.known.with_value(|known| {
            let (model, _) = known.rows.get(key)?;
            Some(model.view.get_untracked())
        })
    }

    /// The authors of the rows shown, the latest first.
    pub(crate) fn authors(self) -> Vec<Person> {
        self.known.with_value(|known| {
            let newest = known.order.iter().rev();
            let rows = newest.filter_map(|key| known.rows.get(key));
            let mut authors: Vec<Person> = Vec::new();
            for (model, _) in rows {
                model.view.with_untracked(|shown| {
                    if !authors.iter().any(|author| author.id == shown.author.id) {
                        authors.push(shown.author.clone());
                    }
                });
            }
            authors
        })
    }

    /// The newest row of which this is true.
    pub(crate) fn find_last(self, is_it: impl Fn(&RowView) -> bool) -> Option<RowKey> {
        self.known.with_value(|known| {
            let mut newest = known.order.iter().rev();
            newest
                .find(|key| {
                    let row = known.rows.get(key);
                    row.is_some_and(|(model, _)| model.view.with_untracked(&is_it))
                })
                .copied()
        })
    }

    /// The view moved to the end, or away from it.
    pub(crate) fn moved(self, at_end: bool) {
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
            self.known.update_value(|known| {
                if at_end {
                    known.window = RenderWindow::Newest;
                } else {
                    let keys = known.keys();
                    known.window.stay(&keys);
                }
                self.count_below(known);
            });
        }
    }
}
