//! A value that lives as long as its owner, and that nobody follows.

use std::marker::PhantomData;

use leptos::prelude::{ReadValue, WriteValue};
use leptos::reactive::signal::guards::{Plain, ReadGuard, UntrackedWriteGuard};
use send_wrapper::SendWrapper;

use super::value::{Value, cast, cast_mut, disposed};

type BoxedStore = leptos::prelude::StoredValue<Value>;

pub(crate) struct StoredValue<T> {
    inner: BoxedStore,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

#[inline(never)]
fn create(value: Value) -> BoxedStore {
    BoxedStore::new(value)
}

#[inline(never)]
fn try_read(stored: BoxedStore) -> Option<ReadGuard<Value, Plain<Value>>> {
    stored.try_read_value()
}

#[inline(never)]
fn write(stored: BoxedStore) -> Option<UntrackedWriteGuard<Value>> {
    stored.try_write_value()
}

#[inline(never)]
fn replace(stored: BoxedStore, value: Value) {
    if let Some(mut guard) = write(stored) {
        let before = std::mem::replace(&mut *guard, value);
        drop(guard);
        drop(before);
    }
}

impl<T: 'static> StoredValue<T> {
    /// Keeps a value, which belongs to the page's one thread.
    pub(crate) fn new(value: T) -> Self {
        Self {
            inner: create(Box::new(SendWrapper::new(value))),
            kind: PhantomData,
        }
    }

    pub(crate) fn try_with_value<U>(self, act: impl FnOnce(&T) -> U) -> Option<U> {
        let guard = try_read(self.inner)?;
        Some(act(cast::<SendWrapper<T>>(&guard)))
    }

    pub(crate) fn with_value<U>(self, act: impl FnOnce(&T) -> U) -> U {
        match self.try_with_value(act) {
            Some(result) => result,
            None => disposed(),
        }
    }

    #[inline(never)]
    pub(crate) fn try_get_value(self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_value(T::clone)
    }

    #[inline(never)]
    pub(crate) fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    #[inline(never)]
    pub(crate) fn set_value(self, value: T) {
        replace(self.inner, Box::new(SendWrapper::new(value)));
    }

    pub(crate) fn try_update_value<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        let mut guard = write(self.inner)?;
        Some(change(cast_mut::<SendWrapper<T>>(&mut guard)))
    }

    pub(crate) fn update_value(self, change: impl FnOnce(&mut T)) {
        self.try_update_value(change);
    }
}
