//! One side of a copy: a database read from or written to, a page of rows at a time.

use std::path::Path;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Connection, Database, Postgres, QueryBuilder, Sqlite};
use steadfast_shared::Epoch;
use uuid::Uuid;

use super::table::{Cell, Column, ColumnKind, Table, TableRow};
use crate::store::StoreError;
use crate::store::postgres::open::Address;

/// A database, as a copy sees it.
#[async_trait]
pub(super) trait Side: Send {
    /// The rows after a row's key, in the order of their keys.
    async fn rows_after(
        &mut self,
        table: &Table,
        key: &[Cell],
        limit: i64,
    ) -> Result<Vec<TableRow>, StoreError>;

    /// The key of a table's last row.
    async fn last_key(&mut self, table: &Table) -> Result<Vec<Cell>, StoreError>;

    /// The number of rows in a table.
    async fn count(&mut self, table: &Table) -> Result<u64, StoreError>;

    /// Stores rows, all of them or none. Existing ones stay.
    async fn insert(&mut self, table: &Table, rows: &[TableRow]) -> Result<(), StoreError>;

    async fn epoch(&mut self) -> Result<Epoch, StoreError>;

    async fn feed_head(&mut self) -> Result<i64, StoreError>;

    async fn is_closed(&mut self) -> Result<bool, StoreError>;

    /// The database that is being copied into this one.
    async fn copied_from(&mut self) -> Result<Option<String>, StoreError>;

    /// Whether it has never been used.
    async fn is_unused(&mut self) -> Result<bool, StoreError>;

    /// Deletes the rows of a new database, and stores the source of the copy.
    async fn begin(&mut self, from: Epoch) -> Result<(), StoreError>;

    /// Sets the epoch, and everything else that identifies the database.
    async fn finish(&mut self, epoch: Epoch, feed_head: i64, closed: bool) -> Result<(), StoreError>;
}

/// The setting that names the source of an unfinished copy. A server does not start on such a database.
pub(in crate::store) const COPYING: &str = "copying";

/// Translates an unusable nickname key, which begins with a character that no nickname has: NUL in SQLite, which Postgres cannot
/// store.
fn for_postgres(text: &str) -> String {
    match text.strip_prefix('\0') {
        Some(rest) => format!("\u{1}{}", rest.replace('\0', "\u{FFFD}")),
        None => text.replace('\0', "\u{FFFD}"),
    }
}

/// Rows in a form that is comparable between the databases.
pub(super) fn comparable(rows: Vec<TableRow>) -> Vec<TableRow> {
    let cell = |cell| match cell {
        Cell::Text(text) => Cell::Text(for_postgres(&text)),
        cell => cell,
    };
    rows.into_iter()
        .map(|row| row.into_iter().map(cell).collect())
        .collect()
}

/// Leaves out the server's own row, which every database has.
fn condition(table: &Table) -> String {
    match table.name {
        "users" => "role <> 'server'".to_owned(),
        _ => "1 = 1".to_owned(),
    }
}

fn push<'q, DB>(
    separated: &mut sqlx::query_builder::Separated<'_, DB, &'static str>,
    cell: &Cell,
    kind: ColumnKind,
) where
    DB: Database,
    Option<Uuid>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<i64>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<bool>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<String>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<Vec<u8>>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
{
    match (cell, kind) {
        (Cell::Id(id), _) => separated.push_bind(Some(*id)),
        (Cell::Number(number), _) => separated.push_bind(Some(*number)),
        (Cell::Flag(flag), _) => separated.push_bind(Some(*flag)),
        (Cell::Text(text), _) => separated.push_bind(Some(text.clone())),
        (Cell::Bytes(bytes), _) => separated.push_bind(Some(bytes.clone())),
        (Cell::None, ColumnKind::Id) => separated.push_bind(None::<Uuid>),
        (Cell::None, ColumnKind::Number) => separated.push_bind(None::<i64>),
        (Cell::None, ColumnKind::Flag) => separated.push_bind(None::<bool>),
        (Cell::None, ColumnKind::Text) => separated.push_bind(None::<String>),
        (Cell::None, ColumnKind::Bytes) => separated.push_bind(None::<Vec<u8>>),
    };
}

