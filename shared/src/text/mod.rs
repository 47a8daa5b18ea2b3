//! What people type, validated once, at the border.
//!
//! - `message`: what is said
//! - `name`: what people and rooms are called
//! - `emoji`: what people react with
//! - `visible`: what can be seen
//! - `tables`: what Unicode knows of characters

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
