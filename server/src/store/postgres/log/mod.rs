//! Appending to the log, reading it, and the locks for that.

pub(in crate::store::postgres) mod append;
pub(in crate::store::postgres) mod change;
pub(in crate::store::postgres) mod glance;
pub(in crate::store::postgres) mod growth;
pub(in crate::store::postgres) mod locks;
