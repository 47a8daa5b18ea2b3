//! Who is in the open room: read page by page, those who are there first.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::AskError;
use steadfast_client::{Connection, Input};
use steadfast_shared::event::Availability;
use steadfast_shared::room::{self, ListMembers};
use steadfast_shared::{Person, Role, RoomId, UserId};

use crate::browser::folded::folded;
use crate::people::context::PeopleContext;

/// How many people are asked for at once.
const PAGE: usize = 100;

/// Most people listed, and watched in a crowd: whoever looks for another person searches.
const LISTED: usize = 400;

/// The list is read anew at most once in this time, however many come and go.
const PACE: Duration = Duration::from_millis(500);

/// A server that asks for patience is asked again after this time at the latest.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A person with their role on the server.
type MemberEntry = (Person, Role);

/// The people of a room, as far as they were read.
#[derive(Clone)]
struct MemberList {
    room: RoomId,
    people: Vec<MemberEntry>,
    next: Option<NextMembers>,
}

/// Where the list goes on.
#[derive(Clone, PartialEq, Eq)]
struct NextMembers {
    /// With those who are there, or with the others.
    here: bool,
    after: Option<(String, UserId)>,
}

/// Who is in the open room, as the server told last.
#[derive(Clone, Copy)]
pub(crate) struct MembersModel {
    list: RwSignal<Option<MemberList>>,
    /// Those of the open room whose name matches the search; `None` without a search.
    found: RwSignal<Option<(RoomId, Vec<MemberEntry>)>>,
    asking: StoredValue<MembersRequest>,
    /// Which search was asked for last.
    searches: StoredValue<u32>,
    /// Who is there and was not on the list when it was last read because of that.
    unlisted: StoredValue<Vec<UserId>>,
    /// Whose presence the session was last told to watch.
    watched: StoredValue<(Option<RoomId>, Vec<UserId>)>,
}

/// Where a question about members stands. One at a time: a crowd that comes in is asked about twice, not once each.
#[derive(Clone, Copy, Default)]
struct MembersRequest {
    under_way: bool,
    /// Something has changed since it was asked.
    again: bool,
    /// The link was down meanwhile: who came and went is not known.
    stale: bool,
}

/// A person who is in the open room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct MemberView {
    pub(crate) person: Person,
    /// Whether they are there.
    pub(crate) state: Availability,
    /// Their role on the server.
    pub(crate) role: Role,
}

impl MembersModel {
    pub(crate) fn new() -> Self {
        Self {
            list: RwSignal::new(None),
            found: RwSignal::new(None),
            asking: StoredValue::new(MembersRequest::default()),
            searches: StoredValue::new(0),
            unlisted: StoredValue::new(Vec::new()),
            watched: StoredValue::new((None, Vec::new())),
        }
    }
}

impl PeopleContext {
    /// Who is in the open room, as far as it was read, or of whom is searched: those who are there first, each by the name
    /// they have. Tracked.
    pub(crate) fn members(self) -> Vec<MemberView> {
        let open = self.chat.room.get();
        let listed = self.members.list.get();
        let listed = listed.filter(|listed| Some(listed.room) == open);
        self.as_members(listed.map_or_else(Vec::new, |listed| listed.people))
    }

