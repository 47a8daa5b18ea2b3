//! Contexts: the state of a subject, created when the page starts and kept until it closes.
//!
//! Leptos copies its own contexts field by field into each closure that names one. This page has
//! hundreds of those, and its contexts contain each other: a quarter of the module was such copies.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::ops::Deref;

/// A handle to a subject's state: a pointer, whatever the state's size.
pub(crate) struct Context<T: 'static>(&'static T);

impl<T> Clone for Context<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Context<T> {}

impl<T> Deref for Context<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

thread_local! {
    /// The state of each subject, by its type: as many as the page has subjects.
    static PROVIDED: RefCell<Vec<(TypeId, &'static dyn Any)>> = const { RefCell::new(Vec::new()) };
}

impl<T: 'static> Context<T> {
    /// Keeps a state while the page is open. Not for state that comes and goes: it is never freed.
    pub(crate) fn keep(state: T) -> Self {
        Self(Box::leak(Box::new(state)))
    }

    /// Keeps a state, and lets every component find it.
    pub(crate) fn provide(state: T) -> Self {
        let context = Self::keep(state);
        provide(TypeId::of::<T>(), context.0);
        context
    }

    /// The page's context of this type.
    #[inline(never)]
    pub(crate) fn here() -> Self {
        match Self::existing() {
            Some(context) => context,
            None => unreachable!("the page provides every context before the view that needs it"),
        }
    }

    /// The page's context of this type, if it has been provided.
    pub(crate) fn existing() -> Option<Self> {
        find(TypeId::of::<T>())?.downcast_ref().map(Self)
    }
}

fn provide(of: TypeId, state: &'static dyn Any) {
    PROVIDED.with_borrow_mut(|provided| {
        provided.retain(|(other, _)| *other != of);
        provided.push((of, state));
    });
}

#[inline(never)]
fn find(of: TypeId) -> Option<&'static dyn Any> {
    PROVIDED.with_borrow(|provided| {
        let mut provided = provided.iter();
        provided.find(|(other, _)| *other == of).map(|(_, state)| *state)
    })
}
