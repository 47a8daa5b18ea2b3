//! Navigation within the administration.

use leptos::prelude::*;
use steadfast_shared::admin::{HeldAddress, Messages, PeopleQuery, PersonLimit, RoomInfo};
use steadfast_shared::{Person, Role};

use crate::admin::record::RecordAct;
use crate::admin::section::Section;
use crate::reactive::{RwSignal, StoredValue};

/// A place in the administration.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum AdminPlace {
    /// A list; for a log, optionally only the lines about one person.
    List(Section, Option<Person>),
    /// The page of one person's details.
    Person(Person),
    /// A question before an action.
    Question(Question),
}

/// An action that is confirmed first.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Question {
    Exclude(Person),
    Readmit(Person),
    /// Hides, shows or erases their messages; with the messages' current state.
    Messages(Person, Messages),
    /// Signs a person out everywhere; with whether they can sign in again.
    SignOut(Person, bool),
    /// Changes a role; with the current one.
    Role(Person, Role),
    /// Sets limits; with the current ones.
    Limits(Person, Vec<PersonLimit>),
    /// Allows sign-ups from an address again.
    Release(HeldAddress),
    Rename(RoomInfo),
    /// Archives or reopens a room.
    Archive(RoomInfo),
    Delete(RoomInfo),
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

/// The current place, the path to it, and the result of the last action.
#[derive(Clone, Copy)]
pub(super) struct AdminTrail {
    places: RwSignal<Vec<AdminPlace>>,
    /// The result of the last action.
    pub(super) report: RwSignal<Option<String>>,
    /// Whether the focus moves to the place's heading: not while the person only switches lists.
    pub(super) takes_focus: StoredValue<bool>,
    /// The current search for people.
    pub(super) people: StoredValue<PeopleQuery>,
    /// The current search for rooms.
    pub(super) rooms: StoredValue<String>,
    /// Whether an action here has made this person a member: the answer may arrive before the event with the role.
    gave_up: RwSignal<bool>,
}

impl AdminTrail {
    /// Starts at the list of people, and provides itself as context.
    pub(super) fn provide() -> Self {
        let trail = Self {
            places: RwSignal::new(vec![AdminPlace::List(Section::People, None)]),
            report: RwSignal::new(None),
            takes_focus: StoredValue::new(false),
            people: StoredValue::new(PeopleQuery::default()),
            rooms: StoredValue::new(String::new()),
            gave_up: RwSignal::new(false),
        };
        provide_context(trail);
        trail
    }

    /// The trail from the component's context.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// The current place. Tracked.
    pub(super) fn place(self) -> Option<AdminPlace> {
        self.places.with(|places| places.last().cloned())
    }

    /// The list at the start of the path. Tracked.
    pub(super) fn section(self) -> Option<Section> {
        self.places.with(|places| match places.first() {
            Some(AdminPlace::List(section, _)) => Some(*section),
            _ => None,
        })
    }

    /// Whether there is a place to go back to. Tracked.
    pub(super) fn can_go_back(self) -> bool {
        self.places.with(|places| places.len() > 1)
    }

    /// Shows a list, and forgets the path.
    pub(super) fn show_list(self, section: Section) {
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

    /// Notes that this person has no role any more: no place may be asked for again.
    pub(super) fn give_up(self) {
        self.gave_up.try_set(true);
    }

    /// Whether this person has given up their role. Tracked.
    pub(super) fn gave_up(self) -> bool {
        self.gave_up.get()
    }

    /// Goes back after an action, and shows its result, unless the dialog was closed meanwhile.
    pub(super) fn done(self, report: String) {
        if self.gave_up.try_get_untracked().unwrap_or(true) {
            return;
        }
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
