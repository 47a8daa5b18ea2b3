//! People by their ids.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Person, UserId};
use uuid::Uuid;

use crate::store::StoreError;

/// These people, by the names they have, in the order given; who does not exist is left out.
pub(super) async fn named(
    connection: &mut SqliteConnection,
    ids: &[UserId],
) -> Result<Vec<Person>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select id, name from users where id in (select unhex(value) from json_each(?))")
        .bind(as_json(ids))
        .fetch_all(connection)
        .await?;
    let mut names: HashMap<UserId, String> = HashMap::with_capacity(rows.len());
    for row in &rows {
        let person = read(row)?;
        names.insert(person.id, person.name);
    }
    let known = ids.iter().filter_map(|id| {
        Some(Person {
            id: *id,
            name: names.remove(id)?,
        })
    });
    Ok(known.collect())
}

/// A person of a row with `id` and `name`.
pub(super) fn read(row: &SqliteRow) -> Result<Person, StoreError> {
    Ok(Person {
        id: UserId(row.try_get("id")?),
        name: row.try_get("name")?,
    })
}

/// A person whom a row may have, by the columns of their id and name.
pub(super) fn read_optional(row: &SqliteRow, id: &str, name: &str) -> Result<Option<Person>, StoreError> {
    let id: Option<Uuid> = row.try_get(id)?;
    id.map(|id| {
        Ok(Person {
            id: UserId(id),
            name: row.try_get(name)?,
        })
    })
    .transpose()
}

/// Ids as one parameter: a JSON array of hexadecimal digits, which `unhex` reads.
pub(super) fn as_json(ids: &[UserId]) -> String {
    let written: Vec<String> = ids.iter().map(|id| format!("\"{}\"", id.0.simple())).collect();
    format!("[{}]", written.join(","))
}
