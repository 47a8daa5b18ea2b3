//! Every Socket.IO event: its name and its payload. Namespace `/`, one argument each.
//!
//! | event | sender | ack |
//! |---|---|---|
//! | [`SESSION`] | server | no: [`Session`], first after CONNECT and last before the server closes |
//! | [`ENTRIES`] | server | no: [`Entries`], one per room and commit |
//! | [`SEND`] | client | [`Reply`]`<Vec<`[`Sent`]`>>` to `[`[`SendItem`]`, …]` |
//! | [`HISTORY`] | client | [`Reply`]`<`[`Page`]`>` to [`HistoryRequest`] |
//! | [`SYNC`] | client | [`Reply`]`<`[`Heads`]`>` to [`Cursors`] |
//! | [`SYNC`] | server | no: [`Heads`], if the server knows that this socket missed entries |
//! | [`TYPING`] | both | no: [`TypingIn`] from the client, [`Typing`] from the server; volatile |
//! | [`WATCH`] | client | [`Reply`]`<`[`Watched`]`>` to [`Watch`] |
//! | [`WATCHED`] | server | no: [`Watched`], to clients that watch |
//! | [`PRESENCE`] | server | no: [`Presence`], to clients that watch nothing |
//! | [`READ`] | both | no: [`Read`]; from the server to the person's other sockets |
//! | [`AWAY`] | client | no: [`Away`] |
//! | [`CREATE_ROOM`] | client | [`Reply`]`<`[`Room`]`>` to [`room::CreateRoom`] |
//! | [`DIRECT_ROOM`] | client | [`Reply`]`<`[`Room`]`>` to [`room::DirectRoom`] |
//! | [`BROWSE_ROOMS`] | client | [`Reply`]`<Vec<`[`room::ListedRoom`]`>>` to [`room::BrowseRooms`] |
//! | [`JOIN_ROOM`] | client | [`Reply`]`<`[`Room`]`>` to [`room::InRoom`] |
//! | [`LEAVE_ROOM`] | client | [`Reply`]`<()>` to [`room::InRoom`] |
//! | [`INVITE`] | client | [`Reply`]`<()>` to [`room::InvitePeople`] |
//! | [`REMOVE_MEMBER`] | client | [`Reply`]`<()>` to [`room::RemoveMember`] |
//! | [`HIDE_ROOM`] | client | [`Reply`]`<`[`Room`]`>` to [`room::HideRoom`] |
//! | [`CHANGE_ROOM`] | client | [`Reply`]`<`[`Room`]`>` to [`room::ChangeRoom`] |
//! | [`LIST_MEMBERS`] | client | [`Reply`]`<Vec<`[`room::Member`]`>>` to [`room::ListMembers`] |
//! | [`FIND_PEOPLE`] | client | [`Reply`]`<Vec<`[`Person`]`>>` to [`room::FindPeople`] |
//! | [`BLOCK`] | client | [`Reply`]`<()>` to [`Block`] |
//! | [`BLOCKED`] | server | no: [`Blocked`], to one person's sockets |
//! | [`ROLE`] | server | no: [`NewRole`], to one person's sockets |
//! | [`MEMBER_ROLE`] | server | no: [`MemberRole`]; volatile |
//! | [`NICKNAME`] | client | [`Reply`]`<`[`Person`]`>` to [`room::ChangeNickname`] |
//! | [`ROOM`] | server | no: [`room::RoomUpdate`], to one person's sockets |
//! | [`MEMBERS`] | server | no: [`room::MembershipUpdate`]; volatile |
//! | [`NODES`] | server | no: [`Nodes`], on a change, and after [`SESSION`] while degraded |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use crate::cursor::{Cursor, Cursors};
use crate::fields::{Field, FieldError, FromField};
#[cfg(doc)]
use crate::room;
pub use crate::room::Room;
pub use crate::watch::{Availability, Crowd, Presence, Watch, Watched};
use crate::{
    Body, Entry, EntryId, Epoch, Millis, Person, Role, RoomId, Seq, UserId, WireError, read_by_fields,
    record, words,
};

/// Name of the event that opens and closes a session.
pub const SESSION: &str = "session";
/// Name of the event that carries new entries.
pub const ENTRIES: &str = "entries";
/// Name of the event that requests stored entries.
pub const HISTORY: &str = "history";
/// Name of the event that stores entries.
pub const SEND: &str = "send";
/// Name of the event that compares cursors with heads.
pub const SYNC: &str = "sync";
/// Name of the event for a person who is typing.
pub const TYPING: &str = "typing";
/// Name of the event that sets whose presence a client shows.
pub const WATCH: &str = "watch";
/// Name of the event with changes of the presence a client shows.
pub const WATCHED: &str = "watched";
/// Name of the event for people who come and go, to a client that watches nothing.
pub const PRESENCE: &str = "presence";
/// Name of the event that moves a read cursor.
pub const READ: &str = "read";

