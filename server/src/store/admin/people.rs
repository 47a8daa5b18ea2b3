//! People, as operators see them.

use steadfast_shared::admin::{
    AccountState, Exclusion, LimitName, PeopleQuery, PersonInfo, PersonLimit, SetLimit,
};
use steadfast_shared::event::Availability;
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{EntryId, MessageText, Millis, Nickname, Person, Role, RoomId, UserId, limit};

use crate::store::body::read;
use crate::store::nickname::{self, NameKey};
use crate::store::number::{from_sql, to_sql};
use crate::store::people::person;
use crate::store::query::{SqlConnection, SqlRow, sql};
use crate::store::word::{messages, role, state, state_name};
use crate::store::{SessionId, StoreError};

/// A person in a list: the columns, and the condition after `where`.
macro_rules! seen {
    ($($condition:tt)+) => {
        sql!(
            "select users.id, users.name, users.role, users.state, users.messages, users.created_at,
                    users.excluded_reason, users.excluded_at, users.excluded_until,
                    users.passphrase is not null as has_passphrase,
                    bys.id as by_id, bys.name as by_name,
                    (select count(*) from sessions where sessions." person " = users.id) as devices,
                    (select max(last_seen_at) from sessions where sessions." person " = users.id) as seen
             from users left join users as bys on bys.id = users.excluded_by
             where users.role <> 'server' and " $($condition)+
        )
    };
}

pub(in crate::store) async fn list<C: SqlConnection>(
    connection: &mut C,
    query: &PeopleQuery,
    at: Millis,
) -> Result<Vec<PersonInfo>, StoreError> {
    let rows = seen!("(users.id < $1 or $1 is null) and (users.role = $3 or $3 is null)
         and ($2 = case when users.excluded_until <= $6 then 'active' else users.state end or $2 is null)
         and " [position "users.search" "$4"] " > 0
         order by users.id desc limit $5")
    .bind(query.before)
    .bind(query.state.map(state_name))
    .bind(query.role.map(Role::as_str))
    .bind(nickname::folded(query.search.trim()))
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .bind(to_sql(at))
    .all(connection)
    .await?;
    rows.iter().map(|row| read_info(row, at)).collect()
}

pub(in crate::store) async fn info<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    at: Millis,
) -> Result<Option<PersonInfo>, StoreError> {
    let row = seen!("users.id = $1").bind(user).optional(connection).await?;
    row.as_ref().map(|row| read_info(row, at)).transpose()
}

fn read_info(row: &SqlRow, at: Millis) -> Result<PersonInfo, StoreError> {
    let stored = state(row.get("state")?)?;
    let until = row.get::<Option<i64>>("excluded_until")?;
    let until = until.map(from_sql);
    // An expired exclusion stays stored until the person signs in.
    let has_ended = until.is_some_and(|until| until <= at);
    let state = if has_ended { AccountState::Active } else { stored };
    let exclusion = Exclusion {
        reason: row.get("excluded_reason")?,
        since: from_sql(row.get("excluded_at")?),
        until,
        by: person::read_optional(row, "by_id", "by_name")?,
    };
    let devices: i64 = row.get("devices")?;
    Ok(PersonInfo {
        person: person::read(row)?,
        role: role(row.get("role")?)?,
        state,
        exclusion: (state != AccountState::Active).then_some(exclusion),
        messages: messages(row.get("messages")?)?,
        created_at: from_sql(row.get("created_at")?),
        last_seen_at: row.get::<Option<i64>>("seen")?.map(from_sql),
        availability: Availability::Offline,
        devices: u32::try_from(devices).unwrap_or(u32::MAX),
        has_passphrase: row.get("has_passphrase")?,
    })
}

pub(in crate::store) async fn called<C: SqlConnection>(
    connection: &mut C,
    name: &Nickname,
) -> Result<Option<Person>, StoreError> {
    let Ok(key) = NameKey::of(name.as_str()) else {
        return Ok(None);
    };
    let row = sql!("select id, name from users where name_key = $1 and role <> 'server'")
        .bind(key.name)
        .optional(connection)
        .await?;
    row.as_ref().map(person::read).transpose()
}

pub(in crate::store) async fn counts<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<(u32, u64), StoreError> {
    let row = sql!("select (select count(*) from members where " person " = $1) as rooms,
                (select count(*) from entries where author = $1 and kind = 'message') as messages")
    .bind(user)
    .one(connection)
    .await?;
    let rooms: i64 = row.get("rooms")?;
    Ok((
        u32::try_from(rooms).unwrap_or(u32::MAX),
        from_sql(row.get("messages")?),
    ))
}

pub(in crate::store) async fn device_addresses<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Vec<(SessionId, String)>, StoreError> {
    let rows = sql!("select id, address from sessions where " person " = $1 and address is not null")
        .bind(user)
        .all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("address")?)))
        .collect()
}

