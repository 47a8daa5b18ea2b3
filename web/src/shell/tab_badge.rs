//! The tab badge: the document's title and icon show unread messages.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::account::start::PageStage;
use crate::shell::page::PageContexts;

impl PageContexts {
    /// The document's title: the room, and the number of unread messages in all rooms. Tracked.
    pub(crate) fn title(self) -> String {
        if self.account.stage.get() != PageStage::Room {
            return "Steadfast".to_owned();
        }
        let name = self.rooms.room_name();
        match self.unread() {
            0 => format!("{name} · Steadfast"),
            unread => format!("({unread}) {name} · Steadfast"),
        }
    }

    /// Whether the icon shows that there are unread messages. Tracked.
    pub(crate) fn has_unread(self) -> bool {
        self.account.stage.get() == PageStage::Room && self.unread() > 0
    }

    fn unread(self) -> u64 {
        self.chat
            .on_rooms(|session| session.rooms().map(|room| room.unread).sum())
    }
}

/// Shows the icon with or without a dot.
pub(super) fn draw_icon(unread: bool) {
    let Ok(Some(link)) = document().query_selector("link[rel=icon]") else {
        return;
    };
    let link: web_sys::HtmlLinkElement = link.unchecked_into();
    if unread {
        if link.get_attribute(PLAIN).is_none() {
            let _ = link.set_attribute(PLAIN, &link.href());
        }
        link.set_href(&format!(
            "data:image/svg+xml,{}",
            js_sys::encode_uri_component(WITH_DOT)
        ));
    } else if let Some(plain) = link.get_attribute(PLAIN) {
        link.set_href(&plain);
    }
}

/// The attribute that keeps the icon's original address while another one is shown.
const PLAIN: &str = "data-plain";

/// The icon with a dot in its corner.
const WITH_DOT: &str = concat!(
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">"##,
    r##"<rect width="32" height="32" rx="9" fill="#1f6f8b"/>"##,
    r##"<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">"##,
    r##"<circle cx="16" cy="8" r="2.2"/>"##,
    r##"<path d="M16 10.2v13.6M11.4 14h9.2M8 18.2c.6 3.8 3.9 6 8 6s7.4-2.2 8-6"/></g>"##,
    r##"<circle cx="25" cy="7" r="7" fill="#fff"/><circle cx="25" cy="7" r="5.5" fill="#d4351c"/></svg>"##,
);
