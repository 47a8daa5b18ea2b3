//! Calls upwards: a lower subject calls, a higher one answers. So the lower one imports nothing of the higher.

use crate::reactive::StoredValue;
use leptos::prelude::*;

/// A call whose answer is put in by a higher subject as the page starts.
pub(crate) struct Hook<In: 'static, Out: 'static = ()>(StoredValue<Option<Callback<In, Out>>>);

impl<In, Out> Clone for Hook<In, Out> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<In, Out> Copy for Hook<In, Out> {}

impl<In: 'static, Out: 'static> Hook<In, Out> {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(None))
    }

    pub(crate) fn set(self, answer: impl Fn(In) -> Out + Send + Sync + 'static) {
        self.0.set_value(Some(Callback::new(answer)));
    }

    /// Calls it. `None` until it is set.
    pub(crate) fn call(self, with: In) -> Option<Out> {
        self.0.get_value().map(|answer| answer.run(with))
    }
}
