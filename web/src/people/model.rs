//! The open room's members, read page by page, people online first.

use std::time::Duration;

use leptos::task::spawn_local;
use steadfast_client::link::{AskError, sleep};
use steadfast_client::{Connection, Input};
use steadfast_shared::event::Availability;
use steadfast_shared::room::{self, ListMembers};
use steadfast_shared::{Person, Role, RoomId, UserId};

use crate::browser::folded::folded;
use crate::context::Context;
use crate::people::context::PeopleContext;
use crate::reactive::{RwSignal, StoredValue};

/// Number of people per request.
const PAGE: usize = 100;

/// Maximum number of people listed, and watched in a crowd; other people are found by search.
const LISTED: usize = 400;

/// Minimum time between two reads of the list, however many people come and go.
const MIN_INTERVAL: Duration = Duration::from_millis(500);

/// Longest wait before a request is repeated, even if the server asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A person with their role on the server.
type MemberEntry = (Person, Role);

/// The members of a room, as far as they were read.
#[derive(Clone)]
struct MemberList {
    room: RoomId,
    people: Vec<MemberEntry>,
    next: Option<NextMembers>,
}

/// The position of the next page.
#[derive(Clone, PartialEq, Eq)]
struct NextMembers {
    /// Whether the next page is of people online or of the others.
    here: bool,
    after: Option<(String, UserId)>,
}

/// The open room's members, as the server last listed them.
pub(crate) type MembersModel = Context<MembersSignals>;

pub(crate) struct MembersSignals {
    list: RwSignal<Option<MemberList>>,
    /// Members of the open room whose names match the search; `None` without a search.
    found: RwSignal<Option<(RoomId, Vec<MemberEntry>)>>,
    request: StoredValue<MembersRequest>,
    /// Number of the latest search.
    searches: StoredValue<u32>,
    /// People online who were missing from the list when it was last read for that reason.
    unlisted: StoredValue<Vec<UserId>>,
    /// The room and people whose presence the session watches.
    watched: StoredValue<(Option<RoomId>, Vec<UserId>)>,
}

/// The state of member requests. One runs at a time: when a crowd arrives, the list is read twice,
/// not once per person.
#[derive(Clone, Copy, Default)]
struct MembersRequest {
    in_flight: bool,
    /// Something has changed since the request was sent.
    again: bool,
    /// The connection was lost since, so the list may be out of date.
    stale: bool,
}

/// A member of the open room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct MemberView {
    pub(crate) person: Person,
    pub(crate) state: Availability,
    /// Their role on the server.
    pub(crate) role: Role,
}

impl MembersModel {
    pub(crate) fn new() -> Self {
        Self::keep(MembersSignals {
            list: RwSignal::new(None),
            found: RwSignal::new(None),
            request: StoredValue::new(MembersRequest::default()),
            searches: StoredValue::new(0),
            unlisted: StoredValue::new(Vec::new()),
            watched: StoredValue::new((None, Vec::new())),
        })
    }
}

impl PeopleContext {
    /// The open room's members, as far as they were read: people online first, then by name.
    /// Tracked.
    pub(crate) fn members(self) -> Vec<MemberView> {
        let open = self.chat.room.get();
        let listed = self.members.list.get();
        let listed = listed.filter(|listed| Some(listed.room) == open);
        self.as_members(listed.map_or_else(Vec::new, |listed| listed.people))
    }

    /// The members whose names match the search; `None` without a search. Tracked.
    pub(crate) fn members_found(self) -> Option<Vec<MemberView>> {
        let open = self.chat.room.get();
        let (_, people) = self.members.found.get().filter(|(room, _)| Some(*room) == open)?;
        Some(self.as_members(people))
    }

    fn as_members(self, people: Vec<MemberEntry>) -> Vec<MemberView> {
        let mut members: Vec<MemberView> = self.chat.on_presence(|session| {
            let people = people.into_iter();
            people
                .map(|(person, role)| MemberView {
                    role,
                    state: session.people().availability(person.id),
                    person: session.person(person.id).cloned().unwrap_or(person),
                })
                .collect()
        });
        members.sort_by_cached_key(|member| (member.state, folded(&member.person.name)));
        members
    }

    /// Updates a person's role.
    pub(crate) fn set_role(self, person: UserId, role: Role) {
        let replace_role = |lines: &mut Vec<MemberEntry>| {
            let mut matching = lines.iter_mut().filter(|(listed, _)| listed.id == person);
            matching
                .next()
                .is_some_and(|(_, was)| std::mem::replace(was, role) != role)
        };
        self.members.list.maybe_update(|list| {
            let people = list.as_mut().map(|listed| &mut listed.people);
            people.is_some_and(replace_role)
        });
        self.members.found.maybe_update(|found| {
            let people = found.as_mut().map(|(_, people)| people);
            people.is_some_and(replace_role)
        });
        // The response to a request in flight may be older.
        if self.members.request.with_value(|request| request.in_flight) {
            self.load_members();
        }
    }

