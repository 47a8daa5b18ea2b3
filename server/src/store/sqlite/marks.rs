//! Stores read markers.

use super::{SqliteStore, to_sql};
use crate::store::{ReadMark, StoreError};

pub(super) async fn mark_read(store: &SqliteStore, marks: &[ReadMark]) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for mark in marks {
        // At the head every message counts as seen. Otherwise the newly read messages are counted.
        sqlx::query(
            "update members set read = min(?1, rooms.head),
                seen = iif(?1 >= rooms.head, rooms.messages, seen + (
                    select count(*) from entries
                    where entries.room = members.room and entries.seq > members.read and entries.seq <= ?1
                    and entries.kind = 'message' and entries.author <> members.user))
             from rooms where rooms.id = members.room and members.read < min(?1, rooms.head)
             and members.user = ?2 and members.room = ?3",
        )
        .bind(to_sql(mark.seq))
        .bind(mark.user.0)
        .bind(mark.room.0)
        .execute(&mut *transaction)
        .await?;
    }
    store.commit(transaction).await
}
