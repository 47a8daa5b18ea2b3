//! People's accounts: nicknames, devices, passphrases; and who may have one.

use async_trait::async_trait;
use steadfast_shared::admin::AccountState;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, Person, Role, UserId};

use super::nickname::NotAName;
use crate::store::{StoreError, TokenHash};

/// Which signed-in device: unique for the life of the database.
pub type SessionId = i64;

/// A device that is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    pub session: SessionId,
    /// Who it speaks for.
    pub person: Person,
    pub role: Role,
    pub device_name: String,
    /// Whether that person has set a passphrase.
    pub has_passphrase: bool,
}

/// A device that is to be signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDevice {
    /// The hash of the token it will show.
    pub token: TokenHash,
    pub name: String,
    pub at: Millis,
    pub address: Option<String>,
}

impl NewDevice {
    /// A device without a name.
    pub fn new(token: TokenHash, at: Millis) -> Self {
        Self {
            token,
            name: String::new(),
            at,
            address: None,
        }
    }
}

/// A nickname wanted by somebody who is not here yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignUp {
    pub name: Nickname,
    /// The hash of the passphrase, where one is chosen.
    pub passphrase: Option<String>,
    pub device: NewDevice,
    pub admission: Admission,
}

impl SignUp {
    /// A nickname wanted where registration is open, without a passphrase.
    pub fn new(name: Nickname, device: NewDevice) -> Self {
        Self {
            name,
            passphrase: None,
            device,
            admission: Admission::Asked {
                closed: false,
                invite: None,
            },
        }
    }
}

/// The right by which somebody signs up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// Whatever registration is: the operator let them in.
    Granted,
    /// By an owner link's code, as an owner.
    Owner(TokenHash),
    /// Where registration is open; where it is not, by an invitation's code.
    Asked {
        /// Whether the operator has closed registration, whatever the owner says.
        closed: bool,
        /// The hash of the code shown.
        invite: Option<TokenHash>,
    },
}

/// Everything needed to sign in with a nickname that is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub user: UserId,
    /// The hash of the passphrase, where one is set.
    pub passphrase: Option<String>,
}

/// A signed-in device, as the store keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownDevice {
    pub session: SessionId,
    pub name: String,
    /// When it signed in.
    pub created_at: Millis,
    /// When it was last noted to be there.
    pub last_seen_at: Millis,
}

/// An invitation to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InviteTerms {
    /// The hash of its code.
    pub code: TokenHash,
    /// When it is made.
    pub created_at: Millis,
    pub expires_at: Millis,
    /// How many people may come by it.
    pub uses: Option<u32>,
}

/// Where accounts are kept.
#[async_trait]
pub trait Accounts {
    /// Takes a nickname for a person, signs the device in and lets the person into the room that everybody is in, where the
    /// log so far counts as read.
    ///
    /// Nobody becomes an owner but by an owner link. An invitation is used only where it was needed.
    async fn sign_up(&self, wanted: &SignUp) -> Result<Device, SignUpError>;

    /// Whether this right lets somebody sign up. An invitation is looked at, and not used.
    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError>;

    /// The account a nickname belongs to, as [`super::nickname`] compares nicknames.
    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError>;

    /// Signs one more device in, where the passphrase still is the one that was compared. A person has at most
    /// [`steadfast_shared::limit::DEVICES`]: one more signs out the one that was not seen for longest, and for
    /// [`steadfast_shared::limit::DEVICE_IDLE_DAYS`] at least.
    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError>;

    /// The device that shows this token.
    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError>;

    /// Why the device that shows this token was signed out, where its person is kept out.
    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<AccountState>, StoreError>;

    /// Signs a device out. Answers which, or `None` where it was not signed in.
    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError>;

    /// A person's devices, the one that signed in last first.
    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError>;

    /// Signs out a device of this person. Answers whether there was such a one.
    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError>;

    /// Notes when devices were last there. Never goes back.
    async fn note_seen(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError>;

    /// The hash of a person's passphrase.
    async fn passphrase(&self, user: UserId) -> Result<Option<String>, StoreError>;

    /// Sets a passphrase where it still is the one that was compared. Answers whether it was.
    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError>;

    /// Sets a passphrase whatever it was, and signs every device of the person out. Answers how many.
    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError>;

    /// Whether the owner has closed registration.
    async fn is_closed(&self) -> Result<bool, StoreError>;

    /// Closes or opens registration.
    async fn set_closed(&self, closed: bool) -> Result<(), StoreError>;

    /// The invitations that have not ended, the newest first.
    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError>;

    /// Makes an invitation and forgets those that have ended. `None` where there are
    /// [`steadfast_shared::limit::INVITES`].
    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError>;

    /// Takes an invitation back. Answers whether there was such a one.
    async fn uninvite(&self, id: i64) -> Result<bool, StoreError>;
}

/// The effects of signing in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedIn {
    pub device: Device,
    /// The device that was signed out to make room.
    pub made_room: Option<SessionId>,
}

/// Why a nickname could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// It is somebody else's, or can be taken for it.
    #[error("the nickname is taken")]
    NicknameTaken,
    #[error(transparent)]
    NotANickname(#[from] NotAName),
    /// Nobody new may come from this address.
    #[error("the address is kept out")]
    KeptOut,
    /// The code is that of no owner link.
    #[error("no owner link has this code")]
    InvalidCode,
    /// Registration is closed, and no invitation was shown that is good.
    #[error("registration is closed")]
    InviteRequired,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a device could not be signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The passphrase has been changed meanwhile.
    #[error("the passphrase is another one")]
    WrongPassphrase,
    /// The person is banned or deactivated.
    #[error("the person is kept out")]
    KeptOut(AccountState),
    /// The person has as many devices as a person may have, all in use.
    #[error("too many devices")]
    TooManyDevices,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SignUpError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<sqlx::Error> for SignInError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}
