//! People as the server knows them, and the devices they are signed in on.

use async_trait::async_trait;
use steadfast_shared::{Millis, Nickname, Person};

use super::{StoreError, TokenHash};

/// Which signed-in device: unique for the life of the database.
pub type SessionId = i64;

/// A device that is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Its session.
    pub session: SessionId,
    /// Who it speaks for.
    pub person: Person,
}

/// Who there is, and on which devices.
#[async_trait]
pub trait Accounts {
    /// Takes a nickname for a person, signs the device in and lets the person into the room `general`.
    async fn sign_up(&self, name: &Nickname, token: TokenHash, at: Millis) -> Result<Device, SignUpError>;

    /// The device that shows this token.
    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError>;

    /// Signs a device out. Answers which, or `None` where it was not signed in.
    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError>;
}

/// Why a nickname could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// It is somebody else's.
    #[error("the nickname is taken")]
    NicknameTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
