//! The command line of `steadfast admin`, and the requests it makes to the API.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use steadfast_shared::admin::{
    ADDRESSES_PATH, AUDIT_PATH, AccountState, CONNECTIONS_PATH, ChangeRoomBody, EXCLUSION, Exclude, LIMITS,
    LimitName, MESSAGES, Messages, OWNER_LINK_PATH, PASSPHRASE, PEOPLE_PATH, ROLE, ROOMS_PATH, SESSIONS,
    SIGN_INS_PATH, SetLimit, SetMessages, SetPassphrase, SetRole,
};
use steadfast_shared::{Role, RoomName, Topic};

use super::client::{AdminError, LocalServer};
use super::passwd;
use super::show;
use crate::config::secret;
use crate::store::database::Database;

#[derive(Args, Clone, Debug)]
pub struct Admin {
    /// The server's database; its socket is beside it, or in the folder the server was started in
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = secret(Database::parse),
        global = true
    )]
    pub database: Database,

    /// The server's socket, if it is elsewhere
    #[arg(long, env = "STEADFAST_ADMIN_SOCKET", value_name = "PATH", global = true)]
    pub admin_socket: Option<PathBuf>,

    /// Print the server's answer as JSON, for programs (docs/PROTOCOL.md, Administration)
    #[arg(long, global = true)]
    pub json: bool,

    /// The command to run
    #[command(subcommand)]
    pub command: AdminCommand,
}

/// Commands. A person is named by nickname or id.
#[derive(Subcommand, Clone, Debug)]
pub enum AdminCommand {
    /// List connected people, since when and from where
    Who,
    /// List people, or those whose nickname contains a text
    People {
        /// Part of the nickname
        search: Option<String>,
        /// Only people of this role
        #[arg(long)]
        role: Option<RoleName>,
        /// Only people who are banned or deactivated
        #[arg(long)]
        excluded: bool,
    },
    /// Show everything about one person: devices, connections, sign-ins, limits
    Person {
        /// The person, by nickname or id
        person: String,
    },
    /// List sign-ups and sign-ins, failed ones too, newest first
    SignIns {
        /// Only those of this person
        person: Option<String>,
    },
    /// Show the audit log of owners, moderators and this command line, newest first
    Audit {
        /// Only lines about this person
        person: Option<String>,
    },
    /// Ban a person: their sessions end at once, and nobody else can take their nickname
    ///
    ///   steadfast admin ban Mallory --reason spam --for 7d --addresses 24h --messages hidden
    ///
    /// Undo it with `steadfast admin unban Mallory`, which also shows hidden messages again.
    #[command(verbatim_doc_comment)]
    Ban {
        /// The person, by nickname or id
        person: String,
        /// A note for the audit log; the person does not see it
        #[arg(long, default_value = "")]
        reason: String,
        /// How long, for example 30m, 12h, 7d or 2w; without it, until the person is unbanned
        #[arg(long = "for", value_name = "TIME", value_parser = seconds)]
        lasts: Option<u64>,
        /// How long new sign-ups are refused from the addresses the person last used
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        addresses: Option<u64>,
        /// Keep, hide or erase the messages they wrote; erasing cannot be undone
        #[arg(long, default_value = "kept")]
        messages: MessagesName,
    },
    /// Close a person's account, without blame; `unban` opens it again
    Deactivate {
        /// The person, by nickname or id
        person: String,
        /// A note for the audit log; the person does not see it
        #[arg(long, default_value = "")]
        reason: String,
        /// Keep, hide or erase the messages they wrote; erasing cannot be undone
        #[arg(long, default_value = "kept")]
        messages: MessagesName,
    },
    /// Let a person in again
    Unban {
        /// The person, by nickname or id
        person: String,
    },
    /// Hide all messages of a person, show them again, or erase them for good
    Messages {
        /// The person, by nickname or id
        person: String,
        /// Keep, hide or erase them
        messages: MessagesName,
    },
    /// Sign a person out on every device
    SignOut {
        /// The person, by nickname or id
        person: String,
    },
    /// Make a person an owner, a moderator or a member
    Role {
        /// The person, by nickname or id
        person: String,
        /// The person's new role
        role: RoleName,
    },
    /// Make a link whose first visitor becomes an owner
    OwnerLink {
        /// The server's public address, with its base path [default: from the server's settings]
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Rooms: list, rename, describe, archive, reopen, delete
    #[command(subcommand)]
    Room(RoomCommand),
    /// Raise or lower a limit for one person; without a value, return to the general limit
    ///
    ///   steadfast admin limit bot messages_per_second 1000
    #[command(verbatim_doc_comment)]
    Limit {
        /// The person, by nickname or id
        person: String,
        /// One of messages_per_second, message_burst, events_per_second, event_burst, rooms, direct_per_hour, direct_unanswered
        /// or brought_per_hour
        #[arg(value_parser = limit)]
        limit: LimitName,
        /// The new limit; without it, the general one
        value: Option<u32>,
    },
    /// List addresses from which new sign-ups are refused
    Addresses {
        /// Allow sign-ups again from the address with this number
        #[arg(long, value_name = "ID")]
        release: Option<i64>,
    },
    /// Set a person's passphrase, from a prompt or from one line of standard input
    Passwd {
        /// The person, by nickname or id
        person: String,
    },
}

/// Commands about rooms. A room is named by name or id.
#[derive(Subcommand, Clone, Debug)]
pub enum RoomCommand {
    /// List public and private rooms, or those whose name or topic contains a text
    List {
        /// Part of the name or topic
        search: Option<String>,
    },
    /// Change a room's name
    Rename {
        /// The room, by name or id
        room: String,
        /// The new name, one line
        #[arg(value_parser = RoomName::parse)]
        name: RoomName,
    },
    /// Change a room's topic
    Describe {
        /// The room, by name or id
        room: String,
        /// The new topic; empty for none
        #[arg(value_parser = Topic::parse)]
        topic: Topic,
    },
    /// Archive a room, so that nobody can post in it
    Archive {
        /// The room, by name or id
        room: String,
    },
    /// Reopen an archived room
    Reopen {
        /// The room, by name or id
        room: String,
    },
    /// Delete a room and all its messages, for good
    Delete {
        /// The room, by name or id
        room: String,
    },
}

/// A role on the command line.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum RoleName {
    /// The role of every new person.
    Member,
    /// Moderates members and messages.
    Moderator,
    /// Runs the server and appoints moderators.
    Owner,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum MessagesName {
    /// Messages stay; hidden ones are shown again.
    Kept,
    /// Messages are hidden until they are shown again.
    Hidden,
    /// Messages are deleted for good.
    Erased,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Member => Self::Member,
            RoleName::Moderator => Self::Moderator,
            RoleName::Owner => Self::Owner,
        }
    }
}

