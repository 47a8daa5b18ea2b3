//! People by their ids.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::{Person, UserId};
use uuid::Uuid;

use super::told;
use crate::store::StoreError;

/// These people, by the names they have, in the order given; who does not exist is left out.
pub(super) async fn named(connection: &mut PgConnection, ids: &[UserId]) -> Result<Vec<Person>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select id, name from users where id = any($1)")
        .bind(raw(ids))
        .fetch_all(connection)
        .await
        .map_err(told)?;
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
        id: UserId(row.try_get("id").map_err(told)?),
        name: row.try_get("name").map_err(told)?,
    })
}

/// A person whom a row may have, by the columns of their id and name.
pub(super) fn read_optional(row: &PgRow, id: &str, name: &str) -> Result<Option<Person>, StoreError> {
    let id: Option<Uuid> = row.try_get(id).map_err(told)?;
    id.map(|id| {
        Ok(Person {
            id: UserId(id),
            name: row.try_get(name).map_err(told)?,
        })
    })
    .transpose()
}

/// Ids as one parameter.
pub(super) fn raw(ids: &[UserId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}
