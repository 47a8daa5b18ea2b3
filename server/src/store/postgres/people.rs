//! People by name: everybody, and those of a room.

use sqlx::PgConnection;
use steadfast_shared::{Person, RoomId};

use super::{person, to_sql};
#[cfg(doc)]
use crate::store::Rooms;
use crate::store::StoreError;
use crate::store::people::{LOOKED_THROUGH, PeoplePage};

/// See [`Rooms::find_people`].
pub(super) async fn find(
    connection: &mut PgConnection,
    page: &PeoplePage,
) -> Result<Vec<Person>, StoreError> {
    let (key, id) = page.start();
    let rows = sqlx::query(
        "select users.id, users.name from users where users.role <> 'server' and users.state = 'active'
             and users.search >= $1 and users.search < $2 and (users.search, users.id) > ($3, $4)
             order by users.search, users.id limit $5",
    )
    .bind(&page.search)
    .bind(page.end())
    .bind(key)
    .bind(id.0)
    .bind(to_sql(page.limit as u64))
    .fetch_all(&mut *connection)
    .await?;
    let mut people: Vec<Person> = rows.iter().map(person::read).collect::<Result<_, _>>()?;
    if let Some(missing) = page.missing(people.len()) {
        let rows = sqlx::query("select id, name from (
                 select users.id, users.name, users.search from users where users.role <> 'server' and users.state = 'active'
                 order by users.search, users.id limit $3) as looked_through
             where strpos(search, $1) > 0 and not (search >= $1 and search < $2) order by search, id limit $4")
        .bind(&page.search)
        .bind(page.end())
        .bind(to_sql(LOOKED_THROUGH as u64))
        .bind(to_sql(missing as u64))
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            people.push(person::read(row)?);
        }
    }
    Ok(people)
}

/// See [`Rooms::members`]. Postgres knows which rooms are large, and goes along the names or sorts accordingly.
pub(super) async fn members(
    connection: &mut PgConnection,
    room: RoomId,
    page: &PeoplePage,
) -> Result<Vec<Person>, StoreError> {
    let (key, id) = page.start();
    let rows = sqlx::query("select users.id, users.name from users join members on members.person = users.id where members.room = $6
             and users.search >= $1 and users.search < $2 and (users.search, users.id) > ($3, $4)
             order by users.search, users.id limit $5")
    .bind(&page.search)
    .bind(page.end())
    .bind(key)
    .bind(id.0)
    .bind(to_sql(page.limit as u64))
    .bind(room.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut people: Vec<Person> = rows.iter().map(person::read).collect::<Result<_, _>>()?;
    if let Some(missing) = page.missing(people.len()) {
        let rows = sqlx::query("select id, name from (
                 select users.id, users.name, users.search from users join members on members.person = users.id where members.room = $5
                 order by users.search, users.id limit $3) as looked_through
             where strpos(search, $1) > 0 and not (search >= $1 and search < $2) order by search, id limit $4")
        .bind(&page.search)
        .bind(page.end())
        .bind(to_sql(LOOKED_THROUGH as u64))
        .bind(to_sql(missing as u64))
        .bind(room.0)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            people.push(person::read(row)?);
        }
    }
    Ok(people)
}

/// All the people of a room that has few.
pub(super) async fn all_members(
    connection: &mut PgConnection,
    room: RoomId,
) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query(
        "select users.id, users.name from members join users on users.id = members.person
         where members.room = $1 order by lower(users.name), users.id",
    )
    .bind(room.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(person::read).collect()
}
