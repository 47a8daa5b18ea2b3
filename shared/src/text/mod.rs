//! Texts that people type, validated once, at the boundary.
//!
//! - `message`: texts of messages
//! - `name`: names of people and rooms
//! - `emoji`: emoji of reactions
//! - `visible`: whether a text shows anything
//! - `code`: the code in a text
//! - `tables`: Unicode's properties of characters

/// Reads a text that is checked as it is read.
macro_rules! checked {
    ($name:ident) => {
        impl $crate::fields::FromField for $name {
            fn from_field(field: $crate::fields::Field) -> Result<Self, $crate::fields::FieldError> {
                Self::try_from(field.text()?)
                    .map_err(|error| $crate::fields::FieldError::Text(error.to_string()))
            }
        }
        $crate::read_by_fields!($name);
    };
}

pub mod code;
mod emoji;
mod error;
mod message;
mod name;
mod tables;
mod visible;

pub use emoji::Emoji;
pub use error::TextError;
pub use message::MessageText;
pub use name::{Nickname, RoomName, Topic};
pub use visible::{is_blank, is_unseen};
