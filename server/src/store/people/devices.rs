//! Signs devices in and out.

use steadfast_shared::admin::AccountState;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::{Millis, UserId, limit};

use super::account::{Account, Device, KeptOut, KnownDevice, NewDevice, SignInError, SignedIn};
use super::person;
use crate::clock;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, SqlRow, sql};
use crate::store::{ChangeKind, SessionId, StoreError, TokenHash, word};

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// One attempt at a sign-in. On refusal its transaction is rolled back.
pub(in crate::store) async fn sign_in<C: SqlConnection>(
    connection: &mut C,
    account: &Account,
    device: &NewDevice,
) -> Result<SignedIn, SignInError> {
    // The lock keeps the count of devices valid until one is added.
    let row = sql!("select id, name, role, state, excluded_until from users
         where id = $1 and passphrase is not distinct from $2" [only_postgres " for no key update"])
    .bind(account.user)
    .bind(&account.passphrase)
    .optional(connection)
    .await?
    .ok_or(SignInError::WrongPassphrase)?;
    let state = word::state(row.get("state")?)?;
    if state != AccountState::Active {
        let until = row.get::<Option<i64>>("excluded_until")?.map(from_sql);
        if until.is_none_or(|until| until > device.at) {
            return Err(SignInError::KeptOut(KeptOut { state, until }));
        }
        // The exclusion has expired.
        readmit(connection, account.user).await?;
    }
    let made_room = make_room(connection, account.user, device.at).await?;
    let session = add(connection, account.user, device).await?;
    note_ended(connection, Vec::from_iter(made_room), device.at).await?;
    Ok(SignedIn {
        device: Device {
            session,
            person: person::read(&row)?,
            role: word::role(row.get("role")?)?,
            device_name: device.name.clone(),
            has_passphrase: account.passphrase.is_some(),
        },
        made_room,
    })
}

async fn readmit<C: SqlConnection>(connection: &mut C, user: UserId) -> Result<(), StoreError> {
    sql!("update users set state = 'active', excluded_until = null where id = $1")
        .bind(user)
        .execute(connection)
        .await?;
    sql!("delete from kept_out where " person " = $1")
        .bind(user)
        .execute(connection)
        .await?;
    Ok(())
}

/// Signs out the device unused for longest, if the person has the maximum number.
async fn make_room<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    at: Millis,
) -> Result<Option<SessionId>, SignInError> {
    let devices: i64 = sql!("select count(*) from sessions where " person " = $1")
        .bind(user)
        .scalar(connection)
        .await?;
    if from_sql(devices) < limit::DEVICES as u64 {
        return Ok(None);
    }
    let idle: Option<SessionId> = sql!("delete from sessions where id = (
            select id from sessions where " person " = $1 and last_seen_at < $2 order by last_seen_at, id limit 1
         ) returning id")
    .bind(user)
    .bind(to_sql(at.saturating_sub(limit::DEVICE_IDLE_DAYS * DAY)))
    .optional_scalar(connection)
    .await?;
    Ok(Some(idle.ok_or(SignInError::TooManyDevices)?))
}

pub(in crate::store) async fn add<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    device: &NewDevice,
) -> Result<SessionId, StoreError> {
    sql!("insert into sessions (token_hash, " person ", name, created_at, last_seen_at, address)
         values ($1, $2, $3, $4, $4, $5) returning id")
    .bind(device.token)
    .bind(user)
    .bind(&device.name)
    .bind(to_sql(device.at))
    .bind(&device.address)
    .scalar(connection)
    .await
}

/// Appends signed-out devices to the change feed.
async fn note_ended<C: SqlConnection>(
    connection: &mut C,
    sessions: Vec<SessionId>,
    at: Millis,
) -> Result<(), StoreError> {
    if !sessions.is_empty() {
        let reason = ClosingReason::SignedOut;
        let ended = ChangeKind::SessionsEnded { sessions, reason };
        connection.append_changes(&[ended], at).await?;
    }
    Ok(())
}

pub(in crate::store) async fn by_token<C: SqlConnection>(
    connection: &mut C,
    token: TokenHash,
) -> Result<Option<Device>, StoreError> {
    let row =
        sql!("select sessions.id as session, sessions.name as device_name, users.id, users.name, users.role,
                users.passphrase is not null as has_passphrase
         from sessions join users on users.id = sessions." person "
         where sessions.token_hash = $1 and users.state = 'active'")
        .bind(token)
        .optional(connection)
        .await?;
    row.map(|row| {
        Ok(Device {
            session: row.get("session")?,
            person: person::read(&row)?,
            role: word::role(row.get("role")?)?,
            device_name: row.get("device_name")?,
            has_passphrase: row.get("has_passphrase")?,
        })
    })
    .transpose()
}

pub(in crate::store) async fn kept_out<C: SqlConnection>(
    connection: &mut C,
    token: TokenHash,
    at: Millis,
) -> Result<Option<KeptOut>, StoreError> {
    let row = sql!("select state, excluded_until from kept_out join users on users.id = kept_out." person "
         where token_hash = $1 and state <> 'active' and (excluded_until is null or excluded_until > $2)")
    .bind(token)
    .bind(to_sql(at))
    .optional(connection)
    .await?;
    row.map(|row| {
        Ok(KeptOut {
            state: word::state(row.get("state")?)?,
            until: row.get::<Option<i64>>("excluded_until")?.map(from_sql),
        })
    })
    .transpose()
}

pub(in crate::store) async fn sign_out<C: SqlConnection>(
    connection: &mut C,
    token: TokenHash,
) -> Result<Option<SessionId>, StoreError> {
    let ended = sql!("delete from sessions where token_hash = $1 returning id")
        .bind(token)
        .optional_scalar(connection)
        .await?;
    note_ended(connection, Vec::from_iter(ended), clock::now()).await?;
    Ok(ended)
}

pub(in crate::store) async fn all<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Vec<KnownDevice>, StoreError> {
    let rows = sql!("select id, name, created_at, last_seen_at from sessions where " person " = $1 order by id desc")
        .bind(user)
        .all(connection)
        .await?;
    rows.iter().map(known_device).collect()
}

fn known_device(row: &SqlRow) -> Result<KnownDevice, StoreError> {
    Ok(KnownDevice {
        session: row.get("id")?,
        name: row.get("name")?,
        created_at: from_sql(row.get("created_at")?),
        last_seen_at: from_sql(row.get("last_seen_at")?),
    })
}

pub(in crate::store) async fn is_of<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    session: SessionId,
) -> Result<bool, StoreError> {
    sql!("select exists (select 1 from sessions where " person " = $1 and id = $2)")
        .bind(user)
        .bind(session)
        .scalar(connection)
        .await
}

pub(in crate::store) async fn revoke<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    session: SessionId,
) -> Result<bool, StoreError> {
    let ended: Option<SessionId> =
        sql!("delete from sessions where " person " = $1 and id = $2 returning id")
            .bind(user)
            .bind(session)
            .optional_scalar(connection)
            .await?;
    note_ended(connection, Vec::from_iter(ended), clock::now()).await?;
    Ok(ended.is_some())
}

/// Signs out all of a person's devices. Returns their number.
pub(in crate::store) async fn revoke_all<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<u64, StoreError> {
    let ended: Vec<SessionId> = sql!("delete from sessions where " person " = $1 returning id")
        .bind(user)
        .scalars(connection)
        .await?;
    let count = ended.len() as u64;
    note_ended(connection, ended, clock::now()).await?;
    Ok(count)
}