macro_rules! read {
    ($row:ident: $type:ty) => {
        fn read(row: &$type, index: usize, column: Column) -> Result<Cell, StoreError> {
            use sqlx::Row as _;
            Ok(match column.kind {
                ColumnKind::Id => row
                    .try_get::<Option<Uuid>, _>(index)?
                    .map_or(Cell::None, Cell::Id),
                ColumnKind::Number => row
                    .try_get::<Option<i64>, _>(index)?
                    .map_or(Cell::None, Cell::Number),
                ColumnKind::Flag => row
                    .try_get::<Option<bool>, _>(index)?
                    .map_or(Cell::None, Cell::Flag),
                ColumnKind::Text => row
                    .try_get::<Option<String>, _>(index)?
                    .map_or(Cell::None, Cell::Text),
                ColumnKind::Bytes => row
                    .try_get::<Option<Vec<u8>>, _>(index)?
                    .map_or(Cell::None, Cell::Bytes),
            })
        }
    };
}

/// One kind of database: they differ in names, in their own tables, and in the rows of a new database.
macro_rules! side {
    ($side:ident, $database:ident, $connection:ident, $row:ident, $names:expr, $numbers:expr) => {
        pub(super) struct $side(pub(super) $connection);

        impl $side {
            read!(row: $row);

            fn names(table: &Table, columns: &[Column]) -> String {
                let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", $names(*column, table))).collect();
                names.join(", ")
            }
        }

        #[async_trait]
        impl Side for $side {
            async fn rows_after(&mut self, table: &Table, key: &[Cell], limit: i64) -> Result<Vec<TableRow>, StoreError> {
                let names = Self::names(table, table.columns);
                let order = Self::names(table, &table.columns[..table.key]);
                let mut query = QueryBuilder::<$database>::new(format!(
                    "select {names} from \"{}\" where {}",
                    table.name,
                    condition(table)
                ));
                if !key.is_empty() {
                    query.push(format!(" and ({order}) > ("));
                    let mut separated = query.separated(", ");
                    for (cell, column) in key.iter().zip(table.columns) {
                        push(&mut separated, cell, column.kind);
                    }
                    query.push(")");
                }
                query.push(format!(" order by {order} limit {limit}"));
                let rows = query.build().fetch_all(&mut self.0).await?;
                rows.iter()
                    .map(|row| {
                        let columns = table.columns.iter().enumerate();
                        columns.map(|(index, column)| Self::read(row, index, *column)).collect()
                    })
                    .collect()
            }

            async fn last_key(&mut self, table: &Table) -> Result<Vec<Cell>, StoreError> {
                let key = &table.columns[..table.key];
                let order: Vec<String> = key
                    .iter()
                    .map(|column| format!("\"{}\" desc", $names(*column, table)))
                    .collect();
                let query = format!(
                    "select {} from \"{}\" where {} order by {} limit 1",
                    Self::names(table, key),
                    table.name,
                    condition(table),
                    order.join(", ")
                );
                let row = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_optional(&mut self.0).await?;
                let Some(row) = row else { return Ok(Vec::new()) };
                let columns = key.iter().enumerate();
                columns.map(|(index, column)| Self::read(&row, index, *column)).collect()
            }

            async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
                let query = format!("select count(*) from \"{}\" where {}", table.name, condition(table));
                let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                    .fetch_one(&mut self.0)
                    .await?;
                Ok(u64::try_from(count).unwrap_or(0))
            }

            async fn insert(&mut self, table: &Table, rows: &[TableRow]) -> Result<(), StoreError> {
                let names = Self::names(table, table.columns);
                let mut query = QueryBuilder::<$database>::new(format!("insert into \"{}\" ({names}) values ", table.name));
                for (nth, row) in rows.iter().enumerate() {
                    query.push(if nth == 0 { "(" } else { ", (" });
                    let mut separated = query.separated(", ");
                    for (cell, column) in row.iter().zip(table.columns) {
                        push(&mut separated, cell, column.kind);
                    }
                    query.push(")");
                }
                query.build().execute(&mut self.0).await?;
                Ok(())
            }

            async fn epoch(&mut self) -> Result<Epoch, StoreError> {
                Ok(Epoch(sqlx::query_scalar("select id from epoch").fetch_one(&mut self.0).await?))
            }

            async fn feed_head(&mut self) -> Result<i64, StoreError> {
                Ok(sqlx::query_scalar("select head from feed").fetch_one(&mut self.0).await?)
            }

            async fn is_closed(&mut self) -> Result<bool, StoreError> {
                Ok(sqlx::query_scalar("select exists (select 1 from settings where name = 'registration' and value = 'closed')")
                    .fetch_one(&mut self.0)
                    .await?)
            }

            async fn copied_from(&mut self) -> Result<Option<String>, StoreError> {
                Ok(sqlx::query_scalar("select value from settings where name = $1")
                    .bind(COPYING)
                    .fetch_optional(&mut self.0)
                    .await?)
            }

            async fn is_unused(&mut self) -> Result<bool, StoreError> {
                Ok(sqlx::query_scalar(
                    "select not exists (select 1 from users where role <> 'server') and not exists (select 1 from entries)
                        and (select count(*) from rooms) <= 1",
                )
                .fetch_one(&mut self.0)
                .await?)
            }

            async fn begin(&mut self, from: Epoch) -> Result<(), StoreError> {
                let mut transaction = self.0.begin().await?;
                for query in ["delete from rooms", "delete from owner_links", "delete from changes"] {
                    sqlx::query(query).execute(&mut *transaction).await?;
                }
                sqlx::query("insert into settings (name, value) values ($1, $2)")
                    .bind(COPYING)
                    .bind(from.0.to_string())
                    .execute(&mut *transaction)
                    .await?;
                Ok(transaction.commit().await?)
            }

            async fn finish(&mut self, epoch: Epoch, feed_head: i64, closed: bool) -> Result<(), StoreError> {
                let mut transaction = self.0.begin().await?;
                sqlx::query("update epoch set id = $1").bind(epoch.0).execute(&mut *transaction).await?;
                sqlx::query("update feed set head = $1").bind(feed_head).execute(&mut *transaction).await?;
                for query in $numbers {
                    sqlx::query(sqlx::AssertSqlSafe(query)).execute(&mut *transaction).await?;
                }
                if closed {
                    sqlx::query("insert into settings (name, value) values ('registration', 'closed') on conflict (name) do nothing")
                        .execute(&mut *transaction)
                        .await?;
                }
                // The keys of names are made at the next start, as are the tables that only one kind of database has.
                sqlx::query("delete from settings where name in ($1, 'name_rules')")
                    .bind(COPYING)
                    .execute(&mut *transaction)
                    .await?;
                Ok(transaction.commit().await?)
            }
        }
    };
}

