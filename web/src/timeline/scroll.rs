//! Where the timeline's view stands, in the document: measures it, and puts it where `anchor` says.
//!
//! The browser's own scroll anchoring is off (`overflow-anchor: none`): not every browser has it, and none holds a
//! view at the very top while older rows are put before it. A `ResizeObserver` puts the view right after each change
//! of layout and before it is painted, so nothing is ever seen to jump.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AddEventListenerOptions, Element, Event, ResizeObserver};

use crate::timeline::anchor::{AnchorStep, ScrollAnchor, ScrollMetrics};

/// More rows are asked for this many views before an end is reached.
const EDGE_VIEWS: i32 = 2;

/// How long after a touch, a turn of the wheel or a key the view may move by it, in milliseconds.
const INPUT_MS: f64 = 1_500.0;

/// Events by which a person moves a view.
const INPUTS: [&str; 4] = ["wheel", "touchmove", "pointerdown", "keydown"];

/// Keeps one scrolling element's view.
#[derive(Clone)]
pub(crate) struct View(Rc<ScrollState>);

struct ScrollState {
    element: Element,
    content: Element,
    anchor: RefCell<ScrollAnchor>,
    held: RefCell<Option<AnchorRow>>,
    observer: RefCell<Option<Observer>>,
    input: RefCell<Option<InputListener>>,
    /// When a hand was at the view last, by the clock of events.
    input_at: Cell<f64>,
}

/// A row, and how far below the content's upper edge it began when it was looked at last.
struct AnchorRow {
    row: Element,
    place: f64,
}

/// On which side of the view something is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Beyond {
    Above,
    Below,
}

type InputListener = Closure<dyn FnMut(Event)>;

type Observer = (ResizeObserver, Closure<dyn FnMut(JsValue)>);

impl View {
    /// Keeps the view of `element` on its `content`; calls `resized` after each change of layout was answered.
    pub(crate) fn keep(element: Element, content: Element, resized: impl Fn() + 'static) -> Self {
        let view = Self(Rc::new(ScrollState {
            element,
            content,
            anchor: RefCell::new(ScrollAnchor::at_end()),
            held: RefCell::new(None),
            observer: RefCell::new(None),
            input: RefCell::new(None),
            input_at: Cell::new(f64::NEG_INFINITY),
        }));
        view.0.watch_input();
        let weak = Rc::downgrade(&view.0);
        let callback = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            if let Some(inner) = weak.upgrade() {
                inner.look();
                resized();
            }
        });
        if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&view.0.element);
            observer.observe(&view.0.content);
            view.0.observer.replace(Some((observer, callback)));
        }
        view
    }

    /// A person scrolled. Answers whether the view is at the end.
    pub(crate) fn scrolled(&self) -> bool {
        self.0.look();
        self.follows()
    }

    /// Whether the view is at the end, and stays there.
    pub(crate) fn follows(&self) -> bool {
        self.0.anchor.borrow().follows()
    }

    /// Goes to the end and follows it.
    pub(crate) fn to_end(&self) {
        let step = self.0.anchor.borrow_mut().follow(self.0.reading());
        self.0.take(step);
    }

    /// Whether the top is near enough to ask for older rows.
    pub(crate) fn near_top(&self) -> bool {
        self.0.element.scroll_top() < EDGE_VIEWS * self.0.element.client_height()
    }

    /// Whether the lower end is near enough to ask for newer rows.
    pub(crate) fn near_end(&self) -> bool {
        let ScrollMetrics { top, end, .. } = self.0.reading();
        end - top < EDGE_VIEWS * self.0.element.client_height()
    }

    /// Whether the content ends where the room does, from here on.
    pub(crate) fn set_complete(&self, complete: bool) {
        self.0.anchor.borrow_mut().set_complete(complete);
    }

    /// Puts an element in the middle of the view, and stays there.
    pub(crate) fn show(&self, element: &Element) {
        let inner = &self.0;
        inner.anchor.borrow_mut().leave();
        let middle =
            (f64::from(inner.element.client_height()) - element.get_bounding_client_rect().height()) / 2.0;
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        let top = (inner.place_of(element) - middle.max(0.0)).round() as i32;
        inner.element.set_scroll_top(top);
        inner.anchor.borrow_mut().stands(inner.reading());
        inner.held.replace(inner.first_in_view());
    }

    /// Where an element is against the visible part; `None` for one that is in it.
    pub(crate) fn beyond(&self, element: &Element) -> Option<Beyond> {
        let (view, element) = (
            self.0.element.get_bounding_client_rect(),
            element.get_bounding_client_rect(),
        );
        if element.bottom() <= view.top() {
            Some(Beyond::Above)
        } else if element.top() >= view.bottom() {
            Some(Beyond::Below)
        } else {
            None
        }
    }

    /// Whether the view is so far from the end that a way back is welcome.
    pub(crate) fn far_from_end(&self) -> bool {
        let ScrollMetrics { top, end, .. } = self.0.reading();
        end - top > self.0.element.client_height()
    }

    /// Stops keeping the view.
    pub(crate) fn release(&self) {
        if let Some((observer, _callback)) = self.0.observer.take() {
            observer.disconnect();
        }
        if let Some(input) = self.0.input.take() {
            let input = input.as_ref().unchecked_ref();
            for name in INPUTS {
                let _ = self
                    .0
                    .element
                    .remove_event_listener_with_callback_and_bool(name, input, true);
            }
        }
    }
}

