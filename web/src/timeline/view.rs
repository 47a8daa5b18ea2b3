//! The timeline component: history, then newer rows, and the view that follows the end or stays.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use steadfast_client::RowKey;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::{Each, computed, view};
use crate::reactive::{RwSignal, StoredValue, effect, memo};
use crate::rooms::context::RoomsContext;
use crate::timeline::context::TimelineContext;
use crate::timeline::paging::Edge;
use crate::timeline::phrases::TimelinePhrases;
use crate::timeline::row::Row;
use crate::timeline::row::pointing::{RowPointing, focus_last_row};
use crate::timeline::row::separator::Separator;
use crate::timeline::rows::RowModel;
use crate::timeline::scroll::{Beyond, View};
use crate::timeline::seek::to_end::ToEnd;
use crate::timeline::seek::to_news::ToNews;
use crate::ui::focus::focus_in_place;

/// The timeline's elements and the buttons at its edges.
#[derive(Clone, Copy)]
struct TimelineView {
    element: NodeRef<html::Div>,
    content: NodeRef<html::Div>,
    /// Changes its size with each layout of the rows.
    beat: NodeRef<html::Div>,
    view: StoredValue<Option<View>>,
    /// The end that the view is near, and whether rows are added there in the next frame.
    near: StoredValue<Option<Beyond>>,
    filling: StoredValue<bool>,
    /// The view is far from the end.
    far: RwSignal<bool>,
    /// The first unread message is above the view.
    news_above: RwSignal<bool>,
    timeline: TimelineContext,
}

impl TimelineView {
    fn new() -> Self {
        Self {
            element: NodeRef::new(),
            content: NodeRef::new(),
            beat: NodeRef::new(),
            view: StoredValue::new(None),
            near: StoredValue::new(None),
            filling: StoredValue::new(false),
            far: RwSignal::new(false),
            news_above: RwSignal::new(false),
            timeline: TimelineContext::here(),
        }
    }

    fn row_of(self, key: RowKey) -> Option<Element> {
        let content = self.content.try_get_untracked()??;
        let selector = format!("[data-testid=row][data-id=\"{}\"]", key.id);
        content.query_selector(&selector).ok()?
    }

    /// Handles any change of the view. A frame may run after the room was closed.
    fn refresh(self) {
        let updated = self.view.try_with_value(|view| {
            if let Some(view) = view {
                self.update(view);
            }
        });
        updated.unwrap_or_default();
    }

    fn update(self, view: &View) {
        let (timeline, model) = (self.timeline, self.timeline.model);
        // A layout change may bring the end into view without scrolling.
        if view.follows() {
            model.set_at_end(true);
        }
        let set = |signal: RwSignal<bool>, to: bool| {
            if signal.get_untracked() != to {
                signal.set(to);
            }
        };
        set(
            self.far,
            view.far_from_end() || !model.reaches_end.get_untracked(),
        );
        let above = model.first_new().is_some_and(|first| {
            let row = self.row_of(first.key);
            first.above || row.is_some_and(|row| view.beyond(&row) == Some(Beyond::Above))
        });
        set(self.news_above, above || timeline.unread_above().is_some());
        let near = if view.near_top() {
            Some(Beyond::Above)
        } else {
            (view.near_end() && !model.reaches_end.get_untracked()).then_some(Beyond::Below)
        };
        self.near.set_value(near);
        if near.is_some() {
            self.fill_in_frame();
        }
    }

    /// Adds rows at the end that the view is near, once in a frame: a scroll event and the layout after it each find the view near an
    /// end. The layout calls for the next step.
    fn fill_in_frame(self) {
        if self.filling.get_value() {
            return;
        }
        self.filling.set_value(true);
        request_animation_frame(move || {
            let Some(near) = self.near.try_get_value() else {
                return;
            };
            self.filling.set_value(false);
            match near {
                Some(Beyond::Above) => self.timeline.show_older(),
                Some(Beyond::Below) => self.timeline.show_newer(),
                None => {}
            }
        });
    }

    /// Keeps the scroll position while the elements exist.
    fn keep(self) {
        let (element, content, beat, view) = (self.element, self.content, self.beat, self.view);
        let model = self.timeline.model;
        effect(move || {
            if let (Some(element), Some(content), Some(beat)) = (element.get(), content.get(), beat.get()) {
                view.update_value(|view| {
                    view.get_or_insert_with(|| {
                        View::keep(element.into(), content.into(), beat.into(), move || {
                            self.refresh();
                        })
                    });
                });
            }
        });
        on_cleanup(move || {
            view.try_with_value(|view| view.as_ref().map(View::release));
        });
        effect(move || {
            let complete = model.reaches_end.get();
            view.with_value(|view| view.as_ref().map(|view| view.set_complete(complete)));
        });
        effect(move || {
            model.resized.track();
            view.with_value(|view| view.as_ref().map(View::rows_changed));
        });
        // Posting goes to the end; so does any code that sets `at_end`.
        effect(move || {
            if model.at_end.get() {
                view.with_value(|view| view.as_ref().map(View::to_end));
            }
        });
        self.follow_sought();
    }

