//! The position of a log at a time.

use steadfast_shared::{Millis, RoomId, Seq};

use crate::store::StoreError;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, sql};

/// The first entry stored at this time or later, by binary search: the log's times ascend unless a clock was set back.
pub(in crate::store) async fn first_since<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
    head: Seq,
    since: Millis,
) -> Result<Option<Seq>, StoreError> {
    let (mut low, mut high) = (1, head + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let at: i64 = sql!("select at from entries where room = $1 and seq = $2")
            .bind(room)
            .bind(to_sql(middle))
            .scalar(connection)
            .await?;
        if from_sql(at) < since {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok((low <= head).then_some(low))
}
