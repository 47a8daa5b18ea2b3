//! People by name: everybody, or the members of a room.

use steadfast_shared::{Person, RoomId};

use super::{LOOKED_THROUGH, PeoplePage, SORTED, person};
#[cfg(doc)]
use crate::store::Rooms;
use crate::store::StoreError;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, Statement, sql};

pub(in crate::store) async fn find<C: SqlConnection>(
    connection: &mut C,
    page: &PeoplePage,
) -> Result<Vec<Person>, StoreError> {
    let first = sql!(
        "select users.id, users.name from users where users.role <> 'server' and users.state = 'active'
             and users.search >= $1 and users.search < $2 and (users.search, users.id) > ($3, $4)
             order by users.search, users.id limit $5"
    );
    let others = sql!("select id, name from (
             select users.id, users.name, users.search from users
             where users.role <> 'server' and users.state = 'active'
             order by users.search, users.id limit $3) as looked_through
         where " [position "search" "$1"] " > 0 and not (search >= $1 and search < $2) order by search, id limit $4");
    read_page(connection, page, first, others, None).await
}

/// See [`Rooms::members`]. Postgres scans all names or sorts, whichever suits the room. SQLite keeps the order in which the
/// tables are written: for a large room names first.
pub(in crate::store) async fn members<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
    page: &PeoplePage,
) -> Result<Vec<Person>, StoreError> {
    let count: i64 = sql!("select count(*) from (select 1 from members where room = $1 limit $2)" [only_postgres " as counted"])
        .bind(room)
        .bind(to_sql(SORTED as u64 + 1))
        .scalar(connection)
        .await?;
    let first = if from_sql(count) > SORTED as u64 {
        sql!("select users.id, users.name from users " [only_sqlite "cross "] "join members on members." person " = users.id
             where members.room = $6
             and users.search >= $1 and users.search < $2 and (users.search, users.id) > ($3, $4)
             order by users.search, users.id limit $5")
    } else {
        sql!("select users.id, users.name from members " [only_sqlite "cross "] "join users on users.id = members." person "
             where members.room = $6
             and users.search >= $1 and users.search < $2 and (users.search, users.id) > ($3, $4)
             order by users.search, users.id limit $5")
    };
    let others = sql!("select id, name from (
             select users.id, users.name, users.search
             from users " [only_sqlite "cross "] "join members on members." person " = users.id where members.room = $5
             order by users.search, users.id limit $3) as looked_through
         where " [position "search" "$1"] " > 0 and not (search >= $1 and search < $2) order by search, id limit $4");
    read_page(connection, page, first, others, Some(room)).await
}

/// All members of a small room.
pub(in crate::store) async fn all_members<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
) -> Result<Vec<Person>, StoreError> {
    let rows = sql!("select users.id, users.name from members join users on users.id = members." person "
         where members.room = $1 order by " [by_name "users.name"] ", users.id")
    .bind(room)
    .all(connection)
    .await?;
    rows.iter().map(person::read).collect()
}

/// Reads people whose name begins with the search and, if the page has room, others whose name contains it elsewhere.
async fn read_page<C: SqlConnection>(
    connection: &mut C,
    page: &PeoplePage,
    first: Statement<'_>,
    others: Statement<'_>,
    room: Option<RoomId>,
) -> Result<Vec<Person>, StoreError> {
    let (key, id) = page.start();
    let first = first.bind(&page.search).bind(page.end()).bind(key).bind(id);
    let first = first.bind(to_sql(page.limit as u64));
    let rows = within(first, room).all(connection).await?;
    let mut people: Vec<Person> = rows.iter().map(person::read).collect::<Result<_, _>>()?;
    if let Some(missing) = page.missing(people.len()) {
        let others = others.bind(&page.search).bind(page.end());
        let others = others
            .bind(to_sql(LOOKED_THROUGH as u64))
            .bind(to_sql(missing as u64));
        for row in within(others, room).all(connection).await? {
            people.push(person::read(&row)?);
        }
    }
    Ok(people)
}

/// Binds the room as the last value of statements that have one.
fn within(query: Statement<'_>, room: Option<RoomId>) -> Statement<'_> {
    match room {
        None => query,
        Some(room) => query.bind(room),
    }
}
