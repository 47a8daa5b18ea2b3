//! Rust values as JSON, no deeper than this crate reads it: one that nests without end is an error, and not the end of the program's stack.

use std::cell::Cell;
use std::fmt::Display;

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Map, Number, Value};

/// How deep lists and objects may nest in an argument. `serde_json` reads 127 levels, and one of them is the list of the arguments.
pub(crate) const MAX_DEPTH: usize = 126;

/// How the types of `serde_json` that hold JSON as text begin, under its features `arbitrary_precision` and `raw_value`.
const HOLDS_JSON: &str = "$serde_json::private::";

/// The value, and whether serde takes it for a tuple, a tuple struct, an array, or `()`.
pub(super) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<(Value, bool), Error> {
    let several = Cell::new(false);
    let value = value.serialize(ToValue {
        several: &several,
        depth: 0,
        outermost: true,
    })?;
    Ok((value, several.get()))
}

/// Whether a value nests no deeper than [`MAX_DEPTH`].
pub(crate) fn is_shallow(value: &Value) -> bool {
    fn within(value: &Value, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else {
            return !matches!(value, Value::Array(_) | Value::Object(_));
        };
        match value {
            Value::Array(items) => items.iter().all(|item| within(item, left)),
            Value::Object(fields) => fields.values().all(|field| within(field, left)),
            _ => true,
        }
    }
    within(value, MAX_DEPTH)
}

#[derive(Clone, Copy)]
struct ToValue<'a> {
    several: &'a Cell<bool>,
    depth: usize,
    /// Nothing but newtypes is around it.
    outermost: bool,
}

impl<'a> ToValue<'a> {
    fn inner(self) -> Self {
        Self {
            outermost: false,
            ..self
        }
    }

    fn deeper(self) -> Result<Self, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::custom("nested too deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
            outermost: false,
            ..self
        })
    }

    fn list(self, length: usize) -> Result<List<'a>, Error> {
        Ok(List {
            items: Vec::with_capacity(length.min(4096)),
            of: self.deeper()?,
            variant: None,
        })
    }

    fn tuple(self, length: usize) -> Result<List<'a>, Error> {
        if self.outermost {
            self.several.set(true);
        }
        self.list(length)
    }

    fn object(self) -> Result<Object<'a>, Error> {
        Ok(Object {
            fields: Map::new(),
            name: None,
            of: self.deeper()?,
            variant: None,
            holds_json: false,
        })
    }
}

struct List<'a> {
    items: Vec<Value>,
    of: ToValue<'a>,
    variant: Option<&'static str>,
}

struct Object<'a> {
    fields: Map<String, Value>,
    name: Option<String>,
    of: ToValue<'a>,
    variant: Option<&'static str>,
    holds_json: bool,
}

fn variant_of(variant: Option<&'static str>, value: Value) -> Value {
    let Some(variant) = variant else {
        return value;
    };
    // Inserted: to collect a map sorts, which is kilobytes of code in a page.
    let mut fields = Map::new();
    fields.insert(variant.to_owned(), value);
    Value::Object(fields)
}

impl List<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(value.serialize(self.of)?);
        Ok(())
    }

    fn done(self) -> Value {
        variant_of(self.variant, Value::Array(self.items))
    }
}

impl Object<'_> {
    fn insert<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), Error> {
        let value = value.serialize(self.of)?;
        self.fields.insert(name, value);
        Ok(())
    }

    fn done(self) -> Result<Value, Error> {
        if self.holds_json {
            let text = self
                .fields
                .values()
                .next()
                .and_then(Value::as_str)
                .unwrap_or_default();
            let value = crate::packet::read_json(text).map_err(Error::custom)?;
            return Ok(value);
        }
        Ok(variant_of(self.variant, Value::Object(self.fields)))
    }
}

/// JSON's names are texts: of what else may be one, its text.
fn name(value: Value) -> Result<String, Error> {
    match value {
        Value::String(name) => Ok(name),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(Error::custom("key must be a string")),
    }
}

fn number<N: TryInto<i64> + TryInto<u64> + Copy>(number: N) -> Result<Value, Error> {
    let unsigned: Result<u64, _> = number.try_into();
    let signed: Result<i64, _> = number.try_into();
    match (unsigned, signed) {
        (Ok(number), _) => Ok(number.into()),
        (_, Ok(number)) => Ok(number.into()),
        _ => Err(Error::custom("number out of range")),
    }
}

