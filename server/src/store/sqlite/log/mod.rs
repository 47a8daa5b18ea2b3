//! Appending to the log, and reading it.

pub(in crate::store::sqlite) mod append;
pub(in crate::store::sqlite) mod change;
pub(in crate::store::sqlite) mod history;
pub(in crate::store::sqlite) mod now;
pub(in crate::store::sqlite) mod quote;
