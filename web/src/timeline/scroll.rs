//! The scrolling element: measures it, and scrolls it as `anchor` says.
//!
//! The browser's own scroll anchoring is off (`overflow-anchor: none`): not every browser has it,
//! and none holds a view at the very top while older rows are inserted above. A `ResizeObserver`
//! corrects the view right after each layout change and before it is painted, so no jump is
//! visible. It also observes an element that nobody sees and that changes with the rows: as many rows may come below as go above,
//! and the content is as high as before.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AddEventListenerOptions, Element, Event, HtmlElement, ResizeObserver};

use crate::browser::viewport::px;
use crate::timeline::anchor::{AnchorStep, ScrollAnchor, ScrollMetrics};

/// Rows are requested when the view is within this many view heights of an end.
const EDGE_VIEWS: i32 = 2;

/// How long after a touch, wheel turn or key the view's movement counts as the person's, in
/// milliseconds.
const INPUT_MS: f64 = 1_500.0;

/// How many widths the element has that changes with the rows: more than there are layouts in a frame.
const WIDTHS: u32 = 100;

/// Events by which a person scrolls.
const INPUTS: [&str; 4] = ["wheel", "touchmove", "pointerdown", "keydown"];

/// Keeps the scroll position of one element.
#[derive(Clone)]
pub(crate) struct View(Rc<ScrollState>);

struct ScrollState {
    element: Element,
    content: Element,
    beat: HtmlElement,
    /// The width of `beat`, in pixels.
    width: Cell<u32>,
    anchor: RefCell<ScrollAnchor>,
    anchor_row: RefCell<Option<AnchorRow>>,
    observer: RefCell<Option<Observer>>,
    input: RefCell<Option<InputListener>>,
    /// Time of the last input at the view, by the clock of events.
    input_at: Cell<f64>,
}

/// A row, and the distance of its text from the content's upper edge at the last update.
struct AnchorRow {
    row: Element,
    place: f64,
}

/// What comes after a row's head. The head is removed once an older message of the same person is shown above the row.
const TEXT: &str = ".row-head + *, .row-time-aside + *";

/// The side of the view on which an element is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Beyond {
    Above,
    Below,
}

type InputListener = Closure<dyn FnMut(Event)>;

type Observer = (ResizeObserver, Closure<dyn FnMut(JsValue)>);