impl ScrollState {
    fn reading(&self) -> ScrollMetrics {
        let height = self.element.client_height();
        ScrollMetrics {
            top: self.element.scroll_top(),
            end: self.element.scroll_height() - height,
            height,
        }
    }

    /// Notes when a hand is at the view. Passively: scrolling waits for nobody.
    fn watch_input(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let note = InputListener::new(move |event: Event| {
            if let Some(inner) = weak.upgrade() {
                inner.input_at.set(event.time_stamp());
            }
        });
        let options = AddEventListenerOptions::new();
        options.set_passive(true);
        options.set_capture(true);
        for name in INPUTS {
            let _ = self
                .element
                .add_event_listener_with_callback_and_add_event_listener_options(
                    name,
                    note.as_ref().unchecked_ref(),
                    &options,
                );
        }
        self.input.replace(Some(note));
    }

    fn is_by_input(&self) -> bool {
        let clock = web_sys::window().and_then(|window| window.performance());
        clock.is_none_or(|clock| clock.now() - self.input_at.get() < INPUT_MS)
    }

    /// Answers whatever happened to the view since it was looked at last.
    fn look(&self) {
        let shift = self.shift();
        let step =
            self.anchor
                .borrow_mut()
                .look(self.reading(), shift.unwrap_or_default(), self.is_by_input());
        self.take(AnchorStep {
            hold_anew: step.hold_anew || shift.is_none(),
            ..step
        });
    }

    fn take(&self, step: AnchorStep) {
        if let Some(top) = step.go {
            self.element.set_scroll_top(top);
            self.anchor.borrow_mut().stands(self.reading());
        }
        if step.hold_anew {
            self.held.replace(self.first_in_view());
        }
    }

    /// How far the held row moved in the content since it was looked at last; `None` when there is none any more.
    fn shift(&self) -> Option<i32> {
        let mut held = self.held.borrow_mut();
        let held = held.as_mut().filter(|held| held.row.is_connected())?;
        let shift = (self.place_of(&held.row) - held.place).round();
        // The view moves by whole pixels; the rest of one counts the next time.
        held.place += shift;
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        let shift = shift as i32;
        Some(shift)
    }

    fn first_in_view(&self) -> Option<AnchorRow> {
        let edge = self.element.get_bounding_client_rect().top();
        let rows = self.content.query_selector_all("[data-testid=row]").ok()?;
        // Rows are in order, so the first one that ends below the upper edge is found by halving.
        let (mut low, mut high) = (0, rows.length());
        while low < high {
            let middle = low.midpoint(high);
            let row: Element = rows.get(middle)?.unchecked_into();
            if row.get_bounding_client_rect().bottom() <= edge {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let row: Element = rows.get(low)?.unchecked_into();
        let place = self.place_of(&row);
        Some(AnchorRow { row, place })
    }

    /// How far below the content's upper edge a row begins, wherever the view is.
    fn place_of(&self, row: &Element) -> f64 {
        row.get_bounding_client_rect().top() - self.content.get_bounding_client_rect().top()
    }
}