    /// Whether the open room has more members than are listed. Tracked.
    pub(crate) fn has_more_members(self) -> bool {
        let open = self.chat.room.get();
        self.members.list.with(|list| {
            list.as_ref()
                .is_some_and(|listed| Some(listed.room) == open && listed.next.is_some())
        })
    }

    /// Whether the list contains every member of the open room.
    pub(crate) fn lists_everybody(self) -> bool {
        let open = self.chat.room.get_untracked();
        self.members.list.with_untracked(|list| {
            let listed = list.as_ref().filter(|listed| Some(listed.room) == open);
            listed.is_some_and(|listed| listed.next.is_none() && listed.people.len() < LISTED)
        })
    }

    /// The first members of a room, at most `most`, whose names match.
    pub(crate) async fn find_members(
        self,
        room: RoomId,
        name: String,
        most: usize,
    ) -> Result<Vec<Person>, AskError> {
        let found = self.chat.ask(named(room, name, most)).await?;
        Ok(found.into_iter().map(|member| member.person).collect())
    }

    /// How many members of the open room are online, if they are too many to be reported one by
    /// one. Tracked.
    pub(crate) fn crowd(self) -> Option<usize> {
        let room = self.chat.room.get()?;
        let here = self.chat.on_presence(|session| session.people().crowd(room))?;
        usize::try_from(here).ok()
    }

    /// Watches the presence of the people the page shows: the open room's members, or, if these are
    /// too many to be reported one by one, the listed ones.
    pub(crate) fn watch_presence(self) {
        let room = self.chat.room.get_untracked();
        let crowded =
            room.is_some_and(|room| self.chat.read(|session| session.people().crowd(room).is_some()));
        let mut people = Vec::new();
        if let Some(room) = room.filter(|_| crowded) {
            self.members.found.with_untracked(|found| {
                let found = found.iter().filter(|(of, _)| *of == room);
                people.extend(found.flat_map(|(_, lines)| lines).map(|(person, _)| person.id));
            });
            self.members.list.with_untracked(|list| {
                let listed = list.iter().filter(|listed| listed.room == room);
                people.extend(
                    listed
                        .flat_map(|listed| &listed.people)
                        .map(|(person, _)| person.id),
                );
            });
            people.truncate(LISTED);
        }
        let wanted = (room, people);
        if self.chat.with(|_| ()).is_none() || self.members.watched.with_value(|watched| *watched == wanted) {
            return;
        }
        self.members.watched.set_value(wanted.clone());
        let (room, people) = wanted;
        self.chat.dispatch_silently(Input::Watch {
            rooms: room.into_iter().collect(),
            people,
        });
    }

    /// Reads the list again if a person came online who may be missing from it: they may be on a
    /// page that was not read, or on none, if they came online between the page of people online
    /// and that of the others.
    pub(crate) fn list_newcomers(self) {
        let unlisted = self.members.list.with_untracked(|list| {
            let listed = list.as_ref()?;
            let crowded = self
                .chat
                .read(|session| session.people().crowd(listed.room).is_some());
            let is_listed = |id| listed.people.iter().any(|(person, _)| person.id == id);
            let here: Vec<UserId> = self.chat.read(|session| {
                let people = session.people().here().iter().map(|presence| presence.person.id);
                people.filter(|id| !is_listed(*id)).collect()
            });
            (!crowded).then_some(here)
        });
        let Some(unlisted) = unlisted else { return };
        let all_known = self.members.unlisted.with_value(|known| {
            let mut unlisted = unlisted.iter();
            unlisted.all(|id| known.contains(id))
        });
        self.members.unlisted.set_value(unlisted);
        if !all_known {
            self.load_members();
        }
    }

    /// Requests the open room's members if they are not known.
    pub(crate) fn keep_members(self) {
        let online = self
            .chat
            .read(|session| matches!(session.connection(), Connection::Online { .. }));
        if !online {
            self.members.request.update_value(|request| request.stale = true);
            return;
        }
        let open = self.chat.room.get_untracked();
        let listed = self
            .members
            .list
            .with_untracked(|list| list.as_ref().map(|listed| listed.room));
        if open.is_some() && (listed != open || self.members.request.with_value(|request| request.stale)) {
            self.load_members();
        }
    }

    /// Requests the open room's members: as many as were listed, and at least one page.
    pub(crate) fn load_members(self) {
        let Some(room) = self.chat.room.get_untracked() else {
            return;
        };
        let first = self.members.request.try_update_value(|request| {
            request.again = true;
            !std::mem::replace(&mut request.in_flight, true)
        });
        if first != Some(true) {
            return;
        }
        spawn_local(async move {
            self.load_until_current(room).await;
            self.members
                .request
                .update_value(|request| request.in_flight = false);
        });
    }

