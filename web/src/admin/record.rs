//! One line of a list: its subject, some facts, and the actions it offers.

use crate::account::phrases::JoinPhrases;
use crate::admin::phrases::{AdminTerms, PersonLabels, RecordLabels};
use crate::language::Language;
use crate::people::role_phrases::RoleNames;
use crate::rooms::phrases::NewRoomPhrases;
use steadfast_shared::admin::{
    AccountState, AuditAction, AuditLine, ConnectionInfo, HeldAddress, PersonInfo, RoomInfo, SignIn, Via,
};
use steadfast_shared::event::Availability;
use steadfast_shared::{Millis, Person, Role};

#[derive(Clone, PartialEq, Debug)]
pub struct AdminRecord {
    /// Its key, unique in the list.
    pub key: String,
    pub lead: Lead,
    pub marks: Vec<Badge>,
    pub facts: Vec<Fact>,
    pub ways: Vec<RecordAct>,
}

/// The subject of a line.
#[derive(Clone, PartialEq, Debug)]
pub enum Lead {
    /// A person, linked to their details.
    Person(Person),
    Words(String),
}

/// A status shown as a word with an icon, never by colour alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Badge {
    /// A role other than member.
    Role(Role),
    /// They may not sign in.
    State(AccountState),
    /// They are online, or away.
    Here(Availability),
    /// The room is read-only.
    Archived,
}

/// A value with its label.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    pub label: &'static str,
    pub value: FactValue,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FactValue {
    Words(String),
    Time(Millis),
    /// A person, linked to their details.
    Person(Person),
}

/// An action offered in a list.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordAct {
    /// Allows sign-ups from an address again.
    Release(HeldAddress),
    Rename(RoomInfo),
    /// Archives or reopens a room.
    Archive(RoomInfo),
    Delete(RoomInfo),
}

/// The facts of a line, in order; unknown ones are left out.
#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn text(mut self, label: &'static str, words: impl Into<String>) -> Self {
        let words = words.into();
        if !words.is_empty() {
            let value = FactValue::Words(words);
            self.0.push(Fact { label, value });
        }
        self
    }

    fn time(mut self, label: &'static str, at: Option<Millis>) -> Self {
        self.0.extend(at.map(|at| Fact {
            label,
            value: FactValue::Time(at),
        }));
        self
    }

    fn person(mut self, label: &'static str, person: Option<&Person>) -> Self {
        self.0.extend(person.map(|person| Fact {
            label,
            value: FactValue::Person(person.clone()),
        }));
        self
    }
}

/// The badges of a person who is not an ordinary, active, offline member.
pub fn marks(role: Role, state: AccountState, here: Availability) -> Vec<Badge> {
    let mut marks = Vec::new();
    marks.extend((role != Role::Member).then_some(Badge::Role(role)));
    marks.extend((state != AccountState::Active).then_some(Badge::State(state)));
    marks.extend((here != Availability::Offline).then_some(Badge::Here(here)));
    marks
}

impl AdminRecord {
    pub fn of_person(info: &PersonInfo, language: Language) -> Self {
        let label = PersonLabels::of(language);
        let _record = RecordLabels::of(language);
        let seen = Facts::default().time(label.last_seen, info.last_seen_at);
        let seen = match info.last_seen_at {
            Some(_) => seen,
            None => seen.text(label.last_seen, label.never),
        };
        let until = info.exclusion.as_ref().and_then(|exclusion| exclusion.until);
        Self {
            key: info.person.id.to_string(),
            lead: Lead::Person(info.person.clone()),
            marks: marks(info.role, info.state, info.availability),
            facts: seen
                .time(label.until, until)
                .text(label.devices, info.devices.to_string())
                .time(label.signed_up, Some(info.created_at))
                .0,
            ways: Vec::new(),
        }
    }

    pub fn of_connection(info: &ConnectionInfo, language: Language) -> Self {
        let label = PersonLabels::of(language);
        let record = RecordLabels::of(language);
        let here = if info.away {
            Availability::Away
        } else {
            Availability::Online
        };
        Self {
            key: format!("{}-{}-{}", info.person.id, info.device, info.since),
            lead: Lead::Person(info.person.clone()),
            marks: marks(info.role, AccountState::Active, here),
            facts: Facts::default()
                .time(label.since, Some(info.since))
                .text(record.address, info.address.clone().unwrap_or_default())
                .text(record.device, &info.device_name)
                .text(record.transport, &info.transport)
                .0,
            ways: Vec::new(),
        }
    }