side!(
    InSqlite,
    Sqlite,
    SqliteConnection,
    SqliteRow,
    |column: Column, table: &Table| column.in_sqlite(table),
    Vec::<String>::new()
);
side!(
    InPostgres,
    Postgres,
    PgConnection,
    PgRow,
    |column: Column, _: &Table| column.name,
    numbered()
);

/// Statements that advance Postgres's sequences, and set the time of each room's newest entry.
fn numbered() -> Vec<String> {
    let mut queries: Vec<String> = super::table::TABLES
        .iter()
        .filter(|table| table.is_numbered)
        .map(|table| {
            let name = table.name;
            format!(
                "select setval(pg_get_serial_sequence('{name}', 'id'), coalesce(max(id), 0) + 1, false) from {name}"
            )
        })
        .collect();
    queries.push(
        "update rooms set last_at = entries.at from entries where entries.room = rooms.id and entries.seq = rooms.head"
            .to_owned(),
    );
    queries
}

impl InSqlite {
    /// Opens a connection beside the store that has the file open; the store keeps its own duties.
    pub(super) async fn connect(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .foreign_keys(true)
            .pragma("wal_autocheckpoint", "0")
            .pragma("secure_delete", "on")
            .disable_statement_logging();
        Ok(Self(options.connect().await?))
    }
}

impl InPostgres {
    pub(super) async fn connect(url: &str) -> Result<Self, crate::store::postgres::open::PostgresOpenError> {
        Ok(Self(Address::parse(url)?.connect().await?))
    }
}
