//! Pointing at a row: by mouse, keyboard or long press.

use std::time::Duration;

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent, PointerEvent, TouchEvent};
use leptos::prelude::*;
use steadfast_client::RowKey;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement, Node};

use crate::markup::view;
use crate::reactive::StoredValue;
use crate::timeline::context::TimelineContext;
use crate::timeline::row::actions::{RowActions, Tool};
use crate::ui::focus::focus_in_place;
use crate::ui::list::roving;
use crate::ui::main_field::MainField;

/// A press on a row this long opens its menu.
const LONG_PRESS: Duration = Duration::from_millis(500);

/// A finger that moves further than this, in pixels, is scrolling.
const STAYS_WITHIN: i32 = 10;

#[derive(Clone, Copy)]
struct Touches {
    pressed: StoredValue<Option<LongPress>>,
    /// Whether the press was long enough to open a menu.
    stayed: StoredValue<bool>,
    actions: RowActions,
}

impl Touches {
    fn release(self) {
        if let Some(press) = self.pressed.try_update_value(Option::take).flatten() {
            press.timer.clear();
        }
    }

    fn down(self, event: &PointerEvent) {
        self.release();
        self.stayed.set_value(false);
        if event.pointer_type() == "mouse" || has_own_press(event.target()) {
            return;
        }
        let Some((row, key)) = row_at(event.target()) else {
            return;
        };
        let open = move || {
            self.stayed.set_value(true);
            self.actions.open(key, Tool::Menu, row);
        };
        if let Ok(timer) = set_timeout_with_handle(open, LONG_PRESS) {
            let at = (event.client_x(), event.client_y());
            self.pressed.set_value(Some(LongPress { timer, at }));
        }
    }

    fn moved(self, event: &PointerEvent) {
        let far = |press: &LongPress| {
            let (x, y) = (event.client_x() - press.at.0, event.client_y() - press.at.1);
            x.abs().max(y.abs()) > STAYS_WITHIN
        };
        if self.pressed.with_value(|press| press.as_ref().is_some_and(far)) {
            self.release();
        }
    }

    /// Ignores the end of a long press: the finger is above the menu that opened beneath it, and
    /// chose nothing there.
    fn lifted(self, event: &TouchEvent) {
        if self.stayed.get_value() {
            event.prevent_default();
        }
    }
}

/// Shows the actions of the row with the keyboard focus, or of none. The focus may be on a row
/// while the pointer is on none.
fn to_focus(actions: RowActions) {
    match row_at(document().active_element().map(Into::into)) {
        Some((_, key)) => actions.on(key),
        None => actions.off(),
    }
}

/// Shows the actions of the row under the mouse, unless a popup is open beside another one.
fn point(actions: RowActions, event: &PointerEvent) {
    let is_free = actions.open.with_untracked(Option::is_none);
    if is_free
        && event.pointer_type() == "mouse"
        && let Some((row, key)) = row_at(event.target())
        && actions.row.get_untracked() != Some(key)
    {
        keep_focus_in_its_row(&row);
        actions.on(key);
    }
}

/// A browser reports a pointer over a row also when rows move under a pointer at rest. That takes no actions from the keyboard:
/// the button with the focus would go with them.
fn point_at_rest(actions: RowActions, event: &PointerEvent) {
    if !has_keyboard_focus() {
        point(actions, event);
    }
}

fn leave(actions: RowActions, event: &PointerEvent) {
    if event.pointer_type() == "mouse" {
        to_focus(actions);
    }
}

fn focus_in(actions: RowActions, event: &FocusEvent) {
    if let Some((_, key)) = row_at(event.target()) {
        actions.on(key);
    }
}

/// A row's actions hide when it loses the focus. If the pointer shows another row's actions, those stay.
fn focus_out(actions: RowActions, event: &FocusEvent) {
    let left = row_at(event.target()).map(|(_, key)| key);
    if left == actions.row.get_untracked() && row_at(event.related_target()).is_none() {
        actions.off();
    }
}

/// Moves the focus from another row's actions, which are about to go, to that row.
fn keep_focus_in_its_row(pointed: &Element) {
    let focused = document().active_element();
    if let Some(tool) = focused.filter(|focused| focused.closest(".row-tools").is_ok_and(|it| it.is_some()))
        && let Some((row, _)) = row_at(Some(tool.into()))
        && *row != *pointed
    {
        focus_in_place(&row);
    }
}

/// Whether a row or a part of one has the focus by the keyboard.
fn has_keyboard_focus() -> bool {
    let focused = document().query_selector(".row:focus-visible, .row :focus-visible");
    focused.is_ok_and(|focused| focused.is_some())
}

