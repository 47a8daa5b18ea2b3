//! The log grows and is read, and the locks of that.

pub(in crate::store::postgres) mod append;
pub(in crate::store::postgres) mod change;
pub(in crate::store::postgres) mod growth;
pub(in crate::store::postgres) mod history;
pub(in crate::store::postgres) mod locks;
pub(in crate::store::postgres) mod quote;
