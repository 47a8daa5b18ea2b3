//! The lists of the administration, and for whom they are.

use steadfast_shared::{Power, Role};

/// One list of the administration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    People,
    /// Who is connected, and from where.
    Connections,
    /// Who signed in, or tried.
    SignIns,
    Rooms,
    /// Addresses from which nobody new may sign up.
    Addresses,
    /// Acts of people with a role.
    Audit,
}

impl Section {
    /// Every list, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::People,
        Self::Connections,
        Self::SignIns,
        Self::Rooms,
        Self::Addresses,
        Self::Audit,
    ];

    /// Its name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Connections => "connections",
            Self::SignIns => "sign-ins",
            Self::Rooms => "rooms",
            Self::Addresses => "addresses",
            Self::Audit => "audit",
        }
    }

    /// The power it takes to see it.
    pub fn power(self) -> Power {
        match self {
            Self::People | Self::Connections | Self::SignIns => Power::SeePeople,
            Self::Rooms => Power::ManageRooms,
            Self::Addresses => Power::SeeAddresses,
            Self::Audit => Power::ReadAudit,
        }
    }

    /// The lists that a person of this role sees.
    pub fn of_role(role: Role) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|section| role.may(section.power()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::role::administers;

    #[test]
    fn a_moderator_sees_every_list_but_that_of_addresses() {
        let seen = Section::of_role(Role::Moderator);
        assert_eq!(seen.len(), Section::ALL.len() - 1);
        assert!(!seen.contains(&Section::Addresses));
        assert_eq!(Section::of_role(Role::Owner), Section::ALL);
    }

    #[test]
    fn a_member_has_nothing_to_administer() {
        assert!(!administers(Role::Member) && Section::of_role(Role::Member).is_empty());
        assert!(administers(Role::Moderator) && administers(Role::Owner));
    }
}
