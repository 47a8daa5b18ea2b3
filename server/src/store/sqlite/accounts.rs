//! Who there is, and on which devices.

use async_trait::async_trait;
use sqlx::Row;
use steadfast_shared::{Millis, Nickname, Person, UserId};
use uuid::Uuid;

use super::{SqliteStore, to_sql, told};
use crate::store::{Accounts, Device, SessionId, SignUpError, StoreError, TokenHash};

#[async_trait]
impl Accounts for SqliteStore {
    async fn sign_up(&self, name: &Nickname, token: TokenHash, at: Millis) -> Result<Device, SignUpError> {
        sign_up(self, name, token, at).await
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        device(self, token).await
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        sign_out(self, token).await
    }
}

/// See [`Accounts::sign_up`].
async fn sign_up(
    store: &SqliteStore,
    name: &Nickname,
    token: TokenHash,
    at: Millis,
) -> Result<Device, SignUpError> {
    let user = UserId(Uuid::now_v7());
    let mut transaction = store.begin().await?;
    let taken = sqlx::query(
        "insert into users (id, name, name_key, created_at) values (?, ?, ?, ?) on conflict (name_key) do nothing",
    )
    .bind(user.0)
    .bind(name.as_str())
    .bind(name.key())
    .bind(to_sql(at))
    .execute(&mut *transaction)
    .await
    .map_err(told)?
    .rows_affected();
    if taken == 0 {
        return Err(SignUpError::NicknameTaken);
    }
    let session: SessionId = sqlx::query_scalar(
        "insert into sessions (token_hash, user, created_at) values (?, ?, ?) returning id",
    )
    .bind(token.as_bytes())
    .bind(user.0)
    .bind(to_sql(at))
    .fetch_one(&mut *transaction)
    .await
    .map_err(told)?;
    sqlx::query("insert into members (user, room, joined_at) select ?, id, ? from rooms where lobby = 1")
        .bind(user.0)
        .bind(to_sql(at))
        .execute(&mut *transaction)
        .await
        .map_err(told)?;
    transaction.commit().await.map_err(told)?;
    Ok(Device {
        session,
        person: Person {
            id: user,
            name: name.as_str().to_owned(),
        },
    })
}

/// See [`Accounts::device`].
async fn device(store: &SqliteStore, token: TokenHash) -> Result<Option<Device>, StoreError> {
    let row = sqlx::query(
        "select sessions.id as session, users.id, users.name
         from sessions join users on users.id = sessions.user where sessions.token_hash = ?",
    )
    .bind(token.as_bytes())
    .fetch_optional(&store.readers)
    .await
    .map_err(told)?;
    row.map(|row| {
        Ok(Device {
            session: row.try_get("session").map_err(told)?,
            person: Person {
                id: UserId(row.try_get("id").map_err(told)?),
                name: row.try_get("name").map_err(told)?,
            },
        })
    })
    .transpose()
}

/// See [`Accounts::sign_out`].
async fn sign_out(store: &SqliteStore, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
    let mut transaction = store.begin().await?;
    let ended = sqlx::query_scalar("delete from sessions where token_hash = ? returning id")
        .bind(token.as_bytes())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(told)?;
    transaction.commit().await.map_err(told)?;
    Ok(ended)
}
