//! Who is in the open room.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::Connection;
use steadfast_client::link::Members;
use steadfast_shared::event::Availability;
use steadfast_shared::{Person, Role, RoomId, UserId};

use super::{Page, folded};

/// A room, and who is in it with which role on the server.
type Listed = (RoomId, Vec<(Person, Role)>);

/// Who is in the open room, as the server told last.
#[derive(Clone, Copy)]
pub(crate) struct MembersModel {
    list: RwSignal<Option<Listed>>,
    asking: StoredValue<Asking>,
}

/// Where a question about members stands. One at a time: a crowd that comes in is asked about twice, not once each.
#[derive(Clone, Copy, Default)]
struct Asking {
    under_way: bool,
    /// Something has changed since it was asked.
    again: bool,
    /// The link was down meanwhile: who came and went is not known.
    stale: bool,
}

/// Somebody who is in the open room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    pub(crate) person: Person,
    /// Whether they are there.
    pub(crate) state: Availability,
    /// What they are on the server.
    pub(crate) role: Role,
}

impl MembersModel {
    pub(super) fn new() -> Self {
        Self {
            list: RwSignal::new(None),
            asking: StoredValue::new(Asking::default()),
        }
    }
}

impl Page {
    /// Who is in the open room: those who are there first, each by the name they have. Tracked.
    pub(crate) fn members(self) -> Vec<Member> {
        let open = self.room.get();
        let listed = self.members.list.get();
        let people = listed.filter(|(room, _)| Some(*room) == open);
        let mut members: Vec<Member> = self.on_presence(|session| {
            let people = people.into_iter().flat_map(|(_, people)| people);
            people
                .map(|(person, role)| Member {
                    role,
                    state: session.availability(person.id),
                    person: session.person(person.id).cloned().unwrap_or(person),
                })
                .collect()
        });
        members.sort_by_cached_key(|member| (member.state, folded(&member.person.name)));
        members
    }

    /// Somebody has another role.
    pub(super) fn member_has_role(self, person: UserId, role: Role) {
        let list = self.members.list;
        let is_listed = list.with_untracked(|list| {
            let mut people = list.iter().flat_map(|(_, people)| people);
            people.any(|(listed, was)| listed.id == person && *was != role)
        });
        if is_listed {
            list.update(|list| {
                let people = list.iter_mut().flat_map(|(_, people)| people);
                people
                    .filter(|(listed, _)| listed.id == person)
                    .for_each(|(_, was)| *was = role);
            });
        }
        // An answer that is under way may be older.
        if self.members.asking.with_value(|asking| asking.under_way) {
            self.load_members();
        }
    }

    /// Asks who is in the open room, where that is not known.
    pub(super) fn keep_members(self) {
        let online = self.read(|session| matches!(session.connection(), Connection::Online { .. }));
        if !online {
            self.members.asking.update_value(|asking| asking.stale = true);
            return;
        }
        let open = self.room.get_untracked();
        let listed = self
            .members
            .list
            .with_untracked(|list| list.as_ref().map(|(room, _)| *room));
        if open.is_some() && (listed != open || self.members.asking.with_value(|asking| asking.stale)) {
            self.load_members();
        }
    }

    /// Asks who is in the open room.
    pub(crate) fn load_members(self) {
        let Some(room) = self.room.get_untracked() else {
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
                let told = self.ask(Members::of(room)).await;
                let failed = told.is_err();
                if let Ok(told) = told {
                    let people = told
                        .into_iter()
                        .map(|member| (member.person, member.role))
                        .collect();
                    self.members.list.set(Some((room, people)));
                }
                let open = self.room.get_untracked();
                let again = self.members.asking.with_value(|asking| asking.again) || open != Some(room);
                match open.filter(|_| again && !failed) {
                    Some(open) => room = open,
                    None => break,
                }
            }
            self.members
                .asking
                .update_value(|asking| asking.under_way = false);
        });
    }
}
