//! The nicknames' keys, brought up to date where the database has those of other rules.

use std::collections::HashSet;

use sqlx::{Row, SqlitePool};
use uuid::Uuid;

use crate::store::nickname::{self, NameKey};

/// Gives every nickname the keys of this program's rules, in one transaction.
///
/// Of people whose nicknames have become the same, the one who came first keeps the key. The others keep their nickname and
/// their devices, under keys that no nickname has: they cannot sign in elsewhere until they choose another nickname.
pub(super) async fn bring_up_to_date(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("begin immediate").await?;
    let rules = nickname::rules();
    let known: Option<String> = sqlx::query_scalar("select value from settings where name = 'name_rules'")
        .fetch_optional(&mut *transaction)
        .await?;
    if known.as_ref() == Some(&rules) {
        return Ok(());
    }
    // Old keys out of the way first: one person's is another one's under other rules.
    sqlx::query("update users set name_key = char(0) || hex(id), name_look = null, name_shape = null")
        .execute(&mut *transaction)
        .await?;
    let people = sqlx::query("select id, name from users order by created_at, id")
        .fetch_all(&mut *transaction)
        .await?;
    let (mut names, mut looks, mut shapes) = (HashSet::new(), HashSet::new(), HashSet::new());
    for person in people {
        let (id, name): (Uuid, String) = (person.try_get("id")?, person.try_get("name")?);
        let key = NameKey::of_stored(&name);
        if names.contains(&key.name) || looks.contains(&key.look) || shapes.contains(&key.shape) {
            tracing::warn!(person = %id, "this nickname can be taken for an older one: it has to be changed");
            continue;
        }
        sqlx::query("update users set name_key = ?, name_look = ?, name_shape = ? where id = ?")
            .bind(&key.name)
            .bind(&key.look)
            .bind(&key.shape)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        names.insert(key.name);
        looks.insert(key.look);
        shapes.insert(key.shape);
    }
    sqlx::query("insert or replace into settings (name, value) values ('name_rules', ?)")
        .bind(rules)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
