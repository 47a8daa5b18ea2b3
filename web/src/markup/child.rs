//! A block in markup: a view, or a closure that returns one.

use std::marker::PhantomData;

use leptos::prelude::*;

use crate::reactive::{Memo, RwSignal, Signal};

/// The view of a block in markup. A closure is called again whenever a signal in it changes; all
/// closures share one type.
macro_rules! child {
    ($block:expr) => {
        match $block {
            value => {
                use $crate::markup::BlockKind as _;
                (&$crate::markup::BlockProbe::of(&value)).kind().view(value)
            }
        }
    };
}
pub(crate) use child;

/// Finds out whether a block is a closure: methods of the type itself are found before those of a
/// reference to it.
pub(crate) struct BlockProbe<T>(PhantomData<fn(T)>);

impl<T> BlockProbe<T> {
    pub(crate) fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

pub(crate) trait BlockKind {
    type Kind;

    fn kind(&self) -> Self::Kind;
}

pub(crate) struct ClosureBlock;

impl<F: FnMut() -> V + Send + 'static, V: IntoView + 'static> BlockKind for BlockProbe<F> {
    type Kind = ClosureBlock;

    fn kind(&self) -> ClosureBlock {
        ClosureBlock
    }
}

impl ClosureBlock {
    pub(crate) fn view<V: IntoView + 'static>(self, closure: impl FnMut() -> V + Send + 'static) -> AnyView {
        computed(closure)
    }
}

/// A view that is computed again whenever a signal in it changes.
pub(crate) fn computed<V: IntoView + 'static>(mut closure: impl FnMut() -> V + Send + 'static) -> AnyView {
    boxed(Box::new(move || closure().into_any()))
}

#[inline(never)]
fn boxed(closure: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    closure.into_any()
}

/// A signal is shown as a closure that reads it.
pub(crate) struct SignalBlock<T>(PhantomData<T>);

macro_rules! signal {
    ($($type:ident),*) => {
        $(
            impl<T: IntoView + Clone + Send + Sync + 'static> BlockKind for BlockProbe<$type<T>> {
                type Kind = SignalBlock<T>;

                fn kind(&self) -> SignalBlock<T> {
                    SignalBlock(PhantomData)
                }
            }
        )*
    };
}

signal!(Signal, Memo, RwSignal);

impl<T: IntoView + Clone + Send + Sync + 'static> SignalBlock<T> {
    pub(crate) fn view(self, signal: impl Into<Signal<T>>) -> AnyView {
        let signal = signal.into();
        computed(move || signal.get())
    }
}

pub(crate) struct ViewBlock;

impl<T: IntoView> BlockKind for &BlockProbe<T> {
    type Kind = ViewBlock;

    fn kind(&self) -> ViewBlock {
        ViewBlock
    }
}

impl ViewBlock {
    pub(crate) fn view(self, view: impl IntoView) -> AnyView {
        view.into_any()
    }
}
