//! Making, finding, changing and leaving rooms; choosing people for them.

mod browse;
mod change;
mod form;
mod gone;
mod leave;
mod menu;
mod new;
mod people_picker;
mod search;
mod with_people;

pub(super) use browse::Browse;
pub(super) use change::ChangeRoomDialog;
pub(crate) use gone::Interrupted;
pub(super) use leave::LeaveDialog;
pub(crate) use leave::leave;
pub(super) use menu::RoomMenu;
pub(super) use new::NewRoom;
pub(super) use with_people::{InviteDialog, NewDirect};
