//! A value of any type. A signal keeps values of one type, so a cast never fails.

use std::any::Any;

pub(super) type Value = Box<dyn Any + Send + Sync>;

#[inline(never)]
pub(super) fn cast<T: 'static>(value: &Value) -> &T {
    match value.downcast_ref() {
        Some(value) => value,
        None => another_type(),
    }
}

#[inline(never)]
pub(super) fn cast_mut<T: 'static>(value: &mut Value) -> &mut T {
    match value.downcast_mut() {
        Some(value) => value,
        None => another_type(),
    }
}

#[cold]
fn another_type() -> ! {
    unreachable!("a signal has values of one type")
}

#[cold]
#[cfg_attr(debug_assertions, track_caller)]
pub(super) fn disposed() -> ! {
    unreachable!("a signal was read after its owner was disposed")
}
