//! The administration's lists, and the role each one requires.

use steadfast_shared::{Power, Role};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    People,
    /// Who is connected, and from where.
    Connections,
    /// Sign-ins, failed attempts included.
    SignIns,
    Rooms,
    /// Addresses from which sign-ups are blocked.
    Addresses,
    /// Actions of people with a role.
    Audit,
}

impl Section {
    /// Every list, in display order.
    pub const ALL: [Self; 6] = [
        Self::People,
        Self::Connections,
        Self::SignIns,
        Self::Rooms,
        Self::Addresses,
        Self::Audit,
    ];

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

    /// The power it requires.
    pub fn power(self) -> Power {
        match self {
            Self::People | Self::Connections | Self::SignIns => Power::SeePeople,
            Self::Rooms => Power::ManageRooms,
            Self::Addresses => Power::SeeAddresses,
            Self::Audit => Power::ReadAudit,
        }
    }

    /// The lists that this role sees.
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
    fn a_moderator_sees_every_list_except_addresses() {
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