    /// Reads the members of the open room until they are those of the room that is open then, and nobody has asked again.
    async fn load_until_current(self, mut room: RoomId) {
        loop {
            self.members.request.update_value(|request| {
                request.again = false;
                request.stale = false;
            });
            let read = self.read_members(room).await;
            let wait = match &read {
                Ok(_) => Some(MIN_INTERVAL),
                Err(error) => retry_wait(error),
            };
            let failed = read.is_err();
            if let Ok(lines) = read {
                self.members.list.set(Some(lines));
                self.watch_presence();
            }
            let again = |open| {
                failed || self.members.request.with_value(|request| request.again) || open != Some(room)
            };
            let Some(wait) = wait.filter(|_| again(self.chat.room.get_untracked())) else {
                // Without a connection, the list is read on reconnecting.
                self.members
                    .request
                    .update_value(|request| request.stale |= failed);
                break;
            };
            // Another room's members are loaded at once.
            if failed || self.chat.room.get_untracked() == Some(room) {
                sleep(wait).await;
            }
            match self.chat.room.get_untracked() {
                Some(open) => room = open,
                None => break,
            }
        }
    }

    async fn read_members(self, room: RoomId) -> Result<MemberList, AskError> {
        let listed_before = self.members.list.with_untracked(|list| {
            let listed = list.as_ref().filter(|listed| listed.room == room);
            listed.map_or(0, |listed| listed.people.len())
        });
        let mut listed = MemberList {
            room,
            people: Vec::new(),
            next: Some(NextMembers {
                here: true,
                after: None,
            }),
        };
        while listed.people.len() < listed_before.clamp(PAGE, LISTED) && listed.next.is_some() {
            self.read_on(&mut listed).await?;
        }
        Ok(listed)
    }

    async fn read_on(self, listed: &mut MemberList) -> Result<(), AskError> {
        let Some(NextMembers { here, after }) = listed.next.clone() else {
            return Ok(());
        };
        let query = ListMembers {
            here: Some(here),
            after,
            limit: Some(PAGE),
            ..ListMembers::of(listed.room)
        };
        let lines = self.chat.ask(query).await?;
        let full = lines.len() >= PAGE;
        let last = lines
            .last()
            .map(|member| (member.person.name.clone(), member.person.id));
        // A person who comes or goes between two pages may be on both.
        for line in lines.into_iter().map(line) {
            if listed.people.iter().all(|(listed, _)| listed.id != line.0.id) {
                listed.people.push(line);
            }
        }
        listed.next = match last.filter(|_| full) {
            after @ Some(_) => Some(NextMembers { here, after }),
            None => here.then_some(NextMembers {
                here: false,
                after: None,
            }),
        };
        if listed.people.len() >= LISTED {
            listed.next = None;
        }
        Ok(())
    }

    /// Reads the next page of members, if there is one and no request is in flight.
    pub(crate) fn load_more_members(self) {
        let Some(mut listed) = self
            .members
            .list
            .get_untracked()
            .filter(|listed| listed.next.is_some())
        else {
            return;
        };
        let first = self
            .members
            .request
            .try_update_value(|request| !std::mem::replace(&mut request.in_flight, true));
        if first != Some(true) {
            return;
        }
        spawn_local(async move {
            let room = listed.room;
            let read = self.read_on(&mut listed).await.is_ok();
            self.members
                .request
                .update_value(|request| request.in_flight = false);
            if read && self.chat.room.get_untracked() == Some(room) {
                self.members.list.set(Some(listed));
                self.watch_presence();
            }
            if self.members.request.with_value(|request| request.again) {
                self.load_members();
            }
        });
    }

    /// Searches the open room's members by name; an empty text ends the search.
    pub(crate) fn search_members(self, search: &str) {
        let search = search.trim().to_owned();
        let Some(number) = self.members.searches.try_update_value(|searches| {
            *searches += 1;
            *searches
        }) else {
            return;
        };
        let Some(room) = self.chat.room.get_untracked().filter(|_| !search.is_empty()) else {
            self.members.found.set(None);
            return;
        };
        spawn_local(async move {
            let lines = self.chat.ask(named(room, search, PAGE)).await;
            let newest = self.members.searches.with_value(|searches| *searches == number);
            if let Ok(lines) = lines
                && newest
            {
                let lines = lines.into_iter().map(line).collect();
                self.members.found.set(Some((room, lines)));
                self.watch_presence();
            }
        });
    }
}

/// How long to wait before repeating a request. `None` if that may never help, or there is no
/// connection.
fn retry_wait(error: &AskError) -> Option<Duration> {
    match error {
        AskError::Timeout => Some(MIN_INTERVAL),
        AskError::Refused(error) if error.code.is_transient() => {
            let wait = error.retry_after_ms.map_or(Duration::ZERO, Duration::from_millis);
            Some(wait.clamp(MIN_INTERVAL, LONGEST_WAIT))
        }
        AskError::Disconnected | AskError::Malformed | AskError::Refused(_) => None,
    }
}

fn line(member: room::Member) -> MemberEntry {
    (member.person, member.role)
}

/// The request for the first `most` members of a room whose names match `search`.
fn named(room: RoomId, search: String, most: usize) -> ListMembers {
    ListMembers {
        search,
        limit: Some(most),
        ..ListMembers::of(room)
    }
}
