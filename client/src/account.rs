//! Who this device speaks for, and what the server says of them.

use steadfast_shared::event::{self, ClosingReason};
use steadfast_shared::{Epoch, Person, Role, UserId};

use crate::record::Identity;

/// The person signed in on this device.
#[derive(Debug)]
pub struct OwnAccount {
    identity: Option<Identity>,
    role: Role,
    blocked: Vec<Person>,
    ended: Option<ClosingReason>,
    /// Who this person was in epochs before.
    formerly: Vec<UserId>,
}

impl OwnAccount {
    pub(crate) fn new() -> Self {
        Self {
            identity: None,
            role: Role::Member,
            blocked: Vec::new(),
            ended: None,
            formerly: Vec::new(),
        }
    }

    /// Who this device speaks for.
    pub fn me(&self) -> Option<&Person> {
        self.identity.as_ref().map(|identity| &identity.me)
    }

    pub fn id(&self) -> Option<UserId> {
        self.me().map(|me| me.id)
    }

    /// Who this device speaks for, and in which life of the database: the argument of
    /// [`OutboxItem::rejection_for`](crate::OutboxItem::rejection_for).
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The life of the database that cursors and cache belong to.
    pub fn epoch(&self) -> Option<Epoch> {
        self.identity.as_ref().map(|identity| identity.epoch)
    }

    /// This person's role on the server, by its last report.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether this person owns the server, by its last report: then they may delete other people's messages.
    pub fn owns_server(&self) -> bool {
        self.role == Role::Owner
    }

    /// Whom this person has blocked, by name.
    pub fn blocked(&self) -> &[Person] {
        &self.blocked
    }

    /// Whether this person has blocked another: those messages are to be shown only on request.
    pub fn has_blocked(&self, person: UserId) -> bool {
        self.blocked.iter().any(|blocked| blocked.id == person)
    }

    /// Why the server ended this device's session for good: `signed_out`, `banned` or `deactivated`. `None` where it did
    /// not, and once a session has opened again.
    pub fn ended(&self) -> Option<ClosingReason> {
        self.ended
    }

    /// Whether this is who the device speaks for, in this life of the database.
    pub(crate) fn is(&self, person: UserId, epoch: Epoch) -> bool {
        self.id() == Some(person) && self.epoch() == Some(epoch)
    }

    pub(crate) fn formerly(&self) -> &[UserId] {
        &self.formerly
    }

    /// Speaks for this person from here on. Returns who it spoke for before.
    pub(crate) fn speak_for(&mut self, identity: Identity) -> Option<Identity> {
        self.identity.replace(identity)
    }

    /// The identity that this device kept.
    pub(crate) fn restored(&mut self, kept: Option<Identity>) {
        match (&self.identity, kept) {
            (None, kept) => self.identity = kept,
            // It comes late, after a person signed in.
            (Some(now), Some(before)) if now.epoch != before.epoch => self.formerly.push(before.me.id),
            _ => {}
        }
    }

    /// This person was another one in an epoch before.
    pub(crate) fn was(&mut self, former: UserId) {
        self.formerly.push(former);
    }

    /// Another person or another epoch: nothing is known of them yet.
    pub(crate) fn start_over(&mut self) {
        self.role = Role::Member;
        self.blocked.clear();
    }

    /// The person signed in is no longer.
    pub(crate) fn sign_out(&mut self) {
        self.identity = None;
        self.role = Role::Member;
        self.formerly.clear();
    }

    /// The server opened the session.
    pub(crate) fn opened(&mut self, role: Role, blocked: Vec<Person>) {
        self.role = role;
        self.blocked = blocked;
        self.ended = None;
    }

    pub(crate) fn has_role(&mut self, role: Role) {
        self.role = role;
    }

    /// The server is about to close the connection. Some reasons end the session, too.
    pub(crate) fn closing(&mut self, reason: ClosingReason) {
        if matches!(
            reason,
            ClosingReason::SignedOut | ClosingReason::Banned | ClosingReason::Deactivated
        ) {
            self.ended = Some(reason);
        }
    }

    /// This person has blocked another, or blocks them no longer.
    pub(crate) fn blocks(&mut self, news: event::Blocked) {
        self.blocked.retain(|person| person.id != news.person.id);
        if news.blocked {
            let mut names = self.blocked.iter().map(|person| &person.name);
            let at = names.position(|name| *name > news.person.name);
            self.blocked.insert(at.unwrap_or(self.blocked.len()), news.person);
        }
    }

    /// This person goes by another name. Returns who they are by now, where they do.
    pub(crate) fn renamed(&mut self, name: &str) -> Option<&Identity> {
        let identity = self
            .identity
            .as_mut()
            .filter(|identity| identity.me.name != name)?;
        name.clone_into(&mut identity.me.name);
        Some(identity)
    }
}
