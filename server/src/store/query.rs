//! SQL statements for both databases: their text in either dialect, their values, and the rows they return.
//!
//! A statement is written with Postgres's `$1`, which SQLite accepts too. Where the dialects differ, [`sql`] takes a word between
//! the literals: `person` is the column that SQLite's tables call `user`, `[any "$1"]` compares with a list of ids, `[lines "$1"]`
//! reads a JSON array of arrays as rows (`line`, in the order of `place`), and so on.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Decode, Postgres, Row, Sqlite, Type};
use steadfast_shared::{EntryId, Millis, RoomId, UserId};
use uuid::Uuid;

use super::append::Savepoint;
use super::nickname::NameKey;
use super::{ChangeKind, ChangeNumber, StoreError, TokenHash, postgres, sqlite};

/// A [`Statement`] from literals and the words that differ between the dialects.
macro_rules! sql {
    (@sqlite person) => { "user" };
    (@postgres person) => { "person" };
    (@sqlite greatest) => { "max" };
    (@postgres greatest) => { "greatest" };
    (@sqlite least) => { "min" };
    (@postgres least) => { "least" };
    (@sqlite [any $ids:literal]) => { concat!("in (select unhex(value) from json_each(", $ids, "))") };
    (@postgres [any $ids:literal]) => { concat!("= any(", $ids, ")") };
    (@sqlite [position $text:literal $part:literal]) => { concat!("instr(", $text, ", ", $part, ")") };
    (@postgres [position $text:literal $part:literal]) => { concat!("strpos(", $text, ", ", $part, ")") };
    (@sqlite [by_name $column:literal]) => { concat!($column, " collate nocase") };
    (@postgres [by_name $column:literal]) => { concat!("lower(", $column, ")") };
    (@sqlite [lines $rows:literal]) => { concat!("(select value as line, key as place from json_each(", $rows, ")) as lines") };
    (@postgres [lines $rows:literal]) => { concat!("jsonb_array_elements(", $rows, "::jsonb) with ordinality as lines (line, place)") };
    (@sqlite [line_id $nth:literal]) => { concat!("unhex(line ->> ", $nth, ")") };
    (@postgres [line_id $nth:literal]) => { concat!("(line ->> ", $nth, ")::uuid") };
    (@sqlite [line_bytes $nth:literal]) => { concat!("unhex(line ->> ", $nth, ")") };
    (@postgres [line_bytes $nth:literal]) => { concat!("decode(line ->> ", $nth, ", 'hex')") };
    (@sqlite [line_number $nth:literal]) => { concat!("line ->> ", $nth) };
    (@postgres [line_number $nth:literal]) => { concat!("(line ->> ", $nth, ")::bigint") };
    (@sqlite [only_postgres $text:literal]) => { "" };
    (@postgres [only_postgres $text:literal]) => { $text };
    (@sqlite [only_sqlite $text:literal]) => { $text };
    (@postgres [only_sqlite $text:literal]) => { "" };
    (@$dialect:ident $text:literal) => { $text };
    ($($part:tt)+) => {
        $crate::store::query::Statement::new(
            concat!($($crate::store::query::sql!(@sqlite $part)),+),
            concat!($($crate::store::query::sql!(@postgres $part)),+),
        )
    };
}
pub(super) use sql;

/// A statement and its values.
pub(super) struct Statement<'q> {
    sqlite: &'static str,
    postgres: &'static str,
    values: Vec<SqlValue<'q>>,
}