/// Name of the event that says whether a person is at this device.
pub const AWAY: &str = "away";
/// Name of the event that creates a room.
pub const CREATE_ROOM: &str = "room:create";
/// Name of the event that opens a direct room.
pub const DIRECT_ROOM: &str = "room:direct";
/// Name of the event that lists public rooms.
pub const BROWSE_ROOMS: &str = "room:browse";
/// Name of the event that joins a public room.
pub const JOIN_ROOM: &str = "room:join";
/// Name of the event that leaves a room.
pub const LEAVE_ROOM: &str = "room:leave";
/// Name of the event that hides a direct room, or shows it again.
pub const HIDE_ROOM: &str = "room:hide";
/// Name of the event that brings people into a room.
pub const INVITE: &str = "room:invite";
/// Name of the event that removes a person from a private room.
pub const REMOVE_MEMBER: &str = "room:remove";
/// Name of the event that renames, describes, archives or reopens a room.
pub const CHANGE_ROOM: &str = "room:change";
/// Name of the event that lists a room's members.
pub const LIST_MEMBERS: &str = "room:members";
/// Name of the event that finds people.
pub const FIND_PEOPLE: &str = "people";
/// Name of the event that blocks or unblocks a person.
pub const BLOCK: &str = "block";
/// Name of the event that reports a block of this person, set or lifted.
pub const BLOCKED: &str = "blocked";
/// Name of the event with this person's new role.
pub const ROLE: &str = "role";
/// Name of the event with another person's new role on this server.
pub const MEMBER_ROLE: &str = "member_role";
/// Name of the event that requests another nickname.
pub const NICKNAME: &str = "nickname";
/// Name of the event for changes of this person's rooms.
pub const ROOM: &str = "room";
/// Name of the event for people who enter or leave a room.
pub const MEMBERS: &str = "members";
/// Name of the event that says whether this server hears the other nodes of its cluster.
pub const NODES: &str = "nodes";

/// Per room, the newest `seq`.
pub type Heads = BTreeMap<RoomId, Seq>;

/// An ack: `{ "ok": … }` or `{ "error": { code, message, retry_after_ms? } }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Reply<T> {
    #[serde(rename = "ok")]
    Ok(T),
    /// The whole request was refused.
    #[serde(rename = "error")]
    Err(WireError),
}

impl<T: FromField> FromField for Reply<T> {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let (name, content) = field.variant()?;
        match name.as_str() {
            "ok" => T::from_field(content).map(Self::Ok),
            "error" => WireError::from_field(content).map(Self::Err),
            _ => Err(FieldError::Word(name)),
        }
    }
}

impl<T> From<Reply<T>> for Result<T, WireError> {
    fn from(reply: Reply<T>) -> Self {
        match reply {
            Reply::Ok(done) => Ok(done),
            Reply::Err(error) => Err(error),
        }
    }
}

impl<T> From<Result<T, WireError>> for Reply<T> {
    fn from(result: Result<T, WireError>) -> Self {
        match result {
            Ok(done) => Self::Ok(done),
            Err(error) => Self::Err(error),
        }
    }
}

/// The `auth` of CONNECT. A browser sends its cookie and leaves `token` out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Auth {
    /// The bearer token of a program that keeps no cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The epoch the cursors belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// This device's cursors. The server ignores them if the epoch differs.
    #[serde(default)]
    pub cursors: Cursors,
    /// The id that this tab (or program run) has chosen for itself: a new connection of the same tab replaces the old one's
    /// ghost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab: Option<Uuid>,
    /// The presence that the client shows. Without it, the client hears of the people of its rooms one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Watch>,
}

/// `session`: the first and the last event of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::large_enum_variant,
        reason = "one is held at a time, and nearly all of them are open"
    )
)]
pub enum Session {
    /// The first event after CONNECT: the socket is in its rooms, and misses no entry from here on.
    Open(Opened),
    /// The last event: the server is about to disconnect this socket.
    Closing { reason: ClosingReason },
}

impl FromField for Session {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        let state: String = fields.get("state")?;
        match state.as_str() {
            "open" => Opened::from_field(Field::Object(fields)).map(Self::Open),
            "closing" => Ok(Self::Closing {
                reason: fields.get("reason")?,
            }),
            _ => Err(FieldError::Word(state)),
        }
    }
}

read_by_fields!(Session);

