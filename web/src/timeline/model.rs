//! The open room's rows as signals: one model per row, for as long as the row exists.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_client::link::Chat;
use steadfast_client::{Row, RowKey};
use steadfast_shared::{Person, RoomId, Seq};

use crate::context::Context;
use crate::reactive::{RwSignal, StoredValue};
use crate::timeline::layout::history_len;
use crate::timeline::rows::{FirstNew, LaidOutRows, Layout, RowModel, RowSettings};
use crate::timeline::window::RenderWindow;

const SETTLE: Duration = Duration::from_millis(300);

/// The open room's rows, and the state of the view on them.
pub(crate) type TimelineModel = Context<RowSignals>;

pub(crate) struct RowSignals {
    /// Rows that are not announced: those present when the room opened, and those loaded by
    /// scrolling back.
    pub(crate) history: RwSignal<Vec<RowModel>>,
    /// Rows that arrived while the room was open: announced as they arrive.
    pub(crate) live: RwSignal<Vec<RowModel>>,
    /// Whether the timeline is complete, so that the next row is news.
    pub(crate) caught_up: RwSignal<bool>,
    /// Whether the view is at the end and follows it.
    pub(crate) at_end: RwSignal<bool>,
    /// Number of other people's messages below the view.
    pub(crate) below: RwSignal<usize>,
    /// Whether the rows in the document include the newest loaded one.
    pub(crate) reaches_end: RwSignal<bool>,
    /// Notifies after each layout: the number of loaded rows may have changed.
    pub(crate) resized: Trigger,
    laid_out: StoredValue<LaidOutRows>,
}

impl TimelineModel {
    pub(crate) fn new() -> Self {
        Self::keep(RowSignals {
            history: RwSignal::new(Vec::new()),
            live: RwSignal::new(Vec::new()),
            caught_up: RwSignal::new(false),
            at_end: RwSignal::new(true),
            below: RwSignal::new(0),
            reaches_end: RwSignal::new(true),
            resized: Trigger::new(),
            laid_out: StoredValue::new(LaidOutRows::default()),
        })
    }

    /// Goes to the end and follows it.
    pub(crate) fn follow(self) {
        self.laid_out.update_value(|laid_out| laid_out.window.follow());
        if !self.at_end.get_untracked() {
            self.at_end.set(true);
        }
    }

    /// Lays out the chat's rows: existing models stay and receive their changes. `reading` says
    /// whether the person is viewing the end: new rows then count as read at once.
    pub(crate) fn show(self, chat: &Chat, room: RoomId, reading: bool, settings: &RowSettings<'_>) {
        let layout = self.laid_out.try_update_value(|laid_out| {
            let opened = laid_out.room != Some(room);
            if opened {
                *laid_out = LaidOutRows {
                    room: Some(room),
                    removed: laid_out.removed + laid_out.rows.len(),
                    pointed: laid_out.pointed,
                    ..LaidOutRows::default()
                };
                self.history.set(Vec::new());
                self.live.set(Vec::new());
            }
            if self.at_end.get_untracked() {
                laid_out.window.follow();
            }
            chat.with(|session| Layout::of(laid_out, session, room, opened || !reading))
        });
        if let Some(layout) = layout {
            let reaches_end = layout.reaches_end;
            self.laid_out
                .update_value(|laid_out| self.apply(laid_out, layout, settings));
            if self.reaches_end.get_untracked() != reaches_end {
                self.reaches_end.set(reaches_end);
            }
            self.resized.notify();
        }
    }

    /// Shows the actions of this row alone.
    pub(crate) fn point(self, at: Option<RowKey>) {
        self.laid_out.update_value(|laid_out| laid_out.point(at));
    }

    /// Whether enough rows have left the document that signals should drop the subscriptions of
    /// removed rows. Resets the count.
    pub(crate) fn take_prune_due(self) -> bool {
        self.laid_out
            .try_update_value(LaidOutRows::take_prune_due)
            .unwrap_or(false)
    }

    /// Ends the first frame of a room. Returns whether there are more rows to render.
    pub(crate) fn render_rest(self) -> bool {
        self.move_window(RenderWindow::open)
    }

    /// Whether only the rows of the room's first frame are rendered.
    pub(crate) fn is_opening(self) -> bool {
        self.laid_out
            .with_value(|known| known.window == RenderWindow::Opening)
    }

    /// Renders older loaded rows. Returns whether there were any.
    pub(crate) fn up(self) -> bool {
        self.move_window(RenderWindow::up)
    }

    /// Renders newer loaded rows. Returns whether there were any.
    pub(crate) fn down(self) -> bool {
        self.move_window(RenderWindow::down)
    }

    /// Renders a row, if it is loaded.
    pub(crate) fn bring_into_window(self, key: RowKey) {
        self.move_window(|window, keys| {
            window.stay(keys);
            window.show(keys, &key);
            true
        });
    }

    /// The row at this place in the log, or the next one: not every entry has a row. The last row
    /// if none follows.
    pub(crate) fn key_near(self, seq: Seq) -> Option<RowKey> {
        self.laid_out.with_value(|laid_out| {
            let mut rows = laid_out.all.iter();
            let near = rows.find(|row| row.seq.is_some_and(|other| other >= seq));
            near.or(laid_out.all.last()).map(|row| row.key)
        })
    }

