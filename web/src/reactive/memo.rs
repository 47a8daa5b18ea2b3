//! A value that is computed from other signals. Followers are notified if it differs from the one before.

use std::marker::PhantomData;

use leptos::prelude::{ReadUntracked, Track};

use super::value::{Value, cast, disposed};

type BoxedMemo = leptos::prelude::Memo<Value>;
type ComputeNext = Box<dyn Fn(Option<&Value>) -> Value + Send + Sync>;

pub(crate) struct Memo<T> {
    inner: BoxedMemo,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

/// A value that is computed again whenever a signal in it changes.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    Memo::new(move |_| compute())
}

#[inline(never)]
fn create(compute: ComputeNext, differs: fn(Option<&Value>, Option<&Value>) -> bool) -> BoxedMemo {
    BoxedMemo::new_with_compare(compute, differs)
}

fn differs<T: PartialEq + 'static>(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => cast::<T>(before) != cast::<T>(after),
        _ => true,
    }
}

#[inline(never)]
#[cfg_attr(debug_assertions, track_caller)]
fn read_untracked(memo: BoxedMemo) -> <BoxedMemo as ReadUntracked>::Value {
    match memo.try_read_untracked() {
        Some(guard) => guard,
        None => disposed(),
    }
}

#[inline(never)]
#[cfg_attr(debug_assertions, track_caller)]
fn read(memo: BoxedMemo) -> <BoxedMemo as ReadUntracked>::Value {
    memo.track();
    read_untracked(memo)
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// Computes a value from the one before, which is `None` at first.
    pub(crate) fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        let compute = move |before: Option<&Value>| -> Value { Box::new(compute(before.map(cast))) };
        Self {
            inner: create(Box::new(compute), differs::<T>),
            kind: PhantomData,
        }
    }
}

impl<T: Send + Sync + 'static> Memo<T> {
    #[cfg_attr(debug_assertions, track_caller)]
    pub(crate) fn with<U>(self, act: impl FnOnce(&T) -> U) -> U {
        act(cast(&read(self.inner)))
    }

    pub(crate) fn with_untracked<U>(self, act: impl FnOnce(&T) -> U) -> U {
        act(cast(&read_untracked(self.inner)))
    }

    #[inline(never)]
    #[cfg_attr(debug_assertions, track_caller)]
    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    #[inline(never)]
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}
