//! People by their ids.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::{Person, UserId};
use uuid::Uuid;

use crate::store::StoreError;

/// These people, by the names they have, in the order given; who does not exist is left out.
pub(super) async fn named(connection: &mut PgConnection, ids: &[UserId]) -> Result<Vec<Person>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select id, name from users where id = any($1)")
        .bind(raw(ids))
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
pub(super) fn read(row: &PgRow) -> Result<Person, StoreError> {
    Ok(Person {
        id: UserId(row.try_get("id")?),
        name: row.try_get("name")?,
    })
}

/// A person whom a row may have, by the columns of their id and name.
pub(super) fn read_optional(row: &PgRow, id: &str, name: &str) -> Result<Option<Person>, StoreError> {
    let id: Option<Uuid> = row.try_get(id)?;
    id.map(|id| {
        Ok(Person {
            id: UserId(id),
            name: row.try_get(name)?,
        })
    })
    .transpose()
}

/// Ids as one parameter.
pub(super) fn raw(ids: &[UserId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}