impl From<MessagesName> for Messages {
    fn from(name: MessagesName) -> Self {
        match name {
            MessagesName::Kept => Self::Kept,
            MessagesName::Hidden => Self::Hidden,
            MessagesName::Erased => Self::Erased,
        }
    }
}

/// The server's response, and the function that formats it.
type Answered = (Value, fn(&Value) -> String);

/// Runs the command. Returns the text to print.
pub async fn run(admin: &Admin) -> Result<String, AdminError> {
    let server = LocalServer::of(&admin.database, admin.admin_socket.as_deref());
    if let AdminCommand::OwnerLink { url } = &admin.command
        && !admin.json
    {
        return owner_link(&server, url.as_deref()).await;
    }
    let (answer, show) = answer(&server, &admin.command).await?;
    Ok(if admin.json {
        format!("{answer:#}")
    } else {
        show(&answer)
    })
}

async fn answer(server: &LocalServer, command: &AdminCommand) -> Result<Answered, AdminError> {
    Ok(match command {
        AdminCommand::Who => (server.request("GET", CONNECTIONS_PATH).await?, show::connections),
        AdminCommand::People {
            search,
            role,
            excluded,
        } => people(server, search.as_deref(), *role, *excluded).await?,
        AdminCommand::Person { person } => {
            let id = find(server, person).await?;
            let path = format!("{PEOPLE_PATH}/{id}");
            (server.request("GET", &path).await?, show::person)
        }
        AdminCommand::SignIns { person } => {
            let lines = log(server, SIGN_INS_PATH, person.as_deref()).await?;
            (lines, show::sign_ins)
        }
        AdminCommand::Audit { person } => (log(server, AUDIT_PATH, person.as_deref()).await?, show::audit),
        AdminCommand::OwnerLink { .. } => (server.request("POST", OWNER_LINK_PATH).await?, show::nothing),
        AdminCommand::Room(command) => room(server, command).await?,
        AdminCommand::Addresses { release: None } => {
            (server.request("GET", ADDRESSES_PATH).await?, show::addresses)
        }
        AdminCommand::Addresses { release: Some(id) } => {
            let path = format!("{ADDRESSES_PATH}/{id}");
            (server.request("DELETE", &path).await?, show::nothing)
        }
        command => change_person(server, command).await?,
    })
}