pub(in crate::store) async fn limits_of<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Vec<PersonLimit>, StoreError> {
    let rows = sql!("select name, value from limits where " person " = $1
         union all select 'entries_per_day', max_entries from usage where " person " = $1 and max_entries is not null
         union all select 'bytes_per_day', max_bytes from usage where " person " = $1 and max_bytes is not null
         order by name")
    .bind(user)
    .all(connection)
    .await?;
    let mut limits = Vec::with_capacity(rows.len());
    for row in &rows {
        // Skips a limit that only a newer version knows.
        if let Some(limit) = LimitName::parse(row.get("name")?) {
            let value = u32::try_from(row.get::<i64>("value")?).unwrap_or(u32::MAX);
            limits.push(PersonLimit { limit, value });
        }
    }
    Ok(limits)
}

/// A person's own value for a limit.
pub(in crate::store) async fn limit_of<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    limit: LimitName,
    otherwise: u64,
) -> Result<u64, StoreError> {
    let value: Option<i64> = sql!("select value from limits where " person " = $1 and name = $2")
        .bind(user)
        .bind(limit.as_str())
        .optional_scalar(connection)
        .await?;
    Ok(value.map_or(otherwise, from_sql))
}

pub(in crate::store) async fn set_limit<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    change: SetLimit,
) -> Result<(), StoreError> {
    let value = change.value.map(i64::from);
    let query = match (change.limit, value) {
        (LimitName::EntriesPerDay, _) => sql!("insert into usage (" person ", max_entries) values ($1, $2)
             on conflict (" person ") do update set max_entries = excluded.max_entries")
        .bind(user)
        .bind(value),
        (LimitName::BytesPerDay, _) => sql!("insert into usage (" person ", max_bytes) values ($1, $2)
             on conflict (" person ") do update set max_bytes = excluded.max_bytes")
        .bind(user)
        .bind(value),
        (limit, Some(value)) => sql!("insert into limits (" person ", name, value) values ($1, $2, $3)
             on conflict (" person ", name) do update set value = excluded.value")
        .bind(user)
        .bind(limit.as_str())
        .bind(value),
        (limit, None) => sql!("delete from limits where " person " = $1 and name = $2")
            .bind(user)
            .bind(limit.as_str()),
    };
    query.execute(connection).await?;
    Ok(())
}

pub(in crate::store) async fn set_role<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    role: Role,
) -> Result<(), StoreError> {
    sql!("update users set role = $1 where id = $2")
        .bind(role.as_str())
        .bind(user)
        .execute(connection)
        .await?;
    Ok(())
}

pub(in crate::store) async fn set_passphrase<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    hash: &str,
) -> Result<(), StoreError> {
    sql!("update users set passphrase = $1 where id = $2")
        .bind(hash)
        .bind(user)
        .execute(connection)
        .await?;
    Ok(())
}

/// A person's role; member if the id is unknown.
pub(in crate::store) async fn role_of<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Role, StoreError> {
    let name: Option<String> = sql!("select role from users where id = $1 and state = 'active'")
        .bind(user)
        .optional_scalar(connection)
        .await?;
    name.map_or(Ok(Role::Member), |name| role(&name))
}

pub(in crate::store) async fn left_messages<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    query: LeftMessagesQuery,
) -> Result<Vec<LeftMessage>, StoreError> {
    let rows = sql!("select entries.id, entries.room, entries.seq, entries.at, rooms.name as room_name,
                coalesce(edits.body, entries.body) as body
         from entries join rooms on rooms.id = entries.room and rooms.deleted_at is null
         left join changed on changed.room = entries.room and changed.message = entries.seq
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where entries.author = $1 and entries.kind = 'message' and (entries.id < $2 or $2 is null)
         and not exists (select 1 from members where members." person " = $1 and members.room = entries.room)
         order by entries.id desc limit $3")
    .bind(user)
    .bind(query.before)
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let body = read(row.get("body")?)?;
            Ok(LeftMessage {
                id: EntryId(row.get("id")?),
                room: RoomId(row.get("room")?),
                room_name: row.get("room_name")?,
                seq: from_sql(row.get("seq")?),
                at: from_sql(row.get("at")?),
                text: body
                    .text()
                    .map(MessageText::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            })
        })
        .collect()
}
