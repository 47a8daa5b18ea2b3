//! Roles, and the powers of each on the whole server.

use std::fmt;

use serde::Serialize;

use crate::words;

/// A person's role on this server. Each role includes the powers of the lower ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The role of everybody who was given no other.
    #[default]
    Member,
    Moderator,
    /// Runs the server. There may be several, and once there is one there is always one.
    Owner,
}

words!(Role { "member" => Member, "moderator" => Moderator, "owner" => Owner });

/// An action that requires a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Power {
    /// Delete other people's messages, in rooms the person is in.
    DeleteMessages,
    /// Rename, describe and archive rooms that others have created.
    ManageRooms,
    /// See everybody's state and devices, connected people, and the sign-in log.
    SeePeople,
    /// Sign others out, deactivate, ban and readmit them.
    ExcludePeople,
    /// Hide all messages of a person, and show them again.
    HideMessages,
    /// Read the audit log.
    ReadAudit,
    /// See people's addresses, and block addresses.
    SeeAddresses,
    /// Erase all messages of a person.
    EraseMessages,
    DeleteRooms,
    /// Give and take roles.
    SetRoles,
    /// Raise or tighten limits for one person.
    SetLimits,
    /// Make invitations, and close registration.
    Invite,
    /// Make an owner link.
    MakeOwnerLink,
}

/// The lowest role that has each power. `docs/PROTOCOL.md` shows the same table, and a test compares them.
pub const POWERS: [(Power, Role); 13] = [
    (Power::DeleteMessages, Role::Moderator),
    (Power::ManageRooms, Role::Moderator),
    (Power::SeePeople, Role::Moderator),
    (Power::ExcludePeople, Role::Moderator),
    (Power::HideMessages, Role::Moderator),
    (Power::ReadAudit, Role::Moderator),
    (Power::SeeAddresses, Role::Owner),
    (Power::EraseMessages, Role::Owner),
    (Power::DeleteRooms, Role::Owner),
    (Power::SetRoles, Role::Owner),
    (Power::SetLimits, Role::Owner),
    (Power::Invite, Role::Owner),
    (Power::MakeOwnerLink, Role::Owner),
];

impl Role {
    /// Whether the role includes this power.
    pub fn may(self, power: Power) -> bool {
        let needed = POWERS.iter().find(|(listed, _)| *listed == power);
        needed.is_some_and(|(_, role)| self >= *role)
    }

    /// Whether this role may act on a person of the other role: only on lower ones.
    pub fn outranks(self, other: Self) -> bool {
        self > other
    }

    /// Its name on the wire, in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    /// Parses a name; `None` if it is not a role.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Member, Self::Moderator, Self::Owner];
        all.into_iter().find(|role| role.as_str() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_lower_ones_may() {
        for (power, lowest) in POWERS {
            assert!(lowest.may(power), "{power:?}");
            assert!(Role::Owner.may(power), "{power:?}");
            assert!(!Role::Member.may(power), "{power:?}");
        }
    }

    #[test]
    fn nobody_outranks_their_equals() {
        assert!(Role::Owner.outranks(Role::Moderator));
        assert!(!Role::Moderator.outranks(Role::Moderator));
        assert!(!Role::Owner.outranks(Role::Owner));
    }

    #[test]
    fn the_protocol_shows_this_table() {
        let protocol = include_str!("../../docs/PROTOCOL.md");
        for (power, lowest) in POWERS {
            let name = format!("{power:?}");
            let mut words = String::new();
            for letter in name.chars() {
                if letter.is_uppercase() && !words.is_empty() {
                    words.push('_');
                }
                words.extend(letter.to_lowercase());
            }
            let moderator = if lowest == Role::Moderator { "yes" } else { "" };
            let line = format!("| `{words}` | {moderator}");
            assert!(protocol.contains(line.trim_end()), "no line {line:?}");
        }
    }
}