/// Runs a command that changes one person.
async fn change_person(server: &LocalServer, command: &AdminCommand) -> Result<Answered, AdminError> {
    Ok(match command {
        AdminCommand::Ban {
            person,
            reason,
            lasts,
            addresses,
            messages,
        } => {
            let exclude = Exclude {
                lasts_seconds: *lasts,
                addresses_seconds: *addresses,
                ..exclusion(AccountState::Banned, reason, *messages)
            };
            (put(server, person, EXCLUSION, &exclude).await?, show::state)
        }
        AdminCommand::Deactivate {
            person,
            reason,
            messages,
        } => {
            let exclude = exclusion(AccountState::Deactivated, reason, *messages);
            (put(server, person, EXCLUSION, &exclude).await?, show::state)
        }
        AdminCommand::Unban { person } => (delete(server, person, EXCLUSION).await?, show::state),
        AdminCommand::Messages { person, messages } => {
            let messages = (*messages).into();
            let body = SetMessages { messages };
            (put(server, person, MESSAGES, &body).await?, show::state)
        }
        AdminCommand::SignOut { person } => (delete(server, person, SESSIONS).await?, show::signed_out),
        AdminCommand::Role { person, role } => {
            let body = SetRole { role: (*role).into() };
            (put(server, person, ROLE, &body).await?, show::state)
        }
        AdminCommand::Limit { person, limit, value } => {
            let (limit, value) = (*limit, *value);
            let body = SetLimit { limit, value };
            (put(server, person, LIMITS, &body).await?, show::limits)
        }
        AdminCommand::Passwd { person } => (set_passphrase(server, person).await?, show::signed_out),
        _ => return Err(AdminError::Unknown("this command names no person".into())),
    })
}

fn exclusion(state: AccountState, reason: &str, messages: MessagesName) -> Exclude {
    Exclude {
        state,
        reason: reason.to_owned(),
        lasts_seconds: None,
        addresses_seconds: None,
        messages: messages.into(),
    }
}

async fn people(
    server: &LocalServer,
    search: Option<&str>,
    role: Option<RoleName>,
    excluded: bool,
) -> Result<Answered, AdminError> {
    let path = format!("{PEOPLE_PATH}?search={}", encoded(search.unwrap_or_default()));
    let mut people = all(server, &path, "/person/id").await?;
    people.retain(|info| {
        let of_role = role.is_none_or(|role| info["role"] == Role::from(role).as_str());
        of_role && !(excluded && info["state"] == "active")
    });
    Ok((Value::Array(people), show::people))
}

/// Makes an owner link, at the server's public address.
async fn owner_link(server: &LocalServer, url: Option<&str>) -> Result<String, AdminError> {
    let answer = server.request("POST", OWNER_LINK_PATH).await?;
    let part = |name: &str| answer[name].as_str().unwrap_or_default();
    let link = match url {
        Some(url) => format!("{}{}", url.trim_end_matches('/'), part("path")),
        None => part("url").to_owned(),
    };
    Ok(format!(
        "{link}
        The first person to open this link becomes an owner. It is shown once, and valid until it is used."
    ))
}

async fn room(server: &LocalServer, command: &RoomCommand) -> Result<Answered, AdminError> {
    let unchanged = ChangeRoomBody::default();
    let (room, change) = match command {
        RoomCommand::List { search } => {
            let search = search.as_deref().unwrap_or_default();
            let rooms = all(server, &format!("{ROOMS_PATH}?search={}", encoded(search)), "/id").await?;
            return Ok((Value::Array(rooms), show::rooms));
        }
        RoomCommand::Delete { room } => {
            let id = find_room(server, room).await?;
            let path = format!("{ROOMS_PATH}/{id}");
            return Ok((server.request("DELETE", &path).await?, show::nothing));
        }
        RoomCommand::Rename { room, name } => {
            let name = Some(name.clone());
            (room, ChangeRoomBody { name, ..unchanged })
        }
        RoomCommand::Describe { room, topic } => {
            let topic = Some(topic.clone());
            (room, ChangeRoomBody { topic, ..unchanged })
        }
        RoomCommand::Archive { room } | RoomCommand::Reopen { room } => {
            let archived = Some(matches!(command, RoomCommand::Archive { .. }));
            (
                room,
                ChangeRoomBody {
                    archived,
                    ..unchanged
                },
            )
        }
    };
    let id = find_room(server, room).await?;
    let path = format!("{ROOMS_PATH}/{id}");
    let answer = server.request_with("PATCH", &path, &change).await?;
    Ok((Value::Array(vec![answer]), show::rooms))
}

/// Sets a person's passphrase through the running server.
pub async fn set_passphrase(server: &LocalServer, person: &str) -> Result<Value, AdminError> {
    let id = find(server, person).await?;
    let read = tokio::task::spawn_blocking(passwd::read).await;
    let new = match read {
        Ok(Ok(new)) => new,
        Ok(Err(error)) => return Err(AdminError::Unknown(error.to_string())),
        Err(_) => {
            return Err(AdminError::Unknown(
                "reading the passphrase was interrupted".into(),
            ));
        }
    };
    let path = format!("{PEOPLE_PATH}/{id}/{PASSPHRASE}");
    server.request_with("PUT", &path, &SetPassphrase { new }).await
}

