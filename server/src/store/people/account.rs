//! Accounts: nicknames, devices, passphrases, and the right to sign up.

use async_trait::async_trait;
use steadfast_shared::admin::AccountState;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, Person, Role, UserId};

use super::nickname::NotAName;
use crate::store::{StoreError, TokenHash};

/// A device session's id: unique for the life of the database.
pub type SessionId = i64;

/// A device that is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    pub session: SessionId,
    /// The person it is signed in as.
    pub person: Person,
    pub role: Role,
    pub device_name: String,
    /// Whether that person has set a passphrase.
    pub has_passphrase: bool,
}

/// A device to sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDevice {
    /// The hash of its token.
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

/// A request for a new account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignUp {
    pub name: Nickname,
    /// The hash of the passphrase, if there is one.
    pub passphrase: Option<String>,
    pub device: NewDevice,
    pub admission: Admission,
}

impl SignUp {
    /// A sign-up under open registration, without a passphrase.
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

/// The right to sign up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// Granted by the operator, whatever registration is.
    Granted,
    /// An owner link's code, which makes the person an owner.
    Owner(TokenHash),
    /// Open registration, or an invitation's code if it is closed.
    Asked {
        /// Whether the operator has closed registration, whatever the owner says.
        closed: bool,
        /// The hash of the client's invitation code.
        invite: Option<TokenHash>,
    },
}

/// The data needed to sign in to an existing account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub user: UserId,
    /// The hash of the passphrase, if one is set.
    pub passphrase: Option<String>,
}

/// A signed-in device, as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownDevice {
    pub session: SessionId,
    pub name: String,
    /// The time it signed in.
    pub created_at: Millis,
    /// The last recorded activity.
    pub last_seen_at: Millis,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InviteTerms {
    /// The hash of its code.
    pub code: TokenHash,
    /// The time it is created.
    pub created_at: Millis,
    pub expires_at: Millis,
    /// How many people may use it.
    pub uses: Option<u32>,
}

/// The store of accounts.
#[async_trait]
pub trait Accounts {
    /// Takes a nickname for a new person, signs the device in and adds the person to the lobby, where the log so far counts as
    /// read.
    ///
    /// Only an owner link makes an owner. An invitation is used only if it was needed.
    async fn sign_up(&self, wanted: &SignUp) -> Result<Device, SignUpError> {
        let outcomes = self.sign_up_all(std::slice::from_ref(wanted)).await?;
        let outcome = outcomes.into_iter().next();
        outcome.unwrap_or(Err(SignUpError::NicknameTaken))
    }

    /// As [`Accounts::sign_up`] for each of a group, in one transaction. A refusal concerns its own sign-up only, an error all of
    /// them.
    async fn sign_up_all(&self, wanted: &[SignUp]) -> Result<Vec<Result<Device, SignUpError>>, StoreError>;

    /// Whether this right allows a sign-up. An invitation is checked, not used.
    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError>;

    /// The account of a nickname, compared as in [`super::nickname`].
    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError>;

    /// Signs in another device, if the passphrase is still the one that was compared. A person has at most
    /// [`steadfast_shared::limit::DEVICES`]; one more signs out the device unused for longest, if that is at least
    /// [`steadfast_shared::limit::DEVICE_IDLE_DAYS`].
    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError>;

    /// The device with this token.
    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError>;

    /// Why the device with this token was signed out, if its person is excluded.
    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<KeptOut>, StoreError>;

    /// Signs a device out. Returns its session, or `None` if it was not signed in.
    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError>;

    /// A person's devices, the last signed in first.
    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError>;

    /// Signs out a device of this person. Returns whether it existed.
    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError>;

    /// Records the last activity of devices. Never moves a time back.
    async fn note_seen(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError>;

    /// The hash of a person's passphrase.
    async fn passphrase(&self, user: UserId) -> Result<Option<String>, StoreError>;

    /// Sets a passphrase if it is still the one that was compared. Returns whether it was.
    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError>;

    /// Sets a passphrase unconditionally, and signs out all of the person's devices. Returns their number.
    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError>;

    /// Whether the owner has closed registration.
    async fn is_closed(&self) -> Result<bool, StoreError>;

    /// Closes or opens registration.
    async fn set_closed(&self, closed: bool) -> Result<(), StoreError>;

    /// The invitations that have not expired, newest first.
    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError>;

    /// Creates an invitation and deletes expired ones. `None` if there are already [`steadfast_shared::limit::INVITES`].
    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError>;

    /// Revokes an invitation. Returns whether it existed.
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
    /// It belongs to another person, or can be mistaken for such a name.
    #[error("the nickname is taken")]
    NicknameTaken,
    #[error(transparent)]
    NotANickname(#[from] NotAName),
    /// Sign-ups from this address are refused.
    #[error("sign-ups from this address are refused")]
    KeptOut,
    /// The owner link's code is not valid.
    #[error("the owner link's code is not valid")]
    InvalidCode,
    /// Registration is closed, and there was no valid invitation.
    #[error("registration is closed")]
    InviteRequired,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An exclusion that is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptOut {
    pub state: AccountState,
    /// When it ends. `None` if it lasts until the person is readmitted.
    pub until: Option<Millis>,
}

/// Why a device could not be signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The passphrase was changed in the meantime.
    #[error("the passphrase has changed")]
    WrongPassphrase,
    /// The person is banned or deactivated.
    #[error("the person is banned or deactivated")]
    KeptOut(KeptOut),
    /// The person has the maximum number of devices, all in use.
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
