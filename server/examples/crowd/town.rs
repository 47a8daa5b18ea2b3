//! People and rooms, made through the store as a server would make them.

use std::sync::Arc;

use steadfast_server::clock;
use steadfast_server::store::account::{NewDevice, SignUp};
use steadfast_server::store::{Command, NewCommand, NewEntry, Store, Token};
use steadfast_shared::room::CreateRoom;
use steadfast_shared::{Body, EntryId, MessageText, Nickname, RoomId, RoomKind, RoomName, Topic, UserId};
use uuid::Uuid;

use crate::Failed;

/// Commands and entries in one commit while all of it is made.
const AT_ONCE: usize = 500;

/// Somebody, and their device's cookie.
#[derive(Clone)]
pub(crate) struct Inhabitant {
    pub(crate) id: UserId,
    pub(crate) token: String,
}

pub(crate) struct Town {
    pub(crate) store: Arc<dyn Store>,
}

impl Town {
    pub(crate) async fn people(&self, name: &str, count: usize) -> Result<Vec<Inhabitant>, Failed> {
        let mut people = Vec::with_capacity(count);
        for nth in 0..count {
            let token = Token::random()?;
            let device = NewDevice::new(token.hash(), clock::now());
            let wanted = SignUp::new(Nickname::parse(&format!("{name} {nth}"))?, device);
            let id = self.store.sign_up(&wanted).await?.person.id;
            let token = token.as_str().to_owned();
            people.push(Inhabitant { id, token });
        }
        Ok(people)
    }

    /// Rooms that somebody has made.
    pub(crate) async fn rooms(&self, by: UserId, name: &str, count: usize) -> Result<Vec<RoomId>, Failed> {
        let rooms: Vec<RoomId> = (0..count).map(|_| RoomId(Uuid::now_v7())).collect();
        let mut commands = Vec::with_capacity(count);
        for (nth, id) in rooms.iter().enumerate() {
            let create = CreateRoom {
                id: *id,
                kind: RoomKind::Public,
                name: RoomName::parse(&format!("{name} {nth}"))?,
                topic: Topic::default(),
            };
            commands.push((by, Command::Create(create)));
        }
        self.command(commands).await?;
        Ok(rooms)
    }

    /// Everybody comes into every room.
    pub(crate) async fn join(&self, people: &[Inhabitant], rooms: &[RoomId]) -> Result<(), Failed> {
        let commands = people
            .iter()
            .flat_map(|person| rooms.iter().map(|room| (person.id, Command::Join(*room))));
        self.command(commands.collect()).await
    }

    async fn command(&self, commands: Vec<(UserId, Command)>) -> Result<(), Failed> {
        let commands: Vec<NewCommand> = commands
            .into_iter()
            .map(|(by, act)| NewCommand {
                by,
                address: None,
                act,
            })
            .collect();
        for commands in commands.chunks(AT_ONCE) {
            let done = self.store.commit(&[], commands, clock::now()).await?;
            if let Some(refusal) = done.commands.iter().find_map(|done| done.as_ref().err()) {
                return Err(format!("refused: {refusal:?}").into());
            }
        }
        Ok(())
    }

    /// Somebody says so much in each of these rooms.
    pub(crate) async fn talk(&self, by: UserId, rooms: &[RoomId], messages: usize) -> Result<(), Failed> {
        let text = MessageText::parse("a message of a length that messages often have")?;
        for room in rooms {
            for begun in (0..messages).step_by(AT_ONCE) {
                let entries: Vec<NewEntry> = (begun..messages.min(begun + AT_ONCE))
                    .map(|_| NewEntry {
                        author: by,
                        id: EntryId(Uuid::now_v7()),
                        room: *room,
                        body: Body::message(text.clone()),
                        message_id: None,
                        address: None,
                    })
                    .collect();
                self.store.append(&entries, clock::now()).await?;
            }
        }
        Ok(())
    }
}
