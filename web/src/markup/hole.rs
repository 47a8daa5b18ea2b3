//! The values in a template, in the order of its holes.
//!
//! Each method is compiled once, or does no more than to box a closure: `view!` calls them for every hole of the page.

use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::node_ref::NodeRefContainer;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use super::Markup;
use super::attribute::{AttributeValue, IntoValue};

pub(crate) enum Hole {
    Attribute(AttributeValue),
    Property(Box<dyn Fn() -> JsValue>),
    Listener(Box<dyn FnMut(JsValue)>),
    /// Puts the element where it is looked up.
    Reference(Box<dyn Fn(&Element)>),
    Child(AnyView),
}

impl Markup {
    #[inline(never)]
    pub(super) fn fill(&mut self, hole: Hole) {
        self.holes.push(hole);
    }

    #[inline(never)]
    pub(crate) fn child(&mut self, view: AnyView) {
        self.fill(Hole::Child(view));
    }

    pub(crate) fn attribute(&mut self, value: impl IntoValue) {
        value.fill(self);
    }

    pub(crate) fn property<T: Into<JsValue>>(&mut self, value: impl Fn() -> T + 'static) {
        self.fill(Hole::Property(Box::new(move || value().into())));
    }

    pub(crate) fn on<E: EventDescriptor>(&mut self, _: E, mut listener: impl FnMut(E::EventType) + 'static)
    where
        E::EventType: From<JsValue>,
    {
        self.listener(Box::new(move |event| listener(event.into())));
    }

    /// A listener runs as the component's own code: what it makes lives as long as the component.
    #[inline(never)]
    fn listener(&mut self, mut listener: Box<dyn FnMut(JsValue)>) {
        let owner = Owner::current().unwrap_or_default();
        self.fill(Hole::Listener(Box::new(move |event| {
            #[cfg(debug_assertions)]
            let _guard = leptos::reactive::diagnostics::SpecialNonReactiveZone::enter();
            owner.with(|| listener(event));
        })));
    }

    pub(crate) fn reference<E: ElementType>(&mut self, reference: NodeRef<E>)
    where
        E::Output: JsCast + 'static,
    {
        self.fill(Hole::Reference(Box::new(move |element| reference.load(element))));
    }
}
