//! The dialogs that create, find, change, hide and leave rooms, and choose people for them.

pub(crate) mod browse;
pub(crate) mod change;
pub(crate) mod form;
pub(crate) mod hide;
pub(crate) mod leave;
pub(crate) mod new;
pub(crate) mod people_picker;
pub(crate) mod search;
pub(crate) mod with_people;