    /// A sign-in or an attempt.
    pub fn of_sign_in(line: &SignIn, language: Language) -> Self {
        let _label = PersonLabels::of(language);
        let record = RecordLabels::of(language);
        Self {
            key: line.id.to_string(),
            lead: Lead::Words((AdminTerms::of(language).outcome)(line.outcome).to_owned()),
            marks: Vec::new(),
            facts: Facts::default()
                .person(record.whom, line.person.as_ref())
                .text(
                    JoinPhrases::of(language).nickname,
                    // The name entered, if it is no person's or that person had another name then.
                    match &line.person {
                        Some(person) if person.name == line.nickname => "",
                        _ => &line.nickname,
                    },
                )
                .time(record.when, Some(line.at))
                .text(record.address, line.address.clone().unwrap_or_default())
                .text(record.device, &line.device_name)
                .0,
            ways: Vec::new(),
        }
    }

    /// An action in the audit log.
    pub fn of_audit(line: &AuditLine, language: Language) -> Self {
        let _label = PersonLabels::of(language);
        let record = RecordLabels::of(language);
        let by = Facts::default().person(record.by, line.by.as_ref());
        let by = match line.by {
            Some(_) => by,
            None => by.text(record.by, (AdminTerms::of(language).via)(Via::CommandLine)),
        };
        let is_about_themselves = line.by == line.person;
        Self {
            key: line.id.to_string(),
            lead: Lead::Words((AdminTerms::of(language).action)(line.action).to_owned()),
            marks: Vec::new(),
            facts: by
                .person(record.whom, line.person.as_ref().filter(|_| !is_about_themselves))
                .text(record.detail, audit_detail(line, language))
                .time(record.when, Some(line.at))
                .text(record.address, line.address.clone().unwrap_or_default())
                .0,
            ways: Vec::new(),
        }
    }

    /// An address from which sign-ups are blocked.
    pub fn of_address(held: &HeldAddress, language: Language) -> Self {
        let label = PersonLabels::of(language);
        let record = RecordLabels::of(language);
        Self {
            key: held.id.to_string(),
            lead: Lead::Words(held.address.clone()),
            marks: Vec::new(),
            facts: Facts::default()
                .time(label.until, Some(held.until))
                .person(record.because_of, Some(&held.person))
                .0,
            ways: vec![RecordAct::Release(held.clone())],
        }
    }

    /// A room, with the actions that this role may take.
    pub fn of_room(room: &RoomInfo, role: Role, language: Language) -> Self {
        let _label = PersonLabels::of(language);
        let record = RecordLabels::of(language);
        let mut ways = vec![RecordAct::Rename(room.clone()), RecordAct::Archive(room.clone())];
        if !room.lobby && role.may(steadfast_shared::Power::DeleteRooms) {
            ways.push(RecordAct::Delete(room.clone()));
        }
        Self {
            key: room.id.to_string(),
            lead: Lead::Words(format!("#{}", room.name)),
            marks: Vec::from_iter(room.archived.then_some(Badge::Archived)),
            facts: Facts::default()
                .text(NewRoomPhrases::of(language).topic, &room.topic)
                .text(record.members, room.members.to_string())
                .text(record.entries, room.entries.to_string())
                .time(record.active, Some(room.active_at))
                .person(record.made_by, room.creator.as_ref())
                .0,
            ways,
        }
    }
}

/// The detail of an audit line, with wire names as words.
fn audit_detail(line: &AuditLine, language: Language) -> String {
    let named = match line.action {
        AuditAction::SetRole => {
            Role::parse(&line.detail).map(|role| (RoleNames::of(language).role)(role).to_owned())
        }
        AuditAction::SetLimit => {
            let (name, value) = line.detail.split_once(' ').unwrap_or((&line.detail, ""));
            steadfast_shared::admin::LimitName::parse(name).map(|limit| {
                format!("{} {value}", (AdminTerms::of(language).limit)(limit))
                    .trim_end()
                    .to_owned()
            })
        }
        _ => None,
    };
    named.unwrap_or_else(|| line.detail.clone())
}

