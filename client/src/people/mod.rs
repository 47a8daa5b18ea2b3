//! The people of the server, as this device knows them: their names, who is there, who came and went.

pub(crate) mod names;
pub(crate) mod notices;
pub(crate) mod presence;
