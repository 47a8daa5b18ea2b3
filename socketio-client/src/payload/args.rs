//! Reads arguments with serde: a tuple takes several, `()` none, any other type the first.

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::json;

type TextReader<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

/// JSON values separated by commas.
#[derive(Clone, Copy)]
pub(super) struct Args<'a>(pub(super) &'a str);

impl<'a> Args<'a> {
    /// The first value, with the rest behind it, which is not read; null if there is none.
    fn first(self) -> &'a str {
        match self.0.trim_ascii_start() {
            "" => "null",
            args => args,
        }
    }

    fn reader(self) -> TextReader<'a> {
        serde_json::Deserializer::from_str(self.first())
    }
}

macro_rules! as_the_reader_does {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.reader().$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Args<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader().deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.first().starts_with("null") {
            visitor.visit_none()
        } else {
            // One argument, whatever it holds: as such it is written, too.
            visitor.visit_some(&mut self.reader())
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Several {
            args: self.0,
            left: len,
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.reader().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.reader().deserialize_struct(name, fields, visitor)
    }

    // Of its own accord the reader has no numbers that are wider than 64 bits, and with a feature of `serde_json` none at all.
    as_the_reader_does! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit_struct seq map identifier ignored_any
    }
}

/// The arguments of a tuple. As in a JavaScript function further ones are ignored, and missing ones are null: for types that can be.
struct Several<'a> {
    args: &'a str,
    left: usize,
}

impl<'de> SeqAccess<'de> for Several<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let Some((first, rest)) = json::split_first(self.args) else {
            let mut missing = serde_json::Deserializer::from_str("null");
            return Ok(seed.deserialize(&mut missing).ok());
        };
        self.args = rest;
        let mut reader = serde_json::Deserializer::from_str(first);
        seed.deserialize(&mut reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}
