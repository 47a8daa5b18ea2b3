//! From a template and its values to elements, and from new values to the same elements.

use std::cell::RefCell;
use std::iter::zip;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr};
use leptos::tachys::view::any_view::AnyViewState;
use wasm_bindgen::JsValue;
use web_sys::{Element, Node};

use super::attribute::{AttributeText, AttributeValue};
use super::{Hole, Markup};

const SVG: &str = "http://www.w3.org/2000/svg";

/// Elements in the document, and their values.
pub(crate) struct MarkupState {
    template: &'static str,
    root: Element,
    filled: Vec<Filled>,
    /// Sets the computed attributes. One for all of them: to make an effect takes longer than to compute some attributes in vain.
    effect: Option<RenderEffect<()>>,
}

type SetAttribute = Box<dyn Fn()>;

/// A hole that has its value.
enum Filled {
    Attribute(AttributeState),
    Property(PropertyState),
    Listener(Element, Option<RemoveEventHandler<Element>>),
    Reference(Element),
    Child(AnyViewState),
}

struct AttributeState {
    element: Element,
    last: Rc<RefCell<Option<AttributeText>>>,
}

struct PropertyState {
    element: Element,
    last: Rc<RefCell<Option<JsValue>>>,
    effect: Option<RenderEffect<()>>,
}

impl AttributeState {
    /// Sets a fixed value; adds to `computed` what sets another.
    fn fill(&self, name: &'static str, value: AttributeValue, computed: &mut Vec<SetAttribute>) {
        let (element, last) = (self.element.clone(), Rc::clone(&self.last));
        let set = move |text: Option<AttributeText>| {
            let mut last = last.borrow_mut();
            if *last != text {
                match &text {
                    Some(text) => Rndr::set_attribute(&element, name, text),
                    None => Rndr::remove_attribute(&element, name),
                }
                *last = text;
            }
        };
        match value {
            AttributeValue::Fixed(text) => set(text),
            AttributeValue::Computed(value) => computed.push(Box::new(move || set(value()))),
        }
    }
}

impl PropertyState {
    fn fill(&mut self, name: &'static str, value: Box<dyn Fn() -> JsValue>) {
        self.effect = None;
        let (element, last) = (self.element.clone(), Rc::clone(&self.last));
        self.effect = Some(RenderEffect::new(move |_| {
            let value = value();
            let mut last = last.borrow_mut();
            if last.as_ref() != Some(&value) {
                Rndr::set_property(&element, name, &value);
                *last = Some(value);
            }
        }));
    }
}

fn follow(computed: Vec<SetAttribute>) -> Option<RenderEffect<()>> {
    (!computed.is_empty()).then(|| RenderEffect::new(move |_| computed.iter().for_each(|set| set())))
}

impl Filled {
    fn new(element: &Element, name: &'static str, hole: Hole, computed: &mut Vec<SetAttribute>) -> Self {
        match hole {
            Hole::Attribute(value) => {
                let state = AttributeState {
                    element: element.clone(),
                    last: Rc::default(),
                };
                state.fill(name, value, computed);
                Self::Attribute(state)
            }
            Hole::Property(value) => {
                let mut state = PropertyState {
                    element: element.clone(),
                    last: Rc::default(),
                    effect: None,
                };
                state.fill(name, value);
                Self::Property(state)
            }
            Hole::Listener(listener) => {
                let remove = Rndr::add_event_listener(element, name, listener);
                Self::Listener(element.clone(), Some(remove))
            }
            Hole::Reference(load) => {
                load(element);
                Self::Reference(element.clone())
            }
            Hole::Child(view) => {
                let mut child = view.build();
                child.mount(element, None);
                Self::Child(child)
            }
        }
    }

    /// Fills it again. The same template has the same kinds of holes.
    fn refill(&mut self, name: &'static str, hole: Hole, computed: &mut Vec<SetAttribute>) {
        match (self, hole) {
            (Self::Attribute(state), Hole::Attribute(value)) => state.fill(name, value, computed),
            (Self::Property(state), Hole::Property(value)) => state.fill(name, value),
            (Self::Listener(element, remove), Hole::Listener(listener)) => {
                // The former listener is removed first.
                *remove = None;
                *remove = Some(Rndr::add_event_listener(element, name, listener));
            }
            (Self::Reference(element), Hole::Reference(load)) => load(element),
            (Self::Child(state), Hole::Child(view)) => view.rebuild(state),
            _ => {}
        }
    }
}

