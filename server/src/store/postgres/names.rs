//! Updates the keys that names and reactions are compared by, if the database has them by older rules.

use sqlx::{Connection, PgConnection, Row};
use steadfast_shared::Emoji;
use uuid::Uuid;

use crate::store::nickname::{self, NameKey};
use crate::store::people::names::{EMOJI_RULES, TakenNames, is_behind};
use crate::store::rooms::kind;

/// Gives all names and reactions the keys of this version, in one transaction.
pub(super) async fn bring_up_to_date(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    if takes_over(&mut transaction, "name_rules", &nickname::rules()).await? {
        people(&mut transaction).await?;
        rooms(&mut transaction).await?;
        former(&mut transaction).await?;
    }
    if takes_over(&mut transaction, "emoji_rules", EMOJI_RULES).await? {
        reactions(&mut transaction).await?;
    }
    transaction.commit().await
}

/// Whether the database followed older rules; records the present ones.
async fn takes_over(connection: &mut PgConnection, name: &str, rules: &str) -> Result<bool, sqlx::Error> {
    let known: Option<String> = sqlx::query_scalar("select value from settings where name = $1")
        .bind(name)
        .fetch_optional(&mut *connection)
        .await?;
    if !is_behind(known.as_deref(), rules) {
        return Ok(false);
    }
    sqlx::query("insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
        .bind(name)
        .bind(rules)
        .execute(connection)
        .await?;
    Ok(true)
}

/// The keys of names by their rows' ids, column by column.
#[derive(Default)]
struct Keys<Id> {
    ids: Vec<Id>,
    names: Vec<String>,
    looks: Vec<String>,
    shapes: Vec<String>,
}

impl<Id> Keys<Id> {
    fn push(&mut self, id: Id, key: NameKey) {
        self.ids.push(id);
        self.names.push(key.name);
        self.looks.push(key.look);
        self.shapes.push(key.shape);
    }
}

/// If people's nicknames have become equal, the first person keeps the key. The others keep their nickname and their devices,
/// under keys that no nickname has: they cannot sign in on new devices until they choose another nickname.
async fn people(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // The old keys are cleared first, because one person's old key may be another's new one.
    sqlx::query("update users set name_key = chr(1) || id, name_look = null, name_shape = null")
        .execute(&mut *connection)
        .await?;
    let people = sqlx::query("select id, name from users order by created_at, id")
        .fetch_all(&mut *connection)
        .await?;
    let (mut taken, mut keys) = (TakenNames::default(), Keys::default());
    let (mut ids, mut searched) = (Vec::new(), Vec::new());
    for person in people {
        let (id, name): (Uuid, String) = (person.try_get("id")?, person.try_get("name")?);
        ids.push(id);
        searched.push(nickname::folded(&name));
        let key = NameKey::of_stored(&name);
        if taken.take(&key) {
            keys.push(id, key);
        } else {
            tracing::warn!(person = %id, "this nickname can be mistaken for an older one: it has to be changed");
        }
    }
    sqlx::query("update users set search = given.search from unnest($1::uuid[], $2::text[]) as given (id, search) where users.id = given.id")
        .bind(ids)
        .bind(searched)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "update users set name_key = given.name, name_look = given.look, name_shape = given.shape
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as given (id, name, look, shape)
         where users.id = given.id",
    )
    .bind(keys.ids)
    .bind(keys.names)
    .bind(keys.looks)
    .bind(keys.shapes)
    .execute(connection)
    .await?;
    Ok(())
}

/// If public rooms' names have become equal, the oldest keeps the keys. The others keep their name without keys.
async fn rooms(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("update rooms set name_said = null, name_look = null, name_shape = null")
        .execute(&mut *connection)
        .await?;
    let rooms =
        sqlx::query("select id, name, topic, kind = 'public' as public from rooms order by created_at, id")
            .fetch_all(&mut *connection)
            .await?;
    let (mut taken, mut keys) = (TakenNames::default(), Keys::default());
    let (mut ids, mut ordered, mut searched) = (Vec::new(), Vec::new(), Vec::new());
    for room in rooms {
        let (id, name, topic): (Uuid, String, String) =
            (room.try_get("id")?, room.try_get("name")?, room.try_get("topic")?);
        ids.push(id);
        ordered.push(nickname::folded(&name));
        searched.push(if name.is_empty() {
            String::new()
        } else {
            kind::search(&name, &topic)
        });
        let key = NameKey::of_stored(&name);
        if room.try_get("public")? && !taken.take(&key) {
            tracing::warn!(room = %id, "this room's name can be mistaken for an older one: it should be changed");
        } else {
            keys.push(id, key);
        }
    }
    sqlx::query(
        "update rooms set name_key = given.name_key, search = given.search
         from unnest($1::uuid[], $2::text[], $3::text[]) as given (id, name_key, search) where rooms.id = given.id",
    )
    .bind(ids)
    .bind(ordered)
    .bind(searched)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update rooms set name_said = given.name, name_look = given.look, name_shape = given.shape
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as given (id, name, look, shape)
         where rooms.id = given.id",
    )
    .bind(keys.ids)
    .bind(keys.names)
    .bind(keys.looks)
    .bind(keys.shapes)
    .execute(connection)
    .await?;
    Ok(())
}

async fn former(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let names: Vec<(i64, String)> = sqlx::query_as("select id, name from former_names order by id")
        .fetch_all(&mut *connection)
        .await?;
    let mut keys = Keys::default();
    for (id, name) in names {
        keys.push(id, NameKey::of_stored(&name));
    }
    sqlx::query(
        "update former_names set name_key = given.name, name_look = given.look, name_shape = given.shape
         from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as given (id, name, look, shape)
         where former_names.id = given.id",
    )
    .bind(keys.ids)
    .bind(keys.names)
    .bind(keys.looks)
    .bind(keys.shapes)
    .execute(connection)
    .await?;
    Ok(())
}

/// Merges reactions with two forms of one emoji. Reactions that are not emoji are removed; their entries keep their places in the
/// log.
async fn reactions(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let used: Vec<String> = sqlx::query_scalar("select emoji from reactions group by emoji order by emoji")
        .fetch_all(&mut *connection)
        .await?;
    for used in used {
        let form = Emoji::parse(&used).ok();
        if form.as_ref().map(Emoji::as_str) == Some(used.as_str()) {
            continue;
        }
        if let Some(form) = form {
            sqlx::query(
                "insert into reactions (room, message, emoji, person, seq, since)
                 select room, message, $1, person, seq, since from reactions where emoji = $2
                 on conflict (room, message, emoji, person) do update set seq = least(reactions.seq, excluded.seq)",
            )
            .bind(form.as_str())
            .bind(&used)
            .execute(&mut *connection)
            .await?;
            // The emoji keeps the position of its earlier form.
            sqlx::query(
                "update reactions set since = (select min(same.since) from reactions as same
                    where same.room = reactions.room and same.message = reactions.message and same.emoji in ($1, $2))
                 where emoji = $1",
            )
            .bind(form.as_str())
            .bind(&used)
            .execute(&mut *connection)
            .await?;
        }
        sqlx::query("delete from reactions where emoji = $1")
            .bind(&used)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
