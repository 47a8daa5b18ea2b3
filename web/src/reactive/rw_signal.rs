//! A value that can be set; views and effects that read it follow it.

use std::marker::PhantomData;

use leptos::prelude::{Notify, ReadUntracked, Track, Write};
use leptos::reactive::graph::Source;
use leptos::reactive::signal::guards::{Plain, ReadGuard, UntrackedWriteGuard};

use super::value::{Value, cast, cast_mut, disposed};

type BoxedSignal = leptos::prelude::RwSignal<Value>;
type SignalGuard = ReadGuard<Value, Plain<Value>>;

pub(crate) struct RwSignal<T> {
    inner: BoxedSignal,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

#[inline(never)]
fn create(value: Value) -> BoxedSignal {
    BoxedSignal::new(value)
}

#[inline(never)]
fn try_read(signal: BoxedSignal) -> Option<SignalGuard> {
    signal.try_read_untracked()
}

#[inline(never)]
#[cfg_attr(debug_assertions, track_caller)]
fn read_untracked(signal: BoxedSignal) -> SignalGuard {
    match try_read(signal) {
        Some(guard) => guard,
        None => disposed(),
    }
}

#[inline(never)]
#[cfg_attr(debug_assertions, track_caller)]
fn read(signal: BoxedSignal) -> SignalGuard {
    signal.track();
    read_untracked(signal)
}

#[inline(never)]
fn write(signal: BoxedSignal) -> Option<UntrackedWriteGuard<Value>> {
    signal.try_write_untracked()
}

#[inline(never)]
fn notify(signal: BoxedSignal) {
    signal.notify();
}

#[inline(never)]
fn replace(signal: BoxedSignal, value: Value) {
    let Some(mut guard) = write(signal) else {
        return;
    };
    let before = std::mem::replace(&mut *guard, value);
    drop(guard);
    drop(before);
    notify(signal);
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            inner: create(Box::new(value)),
            kind: PhantomData,
        }
    }

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

    /// The value, or `None` after the signal's owner was disposed.
    pub(crate) fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_untracked(T::clone)
    }

    pub(crate) fn try_with_untracked<U>(self, act: impl FnOnce(&T) -> U) -> Option<U> {
        let guard = try_read(self.inner)?;
        Some(act(cast(&guard)))
    }

    #[inline(never)]
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    #[cfg_attr(debug_assertions, track_caller)]
    pub(crate) fn track(self) {
        self.inner.track();
    }

    /// Notifies all followers and drops them: the signal keeps even disposed ones, and living ones follow it again as they
    /// run.
    pub(crate) fn notify_afresh(self) {
        self.inner.notify();
        self.inner.clear_subscribers();
    }

    #[inline(never)]
    pub(crate) fn set(self, value: T) {
        replace(self.inner, Box::new(value));
    }

    /// Sets the value, unless the signal's owner was disposed meanwhile.
    pub(crate) fn try_set(self, value: T) {
        self.set(value);
    }

    /// Changes the value in its place. Followers are notified even if it is the same.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.maybe_update(|value| {
            change(value);
            true
        });
    }

    /// As `update`, but notifies followers only if `change` returns true.
    pub(crate) fn maybe_update(self, change: impl FnOnce(&mut T) -> bool) {
        let Some(mut guard) = write(self.inner) else {
            return;
        };
        let changed = change(cast_mut(&mut guard));
        drop(guard);
        if changed {
            notify(self.inner);
        }
    }
}
