//! Elements, built from the templates that `view!` makes.
//!
//! All markup has one type, so the code that builds and updates elements is in the page once; Leptos compiles its
//! elements once for each type. A [`Markup`] is a view of Leptos like any other: rendered again in the same place
//! from the same template, its elements stay and take the new values.
//!
//! - `build`: from a template and its values to elements
//! - `child`: a block in markup
//! - `each`: a list
//! - `hole`: a value in a template
//! - `attribute`: the values of attributes

mod attribute;
mod build;
mod child;
mod each;
mod hole;

use leptos::prelude::*;
use leptos::tachys::view::iterators::StaticVec;
use send_wrapper::SendWrapper;
pub(crate) use steadfast_markup::view;

pub(crate) use child::{BlockKind, BlockProbe, child, computed};
pub(crate) use each::Each;
use hole::Hole;

/// Elements and the values in them.
pub(crate) struct Markup {
    template: &'static str,
    holes: SendWrapper<Vec<Hole>>,
}

impl Markup {
    #[inline(never)]
    pub(crate) fn new(template: &'static str) -> Self {
        Self {
            template,
            holes: SendWrapper::new(Vec::new()),
        }
    }
}

/// Views beside each other.
pub(crate) fn beside(views: Vec<AnyView>) -> StaticVec<AnyView> {
    StaticVec::from(views)
}

#[inline(never)]
pub(crate) fn any(view: impl IntoView) -> AnyView {
    view.into_any()
}

#[cfg(test)]
mod tests;