/// The state of a session when it opens.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Opened {
    /// The person this device acts for.
    pub me: Person,
    /// Whether this person owns the server: the same as the role `owner`.
    pub owner: bool,
    pub role: Role,
    /// The database's epoch. If it differs from the client's, the client drops its cursors and cache, and keeps its outbox.
    pub epoch: Epoch,
    /// The rooms this person is in.
    pub rooms: Vec<Room>,
    /// Whether `missed` closes every gap between the cursors and the heads.
    pub recovered: bool,
    /// The entries after the cursors, from the tail; empty where not `recovered`.
    pub missed: Vec<Entries>,
    /// Rooms whose log has another entry than the device's cursor names, or none there: the database went back in time. The
    /// client drops its cursor and its entries of them, keeps its outbox, and reads the rooms again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reset: Vec<RoomId>,
    /// This person; for a client that watches nothing, also people of its rooms who are online or away, up to
    /// [`crate::limit::ONLINE_LISTED`].
    pub online: Vec<Presence>,
    /// The watched people who are present, if the client watches any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watched: Option<Watched>,
    /// The people this person has blocked, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Person>,
    /// Why the server ended this device's last connection, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_closed: Option<ClosingReason>,
}

record!(Opened { me, owner or_default, role or_default, epoch, rooms, recovered, missed, reset or_default, online, watched, blocked or_default, last_closed });

/// The server's reason for ending a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingReason {
    /// The server is shutting down or restarting.
    Shutdown,
    /// The server is about to be replaced, and this connection has to move to another one.
    Draining,
    /// The socket did not read its packets, and its buffer is full. It resumes from its cursor.
    SlowConsumer,
    /// A newer connection of the same tab took over.
    Replaced,
    /// The device was signed out.
    SignedOut,
    /// The connection kept sending far above the rate limit.
    Flooding,
    /// The person was banned.
    Banned,
    /// The person's account was closed.
    Deactivated,
    /// A reason this program is too old to know.
    Unknown,
}

words!(ClosingReason { "shutdown" => Shutdown, "draining" => Draining, "slow_consumer" => SlowConsumer, "replaced" => Replaced, "signed_out" => SignedOut, "flooding" => Flooding, "banned" => Banned, "deactivated" => Deactivated } else Unknown);

/// `entries`: consecutive entries of one room, the first at `from`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entries {
    pub room: RoomId,
    /// The first entry's `seq`.
    pub from: Seq,
    /// The entries, `seq` ascending without a gap.
    pub entries: Vec<Entry>,
}

record!(Entries { room, from, entries });

/// `history`: requests one page: `after` or `before` a `seq`, `around` one, `since` a time, or, with none of them, the
/// newest.
/// More than one of them is `invalid`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HistoryRequest {
    pub room: RoomId,
    /// Requests the entries after this `seq`, oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// Requests the entries just before this `seq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// Requests this entry with half a page before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Seq>,
    /// Like `around`, for the first entry stored at this time or later; the newest page if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// At most this many, 1 to [`crate::limit::PAGE_ENTRIES`]; a higher number counts as the maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl HistoryRequest {
    /// Requests the newest page.
    pub fn newest(room: RoomId) -> Self {
        Self {
            room,
            after: None,
            before: None,
            around: None,
            since: None,
            limit: None,
        }
    }
}

/// One page of a room's log: `entries` ascend without a gap, whichever way they were requested.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Page {
    pub room: RoomId,
    /// The entries; empty past either end.
    pub entries: Vec<Entry>,
    /// The room's newest `seq` when the page was read.
    pub head: Seq,
}

record!(Page { room, entries, head });

/// `nodes`: how well this server hears the other nodes of the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Nodes {
    /// Whether it hears them late: messages arrive within a second or two, and typing and presence may be wrong.
    pub degraded: bool,
}

record!(Nodes { degraded });

/// One entry of a `send`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SendItem {
    /// The id that this device made at the keypress. The same id with the same room and body is a retry; with another, a
    /// `conflict`.
    pub id: EntryId,
    pub room: RoomId,
    pub body: Body,
    /// The id of the message that the body changes, where the device knows it. The change is refused as `unknown_message` if
    /// another message is at that place: the database may have gone back in time since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<EntryId>,
}

/// The answer to one [`SendItem`], in the order sent.
///
/// Once one item of a batch is refused as transient, every later item is too: order survives the retry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum Sent {
    /// The entry is durable at this place. A retry gets the same answer.
    Stored {
        id: EntryId,
        /// Its place in the room's log.
        seq: Seq,
        /// When it was committed.
        at: Millis,
    },
    /// The item was refused and is not stored.
    Refused { id: EntryId, error: WireError },
}

impl FromField for Sent {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        let id = fields.get("id")?;
        match (fields.get("seq")?, fields.get("at")?, fields.get("error")?) {
            (Some(seq), Some(at), _) => Ok(Self::Stored { id, seq, at }),
            (_, _, Some(error)) => Ok(Self::Refused { id, error }),
            _ => Err(FieldError::Together("neither stored nor refused")),
        }
    }
}

