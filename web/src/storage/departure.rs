//! The obligation to end a session: a person signed out of this device while the server was
//! unreachable.
//!
//! The page cannot delete the cookie itself. So until the session has ended, no tab may use it, not
//! even after a reload, and the obligation outlives them all. It does not say who the person was.

use crate::browser::base_path::here;
use crate::storage::local::local;

const OWED: &str = "steadfast.sign-out-owed";

/// Records that the session has to be ended. Returns whether the browser stored that.
pub fn owe() -> bool {
    if let Some(local) = local() {
        let _ = local.set_item(&here().scoped(OWED), "1");
    }
    is_owed()
}

pub fn is_owed() -> bool {
    let kept = || local()?.get_item(&here().scoped(OWED)).ok()?;
    kept().is_some()
}

pub fn settle() {
    if let Some(local) = local() {
        let _ = local.remove_item(&here().scoped(OWED));
    }
}