impl<'a> Serializer for ToValue<'a> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_bool(self, value: bool) -> Result<Value, Error> {
        Ok(Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Value, Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result<Value, Error> {
        number(value)
    }

    fn serialize_u8(self, value: u8) -> Result<Value, Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Value, Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Value, Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<Value, Error> {
        number(value)
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        // What is no number in JSON is null, as in `JSON.stringify`.
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        Ok(Value::String(value.into()))
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        Ok(Value::String(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Error> {
        Ok(Value::Array(value.iter().map(|byte| (*byte).into()).collect()))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self.inner())
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        if self.outermost {
            self.several.set(true);
        }
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        let value = value.serialize(self.deeper()?)?;
        Ok(variant_of(Some(variant), value))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List<'a>, Error> {
        self.list(length.unwrap_or_default())
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'a>, Error> {
        self.tuple(length)
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List<'a>, Error> {
        self.tuple(length)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List<'a>, Error> {
        let mut list = self.deeper()?.list(length)?;
        list.variant = Some(variant);
        Ok(list)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, Error> {
        self.object()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object<'a>, Error> {
        let mut object = self.object()?;
        object.holds_json = name.starts_with(HOLDS_JSON);
        Ok(object)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>, Error> {
        let mut object = self.deeper()?.object()?;
        object.variant = Some(variant);
        Ok(object)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Value, Error> {
        Ok(Value::String(value.to_string()))
    }
}

impl SerializeSeq for List<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.push(value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.done())
    }
}

impl SerializeTuple for List<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.push(value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.done())
    }
}

macro_rules! list {
    ($($name:ident)*) => {$(
        impl $name for List<'_> {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Value, Error> {
                Ok(self.done())
            }
        }
    )*};
}
list! { SerializeTupleStruct SerializeTupleVariant }

impl SerializeMap for Object<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.name = Some(name(key.serialize(self.of)?)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let name = self
            .name
            .take()
            .ok_or_else(|| Error::custom("a value before its key"))?;
        self.insert(name, value)
    }

    fn end(self) -> Result<Value, Error> {
        self.done()
    }
}

macro_rules! object {
    ($($name:ident)*) => {$(
        impl $name for Object<'_> {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.insert(name.to_owned(), value)
            }

            fn end(self) -> Result<Value, Error> {
                self.done()
            }
        }
    )*};
}
object! { SerializeStruct SerializeStructVariant }

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Newtype(u8);

    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Enum {
        Unit,
        Newtype(u8),
        Tuple(u8, char),
        Struct { a: Option<i8> },
    }

    #[test]
    fn a_value_is_what_serde_json_makes_of_it() {
        macro_rules! same {
            ($($value:expr),* $(,)?) => {$(
                assert_eq!(to_value(&$value).unwrap().0, serde_json::to_value(&$value).unwrap());
            )*};
        }
        same!(
            (),
            true,
            -1i8,
            -2i16,
            -3i32,
            i64::MIN,
            u64::MAX,
            1u8,
            2u16,
            3u32,
            0.1f32,
            0.5f64,
            f64::NAN,
            'x',
            "안녕",
            i128::from(i64::MIN),
            u128::from(u64::MAX),
            Some(1),
            None::<u8>,
            Unit,
            Newtype(7),
            vec![1, 2],
            (1, "a"),
            [3, 4],
            Enum::Unit,
            Enum::Newtype(1),
            Enum::Tuple(2, 'y'),
            Enum::Struct { a: Some(-1) },
            BTreeMap::from([("a", 1)]),
            BTreeMap::from([(1, 'b')]),
            BTreeMap::from([(true, ())]),
            BTreeMap::from([('k', 1)]),
            BTreeMap::from([(Enum::Unit, 1)]),
            json!({"a": [1, {"b": null}], "c": -1.5}),
            std::net::Ipv4Addr::LOCALHOST,
        );
        assert!(to_value(&u128::MAX).is_err());
        assert!(to_value(&BTreeMap::from([(vec![1], 1)])).is_err());
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
        assert_eq!(to_value(&Endless).unwrap_err().to_string(), "nested too deep");
        assert!(to_value(&nested(2_000)).is_err());
        assert!(to_value(&nested(MAX_DEPTH + 1)).is_err() && !is_shallow(&nested(MAX_DEPTH + 1)));
        let deepest = nested(MAX_DEPTH);
        assert!(is_shallow(&deepest));
        let (value, _) = to_value(&deepest).unwrap();
        let text = json!(["event", value]).to_string();
        assert!(
            serde_json::from_str::<Value>(&text).is_ok(),
            "as deep as it is read"
        );
    }
}
