//! Passphrases of accounts, as hashes.

use steadfast_shared::{Nickname, UserId};

use super::account::Account;
use super::devices;
use super::nickname::NameKey;
use crate::store::StoreError;
use crate::store::query::{SqlConnection, sql};

pub(in crate::store) async fn account<C: SqlConnection>(
    connection: &mut C,
    name: &Nickname,
) -> Result<Option<Account>, StoreError> {
    let Ok(key) = NameKey::of(name.as_str()) else {
        return Ok(None);
    };
    let row = sql!("select id, passphrase from users where name_key = $1")
        .bind(key.name)
        .optional(connection)
        .await?;
    row.map(|row| {
        Ok(Account {
            user: UserId(row.get("id")?),
            passphrase: row.get("passphrase")?,
        })
    })
    .transpose()
}

pub(in crate::store) async fn hash_of<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Option<String>, StoreError> {
    let hash: Option<Option<String>> = sql!("select passphrase from users where id = $1")
        .bind(user)
        .optional_scalar(connection)
        .await?;
    Ok(hash.flatten())
}

/// Sets a passphrase if the former one is still the one that was compared. Returns whether it was.
pub(in crate::store) async fn set<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    compared: Option<&str>,
    hash: &str,
) -> Result<bool, StoreError> {
    let set = sql!("update users set passphrase = $1 where id = $2 and passphrase is not distinct from $3")
        .bind(hash)
        .bind(user)
        .bind(compared)
        .execute(connection)
        .await?;
    Ok(set > 0)
}

/// Sets a passphrase and signs every device out. Returns their number.
pub(in crate::store) async fn reset<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    hash: &str,
) -> Result<u64, StoreError> {
    sql!("update users set passphrase = $1 where id = $2")
        .bind(hash)
        .bind(user)
        .execute(connection)
        .await?;
    devices::revoke_all(connection, user).await
}
