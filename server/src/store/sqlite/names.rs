//! Updates the keys that names and reactions are compared by, if the database has them by other rules.

use sqlx::{Row, Sqlite, SqlitePool, Transaction};
use steadfast_shared::Emoji;
use uuid::Uuid;

use crate::store::nickname::{self, NameKey};
use crate::store::people::names::{EMOJI_RULES, TakenNames, is_behind};
use crate::store::rooms::kind;

/// Gives all names and reactions the keys of this version, in one transaction.
pub(super) async fn bring_up_to_date(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("begin immediate").await?;
    if is_new(&mut transaction, "name_rules", &nickname::rules()).await? {
        people(&mut transaction).await?;
        rooms(&mut transaction).await?;
        former(&mut transaction).await?;
    }
    if is_new(&mut transaction, "emoji_rules", EMOJI_RULES).await? {
        reactions(&mut transaction).await?;
    }
    transaction.commit().await
}

/// Whether the database followed older rules; records the present ones.
async fn is_new(
    transaction: &mut Transaction<'static, Sqlite>,
    name: &str,
    rules: &str,
) -> Result<bool, sqlx::Error> {
    let known: Option<String> = sqlx::query_scalar("select value from settings where name = ?")
        .bind(name)
        .fetch_optional(&mut **transaction)
        .await?;
    if !is_behind(known.as_deref(), rules) {
        return Ok(false);
    }
    sqlx::query("insert or replace into settings (name, value) values (?, ?)")
        .bind(name)
        .bind(rules)
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}

/// If people's nicknames have become equal, the first person keeps the key. The others keep their nickname and their devices,
/// under keys that no nickname has: they cannot sign in on new devices until they choose another nickname.
async fn people(transaction: &mut Transaction<'static, Sqlite>) -> Result<(), sqlx::Error> {
    // The old keys are cleared first, because one person's old key may be another's new one.
    sqlx::query("update users set name_key = char(0) || hex(id), name_look = null, name_shape = null")
        .execute(&mut **transaction)
        .await?;
    let people = sqlx::query("select id, name from users order by created_at, id")
        .fetch_all(&mut **transaction)
        .await?;
    let mut taken = TakenNames::default();
    for person in people {
        let (id, name): (Uuid, String) = (person.try_get("id")?, person.try_get("name")?);
        sqlx::query("update users set search = ? where id = ?")
            .bind(nickname::folded(&name))
            .bind(id)
            .execute(&mut **transaction)
            .await?;
        let key = NameKey::of_stored(&name);
        if !taken.take(&key) {
            tracing::warn!(person = %id, "this nickname can be mistaken for an older one: it has to be changed");
            continue;
        }
        sqlx::query("update users set name_key = ?, name_look = ?, name_shape = ? where id = ?")
            .bind(&key.name)
            .bind(&key.look)
            .bind(&key.shape)
            .bind(id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// If public rooms' names have become equal, the oldest keeps the keys. The others keep their name without keys.
async fn rooms(transaction: &mut Transaction<'static, Sqlite>) -> Result<(), sqlx::Error> {
    sqlx::query("update rooms set name_said = null, name_look = null, name_shape = null")
        .execute(&mut **transaction)
        .await?;
    let rooms =
        sqlx::query("select id, name, topic, kind = 'public' as public from rooms order by created_at, id")
            .fetch_all(&mut **transaction)
            .await?;
    let mut taken = TakenNames::default();
    for room in rooms {
        let (id, name, topic): (Uuid, String, String) =
            (room.try_get("id")?, room.try_get("name")?, room.try_get("topic")?);
        sqlx::query("update rooms set name_key = ?, search = ? where id = ?")
            .bind(nickname::folded(&name))
            .bind(if name.is_empty() {
                String::new()
            } else {
                kind::search(&name, &topic)
            })
            .bind(id)
            .execute(&mut **transaction)
            .await?;
        let key = NameKey::of_stored(&name);
        if room.try_get("public")? && !taken.take(&key) {
            tracing::warn!(room = %id, "this room's name can be mistaken for an older one: it should be changed");
            continue;
        }
        sqlx::query("update rooms set name_said = ?, name_look = ?, name_shape = ? where id = ?")
            .bind(&key.name)
            .bind(&key.look)
            .bind(&key.shape)
            .bind(id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn former(transaction: &mut Transaction<'static, Sqlite>) -> Result<(), sqlx::Error> {
    let names = sqlx::query("select id, name from former_names order by id")
        .fetch_all(&mut **transaction)
        .await?;
    for name in names {
        let key = NameKey::of_stored(name.try_get("name")?);
        sqlx::query("update former_names set name_key = ?, name_look = ?, name_shape = ? where id = ?")
            .bind(&key.name)
            .bind(&key.look)
            .bind(&key.shape)
            .bind(name.try_get::<i64, _>("id")?)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Merges reactions with two forms of one emoji. Reactions that are not emoji are removed; their entries keep their places in the
/// log.
async fn reactions(transaction: &mut Transaction<'static, Sqlite>) -> Result<(), sqlx::Error> {
    let used: Vec<String> = sqlx::query_scalar("select emoji from reactions group by emoji order by emoji")
        .fetch_all(&mut **transaction)
        .await?;
    for used in used {
        let form = Emoji::parse(&used).ok();
        if form.as_ref().map(Emoji::as_str) == Some(used.as_str()) {
            continue;
        }
        if let Some(form) = form {
            sqlx::query(
                "insert into reactions (room, message, emoji, user, seq, since)
                 select room, message, ?1, user, seq, since from reactions where emoji = ?2
                 on conflict (room, message, emoji, user) do update set seq = min(seq, excluded.seq)",
            )
            .bind(form.as_str())
            .bind(&used)
            .execute(&mut **transaction)
            .await?;
            // The emoji keeps the position of its earlier form.
            sqlx::query(
                "update reactions set since = (select min(same.since) from reactions as same
                    where same.room = reactions.room and same.message = reactions.message and same.emoji in (?1, ?2))
                 where emoji = ?1",
            )
            .bind(form.as_str())
            .bind(&used)
            .execute(&mut **transaction)
            .await?;
        }
        sqlx::query("delete from reactions where emoji = ?")
            .bind(&used)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
