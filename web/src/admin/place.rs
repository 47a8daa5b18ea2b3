//! Where in the administration one is, and the way back.

use leptos::prelude::*;
use steadfast_shared::admin::{HeldAddress, Messages, PeopleQuery, PersonLimit, RoomInfo};
use steadfast_shared::{Person, Role};

use crate::admin::record::RecordAct;
use crate::admin::section::Section;

/// A place in the administration.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum AdminPlace {
    /// A list; of a log, the lines about one person.
    List(Section, Option<Person>),
    /// Everything about one person.
    Person(Person),
    /// A question, before something is done.
    Question(Question),
}

/// Something to be done, asked before it is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Question {
    Exclude(Person),
    Readmit(Person),
    /// Hides, shows or erases their messages, which are in this state so far.
    Messages(Person, Messages),
    /// Signs out everywhere; whether they can sign in again.
    SignOut(Person, bool),
    /// Gives another role than this one.
    Role(Person, Role),
    /// Sets limits, other than these.
    Limits(Person, Vec<PersonLimit>),
    /// Lets an address in again.
    Release(HeldAddress),
    /// Renames and describes a room.
    Rename(RoomInfo),
    /// Archives a room, or opens it again.
    Archive(RoomInfo),
    Delete(RoomInfo),
    /// Makes an owner link.
    OwnerLink,
}

impl From<RecordAct> for Question {
    fn from(way: RecordAct) -> Self {
        match way {
            RecordAct::Release(held) => Self::Release(held),
            RecordAct::Rename(room) => Self::Rename(room),
            RecordAct::Archive(room) => Self::Archive(room),
            RecordAct::Delete(room) => Self::Delete(room),
        }
    }
}

/// The place in the administration, the way there, and the report of the last act.
#[derive(Clone, Copy)]
pub(super) struct AdminTrail {
    places: RwSignal<Vec<AdminPlace>>,
    /// The report of the last act.
    pub(super) report: RwSignal<Option<String>>,
    /// Whether the keyboard goes along to the place: not where one only looks through the lists.
    pub(super) takes_focus: StoredValue<bool>,
    /// Which people are looked for.
    pub(super) people: StoredValue<PeopleQuery>,
    /// Which rooms are looked for.
    pub(super) rooms: StoredValue<String>,
}

impl AdminTrail {
    /// The beginning. Provides itself as context.
    pub(super) fn provide() -> Self {
        let trail = Self {
            places: RwSignal::new(vec![AdminPlace::List(Section::People, None)]),
            report: RwSignal::new(None),
            takes_focus: StoredValue::new(false),
            people: StoredValue::new(PeopleQuery::default()),
            rooms: StoredValue::new(String::new()),
        };
        provide_context(trail);
        trail
    }

    /// The trail of the component that asks.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// Where one is. Tracked.
    pub(super) fn place(self) -> Option<AdminPlace> {
        self.places.with(|places| places.last().cloned())
    }

    /// The list that one came from. Tracked.
    pub(super) fn section(self) -> Option<Section> {
        self.places.with(|places| match places.first() {
            Some(AdminPlace::List(section, _)) => Some(*section),
            _ => None,
        })
    }

    /// Whether there is a way back. Tracked.
    pub(super) fn leads_back(self) -> bool {
        self.places.with(|places| places.len() > 1)
    }

    /// Looks at a list.
    pub(super) fn look(self, section: Section) {
        self.report.set(None);
        self.takes_focus.set_value(false);
        self.places.set(vec![AdminPlace::List(section, None)]);
    }

    pub(super) fn go(self, place: AdminPlace) {
        self.report.set(None);
        self.takes_focus.set_value(true);
        self.places.update(|places| places.push(place));
    }

    pub(super) fn back(self) {
        self.report.set(None);
        self.return_from_here();
    }

    /// Something was done: goes back, and says so.
    pub(super) fn done(self, report: String) {
        self.return_from_here();
        self.report.set(Some(report));
    }

    fn return_from_here(self) {
        self.takes_focus.set_value(true);
        self.places.update(|places| {
            if places.len() > 1 {
                places.pop();
            }
        });
    }
}
