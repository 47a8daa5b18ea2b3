//! In a real document: which nodes stay and which are dropped when the same markup is built again with other values.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use any_spawner::Executor;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, HtmlElement};

use super::build::MarkupState;
use super::{Each, Markup, computed, view};
use crate::reactive::RwSignal;

wasm_bindgen_test_configure!(run_in_browser);

/// Markup in an element of its own, after a heading and before a rule.
struct Place {
    parent: Element,
    state: MarkupState,
    _owner: Owner,
}

impl Place {
    fn of(markup: impl FnOnce() -> Markup) -> Self {
        let _initialised_before = Executor::init_wasm_bindgen();
        let owner = Owner::new();
        owner.set();
        let parent = document().create_element("section").unwrap();
        document().body().unwrap().append_child(&parent).unwrap();
        for beside in ["h2", "hr"] {
            parent
                .append_child(&document().create_element(beside).unwrap())
                .unwrap();
        }
        let mut state = markup().build();
        state.mount(&parent, parent.last_child().as_ref());
        Self {
            parent,
            state,
            _owner: owner,
        }
    }

    fn again(&mut self, markup: Markup) {
        markup.rebuild(&mut self.state);
    }

    /// The element between the heading and the rule, the only one there.
    fn element(&self) -> Element {
        assert_eq!(
            self.parent.child_element_count(),
            3,
            "{}",
            self.parent.outer_html()
        );
        self.parent.children().item(1).unwrap()
    }

    fn html(&self) -> String {
        self.element().outer_html()
    }

    fn click(&self) {
        self.element()
            .dispatch_event(&Event::new("click").unwrap())
            .unwrap();
    }
}

/// An owner of the test's own: the signals of the test before end with their owner.
fn own() -> Owner {
    let owner = Owner::new_root(None);
    owner.set();
    owner
}

fn line(class: Option<&'static str>, text: &'static str) -> Markup {
    view! { <p class=class data-kind="line"><b>"said: "</b>{text.to_owned()}</p> }
}

#[wasm_bindgen_test]
fn elements_and_text_stay_where_their_values_change() {
    let mut place = Place::of(|| line(Some("mine"), "hello"));
    let (before, text) = (place.element(), place.element().last_child().unwrap());
    assert_eq!(
        place.html(),
        "<p class=\"mine\" data-kind=\"line\"><b>said: </b>hello</p>"
    );
    place.again(line(Some("theirs"), "bye"));
    assert_eq!(
        place.html(),
        "<p class=\"theirs\" data-kind=\"line\"><b>said: </b>bye</p>"
    );
    assert!(
        before.is_same_node(Some(&place.element())),
        "the element was built again"
    );
    assert!(
        place.element().contains(Some(&text)) && text.text_content().as_deref() == Some("bye"),
        "the text was built again"
    );
    place.again(line(None, "bye"));
    assert_eq!(place.html(), "<p data-kind=\"line\"><b>said: </b>bye</p>");
}

#[wasm_bindgen_test]
fn an_equal_value_does_not_touch_the_attribute() {
    let mut place = Place::of(|| line(Some("mine"), "hello"));
    // Written by another hand: it stays until the value differs.
    place.element().set_attribute("class", "other").unwrap();
    place.again(line(Some("mine"), "hello"));
    assert_eq!(place.element().class_name(), "other");
    place.again(line(Some("theirs"), "hello"));
    assert_eq!(place.element().class_name(), "theirs");
}

#[wasm_bindgen_test]
fn another_template_takes_the_place_of_the_former() {
    let mut place = Place::of(|| line(Some("mine"), "hello"));
    let before = place.element();
    place.again(view! { <hr class="day" /> });
    assert_eq!(place.html(), "<hr class=\"day\">");
    assert!(
        !before.is_connected(),
        "the former element is still in the document"
    );
    let tags: Vec<String> = (0..3)
        .map(|at| place.parent.children().item(at).unwrap().local_name())
        .collect();
    assert_eq!(tags, ["h2", "hr", "hr"]);
}

#[wasm_bindgen_test]
fn only_the_newest_listener_is_called() {
    let calls: Rc<RefCell<Vec<&str>>> = Rc::default();
    let button = |name: &'static str| {
        let calls = Rc::clone(&calls);
        view! { <button on:click=move |_| calls.borrow_mut().push(name)>"Go"</button> }
    };
    let mut place = Place::of(|| button("first"));
    place.click();
    place.again(button("second"));
    place.click();
    assert_eq!(*calls.borrow(), ["first", "second"]);
    assert_eq!(Rc::strong_count(&calls), 2, "the former listener is kept");
}

