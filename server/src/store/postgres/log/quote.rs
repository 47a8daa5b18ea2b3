//! The excerpt of the message that an entry replies to, shown with it.

use std::collections::HashMap;

use sqlx::{PgConnection, Row};
use steadfast_shared::{Body, Person, Quoted, RoomId, Seq, UserId};
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::postgres::body::read;
use crate::store::postgres::{from_sql, to_sql};

/// The excerpts of these messages, from their current texts; entries of other kinds are left out.
pub(in crate::store::postgres) async fn quoted(
    connection: &mut PgConnection,
    messages: &[(RoomId, Seq)],
) -> Result<HashMap<(RoomId, Seq), Quoted>, StoreError> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let (rooms, seqs): (Vec<Uuid>, Vec<i64>) =
        messages.iter().map(|(room, seq)| (room.0, to_sql(*seq))).unzip();
    let rows = sqlx::query(
        "select entries.room, entries.seq, coalesce(edits.body, entries.body) as body, users.id as author, users.name,
                entries.at <= users.masked_at as masked
         from (select distinct * from unnest($1::uuid[], $2::bigint[]) as given (room, seq)) as requested
         join entries on entries.room = requested.room and entries.seq = requested.seq
         join users on users.id = entries.author
         left join changed on changed.room = entries.room and changed.message = entries.seq
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where entries.kind in ('message', 'erased')",
    )
    .bind(rooms)
    .bind(seqs)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let body: Body = read(row.try_get("body")?)?;
            let masked: bool = row.try_get("masked")?;
            let room = RoomId(row.try_get("room")?);
            let quoted = Quoted {
                seq: from_sql(row.try_get("seq")?),
                author: Person {
                    id: UserId(row.try_get("author")?),
                    name: row.try_get("name")?,
                },
                text: body
                    .text()
                    .filter(|_| !masked)
                    .map(|text| Quoted::start_of(text.as_str()).to_owned()),
            };
            Ok(((room, quoted.seq), quoted))
        })
        .collect()
}