/// A popup that closes has returned the focus by the next task: to a row, or to the composer.
fn follow_popups(actions: RowActions) {
    Effect::new(move |was_open: Option<bool>| {
        let is_open = actions.open.with(Option::is_some);
        if was_open == Some(true) && !is_open {
            set_timeout(
                move || {
                    if !is_hovered(actions.row.get_untracked()) {
                        to_focus(actions);
                    }
                },
                Duration::ZERO,
            );
        }
        is_open
    });
}

/// The browser's own menu for a long press would cover this one.
fn keep_context_menu_away(event: &MouseEvent) {
    let by_finger = event
        .dyn_ref::<PointerEvent>()
        .is_some_and(|event| event.pointer_type() == "touch");
    if by_finger && !has_own_press(event.target()) && row_at(event.target()).is_some() {
        event.prevent_default();
    }
}

/// Handles pointing for all rows within. One set of listeners serves all of them: there may be
/// hundreds.
#[component]
pub(crate) fn RowPointing(children: Children) -> impl IntoView {
    let field = MainField::here();
    let actions = TimelineContext::here().actions;
    let touches = Touches {
        pressed: StoredValue::new(None),
        stayed: StoredValue::new(false),
        actions,
    };
    on_cleanup(move || touches.release());
    follow_popups(actions);
    let moved = move |event: PointerEvent| {
        touches.moved(&event);
        point(actions, &event);
    };
    view! {
        <div
            class="hand"
            on:pointerover=move |event| point_at_rest(actions, &event)
            on:pointerleave=move |event| leave(actions, &event)
            on:focusin=move |event| focus_in(actions, &event)
            on:focusout=move |event| focus_out(actions, &event)
            on:pointerdown=move |event| touches.down(&event)
            on:pointermove=moved
            on:pointerup=move |_| touches.release()
            on:pointercancel=move |_| touches.release()
            on:touchend=move |event| touches.lifted(&event)
            on:contextmenu=move |event| keep_context_menu_away(&event)
            on:keydown=move |event| key(field, &event)
        >
            {children()}
        </div>
    }
}

/// A finger held on a row.
struct LongPress {
    timer: TimeoutHandle,
    at: (i32, i32),
}

pub(crate) fn focus_last_row(within: &Element) {
    if let Some(row) = rows(within).last() {
        let _ = row.focus();
    }
}

/// Keys on a row: between rows, to its actions, and back to the composer.
fn key(field: MainField, event: &KeyboardEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(row) = target.filter(|target| target.class_list().contains("row")) else {
        return;
    };
    match event.key().as_str() {
        "Enter" => {
            if let Ok(Some(tool)) = row.query_selector(".row-tools button") {
                event.prevent_default();
                let _ = tool.unchecked_into::<HtmlElement>().focus();
            }
        }
        "Escape" => {
            event.prevent_default();
            field.focus();
        }
        name => {
            let Ok(Some(all)) = row.closest(".timeline-content") else {
                return;
            };
            let all = rows(&all);
            let at = all.iter().position(|other| *other == row);
            let there =
                roving::step(name, at, all.len(), 1).filter(|_| matches!(name, "ArrowUp" | "ArrowDown"));
            // From the last row the down arrow goes to the composer, not around to the first row.
            match there {
                Some(0) if name == "ArrowDown" => field.focus(),
                Some(next) if name == "ArrowDown" || Some(next) < at => {
                    let _ = all[next].focus();
                }
                _ => return,
            }
            event.prevent_default();
        }
    }
}

fn rows(within: &Element) -> Vec<HtmlElement> {
    let Ok(found) = within.query_selector_all(".row") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}

fn is_hovered(row: Option<RowKey>) -> bool {
    let hovers = window()
        .match_media("(hover: hover)")
        .is_ok_and(|media| media.is_some_and(|media| media.matches()));
    let under = || document().query_selector(".row:hover").ok().flatten();
    hovers
        && row.is_some()
        && under()
            .and_then(|under| row_at(Some(under.into())))
            .map(|(_, key)| key)
            == row
}

/// The row that contains an element.
fn row_at(target: Option<EventTarget>) -> Option<(HtmlElement, RowKey)> {
    let row = element(target)?.closest(".row").ok()??;
    let read = |name| row.get_attribute(name);
    let key = RowKey {
        author: read("data-author")?.parse().ok()?,
        id: read("data-id")?.parse().ok()?,
    };
    Some((row.unchecked_into(), key))
}

/// Whether a long press on this target already has a meaning, to the browser or to a button.
fn has_own_press(target: Option<EventTarget>) -> bool {
    element(target).is_some_and(|target| target.closest("a, button").is_ok_and(|it| it.is_some()))
}

fn element(target: Option<EventTarget>) -> Option<Element> {
    let node: Node = target?.dyn_into().ok()?;
    match node.dyn_into::<Element>() {
        Ok(element) => Some(element),
        Err(node) => node.parent_element(),
    }
}