    /// Scrolls to the target row once it is in the document.
    fn follow_sought(self) {
        effect(move || {
            let Some(key) = self.timeline.sought.get() else {
                return;
            };
            self.timeline.sought.set(None);
            request_animation_frame(move || {
                if let Some(row) = self.row_of(key) {
                    self.view
                        .try_with_value(|view| view.as_ref().map(|view| view.show(&row)));
                    point_out(row);
                }
                self.refresh();
            });
        });
    }

    fn scrolled(self) {
        let at_end = self
            .view
            .with_value(|view| view.as_ref().is_none_or(View::scrolled));
        let arrives = at_end && !self.timeline.model.at_end.get_untracked();
        self.timeline.model.set_at_end(at_end);
        // A jump to one of the last messages shows the end, too.
        if arrives && !self.highlights() {
            self.timeline.went_to_end.call(());
        }
        self.timeline.mark_read();
        self.refresh();
    }

    /// Whether the target row of a jump is highlighted.
    fn highlights(self) -> bool {
        let content = self.content.get_untracked();
        content.is_some_and(|content| matches!(content.query_selector("[data-sought]"), Ok(Some(_))))
    }

    fn go_to_end(self) {
        self.timeline.return_to_end();
        self.timeline.model.set_at_end(true);
        self.timeline.went_to_end.call(());
        self.timeline.show();
        self.timeline.mark_read();
        self.view.with_value(|view| view.as_ref().map(View::to_end));
    }

    fn key(self, event: &KeyboardEvent) {
        let Some(element) = self.element.get_untracked() else {
            return;
        };
        let on_itself = event.target().is_some_and(|target| target == ****element);
        if on_itself && event.key() == "ArrowUp" {
            event.prevent_default();
            focus_last_row(&element);
        }
    }
}

#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let view = TimelineView::new();
    let model = view.timeline.model;
    view.keep();
    let to_end = Callback::new(move |()| view.go_to_end());
    let to_news = Callback::new(move |()| view.timeline.seek_news());
    view! {
        <div class="timeline-frame">
            <div
                class="timeline"
                data-testid="timeline"
                tabindex="0"
                role="region"
                aria-label=words(move || (TimelinePhrases::of(locale.language()).messages_in)(&rooms.room_name()))
                data-archived=move || view.timeline.archived.get().then_some("true")
                node_ref=view.element
                on:scroll=move |_| view.scrolled()
                on:keydown=move |event| view.key(&event)
            >
                <div class="timeline-content" node_ref=view.content>
                    <OldEnd />
                    <RowPointing>
                        <div role="list">
                            <Rows rows=model.history />
                        </div>
                        <div
                            role="log"
                            aria-relevant="additions"
                            aria-live=move || if model.caught_up.get() { "polite" } else { "off" }
                        >
                            <div role="list">
                                <Rows rows=model.live />
                            </div>
                        </div>
                    </RowPointing>
                    <NewEnd />
                </div>
            </div>
            <div class="timeline-beat" node_ref=view.beat></div>
            <ToNews above=view.news_above go=to_news />
            <ToEnd far=view.far go=to_end />
        </div>
    }
}

#[component]
fn Rows(rows: RwSignal<Vec<RowModel>>) -> impl IntoView {
    view! {
        <Each list=move || rows.get() key=|row| row.key let(row)>
            <Separator row=row.clone() />
            <Row row />
        </Each>
    }
}

/// How long the target row of a jump is highlighted.
const POINTED_OUT: Duration = Duration::from_millis(2_500);

/// Highlights a row briefly, and focuses it so that a screen reader reads it.
fn point_out(row: Element) {
    let _ = row.set_attribute(SOUGHT, "true");
    if let Some(row) = row.dyn_ref::<HtmlElement>() {
        focus_in_place(row);
    }
    set_timeout(
        move || {
            let _ = row.remove_attribute(SOUGHT);
        },
        POINTED_OUT,
    );
}

/// The attribute the style sheet highlights.
const SOUGHT: &str = "data-sought";

/// The note below the last row, if it is not the room's newest.
#[component]
fn NewEnd() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let says = memo(move || {
        let room = chat.room.get();
        chat.on_rooms(|session| {
            let view = session.room(room?)?;
            let loading = view.window.detached && view.window.loading_newer;
            Some((loading, !loading && !view.window.detached && view.buffered > 0))
        })
    });
    computed(move || {
        let words: Phrase = match says.get() {
            Some((true, _)) => |l| TimelinePhrases::of(l).loading_newer,
            Some((_, true)) => |l| TimelinePhrases::of(l).gap,
            _ => return None,
        };
        Some(view! { <p class="timeline-edge" data-testid="new-end">{locale.says(words)}</p> })
    })
}

/// The note above the oldest row.
#[component]
fn OldEnd() -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let edge = memo(move || timeline.edge());
    computed(move || {
        match edge.get() {
        Edge::Nothing => ().into_any(),
        // Its place stays, so that the rows do.
        Edge::Older { loading } => view! {
            <p class="timeline-edge" data-idle=!loading>{locale.says(|l| TimelinePhrases::of(l).loading_older)}</p>
        }
        .into_any(),
        Edge::Beginning => view! {
            <p class="timeline-edge">{words(move || timeline.beginning())}</p>
        }
        .into_any(),
        Edge::Empty => view! {
            <div class="timeline-empty">
                <h2>{words(move || timeline.beginning())}</h2>
                <p>{locale.says(|l| TimelinePhrases::of(l).empty)}</p>
            </div>
        }
        .into_any(),
    }
    })
}
