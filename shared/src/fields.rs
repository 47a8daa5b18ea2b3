//! JSON as a tree of fields, and records read from it.
//!
//! serde's derive writes a reader of several hundred bytes for each field of each record, and for a tagged enum a second set of them. A
//! page carries all of that. Here one reader makes the tree, and a record takes its fields out of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

/// An object's fields, in their order.
#[derive(Debug)]
pub struct Fields(Vec<(String, Field)>);

/// One value. Whatever it is, it reads: a kind from the future may hold anything.
#[derive(Debug)]
pub enum Field {
    Null,
    Flag(bool),
    Number(u64),
    Text(String),
    List(Vec<Self>),
    Object(Fields),
    /// A fraction, or a number below zero: no record has one.
    Other,
}

/// A type that is read from a field.
pub trait FromField: Sized {
    fn from_field(field: Field) -> Result<Self, FieldError>;

    /// The value where the field is left out.
    fn left_out(name: &'static str) -> Result<Self, FieldError> {
        Err(FieldError::Missing(name))
    }
}

/// Why fields are not those of the record.
#[derive(Debug)]
pub enum FieldError {
    Missing(&'static str),
    /// The value is of another type than the one expected; and the field, if known.
    Type {
        field: Option<&'static str>,
        expected: &'static str,
    },
    /// A word that is none of those allowed.
    Word(String),
    /// A text that is not allowed, and why.
    Text(String),
    /// The fields do not go together.
    Together(&'static str),
}

impl FieldError {
    const fn expected(expected: &'static str) -> Self {
        Self::Type {
            field: None,
            expected,
        }
    }

    fn at(self, name: &'static str) -> Self {
        match self {
            Self::Type {
                field: None,
                expected,
            } => Self::Type {
                field: Some(name),
                expected,
            },
            other => other,
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "missing field `{name}`"),
            Self::Type {
                field: Some(name),
                expected,
            } => write!(f, "field `{name}`: expected {expected}"),
            Self::Type {
                field: None,
                expected,
            } => write!(f, "expected {expected}"),
            Self::Word(word) => write!(f, "unknown variant `{word}`"),
            Self::Text(why) => f.write_str(why),
            Self::Together(why) => f.write_str(why),
        }
    }
}

impl Fields {
    fn take(&mut self, name: &str) -> Option<Field> {
        let at = self.0.iter().position(|(other, _)| other == name)?;
        let (_, field) = self.0.swap_remove(at);
        Some(field)
    }

    /// Reads a field. One that is left out has the value that its type says, if any.
    #[inline(never)]
    pub fn get<T: FromField>(&mut self, name: &'static str) -> Result<T, FieldError> {
        match self.take(name) {
            Some(field) => T::from_field(field).map_err(|error| error.at(name)),
            None => T::left_out(name),
        }
    }

    /// Reads a field that may be left out.
    #[inline(never)]
    pub fn get_or_default<T: FromField + Default>(&mut self, name: &'static str) -> Result<T, FieldError> {
        match self.take(name) {
            Some(field) => T::from_field(field).map_err(|error| error.at(name)),
            None => Ok(T::default()),
        }
    }
}

impl Field {
    pub fn object(self) -> Result<Fields, FieldError> {
        match self {
            Self::Object(fields) => Ok(fields),
            _ => Err(FieldError::expected("an object")),
        }
    }

    pub fn text(self) -> Result<String, FieldError> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(FieldError::expected("a string")),
        }
    }

    pub fn number(self) -> Result<u64, FieldError> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err(FieldError::expected("a number")),
        }
    }

    pub fn list(self) -> Result<Vec<Self>, FieldError> {
        match self {
            Self::List(list) => Ok(list),
            _ => Err(FieldError::expected("a list")),
        }
    }

    /// Which variant an enum is, and its content, as serde writes them: `"name"` or `{ "name": content }`.
    pub fn variant(self) -> Result<(String, Self), FieldError> {
        match self {
            Self::Text(name) => Ok((name, Self::Null)),
            Self::Object(Fields(mut fields)) if fields.len() == 1 => {
                fields.pop().ok_or(FieldError::expected("one variant"))
            }
            _ => Err(FieldError::expected("one variant")),
        }
    }
}

