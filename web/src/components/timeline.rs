//! The room's log as it is read: history, then what came since, and the view that follows or stays.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use steadfast_client::Input;

use super::hand::{Hand, focus_last_row};
use super::row::Row;
use super::row_tools::OpenTool;
use super::to_end::ToEnd;
use crate::scroll::View;
use crate::state::{Page, RowModel, words};

/// The room's log as it is read.
#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let page = Page::here();
    let timeline = page.timeline;
    let element = NodeRef::<html::Div>::new();
    let content = NodeRef::<html::Div>::new();
    let view = StoredValue::new_local(None::<View>);
    let far = RwSignal::new(false);

    let look_around = move || {
        view.with_value(|view| {
            let Some(view) = view else { return };
            let is_far = view.far_from_end();
            if far.get_untracked() != is_far {
                far.set(is_far);
            }
            if view.near_top() {
                page.load_older();
            }
        });
    };
    Effect::new(move || {
        if let (Some(element), Some(content)) = (element.get(), content.get()) {
            view.update_value(|view| {
                view.get_or_insert_with(|| View::keep(element.into(), content.into(), look_around));
            });
        }
    });
    on_cleanup(move || {
        view.try_with_value(|view| view.as_ref().map(View::release));
    });
    // Posting goes to the end; so does anything else that says so.
    Effect::new(move || {
        if timeline.at_end.get() {
            view.with_value(|view| view.as_ref().map(View::to_end));
        }
    });
    let scrolled = move |_| {
        let at_end = view.with_value(|view| view.as_ref().is_none_or(View::scrolled));
        timeline.moved(at_end);
        page.mark_read();
        look_around();
    };
    let to_end = Callback::new(move |()| {
        timeline.moved(true);
        page.mark_read();
        view.with_value(|view| view.as_ref().map(View::to_end));
    });

    let to_rows = move |event: KeyboardEvent| {
        let Some(element) = element.get_untracked() else {
            return;
        };
        let on_itself = event.target().is_some_and(|target| target == ****element);
        if on_itself && event.key() == "ArrowUp" {
            event.prevent_default();
            focus_last_row(&element);
        }
    };

    view! {
        <div class="timeline-frame">
            <div
                class="timeline"
                data-testid="timeline"
                tabindex="0"
                role="region"
                aria-label=words(move || (page.t().messages_in)(&page.room_name()))
                node_ref=element
                on:scroll=scrolled
                on:keydown=to_rows
            >
                <div class="timeline-content" node_ref=content>
                    <OldEnd />
                    <Hand>
                        <div role="list">
                            <Rows rows=timeline.history />
                        </div>
                        <div
                            role="log"
                            aria-relevant="additions"
                            aria-live=move || if timeline.caught_up.get() { "polite" } else { "off" }
                        >
                            <div role="list">
                                <Rows rows=timeline.live />
                            </div>
                        </div>
                    </Hand>
                </div>
            </div>
            <ToEnd far go=to_end />
            <OpenTool />
        </div>
    }
}

#[component]
fn Rows(rows: RwSignal<Vec<RowModel>>) -> impl IntoView {
    view! {
        <For each=move || rows.get() key=|row| row.key let(row)>
            <Row row />
        </For>
    }
}

/// What stands above the oldest row.
#[component]
fn OldEnd() -> impl IntoView {
    let page = Page::here();
    let edge = Memo::new(move |_| page.edge());
    move || match edge.get() {
        Edge::Nothing => ().into_any(),
        Edge::Loading => view! { <p class="timeline-edge">{page.says(|t| t.loading_older)}</p> }.into_any(),
        Edge::Beginning => view! {
            <p class="timeline-edge">{words(move || (page.t().beginning)(&page.room_name()))}</p>
        }
        .into_any(),
        Edge::Empty => view! {
            <div class="timeline-empty">
                <h2>{words(move || (page.t().beginning)(&page.room_name()))}</h2>
                <p>{page.says(|t| t.empty)}</p>
            </div>
        }
        .into_any(),
    }
}

/// What stands above the oldest row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Nothing,
    Loading,
    Beginning,
    Empty,
}

impl Page {
    /// Asks for an older page, where there is one and none is on its way.
    fn load_older(self) {
        // Before the first rows are laid out, everything is near the top.
        let rows =
            self.timeline.history.with_untracked(Vec::len) + self.timeline.live.with_untracked(Vec::len);
        let Some(room) = self.room.get_untracked().filter(|_| rows > 0) else {
            return;
        };
        let wanted = self.read(|session| {
            session
                .room(room)
                .is_some_and(|view| view.cursor.is_some() && !view.at_beginning && !view.loading_older)
        });
        if wanted {
            self.tell(Input::ScrolledToTop(room));
        }
    }

    fn edge(self) -> Edge {
        let Some(room) = self.room.get() else {
            return Edge::Nothing;
        };
        let rows = self.timeline.history.with(Vec::len) + self.timeline.live.with(Vec::len);
        let view = self.on_rooms(|session| {
            session
                .room(room)
                .map(|view| (view.at_beginning, view.loading_older, view.cursor.is_some()))
        });
        match view {
            Some((_, _, true)) if rows == 0 => Edge::Empty,
            Some((true, ..)) if rows > 0 => Edge::Beginning,
            Some((_, true, _)) => Edge::Loading,
            _ => Edge::Nothing,
        }
    }
}