read_by_fields!(Sent);

/// `typing` from a client: this person is typing in this room. Sent again every few seconds while that lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TypingIn {
    pub room: RoomId,
}

/// `typing` from the server: another person is typing. Expires after 5 s.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Typing {
    pub room: RoomId,
    pub person: Person,
}

record!(Typing { room, person });

/// `away`: whether a person is at this device. A new connection is not away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Away {
    pub away: bool,
}

/// `read`: this person has read a room up to `seq`. It only moves forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Read {
    pub room: RoomId,
    /// The newest entry seen.
    pub seq: Seq,
}

record!(Read { room, seq });

/// `block`: blocks or unblocks a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Block {
    pub person: UserId,
    /// `false` lifts the block.
    pub blocked: bool,
}

/// `blocked` from the server: this person has blocked or unblocked somebody on one of their devices.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Blocked {
    pub person: Person,
    /// Whether they are blocked.
    pub blocked: bool,
}

record!(Blocked { person, blocked });

/// `role` from the server: this person's new role. Rooms they may manage now, or no longer, follow as `room`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct NewRole {
    pub role: Role,
}

record!(NewRole { role });

/// `member_role` from the server, to everybody: a person's new role. A client that was not connected asks for a room's
/// members.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct MemberRole {
    pub person: UserId,
    pub role: Role,
}

record!(MemberRole { person, role });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[test]
    fn an_ack_is_ok_or_error() {
        let ok: Reply<Seq> = serde_json::from_str(r#"{"ok":3}"#).unwrap();
        assert_eq!(ok, Reply::Ok(3));
        let json =
            serde_json::to_string(&Reply::<Seq>::Err(WireError::new(ErrorCode::Busy, "later"))).unwrap();
        assert_eq!(json, r#"{"error":{"code":"busy","message":"later"}}"#);
    }

    #[test]
    fn a_sent_item_is_stored_or_refused() {
        let id = EntryId(Uuid::nil());
        let stored: Sent = serde_json::from_str(&format!(r#"{{"id":"{id}","seq":1,"at":2}}"#)).unwrap();
        assert_eq!(stored, Sent::Stored { id, seq: 1, at: 2 });
        let refused = Sent::Refused {
            id,
            error: WireError::new(ErrorCode::Conflict, "no"),
        };
        let json = serde_json::to_string(&refused).unwrap();
        assert_eq!(serde_json::from_str::<Sent>(&json).unwrap(), refused);
        for neither in [r#"{"id":"ID"}"#, r#"{"id":"ID","seq":1}"#, r#"{"seq":1,"at":2}"#] {
            assert!(serde_json::from_str::<Sent>(&neither.replace("ID", &id.to_string())).is_err());
        }
    }

    #[test]
    fn a_session_names_its_state() {
        let closing = Session::Closing {
            reason: ClosingReason::Shutdown,
        };
        assert_eq!(
            serde_json::to_string(&closing).unwrap(),
            r#"{"state":"closing","reason":"shutdown"}"#
        );
        let me = Person {
            id: UserId(Uuid::nil()),
            name: "Mina".into(),
        };
        let open = Session::Open(Opened {
            me: me.clone(),
            owner: true,
            role: Role::Owner,
            epoch: Epoch(Uuid::nil()),
            rooms: vec![],
            recovered: true,
            missed: vec![],
            reset: vec![RoomId(Uuid::nil())],
            online: vec![Presence {
                person: me,
                state: Availability::Online,
            }],
            watched: Some(Watched {
                people: vec![],
                rooms: vec![Crowd {
                    room: RoomId(Uuid::nil()),
                    here: 51,
                    crowd: true,
                }],
            }),
            blocked: vec![],
            last_closed: None,
        });
        let json = serde_json::to_string(&open).unwrap();
        assert!(json.starts_with(r#"{"state":"open","me":"#), "{json}");
        assert_eq!(serde_json::from_str::<Session>(&json).unwrap(), open);
        let from_the_future = json.replace(r#""recovered":"#, r#""mood":{"is":["good"]},"recovered":"#);
        assert_eq!(serde_json::from_str::<Session>(&from_the_future).unwrap(), open);
        assert!(serde_json::from_str::<Session>(&json.replace("recovered", "lost")).is_err());
        assert!(serde_json::from_str::<Session>(&json.replace(r#""open""#, r#""ajar""#)).is_err());
        assert!(serde_json::from_str::<Session>(r#"{"state":"closing"}"#).is_err());
    }

    #[test]
    fn an_auth_of_nothing_is_a_first_visit() {
        assert_eq!(serde_json::from_str::<Auth>("{}").unwrap(), Auth::default());
    }
}