/// Reads a record by way of its fields: its `Deserialize`.
pub fn read<'de, T: FromField, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let field = deserializer.deserialize_any(FieldVisitor)?;
    T::from_field(field).map_err(de::Error::custom)
}

/// Reads records by their fields: `record!(Person { id, name })`. `or_default` after a field that may be left out.
#[macro_export]
macro_rules! record {
    ($name:ident { $($field:ident $($or:ident)?),* $(,)? }) => {
        impl $crate::fields::FromField for $name {
            fn from_field(field: $crate::fields::Field) -> Result<Self, $crate::fields::FieldError> {
                let mut fields = field.object()?;
                Ok(Self { $($field: $crate::record!(@ fields $field $($or)?)),* })
            }
        }
        $crate::read_by_fields!($name);
    };
    (@ $fields:ident $field:ident) => { $fields.get(stringify!($field))? };
    (@ $fields:ident $field:ident or_default) => { $fields.get_or_default(stringify!($field))? };
}

/// Reads an enum that is one word: `words!(Role { "member" => Member })`. `else` names the variant of a word from the future.
#[macro_export]
macro_rules! words {
    ($name:ident { $($word:literal => $variant:ident),* $(,)? } $(else $unknown:ident)?) => {
        impl $crate::fields::FromField for $name {
            fn from_field(field: $crate::fields::Field) -> Result<Self, $crate::fields::FieldError> {
                let word = field.text()?;
                $(if word == $word {
                    return Ok(Self::$variant);
                })*
                $crate::words!(@ word $($unknown)?)
            }
        }
        $crate::read_by_fields!($name);
    };
    (@ $word:ident $unknown:ident) => {{ Ok(Self::$unknown) }};
    (@ $word:ident) => { Err($crate::fields::FieldError::Word($word)) };
}

/// `Deserialize` of a type that is read from a field.
#[macro_export]
macro_rules! read_by_fields {
    ($name:ty) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::fields::read(deserializer)
            }
        }
    };
}

impl FromField for Field {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        Ok(field)
    }
}

impl FromField for bool {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        match field {
            Field::Flag(flag) => Ok(flag),
            _ => Err(FieldError::expected("true or false")),
        }
    }
}

impl FromField for u64 {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        field.number()
    }
}

impl FromField for u32 {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        Self::try_from(field.number()?).map_err(|_| FieldError::expected("a smaller number"))
    }
}

impl FromField for String {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        field.text()
    }
}

impl FromField for Uuid {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let text = field.text()?;
        Self::parse_str(&text).map_err(|_| FieldError::expected("a UUID"))
    }
}

/// Of a call that is answered with nothing.
impl FromField for () {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        match field {
            Field::Null => Ok(()),
            _ => Err(FieldError::expected("null")),
        }
    }
}

impl<T: FromField> FromField for Option<T> {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        match field {
            Field::Null => Ok(None),
            field => T::from_field(field).map(Some),
        }
    }

    fn left_out(_: &'static str) -> Result<Self, FieldError> {
        Ok(None)
    }
}

impl<T: FromField> FromField for Box<T> {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        T::from_field(field).map(Self::new)
    }
}

impl<T: FromField> FromField for Vec<T> {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        field.list()?.into_iter().map(T::from_field).collect()
    }
}

impl<K: Ord + From<Uuid>, V: FromField> FromField for BTreeMap<K, V> {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let Fields(fields) = field.object()?;
        // `collect` would sort first, by kilobytes of code for each type.
        let mut map = Self::new();
        for (key, value) in fields {
            let key = Uuid::from_field(Field::Text(key))?;
            map.insert(key.into(), V::from_field(value)?);
        }
        Ok(map)
    }
}

struct FieldVisitor;

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Field::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Field, E> {
        Ok(Field::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Field, E> {
        Ok(Field::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Field, E> {
        Ok(u64::try_from(number).map_or(Field::Other, Field::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Field, E> {
        Ok(Field::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Field, E> {
        Ok(Field::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Field, A::Error> {
        let mut list = Vec::new();
        while let Some(field) = access.next_element()? {
            list.push(field);
        }
        Ok(Field::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Field, A::Error> {
        let mut fields = Vec::<(String, Field)>::new();
        while let Some(name) = access.next_key::<String>()? {
            fields.push((name, access.next_value()?));
        }
        Ok(Field::Object(Fields(fields)))
    }
}
