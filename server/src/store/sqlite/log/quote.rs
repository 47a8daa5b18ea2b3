//! The excerpt of the message that an entry replies to, shown with it.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Body, Person, Quoted, RoomId, Seq, UserId};

use crate::store::StoreError;
use crate::store::sqlite::body::read;
use crate::store::sqlite::{from_sql, to_sql};

/// The excerpts of these messages, from their current texts; entries of other kinds are left out.
pub(in crate::store::sqlite) async fn quoted(
    connection: &mut SqliteConnection,
    room: RoomId,
    messages: &[Seq],
) -> Result<Vec<Quoted>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = messages.iter().map(|seq| to_sql(*seq).to_string()).collect();
    let rows = sqlx::query(
        "select entries.seq, coalesce(edits.body, entries.body) as body, users.id as author, users.name,
                entries.at <= users.masked_at as masked
         from entries join users on users.id = entries.author
         left join changed on changed.room = entries.room and changed.message = entries.seq
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where entries.room = ? and entries.seq in (select value from json_each(?))
         and entries.kind in ('message', 'erased')",
    )
    .bind(room.0)
    .bind(format!("[{}]", places.join(",")))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let body: Body = read(row.try_get("body")?)?;
            let masked: bool = row.try_get("masked")?;
            Ok(Quoted {
                seq: from_sql(row.try_get("seq")?),
                author: Person {
                    id: UserId(row.try_get("author")?),
                    name: row.try_get("name")?,
                },
                text: body
                    .text()
                    .filter(|_| !masked)
                    .map(|text| Quoted::start_of(text.as_str()).to_owned()),
            })
        })
        .collect()
}
