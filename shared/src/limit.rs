//! Every bound that both sides have to know. A client that keeps them is never refused for size or shape.

/// Longest message text, in bytes of UTF-8.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// Longest nickname, in characters.
pub const NICKNAME_CHARS: usize = 32;

/// Most entries in one `send`.
pub const BATCH_ITEMS: usize = 64;

/// Most bytes of text in one `send`, all entries together.
pub const BATCH_BYTES: usize = 128 * 1024;

/// Most entries in one `history` page; also what a page holds when no limit is named.
pub const PAGE_ENTRIES: usize = 100;

/// Most bytes of text in one `history` page. A page that would exceed it ends early, after at least one entry:
/// only `seq` 1 and the head tell that there is nothing further.
pub const PAGE_BYTES: usize = 256 * 1024;

/// Most rooms whose cursors one handshake or `sync` may carry.
pub const CURSORS: usize = 1_000;

/// Largest packet the server reads, in bytes. A larger one ends the connection.
pub const PACKET_BYTES: usize = 1024 * 1024;
