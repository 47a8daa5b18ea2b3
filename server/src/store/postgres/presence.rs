//! Presence rows. Unlogged: they do not survive a crash of the server, and their commits do not wait for the disk.

use async_trait::async_trait;
use sqlx::{PgConnection, Row};
use steadfast_shared::{RoomId, UserId};
use uuid::Uuid;

use super::transaction::Transaction;
use super::{PostgresStore, from_sql, raw, to_sql};
use crate::store::people::person;
use crate::store::presence::{PresenceChange, PresenceRows, PresenceVersion, Present};
use crate::store::{NodeId, Store, StoreError};

#[async_trait]
impl PresenceRows for PostgresStore {
    fn is_shared(&self) -> bool {
        true
    }

    async fn write_presence(
        &self,
        changes: &[PresenceChange],
    ) -> Result<Option<PresenceVersion>, StoreError> {
        let node = self.node();
        let gone: Vec<UserId> = changes
            .iter()
            .filter_map(|(user, away)| away.is_none().then_some(*user))
            .collect();
        let (people, aways): (Vec<Uuid>, Vec<bool>) = changes
            .iter()
            .filter_map(|(user, away)| Some((user.0, (*away)?)))
            .unzip();
        self.read(async {
            let mut transaction = Transaction::begin(&self.accounts).await?;
            // The row's lock keeps this node's rows and its version in step.
            let version = raise_version(&mut transaction, node).await?;
            if version.is_some() {
                sqlx::query("delete from presence where node = $1 and person = any($2)")
                    .bind(node.0)
                    .bind(raw(&gone))
                    .execute(&mut *transaction)
                    .await?;
                insert(&mut transaction, node, &people, &aways).await?;
            }
            transaction.commit().await?;
            Ok(version)
        })
        .await
    }

    async fn rewrite_presence(
        &self,
        people: &[(UserId, bool)],
        after: PresenceVersion,
    ) -> Result<PresenceVersion, StoreError> {
        let node = self.node();
        let (people, aways): (Vec<Uuid>, Vec<bool>) =
            people.iter().map(|(user, away)| (user.0, *away)).unzip();
        self.read(async {
            let mut transaction = Transaction::begin(&self.accounts).await?;
            let version: i64 = sqlx::query_scalar(
                "insert into presence_versions (node, version) values ($1, $2::bigint + 1)
                 on conflict (node) do update set version = greatest(presence_versions.version, $2) + 1 returning version",
            )
            .bind(node.0)
            .bind(to_sql(after))
            .fetch_one(&mut *transaction)
            .await?;
            sqlx::query("delete from presence where node = $1")
                .bind(node.0)
                .execute(&mut *transaction)
                .await?;
            insert(&mut transaction, node, &people, &aways).await?;
            transaction.commit().await?;
            Ok(from_sql(version))
        })
        .await
    }

    async fn nodes_alive(&self) -> Result<Vec<(NodeId, Option<PresenceVersion>)>, StoreError> {
        self.read(async {
            let rows = sqlx::query(
                "select nodes.id, presence_versions.version
                 from nodes left join presence_versions on presence_versions.node = nodes.id
                 where nodes.expires_at > clock_timestamp()",
            )
            .fetch_all(&self.readers)
            .await?;
            let nodes = rows.iter().map(|row| {
                let version: Option<i64> = row.try_get("version")?;
                Ok((NodeId(row.try_get("id")?), version.map(from_sql)))
            });
            nodes.collect()
        })
        .await
    }

    async fn present_at(&self, node: NodeId) -> Result<Option<(PresenceVersion, Vec<Present>)>, StoreError> {
        self.read(async {
            let mut transaction = Transaction::snapshot(&self.readers).await?;
            let version: Option<i64> =
                sqlx::query_scalar("select version from presence_versions where node = $1")
                    .bind(node.0)
                    .fetch_optional(&mut *transaction)
                    .await?;
            let rows = sqlx::query(
                "select users.id, users.name, presence.away from presence join users on users.id = presence.person
                 where presence.node = $1",
            )
            .bind(node.0)
            .fetch_all(&mut *transaction)
            .await?;
            transaction.rollback().await;
            let Some(version) = version else { return Ok(None) };
            let people = rows.iter().map(|row| {
                Ok(Present {
                    person: person::read(row)?,
                    away: row.try_get("away")?,
                })
            });
            Ok(Some((from_sql(version), people.collect::<Result<_, StoreError>>()?)))
        })
        .await
    }

    async fn rooms_of_people(&self, people: &[UserId]) -> Result<Vec<(UserId, RoomId)>, StoreError> {
        self.read(async {
            let rows = sqlx::query("select person, room from members where person = any($1)")
                .bind(raw(people))
                .fetch_all(&self.readers)
                .await?;
            let rooms = rows
                .iter()
                .map(|row| Ok((UserId(row.try_get("person")?), RoomId(row.try_get("room")?))));
            rooms.collect()
        })
        .await
    }

    async fn tidy_presence(&self) -> Result<(), StoreError> {
        self.read(async {
            sqlx::query("delete from presence where node not in (select id from nodes)")
                .execute(&self.accounts)
                .await?;
            sqlx::query("delete from presence_versions where node not in (select id from nodes)")
                .execute(&self.accounts)
                .await?;
            Ok(())
        })
        .await
    }
}

async fn raise_version(
    connection: &mut PgConnection,
    node: NodeId,
) -> Result<Option<PresenceVersion>, StoreError> {
    let version: Option<i64> = sqlx::query_scalar(
        "update presence_versions set version = version + 1 where node = $1 returning version",
    )
    .bind(node.0)
    .fetch_optional(connection)
    .await?;
    Ok(version.map(from_sql))
}

async fn insert(
    connection: &mut PgConnection,
    node: NodeId,
    people: &[Uuid],
    aways: &[bool],
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into presence (node, person, away) select $1, * from unnest($2::uuid[], $3::boolean[])
         on conflict (node, person) do update set away = excluded.away",
    )
    .bind(node.0)
    .bind(people)
    .bind(aways)
    .execute(connection)
    .await?;
    Ok(())
}
