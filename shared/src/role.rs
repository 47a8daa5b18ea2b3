//! Roles, and the powers of each on the whole server.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Somebody's role on this server. Each role may do everything the lower ones may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everybody who has not been given another role.
    #[default]
    Member,
    Moderator,
    /// Runs the server. There may be several, and once there is one there is always one.
    Owner,
}

/// Something that takes a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Power {
    /// Deletes other people's messages, in rooms one is in.
    DeleteMessages,
    /// Renames, describes and archives rooms others have made.
    ManageRooms,
    /// Sees everybody's state and devices, who is connected, and the sign-in log.
    SeePeople,
    /// Signs others out, deactivates and bans them, and lets them in again.
    ExcludePeople,
    /// Hides all of somebody's messages, and shows them again.
    HideMessages,
    /// Reads the audit log.
    ReadAudit,
    /// Sees from which addresses people come, and keeps addresses out.
    SeeAddresses,
    /// Erases all of somebody's messages.
    EraseMessages,
    DeleteRooms,
    /// Gives roles, and takes them.
    SetRoles,
    /// Lifts limits for one person, or tightens them.
    SetLimits,
    /// Makes invitations, and closes registration.
    Invite,
    /// Makes an owner link.
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
    /// Whether it has this power.
    pub fn may(self, power: Power) -> bool {
        let needed = POWERS.iter().find(|(listed, _)| *listed == power);
        needed.is_some_and(|(_, role)| self >= *role)
    }

    /// Whether it may use its powers on somebody of that role: on lower ones only.
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

    /// Reads a name; `None` for one that is no role.
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
