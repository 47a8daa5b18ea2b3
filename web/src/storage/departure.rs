//! That a person was signed out of this device while the server could not be reached: their session has still to be ended there.
//!
//! The cookie is out of the page's reach. So nobody may come in by it before it is known to be worthless, in no tab and after no
//! reload, and this outlives them all. It says nothing of the person.

use crate::browser::base_path::here;
use crate::storage::local::local;

const OWED: &str = "steadfast.sign-out-owed";

/// Remembers that the session has to be ended. Says whether the browser keeps that.
pub fn owe() -> bool {
    if let Some(local) = local() {
        let _ = local.set_item(&here().scoped(OWED), "1");
    }
    is_owed()
}

/// Whether the session has to be ended.
pub fn is_owed() -> bool {
    let kept = || local()?.get_item(&here().scoped(OWED)).ok()?;
    kept().is_some()
}

pub fn settle() {
    if let Some(local) = local() {
        let _ = local.remove_item(&here().scoped(OWED));
    }
}
