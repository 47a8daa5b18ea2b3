//! Blocked people.

use steadfast_shared::event::{Block, Blocked};
use steadfast_shared::{Person, UserId, limit};

use super::person::{self, existing};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, sql};
use crate::store::refusal::{Blocker, blocker};
use crate::store::{CommandOutcome, StoreError, StoreRefusal};

/// Blocks a person, or unblocks them.
pub(in crate::store) async fn block<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: Block,
) -> Result<CommandOutcome, CommandError> {
    if request.person == me.id {
        return Err(StoreRefusal::Invalid("you cannot block yourself").into());
    }
    let person = existing(&mut append.connection, request.person).await?;
    if request.blocked {
        sql!("insert into blocks (" person ", blocked, at) values ($1, $2, $3) on conflict do nothing")
            .bind(me.id)
            .bind(person.id)
            .bind(to_sql(append.at))
            .execute(&mut append.connection)
            .await?;
        let blocked: i64 = sql!("select count(*) from blocks where " person " = $1")
            .bind(me.id)
            .scalar(&mut append.connection)
            .await?;
        if from_sql(blocked) > limit::BLOCKED as u64 {
            return Err(StoreRefusal::TooManyPeople.into());
        }
    } else {
        sql!("delete from blocks where " person " = $1 and blocked = $2")
            .bind(me.id)
            .bind(person.id)
            .execute(&mut append.connection)
            .await?;
    }
    Ok(CommandOutcome {
        blocked: Some(Blocked {
            person,
            blocked: request.blocked,
        }),
        ..CommandOutcome::default()
    })
}

/// Whether one of these people has blocked this person, or this person one of them.
pub(in crate::store) async fn between<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    others: &[UserId],
) -> Result<Option<Blocker>, StoreError> {
    let row =
        sql!("select exists (select 1 from blocks where blocked = $1 and " person " " [any "$2"] ") as other,
                exists (select 1 from blocks where " person " = $1 and blocked " [any "$2"] ") as oneself")
        .bind(user)
        .bind(others)
        .one(connection)
        .await?;
    Ok(blocker(row.get("oneself")?, row.get("other")?))
}

pub(in crate::store) async fn blocked_by<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Vec<Person>, StoreError> {
    let rows = sql!("select users.id, users.name from blocks join users on users.id = blocks.blocked where blocks." person " = $1
         order by " [by_name "users.name"] ", users.id")
    .bind(user)
    .all(connection)
    .await?;
    rows.iter().map(person::read).collect()
}
