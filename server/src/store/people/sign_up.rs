//! Creates accounts, a group of them in a few statements: each statement is a way to the database and back, and messages wait
//! for the whole transaction.

use std::collections::HashMap;

use steadfast_shared::{Millis, Person, Role, RoomId, UserId};
use uuid::Uuid;

use super::account::{Admission, Device, SignUp, SignUpError};
use super::invites;
use super::nickname::{self, NameKey};
use crate::store::admin::{owner, people};
use crate::store::append::Savepoint;
use crate::store::number::to_sql;
use crate::store::query::{SqlConnection, SqlRow, as_hex, as_lines, sql, without_nul};
use crate::store::sql_store::TransactionEnd;
use crate::store::{ChangeKind, SessionId, StoreError};

/// One sign-up of a group. Made before the transaction: the id is the same at every attempt.
pub(in crate::store) struct Candidate<'a> {
    user: UserId,
    key: NameKey,
    name: String,
    wanted: &'a SignUp,
}

impl Candidate<'_> {
    /// Whether an invitation or an owner link may have to be used for it, and so taken back.
    fn is_special(&self) -> bool {
        matches!(
            self.wanted.admission,
            Admission::Owner(_) | Admission::Asked { invite: Some(_), .. }
        )
    }
}

/// The answer to one sign-up of a group.
pub(in crate::store) type SignUpOutcome = Result<Device, SignUpError>;

/// A group of sign-ups. Names that cannot be used are refused before the transaction.
pub(in crate::store) struct SignUpGroup<'a>(Vec<Result<Candidate<'a>, SignUpError>>);

impl<'a> SignUpGroup<'a> {
    pub(in crate::store) fn of(wanted: &'a [SignUp]) -> Self {
        let candidates = wanted.iter().map(|wanted| {
            Ok(Candidate {
                user: UserId(Uuid::now_v7()),
                key: NameKey::of(wanted.name.as_str())?,
                name: nickname::composed(wanted.name.as_str()),
                wanted,
            })
        });
        Self(candidates.collect())
    }

    /// The outcomes in the group's order, by those of its candidates.
    pub(in crate::store) fn outcomes(self, mut decided: Decided) -> Vec<SignUpOutcome> {
        let outcome = |candidate: Result<Candidate<'_>, SignUpError>| {
            let user = candidate?.user;
            decided.remove(&user).unwrap_or(Err(SignUpError::NicknameTaken))
        };
        self.0.into_iter().map(outcome).collect()
    }

    fn candidates(&self) -> impl Iterator<Item = &Candidate<'a>> {
        self.0.iter().filter_map(|candidate| candidate.as_ref().ok())
    }
}

/// The outcome of each candidate.
pub(in crate::store) type Decided = HashMap<UserId, SignUpOutcome>;

/// One attempt at the sign-ups of a group. If all of them were refused there is nothing to commit.
pub(in crate::store) async fn sign_up<C: SqlConnection>(
    connection: &mut C,
    group: &SignUpGroup<'_>,
) -> Result<TransactionEnd<Decided>, StoreError> {
    // In one order, in which concurrent groups wait for each other's names.
    let mut candidates: Vec<_> = group.candidates().collect();
    candidates.sort_by(|a, b| a.key.name.cmp(&b.key.name));
    let Some(at) = candidates
        .iter()
        .map(|candidate| candidate.wanted.device.at)
        .max()
    else {
        return Ok(TransactionEnd::RollBack(Decided::new()));
    };
    let mut decided = judge(connection, &candidates, at).await?;
    candidates.retain(|candidate| !decided.contains_key(&candidate.user));
    let roles = insert_all(connection, &candidates, at, &mut decided).await?;
    candidates.retain(|candidate| roles.contains_key(&candidate.user));
    if candidates.is_empty() {
        return Ok(TransactionEnd::RollBack(decided));
    }
    let sessions = add_devices(connection, &candidates).await?;
    let mut rooms = enter_lobby(connection, &candidates).await?;
    let mut changes = Vec::with_capacity(candidates.len());
    for Candidate {
        user, name, wanted, ..
    } in candidates
    {
        let person = Person {
            id: *user,
            name: name.clone(),
        };
        changes.push(ChangeKind::SignedUp {
            person: person.clone(),
            rooms: rooms.remove(user).unwrap_or_default(),
        });
        let device = Device {
            session: *sessions.get(user).ok_or(StoreError::Unreadable("session"))?,
            person,
            role: roles.get(user).copied().unwrap_or(Role::Member),
            device_name: wanted.device.name.clone(),
            has_passphrase: wanted.passphrase.is_some(),
        };
        decided.insert(*user, Ok(device));
    }
    connection.append_changes(&changes, at).await?;
    Ok(TransactionEnd::Commit(decided))
}