impl View {
    /// Keeps the view of `element` on its `content`; calls `resized` after each layout change is
    /// handled. `beat` is an element beside them that takes no place.
    pub(crate) fn keep(
        element: Element,
        content: Element,
        beat: HtmlElement,
        resized: impl Fn() + 'static,
    ) -> Self {
        let view = Self(Rc::new(ScrollState {
            element,
            content,
            beat,
            width: Cell::new(0),
            anchor: RefCell::new(ScrollAnchor::at_end()),
            anchor_row: RefCell::new(None),
            observer: RefCell::new(None),
            input: RefCell::new(None),
            input_at: Cell::new(f64::NEG_INFINITY),
        }));
        view.0.watch_input();
        let weak = Rc::downgrade(&view.0);
        let callback = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            if let Some(inner) = weak.upgrade() {
                inner.update();
                resized();
            }
        });
        if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            for observed in [&view.0.element, &view.0.content, &view.0.beat] {
                observer.observe(observed);
            }
            view.0.observer.replace(Some((observer, callback)));
        }
        view
    }

    /// The rows in the document have changed: the view is corrected once they are laid out, whatever their size.
    pub(crate) fn rows_changed(&self) {
        // Two layouts of a frame are a change, too.
        let width = (self.0.width.get() + 1) % WIDTHS;
        self.0.width.set(width);
        let _ = self.0.beat.style().set_property("width", &px(width.into()));
    }

    /// Handles a scroll event. Returns whether the view is at the end.
    pub(crate) fn scrolled(&self) -> bool {
        self.0.update();
        self.follows()
    }

    /// Whether the view is at the end and follows it.
    pub(crate) fn follows(&self) -> bool {
        self.0.anchor.borrow().follows()
    }

    /// Goes to the end and follows it.
    pub(crate) fn to_end(&self) {
        let step = self.0.anchor.borrow_mut().follow(self.0.metrics());
        self.0.apply(step);
    }

    /// Whether the view is near enough to the top to request older rows. One that follows the end is there, although the rows of
    /// this frame may not have moved it yet.
    pub(crate) fn near_top(&self) -> bool {
        let ScrollMetrics { top, end, height } = self.0.metrics();
        let top = if self.follows() { end } else { top };
        top < EDGE_VIEWS * height
    }

    /// Whether the view is near enough to the lower end to request newer rows.
    pub(crate) fn near_end(&self) -> bool {
        let ScrollMetrics { top, end, .. } = self.0.metrics();
        end - top < EDGE_VIEWS * self.0.element.client_height()
    }

    /// Records whether the content's end is the room's newest row.
    pub(crate) fn set_complete(&self, complete: bool) {
        self.0.anchor.borrow_mut().set_complete(complete);
    }

    /// Scrolls an element to the middle of the view, and stays there.
    pub(crate) fn show(&self, element: &Element) {
        let inner = &self.0;
        inner.anchor.borrow_mut().leave();
        let middle =
            (f64::from(inner.element.client_height()) - element.get_bounding_client_rect().height()) / 2.0;
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        let top = (inner.place_of(element) - middle.max(0.0)).round() as i32;
        inner.element.set_scroll_top(top);
        inner.anchor.borrow_mut().placed(inner.metrics());
        inner.anchor_row.replace(inner.first_in_view());
    }

    /// The side of the view on which an element is; `None` if it is visible.
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

    /// Whether the view is far enough from the end to offer a way back.
    pub(crate) fn far_from_end(&self) -> bool {
        let ScrollMetrics { top, end, .. } = self.0.metrics();
        end - top > self.0.element.client_height()
    }

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
    fn metrics(&self) -> ScrollMetrics {
        let height = self.element.client_height();
        ScrollMetrics {
            top: self.element.scroll_top(),
            end: self.element.scroll_height() - height,
            height,
        }
    }

    /// Records the time of input at the view. The listeners are passive, so they never delay
    /// scrolling.
    fn watch_input(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let listener = InputListener::new(move |event: Event| {
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
                    listener.as_ref().unchecked_ref(),
                    &options,
                );
        }
        self.input.replace(Some(listener));
    }

    fn is_by_input(&self) -> bool {
        let clock = web_sys::window().and_then(|window| window.performance());
        clock.is_none_or(|clock| clock.now() - self.input_at.get() < INPUT_MS)
    }

    /// Handles scrolling and layout changes since the last update.
    fn update(&self) {
        let shift = self.shift();
        let step =
            self.anchor
                .borrow_mut()
                .update(self.metrics(), shift.unwrap_or_default(), self.is_by_input());
        self.apply(AnchorStep {
            pick_row: step.pick_row || shift.is_none(),
            ..step
        });
    }

    fn apply(&self, step: AnchorStep) {
        if let Some(top) = step.go {
            self.element.set_scroll_top(top);
            self.anchor.borrow_mut().placed(self.metrics());
        }
        if step.pick_row {
            self.anchor_row.replace(self.first_in_view());
        }
    }

    /// How far the anchor row moved in the content since the last update; `None` if it is gone.
    fn shift(&self) -> Option<i32> {
        let mut anchor_row = self.anchor_row.borrow_mut();
        let anchor_row = anchor_row
            .as_mut()
            .filter(|anchor_row| anchor_row.row.is_connected())?;
        let shift = (self.place_of_text(&anchor_row.row) - anchor_row.place).round();
        // The view moves by whole pixels; the remainder counts next time.
        anchor_row.place += shift;
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        let shift = shift as i32;
        Some(shift)
    }

    fn first_in_view(&self) -> Option<AnchorRow> {
        let edge = self.element.get_bounding_client_rect().top();
        let rows = self.content.query_selector_all(".row").ok()?;
        // Rows are in order, so a binary search finds the first one that ends below the upper edge.
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
        let place = self.place_of_text(&row);
        Some(AnchorRow { row, place })
    }

    fn place_of_text(&self, row: &Element) -> f64 {
        let text = row.query_selector(TEXT).ok().flatten();
        self.place_of(text.as_ref().unwrap_or(row))
    }

    /// Distance from the content's upper edge to an element's, wherever the view is.
    fn place_of(&self, element: &Element) -> f64 {
        element.get_bounding_client_rect().top() - self.content.get_bounding_client_rect().top()
    }
}
