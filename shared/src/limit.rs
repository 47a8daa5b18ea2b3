//! The limits that both sides know. The server never refuses a client within them for size or shape.

/// Longest message text, in bytes of UTF-8.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// Longest nickname, in characters.
pub const NICKNAME_CHARS: usize = 32;

/// Days for which a nickname is reserved for the person who gave it up.
pub const FORMER_NAME_DAYS: u64 = 30;

/// Most nicknames reserved for one person; one more releases the oldest.
pub const FORMER_NAMES: usize = 10;

/// Longest room name, in characters.
pub const ROOM_NAME_CHARS: usize = 64;

/// Longest topic of a room, in characters.
pub const TOPIC_CHARS: usize = 300;

/// Longest emoji, in bytes of UTF-8: families and flags take up to 35.
pub const EMOJI_BYTES: usize = 40;

/// Most different emoji on one message; one more is `too_large`.
pub const EMOJI_PER_MESSAGE: usize = 20;

/// Most reactions on one message, of all people together; one more is `too_large`.
pub const REACTIONS_PER_MESSAGE: usize = 200;

/// Most people one text mentions; further mentions stay text.
pub const MENTIONS: usize = 50;

/// Longest quote of a message in a reply to it, in characters.
pub const QUOTE_CHARS: usize = 160;

/// Most people in a direct room, including its creator.
pub const DIRECT_PEOPLE: usize = 12;

/// Most rooms one person can have joined or created; one more is `too_large`. Direct rooms do not count, nor do rooms that
/// others brought them into and in which they have said nothing.
pub const ROOMS_PER_PERSON: usize = 1_000;

/// Direct rooms one person may open within an hour; one more is `rate_limited`. Opening an existing one costs nothing.
pub const DIRECT_PER_HOUR: u32 = 60;

/// Most direct rooms one person may have opened in which nobody else has said anything; one more is `too_large`.
pub const DIRECT_UNANSWERED: u32 = 200;

/// People one person may bring into rooms within an hour; more are `rate_limited`. Moderators and owners have no such limit.
pub const BROUGHT_PER_HOUR: u32 = 300;

/// Rooms that others brought a person into and in which the person has said nothing. One more makes the person leave the
/// first of them: nothing is lost, and nobody can use up the limit to keep others from bringing the person in.
pub const BROUGHT_ROOMS: usize = 1_000;

/// Most people one person can block.
pub const BLOCKED: usize = 1_000;

/// Longest list of the administration API.
pub const ADMIN_LISTED: usize = 100;

/// Longest note on an exclusion, in characters.
pub const REASON_CHARS: usize = 500;

/// Longest time an address is blocked, in seconds: 90 days.
pub const ADDRESS_HELD_SECONDS: u64 = 90 * 24 * 60 * 60;

/// Longest time that an exclusion with an end lasts, in seconds: 100 years.
pub const EXCLUDED_SECONDS: u64 = 100 * 366 * 24 * 60 * 60;

/// Most people invited at once.
pub const INVITED: usize = 50;

/// Longest page of `room:browse` and `people`.
pub const LISTED: usize = 50;

/// Most rooms whose members one connection watches.
pub const WATCHED_ROOMS: usize = 16;

/// Most people one connection watches besides the members of rooms.
pub const WATCHED_PEOPLE: usize = 500;

/// Most present members of a room who are reported one by one. With one more, only their number is reported.
pub const CROWD: usize = 50;

/// Most people in `online` of a session.
pub const ONLINE_LISTED: usize = 100;

/// Most members of a room in one list, those who are online first.
pub const MEMBERS_LISTED: usize = 500;

/// Shortest passphrase, in characters.
pub const PASSPHRASE_CHARS_MIN: usize = 8;

/// Longest passphrase, in characters.
pub const PASSPHRASE_CHARS: usize = 256;

/// The fewest and most characters of a sign-in's key.
pub const SIGN_IN_KEY_CHARS_MIN: usize = 32;
pub const SIGN_IN_KEY_CHARS: usize = 64;

/// Longest name of a device, in characters.
pub const DEVICE_NAME_CHARS: usize = 64;

/// Most devices one person has signed in. One more replaces the device unused for longest, if that is [`DEVICE_IDLE_DAYS`]
/// or
/// more; otherwise it is `too_large`.
pub const DEVICES: usize = 32;

/// Days without a connection after which a new device may replace a device.
pub const DEVICE_IDLE_DAYS: u64 = 30;

/// Most invitations that have not ended; one more is `too_large`.
pub const INVITES: usize = 100;

/// How long an invitation lasts by default, in seconds: 7 days.
pub const INVITE_SECONDS_DEFAULT: u64 = 7 * 24 * 60 * 60;

/// How long an invitation can last, in seconds: 365 days.
pub const INVITE_SECONDS: u64 = 365 * 24 * 60 * 60;

/// Most entries in one `send`.
pub const BATCH_ITEMS: usize = 64;

/// Most bytes of text in one `send`, all entries together.
pub const BATCH_BYTES: usize = 128 * 1024;

/// Most entries in one `history` page; also the default.
pub const PAGE_ENTRIES: usize = 100;

/// Most bytes of text in one `history` page. A page that would exceed it ends early, after at least one entry, so only `seq`
/// 1
/// and the head mark the ends of the log.
pub const PAGE_BYTES: usize = 256 * 1024;

/// Most rooms whose cursors one handshake or `sync` may carry.
pub const CURSORS: usize = 1_000;

/// Largest packet the server reads, in bytes. A larger one ends the connection.
pub const PACKET_BYTES: usize = 1024 * 1024;
