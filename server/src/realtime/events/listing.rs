//! People are listed: everybody by name, and those of a room, by whether they are there.

use std::collections::HashSet;
use std::sync::Arc;

use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::Availability;
use steadfast_shared::room::{FindPeople, ListMembers, Member};
use steadfast_shared::{ErrorCode, Person, RoomId, WireError, limit};

use crate::realtime::Realtime;
use crate::realtime::args::EventArgs;
use crate::realtime::connection::ClientConnection;
use crate::realtime::rooms::unreadable;
use crate::store::PeoplePage;

/// How many members are read at once to find those who are not there.
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
        self.look(connection, args, ack, async |realtime, _, asked: FindPeople| {
            let page = PeoplePage::new(&asked.search, asked.after.as_ref(), limit::LISTED);
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
        self.look(
            connection,
            args,
            ack,
            async |realtime, connection, asked: ListMembers| {
                if asked.after.is_some() && asked.here.is_none() {
                    let message = "`after` goes on with those who are `here`, or with those who are not";
                    return Err(WireError::new(ErrorCode::Invalid, message));
                }
                connection.member_of(asked.room)?;
                let members = realtime.members(&connection, &asked).await?;
                connection.member_of(asked.room)?;
                Ok(members)
            },
        );
    }

    async fn members(
        &self,
        connection: &ClientConnection,
        asked: &ListMembers,
    ) -> Result<Vec<Member>, WireError> {
        let most = asked.limit.unwrap_or(limit::MEMBERS_LISTED);
        let most = most.clamp(1, limit::MEMBERS_LISTED);
        let page = PeoplePage::new(&asked.search, asked.after.as_ref(), most);
        let mut listed: Vec<(Person, Availability)> = Vec::new();
        if asked.here != Some(false) {
            listed = self.0.hub.presence.listed(asked.room, &page);
            if asked.here.is_none() {
                listed.sort_by_key(|(_, state)| *state);
            }
        }
        if asked.here != Some(true) && listed.len() < most {
            let others = self.who_are_not_there(connection, asked.room, page, most - listed.len());
            listed.extend(
                others
                    .await?
                    .into_iter()
                    .map(|person| (person, Availability::Offline)),
            );
        }
        let roles = self.0.store.roles_in(asked.room).await;
        let roles = roles.map_err(|error| unreadable(&error))?;
        let members = listed.into_iter().map(|(person, state)| Member {
            role: roles.get(&person.id).copied().unwrap_or_default(),
            state,
            person,
        });
        Ok(members.collect())
    }

    /// Goes along the room's members until as many are found as are asked for. Each further read is charged.
    async fn who_are_not_there(
        &self,
        connection: &ClientConnection,
        room: RoomId,
        page: PeoplePage,
        most: usize,
    ) -> Result<Vec<Person>, WireError> {
        let there: HashSet<_> = self.0.hub.presence.members_of(room);
        let mut page = page;
        page.limit = READ_AT_ONCE;
        let mut found = Vec::new();
        loop {
            let members = self.0.store.members(room, &page).await;
            let members = members.map_err(|error| unreadable(&error))?;
            let last = (members.len() >= READ_AT_ONCE)
                .then(|| members.last().cloned())
                .flatten();
            found.extend(members.into_iter().filter(|person| !there.contains(&person.id)));
            match last {
                Some(last) if found.len() < most => page = page.going_on(&last.name, last.id),
                _ => break,
            }
            connection.device.spend(1);
        }
        found.truncate(most);
        Ok(found)
    }
}
