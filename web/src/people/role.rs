//! Roles, as the page distinguishes them.

use steadfast_shared::{Power, Role};

/// Whether this role sees the administration.
pub fn administers(role: Role) -> bool {
    role.may(Power::SeePeople)
}
