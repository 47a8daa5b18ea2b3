//! Lists people: everybody by name, or a room's members by availability.

use std::collections::HashSet;
use std::sync::Arc;

use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::Availability;
use steadfast_shared::room::{FindPeople, ListMembers, Member};
use steadfast_shared::{ErrorCode, Person, RoomId, WireError, limit};

use super::rooms::unreadable;
use crate::realtime::Realtime;
use crate::realtime::args::EventArgs;
use crate::realtime::connection::ClientConnection;
use crate::realtime::presence::PresenceBoard;
use crate::store::{PeoplePage, Store};

/// Members per read when searching for those who are offline.
const READ_AT_ONCE: usize = 500;

impl Realtime {
    // `people`
    pub(in crate::realtime) fn find_people(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        self.query(connection, args, ack, async |realtime, _, request: FindPeople| {
            let page = PeoplePage::new(&request.search, request.after.as_ref(), limit::LISTED);
            let found: Result<Vec<Person>, _> = realtime.0.store.find_people(&page).await;
            found.map_err(|error| unreadable(&error))
        });
    }

    // `room:members`
    pub(in crate::realtime) fn list_members(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        self.query(
            connection,
            args,
            ack,
            async |realtime, connection, request: ListMembers| {
                if request.after.is_some() && request.here.is_none() {
                    let message = "`after` needs `here`: a page continues the list of present members, or that of absent ones";
                    return Err(WireError::new(ErrorCode::Invalid, message));
                }
                connection.member_of(request.room)?;
                let members = RoomMembers {
                    store: realtime.0.store.as_ref(),
                    presence: &realtime.0.hub.presence,
                    connection: &connection,
                    room: request.room,
                };
                let members = members.list(&request).await?;
                connection.member_of(request.room)?;
                Ok(members)
            },
        );
    }
}

/// The members of a room, for one of them.
struct RoomMembers<'r> {
    store: &'r dyn Store,
    presence: &'r PresenceBoard,
    connection: &'r ClientConnection,
    room: RoomId,
}

impl RoomMembers<'_> {
    /// The members that a request lists.
    async fn list(&self, request: &ListMembers) -> Result<Vec<Member>, WireError> {
        let most = request.limit.unwrap_or(limit::MEMBERS_LISTED);
        let most = most.clamp(1, limit::MEMBERS_LISTED);
        let page = PeoplePage::new(&request.search, request.after.as_ref(), most);
        let mut listed: Vec<(Person, Availability)> = Vec::new();
        if request.here != Some(false) {
            listed = self.presence.listed(self.room, &page);
            if request.here.is_none() {
                listed.sort_by_key(|(_, state)| *state);
            }
        }
        if request.here != Some(true) && listed.len() < most {
            let others = self.offline(page, most - listed.len());
            listed.extend(
                others
                    .await?
                    .into_iter()
                    .map(|person| (person, Availability::Offline)),
            );
        }
        let roles = self.store.roles_in(self.room).await;
        let roles = roles.map_err(|error| unreadable(&error))?;
        let members = listed.into_iter().map(|(person, state)| Member {
            role: roles.get(&person.id).copied().unwrap_or_default(),
            state,
            person,
        });
        Ok(members.collect())
    }

    /// Reads the room's members until enough offline ones are found. Each further read is charged.
    async fn offline(&self, page: PeoplePage, most: usize) -> Result<Vec<Person>, WireError> {
        let there: HashSet<_> = self.presence.members_of(self.room);
        let mut page = page;
        page.limit = READ_AT_ONCE;
        let mut found = Vec::new();
        loop {
            let members = self.store.members(self.room, &page).await;
            let members = members.map_err(|error| unreadable(&error))?;
            let last = (members.len() >= READ_AT_ONCE)
                .then(|| members.last().cloned())
                .flatten();
            found.extend(members.into_iter().filter(|person| !there.contains(&person.id)));
            match last {
                Some(last) if found.len() < most => page = page.following(&last.name, last.id),
                _ => break,
            }
            self.connection.device.spend(1);
        }
        found.truncate(most);
        Ok(found)
    }
}
