//! Rust values as JSON, no deeper than this crate reads it: endless nesting is an error, and does not overflow the stack.

use std::fmt;
use std::io;

use serde::ser::{self, Impossible, Serialize, Serializer};
use serde_json::Error;
use serde_json::ser::Formatter;

/// The deepest nesting of lists and objects in an argument. `serde_json` reads 127 levels, and the list of arguments is one
/// of them.
const MAX_DEPTH: usize = 126;

/// The value as JSON.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut text = Vec::with_capacity(64);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Shallow(0)))?;
    // The serializer writes only UTF-8.
    Ok(String::from_utf8(text).unwrap_or_default())
}

/// Fails with this message. `serde_json`'s own constructor searches the text for a position, which is kilobytes of code in a
/// page.
#[cfg(feature = "client")]
pub(crate) fn fail(words: String) -> Result<(), Error> {
    struct Refuses(String);

    impl io::Write for Refuses {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other(Words(std::mem::take(&mut self.0))))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    serde_json::to_writer(Refuses(words), &())
}

/// Whether serde treats a value as a tuple, a tuple struct, an array, or `()`.
pub(super) fn is_several<T: Serialize + ?Sized>(value: &T) -> bool {
    matches!(value.serialize(ShapeProbe), Err(Shape::Several))
}

/// An error with this message. For a plain string, `std` would add the code that quotes strings.
struct Words(String);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Words {}

/// Compact JSON that counts its nesting.
struct Shallow(usize);

impl Shallow {
    fn deeper(&mut self) -> io::Result<()> {
        if self.0 == MAX_DEPTH {
            return Err(io::Error::other(Words("nested too deep".to_owned())));
        }
        self.0 += 1;
        Ok(())
    }
}

impl Formatter for Shallow {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.deeper()?;
        writer.write_all(b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0 -= 1;
        writer.write_all(b"]")
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.deeper()?;
        writer.write_all(b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0 -= 1;
        writer.write_all(b"}")
    }
}

/// Determines the shape of a value without writing anything.
struct ShapeProbe;

#[derive(Debug)]
enum Shape {
    Several,
    One,
}

impl fmt::Display for Shape {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Shape {}

impl ser::Error for Shape {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::One
    }
}

macro_rules! one {
    ($($name:ident($kind:ty))*) => {$(
        fn $name(self, _: $kind) -> Result<Self::Ok, Shape> {
            Err(Shape::One)
        }
    )*};
}

impl Serializer for ShapeProbe {
    type Ok = std::convert::Infallible;
    type Error = Shape;
    type SerializeSeq = Impossible<Self::Ok, Shape>;
    type SerializeTuple = Impossible<Self::Ok, Shape>;
    type SerializeTupleStruct = Impossible<Self::Ok, Shape>;
    type SerializeTupleVariant = Impossible<Self::Ok, Shape>;
    type SerializeMap = Impossible<Self::Ok, Shape>;
    type SerializeStruct = Impossible<Self::Ok, Shape>;
    type SerializeStructVariant = Impossible<Self::Ok, Shape>;

    one! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_u8(u8)
        serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_f32(f32) serialize_f64(f64) serialize_char(char)
        serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }

    fn serialize_i128(self, _: i128) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }

    fn serialize_u128(self, _: u128) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }

    fn serialize_none(self) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }

    fn serialize_unit(self) -> Result<Self::Ok, Shape> {
        Err(Shape::Several)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Self::Ok, Shape> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Shape> {
        Err(Shape::One)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Shape> {
        Err(Shape::Several)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Shape> {
        Err(Shape::Several)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Shape> {
        Err(Shape::One)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Shape> {
        Err(Shape::One)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Shape> {
        Err(Shape::One)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Shape> {
        Err(Shape::One)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<Self::Ok, Shape> {
        Err(Shape::One)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;

    #[cfg(feature = "client")]
    #[test]
    fn an_error_is_in_the_words_that_it_was_given() {
        let error = fail("7 events were missed".into()).unwrap_err();
        assert_eq!(error.to_string(), "7 events were missed");
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Newtype<T>(T);

    #[derive(Serialize)]
    enum Enum {
        Tuple(u8, char),
        Struct { a: Option<i8> },
    }

    #[test]
    fn a_tuple_and_nothing_is_several() {
        assert!(
            is_several(&()) && is_several(&(1, 2)) && is_several(&[1, 2]) && is_several(&Newtype((1, 2)))
        );
        assert!(!is_several(&1) && !is_several(&vec![1]) && !is_several(&Unit) && !is_several(&Some((1, 2))));
        assert!(!is_several(&Enum::Tuple(1, 'x')) && !is_several(&Enum::Struct { a: None }));
        assert!(!is_several(&json!([1])) && !is_several("x") && !is_several(&BTreeMap::from([(1, 2)])));
        assert!(!is_several(&std::net::Ipv4Addr::LOCALHOST));
    }

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!(1), |inner, level| match level % 2 {
            0 => Value::Array(vec![inner]),
            _ => json!({"a": inner}),
        })
    }

    #[test]
    fn client_c12_a_value_that_nests_without_end_is_an_error() {
        struct Endless;
        impl Serialize for Endless {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq([Self])
            }
        }
        assert_eq!(to_json(&Endless).unwrap_err().to_string(), "nested too deep");
        assert!(!is_several(&Endless));
        assert!(to_json(&nested(2_000)).is_err());
        assert!(to_json(&nested(MAX_DEPTH + 1)).is_err());
        let text = format!("[\"event\",{}]", to_json(&nested(MAX_DEPTH)).unwrap());
        assert!(
            serde_json::from_str::<Value>(&text).is_ok(),
            "as deep as it is read"
        );
        let wide = json!([[[1], [2]], [{"a": [3]}, {}]]);
        assert_eq!(to_json(&wide).unwrap(), wide.to_string());
    }
}
