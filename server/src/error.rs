//! The reasons why a server does not start, each one sentence with the way out.

use std::io;

use crate::config::AdapterError;
use crate::store::StoreError;
use crate::store::database::OpenError;

/// Why a server does not start, or cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "{address} is in use by another program: stop that program, or choose another port with --listen"
    )]
    AddressInUse { address: String },
    /// The address cannot be bound.
    #[error("cannot listen on {address} ({source}): choose another address with --listen")]
    Address {
        address: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The configured adapter does not work.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The database was opened but could not be read.
    #[error("cannot read the database ({0}): check the disk it is on, and start again")]
    Store(#[from] StoreError),
    /// The database's files were moved or deleted.
    #[error(
        "{what} while the server ran: it stopped, and has acknowledged nothing since. The log says which messages were saved. Restore the database with `steadfast restore`, and start the server again"
    )]
    Lost {
        /// The loss, in words.
        what: &'static str,
    },
    /// Another process has taken over the database.
    #[error(
        "{what}: this one stopped, and has acknowledged nothing since. Start it again once the other one has stopped"
    )]
    Taken { what: &'static str },
    /// The operating system gave no random bytes for a code.
    #[error("the operating system gives no random numbers ({0})")]
    Random(#[source] getrandom::Error),
    /// Serving ended with an error.
    #[error("the server cannot continue ({0})")]
    Serve(#[source] io::Error),
}
