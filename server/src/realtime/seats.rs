//! Who sits in which room: connections follow what was committed, under the lock that covers the news.
//!
//! So what a person is told of a room and what comes live fit together: who comes in is told the head, and every entry after
//! it follows; who is out is sent nothing more.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};
use steadfast_shared::event;
use steadfast_shared::room::{MemberNews, RoomNews};
use steadfast_shared::{Person, Room, RoomId, UserId};

use super::connection::Connection;
use super::hub::{Hub, is_full, join};
use super::news::News;
use super::room_name;
use crate::store::{Acted, StoreError};

impl Hub {
    /// See [`super::writer::Publish::settle`].
    pub(super) async fn follow(&self, by: UserId, acted: &Acted) -> Result<Option<Room>, StoreError> {
        if let Some(person) = &acted.renamed {
            self.rename(person).await;
        }
        self.follow_operators(by, acted).await?;
        let Some(room) = acted.room else {
            return Ok(None);
        };
        let moved = acted.came.iter().chain(&acted.left);
        let mut people: BTreeSet<UserId> = moved.map(|person| person.id).chain([by]).collect();
        if acted.changed {
            people.extend(self.members_here(room).await);
        }
        let people: Vec<UserId> = people.into_iter().collect();
        if acted.deleted {
            self.forget_room(room, &people).await;
            return Ok(None);
        }
        let mut views = self.seat(room, &people).await?;
        for (room, user) in &acted.gave_way {
            self.seat(*room, &[user.id]).await?;
        }
        // Those a room was made for are no arrivals.
        if !acted.made {
            for (people, joined) in [(&acted.came, true), (&acted.left, false)] {
                for person in people {
                    self.tell_members(room, person, joined).await;
                }
            }
        }
        Ok(views.remove(&by))
    }

    /// Brings people's connections in line with who is in the room, and tells them. Answers how those see it who are.
    pub(super) async fn seat(
        &self,
        room: RoomId,
        people: &[UserId],
    ) -> Result<HashMap<UserId, Room>, StoreError> {
        let mut views = self.store.views(room, people).await?;
        let mut news = self.news().await;
        self.count_move(&mut news, Some(people));
        for user in people {
            self.tell_person(&mut news, *user, room, views.get_mut(user), false);
        }
        Ok(views)
    }

    /// Who of those in a room is connected. Whoever connects later reads what is stored.
    pub(super) async fn members_here(&self, room: RoomId) -> HashSet<UserId> {
        let mut news = self.news().await;
        self.count_move(&mut news, None);
        self.people.in_room(room)
    }

    /// Lets a person's sockets in or out, and tells them; a connection whose session is not open yet reads it then.
    pub(super) fn tell_person(
        &self,
        news: &mut News,
        user: UserId,
        room: RoomId,
        view: Option<&mut Room>,
        deleted: bool,
    ) {
        let view = view.map(|view| {
            news.bring_up_to_date(view, user);
            &*view
        });
        for connection in self.people.of(user) {
            let mut place = connection.place();
            let was_in = match view {
                Some(_) => !place.rooms.insert(room),
                None => place.rooms.remove(&room),
            };
            let open = place.open;
            drop(place);
            let told = match view {
                Some(view) => RoomNews::In {
                    room: Box::new(view.clone()),
                },
                None if was_in => RoomNews::Out { room, deleted },
                None => continue,
            };
            let Some(socket) = self.io.of("/").and_then(|io| io.get_socket(connection.id)) else {
                continue;
            };
            match view {
                Some(_) if open => join(&socket, &connection, vec![room_name(room)]),
                None => socket.leave(room_name(room)),
                Some(_) => {}
            }
            if open {
                self.tell(&socket, &connection, &told);
            }
        }
    }

    fn tell(&self, socket: &SocketRef, connection: &Arc<Connection>, told: &RoomNews) {
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::ROOM, told) {
            self.end_stalled(socket, connection);
        }
    }

    /// Tells the rooms everybody is in that there is one more.
    pub(super) async fn welcome(&self, person: &Person) {
        match self.store.rooms_of(person.id).await {
            Ok(rooms) => {
                for room in rooms {
                    self.tell_members(room.id, person, true).await;
                }
            }
            // Only who asks learns of them.
            Err(error) => tracing::warn!(%error, "nobody was told who signed up"),
        }
    }

    async fn tell_members(&self, room: RoomId, person: &Person, joined: bool) {
        let told = MemberNews {
            room,
            person: person.clone(),
            joined,
        };
        let news = self.news().await;
        let Some(everybody) = self.everybody() else { return };
        let members = everybody.to(room_name(room));
        if is_full(&members.emit(event::MEMBERS, &told).await) {
            self.resync(&news, vec![room_name(room)]);
        }
    }

    /// Calls somebody by another name from here on.
    pub(super) async fn rename(&self, person: &Person) {
        let mut news = self.news().await;
        // Others are told the name too, in what a conversation is called.
        self.count_move(&mut news, None);
        for connection in self.people.of(person.id) {
            connection.place().person = person.clone();
        }
        news.rename(person);
        if let Some(presence) = news.present.get(&person.id).cloned() {
            self.announce(&news, &presence).await;
        }
    }
}
