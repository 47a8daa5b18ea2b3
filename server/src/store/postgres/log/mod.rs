//! Appending to the log, reading it, the locks for that, and how much each person wrote today.

pub(in crate::store::postgres) mod append;
pub(in crate::store::postgres) mod change;
pub(in crate::store::postgres) mod glance;
pub(in crate::store::postgres) mod growth;
pub(in crate::store::postgres) mod locks;
mod usage;
