//! Why a server does not start, each as one sentence with the way out.

use std::io;

use crate::config::AdapterError;
use crate::store::StoreError;
use crate::store::database::OpenError;

/// Why a server does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{address} is taken by another program: stop it, or choose another port with --listen")]
    AddressInUse {
        /// Where it was to listen.
        address: String,
    },
    /// It cannot listen there.
    #[error("cannot listen on {address} ({source}): choose another address with --listen")]
    Address {
        /// Where it was to listen.
        address: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// Nothing can carry hints to other nodes.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The database was opened, and then could not be read.
    #[error("cannot read the database ({0}): check the disk it is on, and start again")]
    Store(#[from] StoreError),
    /// The database's files are not in their places any more.
    #[error(
        "{what} while the server ran: it has acknowledged nothing since, and stopped. The log says what was saved. Put the database in its place, by `steadfast restore`, and start again"
    )]
    Lost {
        /// The loss, in words.
        what: &'static str,
    },
    /// Another process has the database.
    #[error(
        "{what}: this one has acknowledged nothing since, and stopped. Start it again once the other one has ended"
    )]
    Taken { what: &'static str },
    /// There is no randomness to make a code of.
    #[error("the operating system gives no random numbers ({0})")]
    Random(#[source] getrandom::Error),
    /// Serving ended by an error.
    #[error("the server cannot go on ({0})")]
    Serve(#[source] io::Error),
}
