//! Creates accounts.

use steadfast_shared::{Person, Role, RoomId, UserId};
use uuid::Uuid;

use super::account::{Admission, Device, SignUp, SignUpError};
use super::nickname::{self, NameKey};
use super::{devices, former, invites};
use crate::store::admin::{exclude, owner};
use crate::store::number::to_sql;
use crate::store::query::{SqlConnection, sql};
use crate::store::{ChangeKind, StoreError};

/// One attempt at a sign-up. On refusal its transaction is rolled back.
pub(in crate::store) async fn sign_up<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    wanted: &SignUp,
    key: &NameKey,
) -> Result<Device, SignUpError> {
    let name = nickname::composed(wanted.name.as_str());
    let at = wanted.device.at;
    if !matches!(wanted.admission, Admission::Owner(_))
        && let Some(address) = &wanted.device.address
        && exclude::is_held(connection, address, at).await?
    {
        return Err(SignUpError::KeptOut);
    }
    let role = match wanted.admission {
        Admission::Owner(code) if owner::use_link(connection, code).await? => Role::Owner,
        Admission::Owner(_) => return Err(SignUpError::InvalidCode),
        Admission::Granted | Admission::Asked { .. } => Role::Member,
    };
    let is_free = insert(connection, user, wanted, key, role).await?;
    if !is_free || former::is_held(connection, key, user, at).await? {
        return Err(SignUpError::NicknameTaken);
    }
    if !invites::admit(connection, wanted.admission, at).await? {
        return Err(SignUpError::InviteRequired);
    }
    let session = devices::add(connection, user, &wanted.device).await?;
    let person = Person { id: user, name };
    let signed_up = ChangeKind::SignedUp {
        person: person.clone(),
        rooms: enter_lobby(connection, user, to_sql(at)).await?,
    };
    connection.append_changes(&[signed_up], at).await?;
    Ok(Device {
        session,
        person,
        role,
        device_name: wanted.device.name.clone(),
        has_passphrase: wanted.passphrase.is_some(),
    })
}

/// Inserts the person, after waiting for concurrent changes of such a name. Returns whether the name was free.
async fn insert<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    wanted: &SignUp,
    key: &NameKey,
    role: Role,
) -> Result<bool, StoreError> {
    let name = nickname::composed(wanted.name.as_str());
    let inserted = sql!(
        "insert into users (id, name, name_key, name_look, name_shape, search, created_at, passphrase, role)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing"
    )
    .bind(user)
    .bind(&name)
    .bind_key(key)
    .bind(nickname::folded(&name))
    .bind(to_sql(wanted.device.at))
    .bind(&wanted.passphrase)
    .bind(role.as_str())
    .execute(connection)
    .await?;
    Ok(inserted == 1)
}

/// Adds a new person to the lobby, with the log so far as read.
async fn enter_lobby<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    at: i64,
) -> Result<Vec<RoomId>, StoreError> {
    let rooms: Vec<Uuid> = sql!("insert into members (" person ", room, read, seen, joined_at)
         select $1, id, head, messages, $2 from rooms where lobby returning room")
    .bind(user)
    .bind(at)
    .scalars(connection)
    .await?;
    Ok(rooms.into_iter().map(RoomId).collect())
}
