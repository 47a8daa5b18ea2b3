//! Texts that people type, validated once, at the boundary.
//!
//! - `message`: texts of messages
//! - `name`: names of people and rooms
//! - `emoji`: emoji of reactions
//! - `visible`: whether a text shows anything
//! - `tables`: Unicode's properties of characters

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