#[cfg(test)]
mod tests {
    use steadfast_shared::UserId;
    use steadfast_shared::admin::{Messages, SignInOutcome};
    use uuid::Uuid;

    use super::*;

    fn person(n: u128, name: &str) -> Person {
        Person {
            id: UserId(Uuid::from_u128(n)),
            name: name.to_owned(),
        }
    }

    fn words(record: &AdminRecord, label: &str) -> Option<String> {
        let fact = record.facts.iter().find(|fact| fact.label == label)?;
        match &fact.value {
            FactValue::Words(words) => Some(words.clone()),
            FactValue::Person(person) => Some(person.name.clone()),
            FactValue::Time(at) => Some(at.to_string()),
        }
    }

    fn info() -> PersonInfo {
        PersonInfo {
            person: person(1, "Mina"),
            role: Role::Member,
            state: AccountState::Active,
            exclusion: None,
            messages: Messages::Kept,
            created_at: 5,
            last_seen_at: None,
            availability: Availability::Offline,
            devices: 0,
            has_passphrase: false,
        }
    }

    #[test]
    fn an_ordinary_offline_member_has_no_badge() {
        let record = AdminRecord::of_person(&info(), Language::English);
        assert!(record.marks.is_empty());
        assert_eq!(words(&record, "Last seen").as_deref(), Some("never"));
    }

    #[test]
    fn a_banned_moderator_who_is_online_has_three_badges() {
        let record = AdminRecord::of_person(
            &PersonInfo {
                role: Role::Moderator,
                state: AccountState::Banned,
                availability: Availability::Away,
                ..info()
            },
            Language::English,
        );
        assert_eq!(
            record.marks,
            [
                Badge::Role(Role::Moderator),
                Badge::State(AccountState::Banned),
                Badge::Here(Availability::Away)
            ]
        );
    }

    #[test]
    fn an_address_that_is_withheld_leaves_no_gap() {
        let line = SignIn {
            id: 1,
            at: 2,
            nickname: "mina".into(),
            person: None,
            outcome: SignInOutcome::WrongPassphrase,
            device_name: String::new(),
            address: None,
        };
        let record = AdminRecord::of_sign_in(&line, Language::English);
        assert_eq!(record.lead, Lead::Words("Wrong passphrase".into()));
        assert_eq!(words(&record, "Address"), None);
        assert_eq!(words(&record, "Your nickname").as_deref(), Some("mina"));
    }

    #[test]
    fn an_audit_line_translates_names_and_names_the_command_line_as_its_actor() {
        let line = AuditLine {
            id: 1,
            at: 2,
            action: AuditAction::SetRole,
            by: None,
            via: Via::CommandLine,
            address: Some("root".into()),
            person: Some(person(1, "Mina")),
            room: None,
            detail: "owner".into(),
        };
        let record = AdminRecord::of_audit(&line, Language::English);
        assert_eq!(words(&record, "By").as_deref(), Some("the command line"));
        assert_eq!(words(&record, "Detail").as_deref(), Some("Owner"));
        assert_eq!(words(&record, "Person").as_deref(), Some("Mina"));
        let limit = AuditLine {
            action: AuditAction::SetLimit,
            detail: "rooms 7".into(),
            ..line
        };
        assert_eq!(
            words(&AdminRecord::of_audit(&limit, Language::English), "Detail").as_deref(),
            Some("Rooms joined or created 7")
        );
    }

    #[test]
    fn the_lobby_is_not_offered_for_deletion() {
        let room = RoomInfo {
            id: steadfast_shared::RoomId(Uuid::from_u128(1)),
            name: "general".into(),
            kind: steadfast_shared::RoomKind::Public,
            topic: String::new(),
            archived: false,
            lobby: true,
            members: 2,
            entries: 3,
            creator: None,
            created_at: 1,
            active_at: 1,
        };
        let deletes = |room: &RoomInfo, role| {
            let ways = AdminRecord::of_room(room, role, Language::English).ways;
            ways.iter().any(|way| matches!(way, RecordAct::Delete(_)))
        };
        assert!(!deletes(&room, Role::Owner));
        let other = RoomInfo { lobby: false, ..room };
        assert!(deletes(&other, Role::Owner) && !deletes(&other, Role::Moderator));
    }
}
