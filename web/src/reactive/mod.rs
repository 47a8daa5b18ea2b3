//! Signals, memos and stored values of any type over those of Leptos for one type.
//!
//! Leptos compiles its signals once for each type of value, its memos and effects once for each closure: 10 % of the page's
//! first module. Here a value is boxed, so Leptos' code is in the page once; what is left for each type is a cast. The names and
//! methods are those of Leptos.
//!
//! - `value`: a value of any type
//! - `rw_signal`: a value that can be set
//! - `memo`: a value that is computed from others
//! - `signal`: a value that is read only, from wherever it comes
//! - `stored`: a value that nobody follows

mod memo;
mod rw_signal;
mod signal;
mod stored;
mod value;

use leptos::prelude::Effect;

pub(crate) use memo::{Memo, memo};
pub(crate) use rw_signal::RwSignal;
pub(crate) use signal::Signal;
pub(crate) use stored::StoredValue;

/// Runs after this task, and again after a signal in it has changed.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    boxed_effect(Box::new(run));
}

#[inline(never)]
fn boxed_effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}
