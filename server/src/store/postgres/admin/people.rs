//! People, as operators see them.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::admin::{
    AccountState, Exclusion, LimitName, PeopleQuery, PersonInfo, PersonLimit, SetLimit,
};
use steadfast_shared::event::Availability;
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{EntryId, MessageText, Millis, Nickname, Person, Role, RoomId, UserId, limit};

use super::super::body::read;
use super::super::{PostgresStore, from_sql, person, to_sql};
use crate::store::nickname::{self, NameKey};
use crate::store::word::{messages, role, state, state_name};
use crate::store::{SessionId, StoreError};

/// A person as lists show them: what is selected, and what follows after `where`.
macro_rules! seen {
    ($condition:literal) => {
        concat!(
            "select users.id, users.name, users.role, users.state, users.messages, users.created_at,
                    users.excluded_reason, users.excluded_at, users.excluded_until,
                    users.passphrase is not null as has_passphrase,
                    bys.id as by_id, bys.name as by_name,
                    (select count(*) from sessions where sessions.person = users.id) as devices,
                    (select max(last_seen_at) from sessions where sessions.person = users.id) as seen
             from users left join users as bys on bys.id = users.excluded_by
             where users.role <> 'server' and ",
            $condition
        )
    };
}

/// See [`crate::store::admin::Administration::people_info`].
pub(super) async fn list(
    store: &PostgresStore,
    asked: &PeopleQuery,
    at: Millis,
) -> Result<Vec<PersonInfo>, StoreError> {
    let rows = sqlx::query(seen!(
        "($1::uuid is null or users.id < $1) and ($3::text is null or users.role = $3)
         and ($2::text is null or $2 = case when users.excluded_until <= $6 then 'active' else users.state end)
         and strpos(users.search, $4) > 0
         order by users.id desc limit $5"
    ))
    .bind(asked.before.map(|user| user.0))
    .bind(asked.state.map(state_name))
    .bind(asked.role.map(Role::as_str))
    .bind(nickname::folded(asked.search.trim()))
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .bind(to_sql(at))
    .fetch_all(&store.readers)
    .await?;
    rows.iter().map(|row| read_info(row, at)).collect()
}

/// See [`crate::store::admin::Administration::person_info`].
pub(super) async fn info(
    store: &PostgresStore,
    user: UserId,
    at: Millis,
) -> Result<Option<PersonInfo>, StoreError> {
    let row = sqlx::query(seen!("users.id = $1"))
        .bind(user.0)
        .fetch_optional(&store.readers)
        .await?;
    row.as_ref().map(|row| read_info(row, at)).transpose()
}

fn read_info(row: &PgRow, at: Millis) -> Result<PersonInfo, StoreError> {
    let stored = state(row.try_get("state")?)?;
    let until = row.try_get::<Option<i64>, _>("excluded_until")?;
    let until = until.map(from_sql);
    // One that has ended by itself is stored until the person signs in.
    let has_ended = until.is_some_and(|until| until <= at);
    let state = if has_ended { AccountState::Active } else { stored };
    let exclusion = Exclusion {
        reason: row.try_get("excluded_reason")?,
        since: from_sql(row.try_get("excluded_at")?),
        until,
        by: person::read_optional(row, "by_id", "by_name")?,
    };
    let devices: i64 = row.try_get("devices")?;
    Ok(PersonInfo {
        person: person::read(row)?,
        role: role(row.try_get("role")?)?,
        state,
        exclusion: (state != AccountState::Active).then_some(exclusion),
        messages: messages(row.try_get("messages")?)?,
        created_at: from_sql(row.try_get("created_at")?),
        last_seen_at: row.try_get::<Option<i64>, _>("seen")?.map(from_sql),
        availability: Availability::Offline,
        devices: u32::try_from(devices).unwrap_or(u32::MAX),
        has_passphrase: row.try_get("has_passphrase")?,
    })
}

/// See [`crate::store::admin::Administration::person_called`].
pub(super) async fn called(store: &PostgresStore, name: &Nickname) -> Result<Option<Person>, StoreError> {
    let Ok(key) = NameKey::of(name.as_str()) else {
        return Ok(None);
    };
    let row = sqlx::query("select id, name from users where name_key = $1 and role <> 'server'")
        .bind(key.name)
        .fetch_optional(&store.readers)
        .await?;
    row.as_ref().map(person::read).transpose()
}

/// See [`crate::store::admin::Administration::counts`].
pub(super) async fn counts(store: &PostgresStore, user: UserId) -> Result<(u32, u64), StoreError> {
    let row = sqlx::query(
        "select (select count(*) from members where person = $1) as rooms,
                (select count(*) from entries where author = $1 and kind = 'message') as messages",
    )
    .bind(user.0)
    .fetch_one(&store.readers)
    .await?;
    let rooms: i64 = row.try_get("rooms")?;
    Ok((
        u32::try_from(rooms).unwrap_or(u32::MAX),
        from_sql(row.try_get("messages")?),
    ))
}