impl<'q> Statement<'q> {
    pub(super) const fn new(sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            sqlite,
            postgres,
            values: Vec::new(),
        }
    }

    pub(super) fn bind(mut self, value: impl Into<SqlValue<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds the three keys of a name, in the order that all statements use.
    pub(super) fn bind_key(self, key: &'q NameKey) -> Self {
        self.bind(&key.name).bind(&key.look).bind(&key.shape)
    }

    /// Returns the number of rows changed.
    pub(super) async fn execute<C: SqlConnection>(self, connection: &mut C) -> Result<u64, StoreError> {
        connection.execute(self).await
    }

    pub(super) async fn all<C: SqlConnection>(self, connection: &mut C) -> Result<Vec<SqlRow>, StoreError> {
        connection.fetch(self).await
    }

    pub(super) async fn optional<C: SqlConnection>(
        self,
        connection: &mut C,
    ) -> Result<Option<SqlRow>, StoreError> {
        Ok(connection.fetch(self).await?.into_iter().next())
    }

    pub(super) async fn one<C: SqlConnection>(self, connection: &mut C) -> Result<SqlRow, StoreError> {
        let row = self.optional(connection).await?;
        row.ok_or(StoreError::Failed(sqlx::Error::RowNotFound))
    }

    /// The first column of the only row.
    pub(super) async fn scalar<T, C: SqlConnection>(self, connection: &mut C) -> Result<T, StoreError>
    where
        T: for<'r> SqlCell<'r>,
    {
        self.one(connection).await?.first()
    }

    pub(super) async fn optional_scalar<T, C: SqlConnection>(
        self,
        connection: &mut C,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> SqlCell<'r>,
    {
        let row = self.optional(connection).await?;
        row.map(|row| row.first()).transpose()
    }

    pub(super) async fn scalars<T, C: SqlConnection>(self, connection: &mut C) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> SqlCell<'r>,
    {
        self.all(connection).await?.iter().map(SqlRow::first).collect()
    }

    fn for_sqlite(&self) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        let query = sqlx::query(self.sqlite);
        self.values.iter().fold(query, |query, value| match value {
            SqlValue::Id(id) => query.bind(id),
            SqlValue::Number(number) => query.bind(number),
            SqlValue::Text(text) => query.bind(text.as_deref()),
            SqlValue::Bytes(bytes) => query.bind(&**bytes),
            SqlValue::Flag(flag) => query.bind(flag),
            SqlValue::Ids(ids) => query.bind(as_json(ids)),
        })
    }

    fn for_postgres(&self) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        let query = sqlx::query(self.postgres);
        self.values.iter().fold(query, |query, value| match value {
            SqlValue::Id(id) => query.bind(id),
            SqlValue::Number(number) => query.bind(number),
            SqlValue::Text(text) => query.bind(text.as_deref().map(without_nul)),
            SqlValue::Bytes(bytes) => query.bind(&**bytes),
            SqlValue::Flag(flag) => query.bind(flag),
            SqlValue::Ids(ids) => query.bind(ids.iter().map(|id| id.0).collect::<Vec<Uuid>>()),
        })
    }
}

/// Ids as one parameter: a JSON array of hexadecimal digits, which `unhex` reads.
pub(super) fn as_json(ids: &[UserId]) -> String {
    let written: Vec<String> = ids.iter().map(|id| format!("\"{}\"", id.0.simple())).collect();
    format!("[{}]", written.join(","))
}

/// Rows as one parameter, which `[lines …]` reads. Their texts must be [`without_nul`].
pub(super) fn as_lines<T: serde::Serialize>(rows: &[T]) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|_| StoreError::Unreadable("rows"))
}

/// Bytes or an id as one value of a line.
pub(super) fn as_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// A text for Postgres, which cannot store NUL.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "\u{FFFD}")),
        false => Cow::Borrowed(text),
    }
}

