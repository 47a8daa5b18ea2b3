//! The people on the server, as this device knows them: their names, their presence, and notices of who came and went.

pub(crate) mod names;
pub(crate) mod notices;
pub(crate) mod presence;
