//! Addresses within the page, for links and the browser's history.

use steadfast_shared::admin::OWNER_PAGE;
use steadfast_shared::http::JOIN_PATH;
use steadfast_shared::{RoomId, Seq};

/// The part of the page an address opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// The room that was open last.
    Home,
    /// `/r/ROOM`, or `/r/ROOM/SEQ` for one message in it.
    Room { room: RoomId, seq: Option<Seq> },
    /// [`JOIN_PATH`] with an invitation's code as its fragment.
    Join { code: String },
    /// [`OWNER_PAGE`] with an owner link's code as its fragment.
    Owner { code: String },
}

impl Route {
    /// A room without a message.
    pub fn room(room: RoomId) -> Self {
        Self::Room { room, seq: None }
    }

    /// Parses an address. An unknown one means home.
    pub fn of(path: &str, fragment: &str) -> Self {
        let path = path.trim_end_matches('/');
        let code = fragment.trim_start_matches('#').trim();
        // A link whose code was lost on the way, as in a mail program, is like any unknown address.
        if !code.is_empty() && path == JOIN_PATH {
            return Self::Join {
                code: code.to_owned(),
            };
        }
        if !code.is_empty() && path == OWNER_PAGE {
            return Self::Owner {
                code: code.to_owned(),
            };
        }
        let mut parts = path.strip_prefix("/r/").unwrap_or_default().split('/');
        let room = parts.next().and_then(|part| part.parse().ok());
        let seq = parts.next().map(|part| part.parse().ok().filter(|seq| *seq > 0));
        match (room, seq, parts.next()) {
            (Some(room), None, _) => Self::Room { room, seq: None },
            (Some(room), Some(Some(seq)), None) => Self::Room { room, seq: Some(seq) },
            _ => Self::Home,
        }
    }

    /// The address, without the origin.
    pub fn path(&self) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::Room { room, seq: None } => format!("/r/{room}"),
            Self::Room { room, seq: Some(seq) } => format!("/r/{room}/{seq}"),
            Self::Join { code } => format!("{JOIN_PATH}#{code}"),
            Self::Owner { code } => format!("{OWNER_PAGE}#{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ROOM: RoomId = RoomId(Uuid::from_u128(7));

    #[test]
    fn an_address_reads_back() {
        let routes = [
            Route::Home,
            Route::room(ROOM),
            Route::Room {
                room: ROOM,
                seq: Some(41),
            },
            Route::Join {
                code: "abc-def".into(),
            },
            Route::Owner {
                code: "ghi-jkl".into(),
            },
        ];
        for route in routes {
            let path = route.path();
            let (path, fragment) = path.split_once('#').unwrap_or((&path, ""));
            assert_eq!(Route::of(path, fragment), route);
        }
    }

    #[test]
    fn an_unknown_address_leads_home() {
        let room = ROOM.to_string();
        for path in [
            "/r/",
            "/r/general",
            &format!("/r/{room}/x"),
            &format!("/r/{room}/0"),
            &format!("/r/{room}/1/2"),
            "/somewhere",
        ] {
            assert_eq!(Route::of(path, ""), Route::Home, "{path}");
        }
        assert_eq!(Route::of(&format!("/r/{room}/"), ""), Route::room(ROOM));
    }
}
