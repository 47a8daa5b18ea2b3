//! A value that is read only: fixed, computed each time it is read, or of another signal.

use super::{Memo, RwSignal, StoredValue};

type ComputeValue<T> = Box<dyn Fn() -> T>;

pub(crate) struct Signal<T: 'static>(StoredValue<ComputeValue<T>>);

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T: 'static> Signal<T> {
    /// A value that is computed each time it is read.
    pub(crate) fn derive(compute: impl Fn() -> T + 'static) -> Self {
        Self::boxed(Box::new(compute))
    }

    #[inline(never)]
    fn boxed(compute: ComputeValue<T>) -> Self {
        Self(StoredValue::new(compute))
    }

    /// A value that never changes.
    pub(crate) fn stored(value: T) -> Self
    where
        T: Clone,
    {
        Self::derive(move || value.clone())
    }

    #[inline(never)]
    pub(crate) fn get(self) -> T {
        self.0.with_value(|compute| compute())
    }
}

impl<T: Clone> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::stored(value)
    }
}

impl<T: Clone + Default> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

impl<T> From<Signal<T>> for Signal<Option<T>> {
    fn from(signal: Signal<T>) -> Self {
        Self::derive(move || Some(signal.get()))
    }
}

impl From<&str> for Signal<String> {
    fn from(value: &str) -> Self {
        Self::stored(value.to_owned())
    }
}

impl<T: Clone + Send + Sync> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::derive(move || signal.get())
    }
}

impl<T: Clone + Send + Sync> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}