/// See [`crate::store::admin::Administration::device_addresses`].
pub(super) async fn device_addresses(
    store: &PostgresStore,
    user: UserId,
) -> Result<Vec<(SessionId, String)>, StoreError> {
    sqlx::query_as("select id, address from sessions where person = $1 and address is not null")
        .bind(user.0)
        .fetch_all(&store.readers)
        .await
        .map_err(StoreError::from)
}

/// See [`crate::store::admin::Administration::blocked_by`].
pub(in super::super) async fn blocked_by(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query(
        "select users.id, users.name from blocks join users on users.id = blocks.blocked where blocks.person = $1
         order by lower(users.name), users.id",
    )
    .bind(user.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(person::read).collect()
}

/// See [`crate::store::admin::Administration::limits_of`].
pub(in super::super) async fn limits_of(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Vec<PersonLimit>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select name, value from limits where person = $1
         union all select 'entries_per_day', max_entries from usage where person = $1 and max_entries is not null
         union all select 'bytes_per_day', max_bytes from usage where person = $1 and max_bytes is not null
         order by name",
    )
    .bind(user.0)
    .fetch_all(connection)
    .await?;
    // One that a newer version knew is passed over.
    let known = rows.into_iter().filter_map(|(name, value)| {
        Some(PersonLimit {
            limit: LimitName::parse(&name)?,
            value: u32::try_from(value).unwrap_or(u32::MAX),
        })
    });
    Ok(known.collect())
}

/// A limit as it is for this person.
pub(in super::super) async fn limit_of(
    connection: &mut PgConnection,
    user: UserId,
    limit: LimitName,
    otherwise: u64,
) -> Result<u64, StoreError> {
    let value: Option<i64> = sqlx::query_scalar("select value from limits where person = $1 and name = $2")
        .bind(user.0)
        .bind(limit.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(value.map_or(otherwise, from_sql))
}

pub(super) async fn set_limit(
    connection: &mut PgConnection,
    user: UserId,
    asked: SetLimit,
) -> Result<(), StoreError> {
    let quota = match asked.limit {
        LimitName::EntriesPerDay => Some(
            "insert into usage (person, max_entries) values ($1, $2)
             on conflict (person) do update set max_entries = excluded.max_entries",
        ),
        LimitName::BytesPerDay => Some(
            "insert into usage (person, max_bytes) values ($1, $2)
             on conflict (person) do update set max_bytes = excluded.max_bytes",
        ),
        _ => None,
    };
    if let Some(query) = quota {
        let query = sqlx::query(query).bind(user.0).bind(asked.value.map(i64::from));
        query.execute(connection).await?;
        return Ok(());
    }
    let query = match asked.value {
        Some(value) => sqlx::query("insert into limits (person, name, value) values ($1, $2, $3) on conflict (person, name) do update set value = excluded.value")
            .bind(user.0)
            .bind(asked.limit.as_str())
            .bind(i64::from(value)),
        None => sqlx::query("delete from limits where person = $1 and name = $2")
            .bind(user.0)
            .bind(asked.limit.as_str()),
    };
    query.execute(connection).await?;
    Ok(())
}

pub(super) async fn set_role(
    connection: &mut PgConnection,
    user: UserId,
    role: Role,
) -> Result<(), StoreError> {
    sqlx::query("update users set role = $1 where id = $2")
        .bind(role.as_str())
        .bind(user.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn set_passphrase(
    connection: &mut PgConnection,
    user: UserId,
    hash: &str,
) -> Result<(), StoreError> {
    sqlx::query("update users set passphrase = $1 where id = $2")
        .bind(hash)
        .bind(user.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// What somebody is; a member where nobody is called so.
pub(in super::super) async fn role_of(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Role, StoreError> {
    let name: Option<String> =
        sqlx::query_scalar("select role from users where id = $1 and state = 'active'")
            .bind(user.0)
            .fetch_optional(connection)
            .await?;
    name.map_or(Ok(Role::Member), |name| role(&name))
}

/// See [`crate::store::admin::Administration::left_messages`].
pub(super) async fn left_messages(
    store: &PostgresStore,
    user: UserId,
    asked: LeftMessagesQuery,
) -> Result<Vec<LeftMessage>, StoreError> {
    let rows = sqlx::query(
        "select entries.id, entries.room, entries.seq, entries.at, rooms.name as room_name,
                coalesce(edits.body, entries.body) as body
         from entries join rooms on rooms.id = entries.room and rooms.deleted_at is null
         left join changed on changed.room = entries.room and changed.message = entries.seq
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where entries.author = $1 and entries.kind = 'message' and ($2::uuid is null or entries.id < $2)
         and not exists (select 1 from members where members.person = $1 and members.room = entries.room)
         order by entries.id desc limit $3",
    )
    .bind(user.0)
    .bind(asked.before.map(|id| id.0))
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| {
            let body = read(row.try_get("body")?)?;
            Ok(LeftMessage {
                id: EntryId(row.try_get("id")?),
                room: RoomId(row.try_get("room")?),
                room_name: row.try_get("room_name")?,
                seq: from_sql(row.try_get("seq")?),
                at: from_sql(row.try_get("at")?),
                text: body
                    .text()
                    .map(MessageText::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            })
        })
        .collect()
}
