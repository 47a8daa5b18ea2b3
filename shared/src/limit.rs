//! Every bound that both sides have to know. A client that keeps them is never refused for size or shape.

/// Longest message text, in bytes of UTF-8.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// Longest nickname, in characters.
pub const NICKNAME_CHARS: usize = 32;

/// Days for which a nickname that somebody has given up is held for them.
pub const FORMER_NAME_DAYS: u64 = 30;

/// Most nicknames held for one person; one more lets the oldest go.
pub const FORMER_NAMES: usize = 10;

/// Longest room name, in characters.
pub const ROOM_NAME_CHARS: usize = 64;

/// Longest topic of a room, in characters.
pub const TOPIC_CHARS: usize = 300;

/// Longest emoji, in bytes of UTF-8: families and flags take up to 35.
pub const EMOJI_BYTES: usize = 40;

/// Most different emoji under one message; one more is `too_large`.
pub const EMOJI_PER_MESSAGE: usize = 20;

/// Most reactions under one message, all people's together; one more is `too_large`.
pub const REACTIONS_PER_MESSAGE: usize = 200;

/// Most people one text mentions; the others are text.
pub const MENTIONS: usize = 50;

/// Longest start of a message shown where another one replies to it, in characters.
pub const QUOTE_CHARS: usize = 160;

/// Most people in a direct room, whoever made it counted.
pub const DIRECT_PEOPLE: usize = 12;

/// Most rooms one person can have joined or made; one more is `too_large`. Direct rooms, and those they were brought into and
/// said nothing in, are not counted.
pub const ROOMS_PER_PERSON: usize = 1_000;

/// Direct rooms one person may open within an hour; one more is `rate_limited`. Opening one that is there costs nothing.
pub const DIRECT_PER_HOUR: u32 = 60;

/// Most direct rooms one person may have opened in which nobody else has said anything; one more is `too_large`.
pub const DIRECT_UNANSWERED: u32 = 200;

/// People one person may bring into rooms within an hour; more are `rate_limited`. Moderators and owners may bring any number.
pub const BROUGHT_PER_HOUR: u32 = 300;

/// Rooms that others brought somebody into and in which they have said nothing. One more makes them leave the one they were
/// brought into first: they lose nothing, and whoever keeps bringing them cannot keep others from it.
pub const BROUGHT_ROOMS: usize = 1_000;

/// Most people one person can block.
pub const BLOCKED: usize = 1_000;

/// Longest list of the administration API.
pub const ADMIN_LISTED: usize = 100;

/// Longest note on why somebody is kept out, in characters.
pub const REASON_CHARS: usize = 500;

/// Longest time an address is kept out, in seconds: 90 days.
pub const ADDRESS_HELD_SECONDS: u64 = 90 * 24 * 60 * 60;

/// Most people invited at once.
pub const INVITED: usize = 50;

/// Longest page of `room:browse` and `people`.
pub const LISTED: usize = 50;

/// Most rooms whose members' presence one connection watches.
pub const WATCHED_ROOMS: usize = 16;

/// Most people whose presence one connection watches beside those of rooms.
pub const WATCHED_PEOPLE: usize = 500;

/// Most members of a room who are there and are told of one by one. With one more, their number is told.
pub const CROWD: usize = 50;

/// Most people named in `online` of a session.
pub const ONLINE_LISTED: usize = 100;

/// Most members told of a room, those who are online first.
pub const MEMBERS_LISTED: usize = 500;

/// Shortest passphrase, in characters.
pub const PASSPHRASE_CHARS_MIN: usize = 8;

/// Longest passphrase, in characters.
pub const PASSPHRASE_CHARS: usize = 256;

/// Longest name of a device, in characters.
pub const DEVICE_NAME_CHARS: usize = 64;

/// Most devices one person has signed in. One more signs out the one that was not seen for longest, where that is
/// [`DEVICE_IDLE_DAYS`] ago; otherwise it is `too_large`.
pub const DEVICES: usize = 32;

/// Days after which a device that was not seen may make room for another one.
pub const DEVICE_IDLE_DAYS: u64 = 30;

/// Most invitations that have not ended; one more is `too_large`.
pub const INVITES: usize = 100;

/// How long an invitation lasts, in seconds, where nothing is said: 7 days.
pub const INVITE_SECONDS_DEFAULT: u64 = 7 * 24 * 60 * 60;

/// How long an invitation can last, in seconds: 365 days.
pub const INVITE_SECONDS: u64 = 365 * 24 * 60 * 60;

/// Most entries in one `send`.
pub const BATCH_ITEMS: usize = 64;

/// Most bytes of text in one `send`, all entries together.
pub const BATCH_BYTES: usize = 128 * 1024;

/// Most entries in one `history` page; also its size when no limit is named.
pub const PAGE_ENTRIES: usize = 100;

/// Most bytes of text in one `history` page. A page that would exceed it ends early, after at least one entry:
/// only `seq` 1 and the head tell that there is nothing further.
pub const PAGE_BYTES: usize = 256 * 1024;

/// Most rooms whose cursors one handshake or `sync` may carry.
pub const CURSORS: usize = 1_000;

/// Largest packet the server reads, in bytes. A larger one ends the connection.
pub const PACKET_BYTES: usize = 1024 * 1024;
