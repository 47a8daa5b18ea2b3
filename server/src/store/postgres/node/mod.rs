//! Which nodes are alive, and which server they are connected to.

pub(in crate::store::postgres) mod lease;
pub(in crate::store::postgres) mod lineage;
