//! The excerpt of the message that an entry replies to, shown with it.

use std::collections::HashMap;

use steadfast_shared::{Body, Person, Quoted, RoomId, Seq, UserId};

use crate::store::StoreError;
use crate::store::body::read;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, as_hex, as_lines, sql};

/// The excerpts of these messages, from their current texts; entries of other kinds are left out.
pub(in crate::store) async fn quoted<C: SqlConnection>(
    connection: &mut C,
    messages: &[(RoomId, Seq)],
) -> Result<HashMap<(RoomId, Seq), Quoted>, StoreError> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let requested: Vec<_> = messages
        .iter()
        .map(|(room, seq)| (as_hex(room.0.as_bytes()), to_sql(*seq)))
        .collect();
    let rows = sql!(
        "select entries.room, entries.seq, coalesce(edits.body, entries.body) as body, users.id as author, users.name,
                entries.at <= users.masked_at as masked
         from " [lines "$1"] "
         join entries on entries.room = " [line_id "0"] " and entries.seq = " [line_number "1"] "
         join users on users.id = entries.author
         left join changed on changed.room = entries.room and changed.message = entries.seq
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where entries.kind in ('message', 'erased')"
    )
    .bind(as_lines(&requested)?)
    .all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let body: Body = read(row.get("body")?)?;
            let masked: bool = row.get("masked")?;
            let room = RoomId(row.get("room")?);
            let quoted = Quoted {
                seq: from_sql(row.get("seq")?),
                author: Person {
                    id: UserId(row.get("author")?),
                    name: row.get("name")?,
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
