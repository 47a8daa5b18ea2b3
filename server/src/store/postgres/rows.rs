//! Entries on their way into the table, all of them by one statement.

use sqlx::PgConnection;
use steadfast_shared::{Entry, RoomId};
use uuid::Uuid;

use super::body::{kind, written};
use super::{to_sql, told};
use crate::store::StoreError;

/// Rows of entries, column by column.
#[derive(Default)]
pub(super) struct Rows {
    rooms: Vec<Uuid>,
    seqs: Vec<i64>,
    authors: Vec<Uuid>,
    ids: Vec<Uuid>,
    ats: Vec<i64>,
    bodies: Vec<String>,
    kinds: Vec<&'static str>,
    targets: Vec<Option<i64>>,
}

impl Rows {
    pub(super) fn push(&mut self, room: RoomId, entry: &Entry) -> Result<(), StoreError> {
        self.rooms.push(room.0);
        self.seqs.push(to_sql(entry.seq));
        self.authors.push(entry.author.id.0);
        self.ids.push(entry.id.0);
        self.ats.push(to_sql(entry.at));
        self.bodies.push(written(&entry.body)?);
        self.kinds.push(kind(&entry.body));
        self.targets.push(entry.body.changes().map(to_sql));
        Ok(())
    }

    /// Inserts them. A repeat fails the transaction, for its place is given away already: made anew, it finds the first one.
    pub(super) async fn insert(self, connection: &mut PgConnection) -> Result<(), StoreError> {
        if self.rooms.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into entries (room, seq, author, id, at, body, kind, target)
             select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[],
                                  $8::bigint[])",
        )
        .bind(self.rooms)
        .bind(self.seqs)
        .bind(self.authors)
        .bind(self.ids)
        .bind(self.ats)
        .bind(self.bodies)
        .bind(self.kinds)
        .bind(self.targets)
        .execute(connection)
        .await
        .map_err(told)?;
        Ok(())
    }
}