impl Render for Markup {
    type State = MarkupState;

    fn build(self) -> MarkupState {
        let mut holes = self.holes.take().into_iter();
        let mut filled = Vec::with_capacity(holes.len());
        let mut computed = Vec::new();
        let mut open: Vec<Element> = Vec::new();
        let mut steps = self.template.split('\0');
        while let Some(step) = steps.next() {
            let (kind, name) = step.split_at(1);
            match kind {
                "<" => open.push(Rndr::create_element(name, None)),
                "~" => open.push(Rndr::create_element(name, Some(SVG))),
                ">" => {
                    let Some(element) = open.pop() else { break };
                    match open.last() {
                        Some(parent) => Rndr::insert_node(parent, &element, None),
                        None => {
                            return MarkupState {
                                template: self.template,
                                root: element,
                                filled,
                                effect: follow(computed),
                            };
                        }
                    }
                }
                _ => {
                    let Some(element) = open.last() else { break };
                    match kind {
                        "=" => Rndr::set_attribute(element, name, steps.next().unwrap_or_default()),
                        "\"" => Rndr::insert_node(element, &Rndr::create_text_node(name), None),
                        _ => {
                            let hole = holes.next();
                            filled.extend(hole.map(|hole| Filled::new(element, name, hole, &mut computed)));
                        }
                    }
                }
            }
        }
        unreachable!("a template is one element")
    }

    fn rebuild(self, state: &mut MarkupState) {
        if self.template != state.template {
            let mut built = self.build();
            state.insert_before_this(&mut built);
            state.unmount();
            *state = built;
            return;
        }
        // The former effect ends first.
        state.effect = None;
        let mut computed = Vec::new();
        for ((filled, name), hole) in zip(zip(&mut state.filled, holes_of(self.template)), self.holes.take())
        {
            filled.refill(name, hole, &mut computed);
        }
        state.effect = follow(computed);
    }
}

/// The names of a template's holes.
fn holes_of(template: &'static str) -> impl Iterator<Item = &'static str> {
    let mut is_value = false;
    template.split('\0').filter_map(move |step| {
        if std::mem::take(&mut is_value) {
            return None;
        }
        let (kind, name) = step.split_at(1);
        is_value = kind == "=";
        matches!(kind, "@" | "." | "!" | "&" | "?").then_some(name)
    })
}

impl Mountable for MarkupState {
    fn unmount(&mut self) {
        self.root.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.root.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.root.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.root.clone()]
    }
}

/// What Leptos asks for of every view. The page is rendered in the browser alone, and attributes are written where the element is.
macro_rules! rendered_in_the_browser {
    ($view:ty, $state:ty) => {
        impl leptos::tachys::view::add_attr::AddAnyAttr for $view {
            type Output<SomeNewAttr: leptos::attr::Attribute> = Self;

            fn add_any_attr<NewAttr: leptos::attr::Attribute>(self, _: NewAttr) -> Self {
                unreachable!("attributes are written where the element is")
            }
        }

        impl leptos::prelude::RenderHtml for $view {
            type AsyncOutput = Self;
            type Owned = Self;

            const MIN_LENGTH: usize = 0;

            fn dry_resolve(&mut self) {}

            async fn resolve(self) -> Self {
                self
            }

            fn to_html_with_buf(
                self,
                _: &mut String,
                _: &mut leptos::tachys::view::Position,
                _: bool,
                _: bool,
                _: Vec<leptos::attr::any_attribute::AnyAttribute>,
            ) {
                unreachable!("there is no rendering to text")
            }

            fn hydrate<const FROM_SERVER: bool>(
                self,
                _: &leptos::tachys::hydration::Cursor,
                _: &leptos::tachys::view::PositionState,
            ) -> $state {
                unreachable!("there is nothing to hydrate")
            }

            fn into_owned(self) -> Self {
                self
            }
        }
    };
}
pub(super) use rendered_in_the_browser;

rendered_in_the_browser!(Markup, MarkupState);
