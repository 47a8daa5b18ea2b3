//! The pieces pages are made of.

mod avatar;
mod brand;
mod composer;
mod connection_bar;
mod details;
mod details_outbox;
mod icon;
mod language_switch;
mod notice;
mod rejection;
mod room_head;
mod row;
mod row_state;
mod sidebar;
mod timeline;
mod to_end;
mod typing;

pub(crate) use avatar::Avatar;
pub(crate) use brand::Brand;
pub(crate) use composer::Composer;
pub(crate) use connection_bar::ConnectionBar;
pub(crate) use details::Details;
pub(crate) use icon::{Icon, Shape};
pub(crate) use language_switch::LanguageSwitch;
pub(crate) use notice::Notice;
pub(crate) use room_head::RoomHead;
pub(crate) use sidebar::Sidebar;
pub(crate) use timeline::Timeline;
pub(crate) use typing::Typing;
