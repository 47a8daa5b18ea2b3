//! People by name: everybody, and those of a room.

use sqlx::SqliteConnection;
use steadfast_shared::{Person, RoomId};

use super::person;
#[cfg(doc)]
use crate::store::Rooms;
use crate::store::StoreError;
use crate::store::people::{LOOKED_THROUGH, PeoplePage, SORTED};

/// See [`Rooms::find_people`].
pub(super) async fn find(
    connection: &mut SqliteConnection,
    page: &PeoplePage,
) -> Result<Vec<Person>, StoreError> {
    let (key, id) = page.start();
    let rows = sqlx::query(
        "select users.id, users.name from users where users.role <> 'server' and users.state = 'active'
             and users.search >= ?1 and users.search < ?2 and (users.search, users.id) > (?3, ?4)
             order by users.search, users.id limit ?5",
    )
    .bind(&page.search)
    .bind(page.end())
    .bind(key)
    .bind(id.0)
    .bind(number(page.limit))
    .fetch_all(&mut *connection)
    .await?;
    let mut people: Vec<Person> = rows.iter().map(person::read).collect::<Result<_, _>>()?;
    if let Some(missing) = page.missing(people.len()) {
        let rows = sqlx::query("select id, name from (
                 select users.id, users.name, users.search from users where users.role <> 'server' and users.state = 'active'
                 order by users.search, users.id limit ?3)
             where instr(search, ?1) > 0 and not (search >= ?1 and search < ?2) order by search, id limit ?4")
        .bind(&page.search)
        .bind(page.end())
        .bind(number(LOOKED_THROUGH))
        .bind(number(missing))
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            people.push(person::read(row)?);
        }
    }
    Ok(people)
}

/// See [`Rooms::members`]. SQLite does not know which rooms are large, so the order of the tables is said here: a small room is
/// sorted, a large one is met along everybody's names.
pub(super) async fn members(
    connection: &mut SqliteConnection,
    room: RoomId,
    page: &PeoplePage,
) -> Result<Vec<Person>, StoreError> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from (select 1 from members where room = ? limit ?)")
            .bind(room.0)
            .bind(number(SORTED + 1))
            .fetch_one(&mut *connection)
            .await?;
    let query = if count > number(SORTED) {
        "select users.id, users.name from users cross join members on members.user = users.id
             where members.room = ?6
             and users.search >= ?1 and users.search < ?2 and (users.search, users.id) > (?3, ?4)
             order by users.search, users.id limit ?5"
    } else {
        "select users.id, users.name from members cross join users on users.id = members.user
             where members.room = ?6
             and users.search >= ?1 and users.search < ?2 and (users.search, users.id) > (?3, ?4)
             order by users.search, users.id limit ?5"
    };
    let (key, id) = page.start();
    let rows = sqlx::query(query)
        .bind(&page.search)
        .bind(page.end())
        .bind(key)
        .bind(id.0)
        .bind(number(page.limit))
        .bind(room.0)
        .fetch_all(&mut *connection)
        .await?;
    let mut people: Vec<Person> = rows.iter().map(person::read).collect::<Result<_, _>>()?;
    if let Some(missing) = page.missing(people.len()) {
        let rows = sqlx::query("select id, name from (
                 select users.id, users.name, users.search from users cross join members on members.user = users.id where members.room = ?5
                 order by users.search, users.id limit ?3)
             where instr(search, ?1) > 0 and not (search >= ?1 and search < ?2) order by search, id limit ?4")
        .bind(&page.search)
        .bind(page.end())
        .bind(number(LOOKED_THROUGH))
        .bind(number(missing))
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
    connection: &mut SqliteConnection,
    room: RoomId,
) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query(
        "select users.id, users.name from members join users on users.id = members.user
         where members.room = ? order by users.name collate nocase, users.id",
    )
    .bind(room.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(person::read).collect()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