    /// Those whose name matches the search. `None` without a search. Tracked.
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
                    state: session.availability(person.id),
                    person: session.person(person.id).cloned().unwrap_or(person),
                })
                .collect()
        });
        members.sort_by_cached_key(|member| (member.state, folded(&member.person.name)));
        members
    }

    /// A person has another role.
    pub(crate) fn set_role(self, person: UserId, role: Role) {
        let take = |lines: &mut Vec<MemberEntry>| {
            let mut known = lines.iter_mut().filter(|(listed, _)| listed.id == person);
            known
                .next()
                .is_some_and(|(_, was)| std::mem::replace(was, role) != role)
        };
        self.members.list.maybe_update(|list| {
            let people = list.as_mut().map(|listed| &mut listed.people);
            people.is_some_and(take)
        });
        self.members.found.maybe_update(|found| {
            let people = found.as_mut().map(|(_, people)| people);
            people.is_some_and(take)
        });
        // An answer that is under way may be older.
        if self.members.asking.with_value(|asking| asking.under_way) {
            self.load_members();
        }
    }

    /// Whether the open room has more people than are listed. Tracked.
    pub(crate) fn has_more_members(self) -> bool {
        let open = self.chat.room.get();
        self.members.list.with(|list| {
            list.as_ref()
                .is_some_and(|listed| Some(listed.room) == open && listed.next.is_some())
        })
    }

    /// Whether nobody of the open room is missing from the list.
    pub(crate) fn lists_everybody(self) -> bool {
        let open = self.chat.room.get_untracked();
        self.members.list.with_untracked(|list| {
            let listed = list.as_ref().filter(|listed| Some(listed.room) == open);
            listed.is_some_and(|listed| listed.next.is_none() && listed.people.len() < LISTED)
        })
    }

    /// The first people of a room, at most `most`, whose name matches.
    pub(crate) async fn find_members(
        self,
        room: RoomId,
        name: String,
        most: usize,
    ) -> Result<Vec<Person>, AskError> {
        let asked = ListMembers {
            search: name,
            limit: Some(most),
            ..ListMembers::of(room)
        };
        let found = self.chat.ask(asked).await?;
        Ok(found.into_iter().map(|member| member.person).collect())
    }

    /// How many are there of the open room, where they are too many to be told one by one. Tracked.
    pub(crate) fn crowd(self) -> Option<usize> {
        let room = self.chat.room.get()?;
        let here = self.chat.on_presence(|session| session.crowd(room))?;
        usize::try_from(here).ok()
    }

    /// Has the presence watched of those whom the page shows: the people of the open room, and where these are too many to be
    /// told one by one, those who are listed.
    pub(crate) fn watch_presence(self) {
        let room = self.chat.room.get_untracked();
        let crowded = room.is_some_and(|room| self.chat.read(|session| session.crowd(room).is_some()));
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
        if self.chat.with(|_| ()).is_none() || self.members.watched.with_value(|told| *told == wanted) {
            return;
        }
        self.members.watched.set_value(wanted.clone());
        let (room, people) = wanted;
        self.chat.dispatch_silently(Input::Watch {
            rooms: room.into_iter().collect(),
            people,
        });
    }

    /// Reads the list anew where a person has come who may be one of those not on it: on a page not read, or on none, where they
    /// came between the page of those who are there and that of the others.
    pub(crate) fn list_who_came(self) {
        let unlisted = self.members.list.with_untracked(|list| {
            let listed = list.as_ref()?;
            let crowded = self.chat.read(|session| session.crowd(listed.room).is_some());
            let is_listed = |id| listed.people.iter().any(|(person, _)| person.id == id);
            let here: Vec<UserId> = self.chat.read(|session| {
                let people = session.people().iter().map(|presence| presence.person.id);
                people.filter(|id| !is_listed(*id)).collect()
            });
            (!crowded).then_some(here)
        });
        let Some(unlisted) = unlisted else { return };
        let known = self.members.unlisted.with_value(|known| {
            let mut unlisted = unlisted.iter();
            unlisted.all(|id| known.contains(id))
        });
        self.members.unlisted.set_value(unlisted);
        if !known {
            self.load_members();
        }
    }

    /// Asks who is in the open room, where that is not known.
    pub(crate) fn keep_members(self) {
        let online = self
            .chat
            .read(|session| matches!(session.connection(), Connection::Online { .. }));
        if !online {
            self.members.asking.update_value(|asking| asking.stale = true);
            return;
        }
        let open = self.chat.room.get_untracked();
        let listed = self
            .members
            .list
            .with_untracked(|list| list.as_ref().map(|listed| listed.room));
        if open.is_some() && (listed != open || self.members.asking.with_value(|asking| asking.stale)) {
            self.load_members();
        }
    }

    /// Asks who is in the open room: as many as are listed, and one page at least.
    pub(crate) fn load_members(self) {
        let Some(room) = self.chat.room.get_untracked() else {
            return;
        };
        let first = self.members.asking.try_update_value(|asking| {
            asking.again = true;
            !std::mem::replace(&mut asking.under_way, true)
        });
        if first != Some(true) {
            return;
        }
        spawn_local(async move {
            let mut room = room;
            loop {
                self.members.asking.update_value(|asking| {
                    asking.again = false;
                    asking.stale = false;
                });
                let read = self.read_members(room).await;
                let wait = match &read {
                    Ok(_) => Some(PACE),
                    Err(error) => patience(error),
                };
                let failed = read.is_err();
                if let Ok(told) = read {
                    self.members.list.set(Some(told));
                    self.watch_presence();
                }
                let again = |open| {
                    failed || self.members.asking.with_value(|asking| asking.again) || open != Some(room)
                };
                let Some(wait) = wait.filter(|_| again(self.chat.room.get_untracked())) else {
                    // Without a link the list is read once there is one.
                    self.members.asking.update_value(|asking| asking.stale |= failed);
                    break;
                };
                // Another room is shown at once.
                if failed || self.chat.room.get_untracked() == Some(room) {
                    sleep(wait).await;
                }
                match self.chat.room.get_untracked() {
                    Some(open) => room = open,
                    None => break,
                }
            }
            self.members
                .asking
                .update_value(|asking| asking.under_way = false);
        });
    }

    async fn read_members(self, room: RoomId) -> Result<MemberList, AskError> {
        let known = self.members.list.with_untracked(|list| {
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
        while listed.people.len() < known.clamp(PAGE, LISTED) && listed.next.is_some() {
            self.read_on(&mut listed).await?;
        }
        Ok(listed)
    }

    async fn read_on(self, listed: &mut MemberList) -> Result<(), AskError> {
        let Some(NextMembers { here, after }) = listed.next.clone() else {
            return Ok(());
        };
        let asked = ListMembers {
            here: Some(here),
            after,
            limit: Some(PAGE),
            ..ListMembers::of(listed.room)
        };
        let told = self.chat.ask(asked).await?;
        let full = told.len() >= PAGE;
        let last = told
            .last()
            .map(|member| (member.person.name.clone(), member.person.id));
        // Who comes or goes between two pages may be on both.
        for line in told.into_iter().map(line) {
            if listed.people.iter().all(|(known, _)| known.id != line.0.id) {
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

    /// Reads one more page of the open room's people, where there is one and none is under way.
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
            .asking
            .try_update_value(|asking| !std::mem::replace(&mut asking.under_way, true));
        if first != Some(true) {
            return;
        }
        spawn_local(async move {
            let room = listed.room;
            let read = self.read_on(&mut listed).await.is_ok();
            self.members
                .asking
                .update_value(|asking| asking.under_way = false);
            if read && self.chat.room.get_untracked() == Some(room) {
                self.members.list.set(Some(listed));
                self.watch_presence();
            }
            if self.members.asking.with_value(|asking| asking.again) {
                self.load_members();
            }
        });
    }

    /// Looks for people of the open room by name; for nobody where nothing is said.
    pub(crate) fn search_members(self, search: &str) {
        let search = search.trim().to_owned();
        let Some(this) = self.members.searches.try_update_value(|searches| {
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
            let asked = ListMembers {
                search,
                limit: Some(PAGE),
                ..ListMembers::of(room)
            };
            let told = self.chat.ask(asked).await;
            let newest = self.members.searches.with_value(|searches| *searches == this);
            if let Ok(told) = told
                && newest
            {
                let lines = told.into_iter().map(line).collect();
                self.members.found.set(Some((room, lines)));
                self.watch_presence();
            }
        });
    }
}

/// How long to wait before the same is asked again. `None` where that may never help, or there is no link.
fn patience(error: &AskError) -> Option<Duration> {
    match error {
        AskError::Timeout => Some(PACE),
        AskError::Refused(error) if error.code.is_transient() => {
            let asked = error.retry_after_ms.map_or(Duration::ZERO, Duration::from_millis);
            Some(asked.clamp(PACE, LONGEST_WAIT))
        }
        AskError::Disconnected | AskError::Malformed | AskError::Refused(_) => None,
    }
}

fn line(member: room::Member) -> MemberEntry {
    (member.person, member.role)
}