    /// The rendered row at this place in the log.
    pub(crate) fn key_of(self, seq: Seq) -> Option<RowKey> {
        self.laid_out.with_value(|laid_out| {
            let row = laid_out.all.iter().find(|row| row.seq == Some(seq))?;
            laid_out.rows.contains_key(&row.key).then_some(row.key)
        })
    }

    fn move_window(self, step: impl FnOnce(&mut RenderWindow<RowKey>, &[RowKey]) -> bool) -> bool {
        let moved = self.laid_out.try_update_value(|laid_out| {
            let keys = laid_out.keys();
            step(&mut laid_out.window, &keys)
        });
        moved.unwrap_or(false)
    }

    /// The first unread row, if loaded.
    pub(crate) fn first_new(self) -> Option<FirstNew> {
        self.laid_out.with_value(LaidOutRows::first_new)
    }

    /// Clears the "New" line: the person left the page or posted, so the next row is the first
    /// new one.
    pub(crate) fn clear_news(self) {
        self.laid_out.update_value(|laid_out| laid_out.news_after = None);
    }

    fn apply(self, laid_out: &mut LaidOutRows, mut layout: Layout, settings: &RowSettings<'_>) {
        let history = history_len(
            &layout.order,
            |key| laid_out.rows.get(key).map(|row| row.announced),
            laid_out.armed,
        );
        laid_out.update_models(&mut layout, history, settings);
        let Layout { order, complete, .. } = layout;
        laid_out.armed |= complete;
        self.show_order(laid_out, order, history);
        laid_out.complete = complete;
        if !complete {
            self.caught_up.set(false);
        } else if !self.caught_up.get_untracked() {
            self.announce_soon();
        }
        self.count_below(laid_out);
    }

    /// Updates the lists of rows that changed.
    fn show_order(self, laid_out: &mut LaidOutRows, order: Vec<RowKey>, history: usize) {
        if laid_out.order == order && laid_out.history_len == history {
            return;
        }
        let models = |keys: &[RowKey]| -> Vec<RowModel> {
            keys.iter()
                .filter_map(|key| laid_out.rows.get(key))
                .map(|row| row.model.clone())
                .collect()
        };
        let (old_history, old_live) = laid_out
            .order
            .split_at(laid_out.history_len.min(laid_out.order.len()));
        let (new_history, new_live) = order.split_at(history);
        if old_history != new_history {
            self.history.set(models(new_history));
        }
        if old_live != new_live {
            self.live.set(models(new_live));
        }
        laid_out.order = order;
        laid_out.history_len = history;
    }

    /// Starts announcing after a short delay: the rows that completed the catch-up are still being
    /// added to the document.
    fn announce_soon(self) {
        set_timeout(
            move || {
                if self.laid_out.with_value(|laid_out| laid_out.complete) {
                    self.caught_up.set(true);
                }
            },
            SETTLE,
        );
    }

    /// Counts the new rows below the view; at the end, every row counts as seen.
    fn count_below(self, laid_out: &mut LaidOutRows) {
        let newest = laid_out.all.iter().rev().find_map(|row| row.seq).unwrap_or(0);
        let below = if self.at_end.get_untracked() {
            laid_out.seen = laid_out.seen.max(newest);
            0
        } else {
            let seen = laid_out.seen;
            let newer = laid_out.all.iter().rev();
            let newer = newer.take_while(|row| row.seq.is_none_or(|seq| seq > seen));
            newer.filter(|row| !row.mine).count()
        };
        if self.below.get_untracked() != below {
            self.below.set(below);
        }
    }

    pub(crate) fn row(self, key: &RowKey) -> Option<Row> {
        self.laid_out.with_value(|laid_out| {
            let row = laid_out.rows.get(key)?;
            Some(row.model.view.get_untracked())
        })
    }

    /// The authors of the rows shown, the latest first.
    pub(crate) fn authors(self) -> Vec<Person> {
        self.laid_out.with_value(|laid_out| {
            let newest = laid_out.order.iter().rev();
            let rows = newest.filter_map(|key| laid_out.rows.get(key));
            let mut authors: Vec<Person> = Vec::new();
            for row in rows {
                row.model.view.with_untracked(|shown| {
                    if !authors.iter().any(|author| author.id == shown.author.id) {
                        authors.push(shown.author.clone());
                    }
                });
            }
            authors
        })
    }

    /// The newest row that matches.
    pub(crate) fn find_last(self, matches: impl Fn(&Row) -> bool) -> Option<RowKey> {
        self.laid_out.with_value(|laid_out| {
            let mut newest = laid_out.order.iter().rev();
            newest
                .find(|key| {
                    let row = laid_out.rows.get(key);
                    row.is_some_and(|row| row.model.view.with_untracked(&matches))
                })
                .copied()
        })
    }

    /// Records that the view reached the end or left it.
    pub(crate) fn set_at_end(self, at_end: bool) {
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
            self.laid_out.update_value(|laid_out| {
                if at_end {
                    laid_out.window.follow();
                } else {
                    let keys = laid_out.keys();
                    laid_out.window.stay(&keys);
                }
                self.count_below(laid_out);
            });
        }
    }
}
