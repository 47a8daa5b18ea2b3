//! The values of attributes: text, or none for an attribute that is absent.

use std::borrow::Cow;

use super::{Hole, Markup};
use crate::reactive::{Memo, RwSignal, Signal};

pub(crate) type AttributeText = Cow<'static, str>;

pub(crate) enum AttributeValue {
    Fixed(Option<AttributeText>),
    /// Called again whenever a signal in it changes.
    Computed(Box<dyn Fn() -> Option<AttributeText>>),
}

/// A value at one time.
pub(crate) trait IntoText {
    fn into_text(self) -> Option<AttributeText>;
}

impl IntoText for &'static str {
    fn into_text(self) -> Option<AttributeText> {
        Some(Cow::Borrowed(self))
    }
}

impl IntoText for String {
    fn into_text(self) -> Option<AttributeText> {
        Some(Cow::Owned(self))
    }
}

impl IntoText for bool {
    fn into_text(self) -> Option<AttributeText> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<T: IntoText> IntoText for Option<T> {
    fn into_text(self) -> Option<AttributeText> {
        self.and_then(T::into_text)
    }
}

/// A value, or a closure or signal that computes one.
pub(crate) trait IntoValue {
    fn fill(self, markup: &mut Markup);
}

impl Markup {
    #[inline(never)]
    fn fixed(&mut self, text: Option<AttributeText>) {
        self.fill(Hole::Attribute(AttributeValue::Fixed(text)));
    }

    #[inline(never)]
    fn borrowed(&mut self, text: &'static str) {
        self.fixed(text.into_text());
    }

    #[inline(never)]
    fn owned(&mut self, text: String) {
        self.fixed(text.into_text());
    }

    #[inline(never)]
    fn computed(&mut self, value: Box<dyn Fn() -> Option<AttributeText>>) {
        self.fill(Hole::Attribute(AttributeValue::Computed(value)));
    }
}

impl IntoValue for &'static str {
    fn fill(self, markup: &mut Markup) {
        markup.borrowed(self);
    }
}

impl IntoValue for String {
    fn fill(self, markup: &mut Markup) {
        markup.owned(self);
    }
}

impl IntoValue for bool {
    fn fill(self, markup: &mut Markup) {
        markup.fixed(self.into_text());
    }
}

impl<T: IntoText> IntoValue for Option<T> {
    #[inline(never)]
    fn fill(self, markup: &mut Markup) {
        markup.fixed(self.into_text());
    }
}

impl<F: Fn() -> T + 'static, T: IntoText> IntoValue for F {
    fn fill(self, markup: &mut Markup) {
        markup.computed(Box::new(move || self().into_text()));
    }
}

macro_rules! signal {
    ($($type:ident),*) => {
        $(impl<T: IntoText + Clone + Send + Sync + 'static> IntoValue for $type<T> {
            #[inline(never)]
            fn fill(self, markup: &mut Markup) {
                markup.computed(Box::new(move || self.get().into_text()));
            }
        })*
    };
}

signal!(Signal, Memo, RwSignal);