/// Inserts people whose names are free. Returns their roles, and decides on the others.
async fn insert_all<C: SqlConnection>(
    connection: &mut C,
    candidates: &[&Candidate<'_>],
    at: Millis,
    decided: &mut Decided,
) -> Result<HashMap<UserId, Role>, StoreError> {
    let (special, plain): (Vec<_>, Vec<_>) = candidates
        .iter()
        .copied()
        .partition(|candidate| candidate.is_special());
    let inserted = insert(connection, &plain, at).await?;
    let mut roles: HashMap<_, _> = inserted.into_iter().map(|user| (user, Role::Member)).collect();
    for candidate in special {
        connection.savepoint(Savepoint::Set).await?;
        let admitted = match insert(connection, &[candidate], at).await?.is_empty() {
            true => Err(SignUpError::NicknameTaken),
            false => admit(connection, candidate).await,
        };
        match admitted {
            Ok(role) => {
                connection.savepoint(Savepoint::Release).await?;
                roles.insert(candidate.user, role);
            }
            Err(SignUpError::Store(error)) => return Err(error),
            Err(refusal) => {
                connection.savepoint(Savepoint::RollBack).await?;
                decided.insert(candidate.user, Err(refusal));
            }
        }
    }
    Ok(roles)
}

/// Inserts the people whose names are free, after waiting for concurrent changes of such names. Of two equal names in the group
/// the first one gets it.
async fn insert<C: SqlConnection>(
    connection: &mut C,
    candidates: &[&Candidate<'_>],
    at: Millis,
) -> Result<Vec<UserId>, StoreError> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<_> = candidates
        .iter()
        .map(
            |Candidate {
                 user,
                 key,
                 name,
                 wanted,
             }| {
                let (id, at) = (as_hex(user.0.as_bytes()), wanted.device.at);
                let search = nickname::folded(name);
                (
                    id,
                    name,
                    &key.name,
                    &key.look,
                    &key.shape,
                    search,
                    at,
                    &wanted.passphrase,
                )
            },
        )
        .collect();
    let inserted: Vec<Uuid> = sql!(
        "insert into users (id, name, name_key, name_look, name_shape, search, created_at, passphrase)
         select " [line_id "0"] ", line ->> 1, line ->> 2, line ->> 3, line ->> 4, line ->> 5, " [line_number "6"] ", line ->> 7
         from " [lines "$1"] " where true order by place on conflict do nothing returning id"
    )
    .bind(as_lines(&rows)?)
    .scalars(connection)
    .await?;
    // Anybody who gave up such a name concurrently has committed by now, and the name is reserved for them.
    if !C::EXCLUSIVE && !judge(connection, candidates, at).await?.is_empty() {
        return Err(StoreError::Locked);
    }
    Ok(inserted.into_iter().map(UserId).collect())
}

/// The refusals that depend on what is stored, except that of a name that is another person's.
async fn judge<C: SqlConnection>(
    connection: &mut C,
    candidates: &[&Candidate<'_>],
    at: Millis,
) -> Result<Decided, StoreError> {
    let rows: Vec<_> = candidates
        .iter()
        .map(|candidate| {
            let id = as_hex(candidate.user.0.as_bytes());
            let (key, device) = (&candidate.key, &candidate.wanted.device);
            (id, &device.address, &key.name, &key.look, &key.shape)
        })
        .collect();
    let found = sql!(
        "select " [line_id "0"] " as candidate,
            exists (select 1 from held_addresses where address = line ->> 1 and until > $2) as is_kept_out,
            exists (select 1 from former_names
                    where (name_key = line ->> 2 or name_look = line ->> 3 or name_shape = line ->> 4)
                        and until > $2) as is_reserved,
            exists (select 1 from settings where name = 'registration' and value = 'closed') as is_closed
         from " [lines "$1"]
    )
    .bind(as_lines(&rows)?)
    .bind(to_sql(at))
    .all(connection)
    .await?;
    let mut decided = Decided::new();
    for row in &found {
        let user = UserId(row.get("candidate")?);
        let Some(candidate) = candidates.iter().find(|candidate| candidate.user == user) else {
            continue;
        };
        let admission = candidate.wanted.admission;
        let is_closed: bool = row.get("is_closed")?;
        let refusal = if row.get("is_kept_out")? && !matches!(admission, Admission::Owner(_)) {
            SignUpError::KeptOut
        } else if row.get("is_reserved")? {
            SignUpError::NicknameTaken
        } else if matches!(admission, Admission::Asked { closed, invite: None } if closed || is_closed) {
            SignUpError::InviteRequired
        } else {
            continue;
        };
        decided.insert(user, Err(refusal));
    }
    Ok(decided)
}

/// Uses a candidate's invitation if it is needed, or their owner link: last, so that a refusal for another reason uses neither.
async fn admit<C: SqlConnection>(connection: &mut C, candidate: &Candidate<'_>) -> Result<Role, SignUpError> {
    let admission = candidate.wanted.admission;
    match admission {
        Admission::Granted | Admission::Asked { invite: None, .. } => {}
        Admission::Asked { invite: Some(_), .. } => {
            if !invites::admit(connection, admission, candidate.wanted.device.at).await? {
                return Err(SignUpError::InviteRequired);
            }
        }
        Admission::Owner(code) => {
            if !owner::use_link(connection, code).await? {
                return Err(SignUpError::InvalidCode);
            }
            people::set_role(connection, candidate.user, Role::Owner).await?;
            return Ok(Role::Owner);
        }
    }
    Ok(Role::Member)
}

/// Signs the new people's devices in.
async fn add_devices<C: SqlConnection>(
    connection: &mut C,
    candidates: &[&Candidate<'_>],
) -> Result<HashMap<UserId, SessionId>, StoreError> {
    let rows: Vec<_> = candidates
        .iter()
        .map(|Candidate { user, wanted, .. }| {
            let device = &wanted.device;
            let (token, id) = (as_hex(device.token.as_bytes()), as_hex(user.0.as_bytes()));
            (token, id, without_nul(&device.name), device.at, &device.address)
        })
        .collect();
    let sessions = sql!("insert into sessions (token_hash, " person ", name, created_at, last_seen_at, address)
         select " [line_bytes "0"] ", " [line_id "1"] ", line ->> 2, " [line_number "3"] ", " [line_number "3"] ", line ->> 4
         from " [lines "$1"] " order by place returning id, " person " as signed_up")
    .bind(as_lines(&rows)?)
    .all(connection)
    .await?;
    let session = |row: &SqlRow| Ok((UserId(row.get("signed_up")?), row.get("id")?));
    sessions.iter().map(session).collect()
}

/// Adds new people to the lobby, with the log so far as read.
async fn enter_lobby<C: SqlConnection>(
    connection: &mut C,
    candidates: &[&Candidate<'_>],
) -> Result<HashMap<UserId, Vec<RoomId>>, StoreError> {
    let rows: Vec<_> = candidates
        .iter()
        .map(|candidate| (as_hex(candidate.user.0.as_bytes()), candidate.wanted.device.at))
        .collect();
    let entered = sql!("insert into members (" person ", room, read, seen, joined_at)
         select " [line_id "0"] ", rooms.id, rooms.head, rooms.messages, " [line_number "1"] "
         from rooms cross join " [lines "$1"] " where rooms.lobby returning " person " as entered, room")
    .bind(as_lines(&rows)?)
    .all(connection)
    .await?;
    let mut rooms: HashMap<_, Vec<_>> = HashMap::new();
    for row in &entered {
        let user = UserId(row.get("entered")?);
        rooms.entry(user).or_default().push(RoomId(row.get("room")?));
    }
    Ok(rooms)
}
