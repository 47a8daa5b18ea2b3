//! The tables of both kinds of database, and the types of their columns.

/// The type of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ColumnKind {
    Id,
    Number,
    Flag,
    Text,
    Bytes,
}

/// A column, by its name in Postgres.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: ColumnKind,
}

impl Column {
    /// SQLite's tables call `user` the column that is `person` in Postgres, except for tables where both use that name.
    pub(super) fn in_sqlite(self, table: &Table) -> &'static str {
        match self.name {
            "person" if table.name != "audit" => "user",
            name => name,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    /// How many of the leading columns form the key that orders the rows.
    pub(super) key: usize,
    /// Whether the database numbers its rows.
    pub(super) is_numbered: bool,
}

macro_rules! table {
    ($name:literal, $key:literal, $numbered:literal, $($column:ident: $kind:ident),+) => {
        Table {
            name: $name,
            columns: &[$(Column { name: stringify!($column), kind: ColumnKind::$kind }),+],
            key: $key,
            is_numbered: $numbered,
        }
    };
}

/// All copied tables, in an order that satisfies references. The epoch, the feed's head and the settings are copied separately.
pub(super) const TABLES: [Table; 21] = [
    table!("users", 1, false, id: Id, name: Text, name_key: Text, name_look: Text, name_shape: Text, search: Text, created_at: Number,
        role: Text, state: Text, excluded_reason: Text, excluded_at: Number, excluded_until: Number, excluded_by: Id,
        messages: Text, masked_at: Number, erasing: Flag, passphrase: Text),
    table!("sessions", 1, true, id: Number, token_hash: Bytes, person: Id, name: Text, created_at: Number,
        last_seen_at: Number, address: Text),
    table!("former_names", 1, true, id: Number, person: Id, name: Text, name_key: Text, name_look: Text, name_shape: Text,
        until: Number),
    table!("invites", 1, true, id: Number, code_hash: Bytes, created_at: Number, expires_at: Number, used: Number,
        uses: Number),
    table!("owner_links", 1, false, code_hash: Bytes, created_at: Number),
    table!("rooms", 1, false, id: Id, kind: Text, name: Text, name_key: Text, name_said: Text, name_look: Text,
        name_shape: Text, topic: Text, search: Text, direct_key: Bytes, creator: Id, lobby: Flag, archived: Flag,
        head: Number, created_at: Number, active_at: Number, deleted_at: Number, revision: Number, messages: Number),
    table!("members", 2, false, person: Id, room: Id, read: Number, joined_at: Number, brought_by: Id, hidden_at: Number,
        seen: Number),
    table!("deleted_members", 2, false, person: Id, room: Id),
    table!("brought", 3, false, by: Id, at: Number, people: Number),
    table!("blocks", 2, false, person: Id, blocked: Id, at: Number),
    table!("entries", 2, false, room: Id, seq: Number, author: Id, id: Id, at: Number, body: Text, kind: Text,
        target: Number),
    table!("changed", 2, false, room: Id, message: Number, edit: Number),
    table!("reactions", 4, false, room: Id, message: Number, emoji: Text, person: Id, seq: Number, since: Number),
    table!("mentions", 3, false, person: Id, room: Id, message: Number),
    table!("limits", 2, false, person: Id, name: Text, value: Number),
    table!("usage", 1, false, person: Id, day: Number, entries: Number, bytes: Number, max_entries: Number,
        max_bytes: Number),
    table!("sign_ins", 1, true, id: Number, at: Number, person: Id, nickname: Text, outcome: Text, device: Text,
        address: Text),
    table!("audit", 1, true, id: Number, at: Number, action: Text, by: Id, via: Text, address: Text, person: Id,
        room: Id, detail: Text),
    table!("held_addresses", 1, true, id: Number, address: Text, until: Number, person: Id),
    table!("kept_out", 1, false, token_hash: Bytes, person: Id),
    table!("changes", 1, false, number: Number, at: Number, change: Text),
];

/// A value in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Cell {
    None,
    Id(uuid::Uuid),
    Number(i64),
    Flag(bool),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row, column by column.
pub(super) type TableRow = Vec<Cell>;