/// A connection to either database, usually in a transaction.
pub(super) trait SqlConnection: Send {
    fn execute(&mut self, query: Statement<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    fn fetch(&mut self, query: Statement<'_>)
    -> impl Future<Output = Result<Vec<SqlRow>, StoreError>> + Send;

    /// Whether no other transaction writes to the database until this one ends.
    const EXCLUSIVE: bool;

    /// Sets, releases or rolls back a savepoint.
    fn savepoint(&mut self, step: Savepoint) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Appends to the change feed, as the last step of a transaction. Returns the feed's head.
    fn append_changes(
        &mut self,
        changes: &[ChangeKind],
        at: Millis,
    ) -> impl Future<Output = Result<ChangeNumber, StoreError>> + Send;
}

impl SqlConnection for SqliteConnection {
    const EXCLUSIVE: bool = true;

    async fn savepoint(&mut self, step: Savepoint) -> Result<(), StoreError> {
        sqlx::raw_sql(step.statement()).execute(self).await?;
        Ok(())
    }

    async fn execute(&mut self, query: Statement<'_>) -> Result<u64, StoreError> {
        Ok(query.for_sqlite().execute(self).await?.rows_affected())
    }

    async fn fetch(&mut self, query: Statement<'_>) -> Result<Vec<SqlRow>, StoreError> {
        let rows = query.for_sqlite().fetch_all(self).await?;
        Ok(rows.into_iter().map(SqlRow::Sqlite).collect())
    }

    async fn append_changes(
        &mut self,
        changes: &[ChangeKind],
        at: Millis,
    ) -> Result<ChangeNumber, StoreError> {
        sqlite::feed::append(self, changes, at).await
    }
}

impl SqlConnection for PgConnection {
    const EXCLUSIVE: bool = false;

    async fn savepoint(&mut self, step: Savepoint) -> Result<(), StoreError> {
        sqlx::raw_sql(step.statement()).execute(self).await?;
        Ok(())
    }

    async fn execute(&mut self, query: Statement<'_>) -> Result<u64, StoreError> {
        Ok(query.for_postgres().execute(self).await?.rows_affected())
    }

    async fn fetch(&mut self, query: Statement<'_>) -> Result<Vec<SqlRow>, StoreError> {
        let rows = query.for_postgres().fetch_all(self).await?;
        Ok(rows.into_iter().map(SqlRow::Postgres).collect())
    }

    async fn append_changes(
        &mut self,
        changes: &[ChangeKind],
        at: Millis,
    ) -> Result<ChangeNumber, StoreError> {
        postgres::feed::append(self, changes, at).await
    }
}

impl<C: SqlConnection> SqlConnection for &mut C {
    const EXCLUSIVE: bool = C::EXCLUSIVE;

    async fn savepoint(&mut self, step: Savepoint) -> Result<(), StoreError> {
        C::savepoint(self, step).await
    }

    async fn execute(&mut self, query: Statement<'_>) -> Result<u64, StoreError> {
        C::execute(self, query).await
    }

    async fn fetch(&mut self, query: Statement<'_>) -> Result<Vec<SqlRow>, StoreError> {
        C::fetch(self, query).await
    }

    async fn append_changes(
        &mut self,
        changes: &[ChangeKind],
        at: Millis,
    ) -> Result<ChangeNumber, StoreError> {
        C::append_changes(self, changes, at).await
    }
}

/// A row of either database.
pub(super) enum SqlRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl SqlRow {
    pub(super) fn get<'r, T: SqlCell<'r>>(&'r self, column: &str) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    fn first<'r, T: SqlCell<'r>>(&'r self) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(0)?,
            Self::Postgres(row) => row.try_get(0)?,
        })
    }
}

/// Access to a row's values by column name, for rows of any statement.
pub(super) trait Columns {
    fn column<'r, T: SqlCell<'r>>(&'r self, name: &str) -> Result<T, StoreError>;
}

impl Columns for SqlRow {
    fn column<'r, T: SqlCell<'r>>(&'r self, name: &str) -> Result<T, StoreError> {
        self.get(name)
    }
}

impl Columns for SqliteRow {
    fn column<'r, T: SqlCell<'r>>(&'r self, name: &str) -> Result<T, StoreError> {
        Ok(self.try_get(name)?)
    }
}

impl Columns for PgRow {
    fn column<'r, T: SqlCell<'r>>(&'r self, name: &str) -> Result<T, StoreError> {
        Ok(self.try_get(name)?)
    }
}

/// A type that both databases store.
pub(super) trait SqlCell<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T> SqlCell<'r> for T where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

pub(super) enum SqlValue<'q> {
    Id(Option<Uuid>),
    Number(Option<i64>),
    Text(Option<Cow<'q, str>>),
    Bytes(Cow<'q, [u8]>),
    Flag(bool),
    Ids(&'q [UserId]),
}

/// Conversions of command values into statement values.
macro_rules! values {
    ($($from:ty => |$value:ident| $made:expr;)+) => {
        $(impl<'q> From<$from> for SqlValue<'q> {
            fn from($value: $from) -> Self {
                $made
            }
        })+
    };
}

values! {
    Uuid => |id| Self::Id(Some(id));
    Option<Uuid> => |id| Self::Id(id);
    UserId => |id| Self::Id(Some(id.0));
    RoomId => |id| Self::Id(Some(id.0));
    Option<UserId> => |id| Self::Id(id.map(|id| id.0));
    Option<RoomId> => |id| Self::Id(id.map(|id| id.0));
    Option<EntryId> => |id| Self::Id(id.map(|id| id.0));
    i64 => |number| Self::Number(Some(number));
    Option<i64> => |number| Self::Number(number);
    bool => |flag| Self::Flag(flag);
    String => |text| Self::Text(Some(text.into()));
    &'q String => |text| Self::Text(Some(text.as_str().into()));
    &'q str => |text| Self::Text(Some(text.into()));
    &'q Option<String> => |text| Self::Text(text.as_deref().map(Cow::Borrowed));
    Option<&'q str> => |text| Self::Text(text.map(Cow::Borrowed));
    &'q Vec<u8> => |bytes| Self::Bytes(bytes.as_slice().into());
    TokenHash => |hash| Self::Bytes(hash.as_bytes().to_vec().into());
    &'q [UserId] => |ids| Self::Ids(ids);
}