async fn put(
    server: &LocalServer,
    person: &str,
    part: &str,
    body: &impl serde::Serialize,
) -> Result<Value, AdminError> {
    let id = find(server, person).await?;
    server
        .request_with("PUT", &format!("{PEOPLE_PATH}/{id}/{part}"), body)
        .await
}

async fn delete(server: &LocalServer, person: &str, part: &str) -> Result<Value, AdminError> {
    let id = find(server, person).await?;
    server
        .request("DELETE", &format!("{PEOPLE_PATH}/{id}/{part}"))
        .await
}

async fn log(server: &LocalServer, path: &str, person: Option<&str>) -> Result<Value, AdminError> {
    match person {
        None => server.request("GET", path).await,
        Some(person) => {
            let id = find(server, person).await?;
            server.request("GET", &format!("{path}?person={id}")).await
        }
    }
}

/// Finds a person's id by id or nickname, ignoring case.
async fn find(server: &LocalServer, person: &str) -> Result<String, AdminError> {
    if person.parse::<uuid::Uuid>().is_ok() {
        return Ok(person.to_owned());
    }
    let path = format!("{PEOPLE_PATH}?search={}", encoded(person));
    let people = all(server, &path, "/person/id").await?;
    let found = only(&people, person, "/person/name", "/person/id");
    found
        .ok_or_else(|| AdminError::Unknown(format!("there is no person called {person}: check the spelling")))
}

/// Finds a room's id by id or name, ignoring case.
async fn find_room(server: &LocalServer, room: &str) -> Result<String, AdminError> {
    if room.parse::<uuid::Uuid>().is_ok() {
        return Ok(room.to_owned());
    }
    let room = room.trim_start_matches('#');
    let rooms = all(server, &format!("{ROOMS_PATH}?search={}", encoded(room)), "/id").await?;
    let named = |wanted: &&Value| has_name(wanted, room, "/name");
    if rooms.iter().filter(named).count() > 1 {
        let ids: Vec<_> = rooms
            .iter()
            .filter(named)
            .filter_map(|room| room["id"].as_str())
            .collect();
        return Err(AdminError::Unknown(format!(
            "several rooms are called {room}: name one by its id, {}",
            ids.join(" or ")
        )));
    }
    let found = only(&rooms, room, "/name", "/id");
    found.ok_or_else(|| AdminError::Unknown(format!("there is no room called {room}: check the spelling")))
}

fn has_name(line: &Value, wanted: &str, name: &str) -> bool {
    let name = line.pointer(name).and_then(Value::as_str);
    name.is_some_and(|name| name.to_lowercase() == wanted.trim().to_lowercase())
}

fn only(lines: &[Value], wanted: &str, name: &str, id: &str) -> Option<String> {
    let line = lines.iter().find(|line| has_name(line, wanted, name))?;
    Some(line.pointer(id)?.as_str()?.to_owned())
}

/// Fetches a whole list, page by page.
async fn all(server: &LocalServer, path: &str, id: &str) -> Result<Vec<Value>, AdminError> {
    let mut lines: Vec<Value> = Vec::new();
    loop {
        let last = lines
            .last()
            .and_then(|line| line.pointer(id))
            .and_then(Value::as_str);
        let before = last.map_or(String::new(), |last| format!("&before={last}"));
        let Value::Array(page) = server.request("GET", &format!("{path}{before}")).await? else {
            return Err(AdminError::Unreadable("no list".into()));
        };
        if page.is_empty() {
            return Ok(lines);
        }
        lines.extend(page);
    }
}

/// Percent-encodes a text for a URL.
fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}

fn limit(name: &str) -> Result<LimitName, String> {
    LimitName::parse(&name.replace('-', "_")).ok_or_else(|| {
        let all: Vec<_> = LimitName::ALL.iter().map(|limit| limit.as_str()).collect();
        format!("expected one of {}", all.join(", "))
    })
}

/// Parses a duration: a number and m, h, d or w.
fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "a time is a number and m, h, d or w, such as 30m or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u64 = text[..text.len() - unit.len_utf8()]
        .parse()
        .map_err(|_| wrong())?;
    let unit = match unit {
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(unit)
        .filter(|seconds| *seconds > 0)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(seconds("30m"), Ok(1_800));
        assert_eq!(seconds("2w"), Ok(1_209_600));
        for wrong in ["", "7", "d", "0d", "-1d", "7 days", "99999999999999999999d", "일"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_travel_in_addresses() {
        assert_eq!(encoded("Mina 민아&"), "Mina%20%EB%AF%BC%EC%95%84%26");
    }
}
