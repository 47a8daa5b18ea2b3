//! People by their ids.

use std::collections::HashMap;

use steadfast_shared::{Person, UserId};
use uuid::Uuid;

use super::block;
use crate::store::admin::SERVER;
use crate::store::admin::people::limits_of;
use crate::store::command::CommandError;
use crate::store::query::{Columns, SqlConnection, SqlRow, sql};
use crate::store::{Profile, StoreError, StoreRefusal, word};

/// These people by their current names, in the given order; unknown ids are left out.
pub(in crate::store) async fn named<C: SqlConnection>(
    connection: &mut C,
    ids: &[UserId],
) -> Result<Vec<Person>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!("select id, name from users where id " [any "$1"])
        .bind(ids)
        .all(connection)
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

/// Reads a person from a row with `id` and `name`.
pub(in crate::store) fn read(row: &impl Columns) -> Result<Person, StoreError> {
    Ok(Person {
        id: UserId(row.column("id")?),
        name: row.column("name")?,
    })
}

/// Reads a person from a row that may have none, by the columns of their id and name.
pub(in crate::store) fn read_optional(
    row: &SqlRow,
    id: &str,
    name: &str,
) -> Result<Option<Person>, StoreError> {
    let id: Option<Uuid> = row.get(id)?;
    id.map(|id| {
        Ok(Person {
            id: UserId(id),
            name: row.get(name)?,
        })
    })
    .transpose()
}

/// This person, by their current name.
pub(in crate::store) async fn existing<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Person, CommandError> {
    let person = named(connection, &[user]).await?.pop();
    Ok(person.ok_or(StoreRefusal::UnknownPerson)?)
}

/// All of these people, each once.
pub(in crate::store) async fn all_existing<C: SqlConnection>(
    connection: &mut C,
    users: &[UserId],
) -> Result<Vec<Person>, CommandError> {
    let mut users = users.to_vec();
    users.sort_unstable();
    users.dedup();
    let people = named(connection, &users).await?;
    if people.len() != users.len() || users.contains(&SERVER) {
        return Err(StoreRefusal::UnknownPerson.into());
    }
    Ok(people)
}

pub(in crate::store) async fn profile<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Option<Profile>, StoreError> {
    let row = sql!("select id, name, role from users where id = $1")
        .bind(user)
        .optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Profile {
        person: read(&row)?,
        role: word::role(row.get("role")?)?,
        blocked: block::blocked_by(connection, user).await?,
        limits: limits_of(connection, user).await?,
    }))
}
