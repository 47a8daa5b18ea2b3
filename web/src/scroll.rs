//! Where the timeline's view stands: at the end and following it, or at a row that keeps its place on the screen while
//! rows come and go above and below.
//!
//! The browser's own scroll anchoring is off (`overflow-anchor: none`): not every browser has it, and none holds a
//! view at the very top while older rows are put before it. A `ResizeObserver` puts the view right after each change
//! of layout and before it is painted, so nothing is ever seen to jump.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, ResizeObserver};

/// This near to the end still counts as there: a line of text, and what zooming rounds away.
const END_SLACK: i32 = 32;

/// Older rows are asked for this many views before the top is reached.
const TOP_VIEWS: i32 = 2;

/// Keeps one scrolling element's view.
#[derive(Clone)]
pub(crate) struct View(Rc<Inner>);

struct Inner {
    element: Element,
    content: Element,
    following: Cell<bool>,
    /// Where the view was put or seen last.
    top: Cell<i32>,
    anchor: RefCell<Option<(Element, f64)>>,
    observer: RefCell<Option<Observer>>,
}

type Observer = (ResizeObserver, Closure<dyn FnMut(JsValue)>);

impl View {
    /// Keeps the view of `element` on its `content`; calls `resized` after each change of layout was answered.
    pub(crate) fn keep(element: Element, content: Element, resized: impl Fn() + 'static) -> Self {
        let view = Self(Rc::new(Inner {
            element,
            content,
            following: Cell::new(true),
            top: Cell::new(0),
            anchor: RefCell::new(None),
            observer: RefCell::new(None),
        }));
        let weak = Rc::downgrade(&view.0);
        let callback = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            if let Some(inner) = weak.upgrade() {
                inner.settle();
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
        let inner = &self.0;
        let top = inner.element.scroll_top();
        // Events come late: when rows were added since, the view is away from the end without anybody having gone.
        let went_up = top < inner.top.replace(top);
        let stays = inner.following.get() && !went_up;
        inner.following.set(stays || inner.distance_to_end() <= END_SLACK);
        inner.take_anchor();
        inner.following.get()
    }

    /// Goes to the end and follows it.
    pub(crate) fn to_end(&self) {
        self.0.following.set(true);
        self.0.settle();
    }

    /// Whether the top is near enough to ask for what is older.
    pub(crate) fn near_top(&self) -> bool {
        self.0.element.scroll_top() < TOP_VIEWS * self.0.element.client_height()
    }

    /// Whether the view is so far from the end that a way back is welcome.
    pub(crate) fn far_from_end(&self) -> bool {
        self.0.distance_to_end() > self.0.element.client_height()
    }

    /// Stops keeping the view.
    pub(crate) fn release(&self) {
        if let Some((observer, _callback)) = self.0.observer.take() {
            observer.disconnect();
        }
    }
}

impl Inner {
    fn distance_to_end(&self) -> i32 {
        self.element.scroll_height() - self.element.scroll_top() - self.element.client_height()
    }

    /// Puts the view where it belongs in the layout as it is.
    fn settle(&self) {
        if self.following.get() {
            self.go(self.element.scroll_height());
            return;
        }
        let held = self
            .anchor
            .borrow()
            .as_ref()
            .filter(|(row, _)| row.is_connected())
            .map(|(row, was)| {
                let is = self.offset_of(row);
                (is - was).round()
            });
        match held {
            #[expect(clippy::cast_possible_truncation, reason = "pixels")]
            Some(moved) if moved != 0.0 => self.go(self.element.scroll_top() + moved as i32),
            Some(_) => {}
            None => self.take_anchor(),
        }
    }

    fn go(&self, top: i32) {
        self.element.set_scroll_top(top);
        // What the browser made of it: no further than the end.
        self.top.set(self.element.scroll_top());
    }

    /// Remembers the first row in view, and where it is.
    fn take_anchor(&self) {
        let rows = self.content.query_selector_all("[data-testid=row]").ok();
        let found = rows.and_then(|rows| {
            // Rows are in order, so the first one that ends below the upper edge is found by halving.
            let (mut low, mut high) = (0, rows.length());
            while low < high {
                let middle = low.midpoint(high);
                let row: Element = rows.get(middle)?.unchecked_into();
                if self.offset_of(&row) + row.get_bounding_client_rect().height() <= 0.0 {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            let row: Element = rows.get(low)?.unchecked_into();
            let offset = self.offset_of(&row);
            Some((row, offset))
        });
        self.anchor.replace(found);
    }

    /// How far below the view's upper edge a row begins.
    fn offset_of(&self, row: &Element) -> f64 {
        row.get_bounding_client_rect().top() - self.element.get_bounding_client_rect().top()
    }
}
