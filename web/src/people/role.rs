//! Roles, as the page tells them apart.

use steadfast_shared::{Power, Role};

/// Whether a person of this role has anything to administer.
pub fn administers(role: Role) -> bool {
    role.may(Power::SeePeople)
}