#[wasm_bindgen_test]
async fn a_former_computed_attribute_and_property_end() {
    let _owner = own();
    let (first, second) = (RwSignal::new("a"), RwSignal::new("b"));
    let runs = Rc::new(Cell::new(0));
    let field = |value: RwSignal<&'static str>| {
        let runs = Rc::clone(&runs);
        let title = move || {
            runs.set(runs.get() + 1);
            value.get()
        };
        view! { <input title=title prop:value=move || value.get() /> }
    };
    let shown = |place: &Place| {
        let value = js_sys::Reflect::get(&place.element(), &JsValue::from_str("value")).unwrap();
        (
            place.element().get_attribute("title").unwrap(),
            value.as_string().unwrap(),
        )
    };
    let both = |text: &str| (text.to_owned(), text.to_owned());
    let mut place = Place::of(|| field(first));
    assert_eq!(shown(&place), both("a"));
    first.set("A");
    tick().await;
    assert_eq!(shown(&place), both("A"));
    place.again(field(second));
    assert_eq!(shown(&place), both("b"));
    let before = runs.get();
    first.set("again");
    tick().await;
    assert_eq!(shown(&place), both("b"), "the former value is still followed");
    assert_eq!(runs.get(), before, "the former effect still runs");
    assert_eq!(Rc::strong_count(&runs), 2, "the former closure is kept");
    second.set("B");
    tick().await;
    assert_eq!(shown(&place), both("B"));
}

#[wasm_bindgen_test]
async fn a_computed_child_that_is_replaced_is_cleaned_up_and_ends() {
    let _owner = own();
    let (first, second) = (RwSignal::new("a"), RwSignal::new("b"));
    let cleaned: RwSignal<Vec<&str>> = RwSignal::new(Vec::new());
    let item = move |value: RwSignal<&'static str>| {
        let child = computed(move || {
            let text = value.get();
            on_cleanup(move || cleaned.update(|all| all.push(text)));
            text
        });
        view! { <li>{child}</li> }
    };
    let mut place = Place::of(|| item(first));
    first.set("A");
    tick().await;
    assert_eq!(place.html(), "<li>A</li>");
    assert_eq!(cleaned.get_untracked(), ["a"]);
    let element = place.element();
    place.again(item(second));
    assert_eq!(place.html(), "<li>b</li>");
    assert!(element.is_same_node(Some(&place.element())));
    // Its task notices that it has ended when it next runs.
    while cleaned.with_untracked(Vec::len) < 2 {
        tick().await;
    }
    assert_eq!(cleaned.get_untracked(), ["a", "A"]);
    first.set("again");
    tick().await;
    assert_eq!(place.html(), "<li>b</li>", "the former child is still followed");
}

#[wasm_bindgen_test]
fn a_reference_has_the_element_as_long_as_it_is_built() {
    let reference: NodeRef<leptos::html::Input> = NodeRef::new();
    let place = Place::of(|| view! { <input id="here" node_ref=reference /> });
    let referred = reference.get_untracked().map(JsCast::unchecked_into::<Element>);
    assert!(referred.is_some_and(|element| element.is_same_node(Some(&place.element()))));
}

#[wasm_bindgen_test]
async fn what_a_listener_makes_lives_as_long_as_the_component() {
    let made: Rc<RefCell<Option<RwSignal<u32>>>> = Rc::default();
    let place = Place::of(|| {
        let made = Rc::clone(&made);
        view! { <button on:click=move |_: ev::MouseEvent| { made.replace(Some(RwSignal::new(1))); } /> }
    });
    place.click();
    tick().await;
    assert_eq!(made.borrow().map(RwSignal::get_untracked), Some(1));
}

/// A list of numbers, after a heading. An item says when it ends.
fn numbers(list: RwSignal<Vec<u32>>, ended: RwSignal<Vec<u32>>) -> Markup {
    let item = move |number: u32| {
        on_cleanup(move || ended.update(|all| all.push(number)));
        view! { <li tabindex="0">{format!("{number} ")}</li> }
    };
    view! {
        <ol>
            <Each list=move || list.get() key=|number| *number let(number)>
                {item(number)}
            </Each>
        </ol>
    }
}

#[wasm_bindgen_test]
async fn a_list_shows_its_items_in_their_order() {
    let _owner = own();
    let (list, ended) = (RwSignal::new(vec![1, 2, 3]), RwSignal::new(Vec::new()));
    let place = Place::of(|| numbers(list, ended));
    let shown = || place.element().text_content().unwrap_or_default();
    assert_eq!(shown(), "1 2 3 ");
    for (after, text) in [
        (vec![3, 4, 1], "3 4 1 "),
        (vec![5, 1, 6, 3, 7], "5 1 6 3 7 "),
        (vec![7, 5, 1, 6, 3], "7 5 1 6 3 "),
        (vec![8, 9], "8 9 "),
        (vec![], ""),
        (vec![1, 2], "1 2 "),
    ] {
        list.set(after);
        tick().await;
        assert_eq!(shown(), text);
    }
    assert_eq!(ended.get_untracked(), [2, 4, 7, 5, 1, 6, 3, 8, 9]);
}

/// An element that is put into the document again loses the focus.
#[wasm_bindgen_test]
async fn items_stay_in_the_document_while_others_come_and_go_around_them() {
    let _owner = own();
    let list = RwSignal::new(vec![10, 11, 12, 13, 14]);
    let place = Place::of(|| numbers(list, RwSignal::new(Vec::new())));
    let item = place.element().children().item(2).unwrap();
    item.unchecked_ref::<HtmlElement>().focus().unwrap();
    for after in [
        vec![7, 8, 9, 10, 11, 12, 13],
        vec![8, 12, 13, 20, 21],
        vec![13, 12],
        vec![12],
    ] {
        list.set(after);
        tick().await;
        let focused = document().active_element();
        assert!(
            focused.is_some_and(|focused| focused.is_same_node(Some(&item))),
            "{}",
            place.html()
        );
    }
}
