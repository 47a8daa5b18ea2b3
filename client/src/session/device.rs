//! Who is signed in on this device, and the records restored from its storage.

use steadfast_shared::{Epoch, Person};

use super::Session;
use super::output::Change;
use crate::connection::Connection;
use crate::record::{Identity, Restored, Unsent, Write};
use crate::tab_message::TabMessage;

impl Session {
    pub(super) fn restored(&mut self, restored: Restored) {
        let online = self.begun.then(|| self.is_online());
        let chat = &mut self.chat;
        let whose = restored.identity.as_ref().map(|before| before.me.id);
        chat.account.restored(restored.identity);
        chat.restore_rooms(restored.rooms, whose, online);
        let ids: Vec<_> = restored.outbox.iter().map(|item| item.id).collect();
        for item in restored.outbox {
            if chat.outbox.tombstones.outcome(item.id).is_some() {
                chat.effects.writes.push(Write::RemoveOutbox(item.id));
            }
            chat.merge_stored(item);
        }
        chat.settle_what_windows_show(&ids);
        chat.effects.broadcast(TabMessage::Started);
        // Another tab may know their outcome by now; a third may start between that outcome and this message.
        let items: Vec<_> = chat.outbox.items().cloned().collect();
        chat.vouch_for(items);
        chat.everything_changed();
        self.begun = true;
    }

    /// A person signed in, here.
    pub(super) fn signed_in(&mut self, me: Person, epoch: Epoch) {
        let before = self.chat.account.identity().cloned();
        self.identify(me, epoch);
        // The link speaks for the person signed in when it was made, or was refused because nobody was.
        let connection = self.dialer.connection();
        let another = before.as_ref() != self.chat.account.identity() && connection.is_up();
        if another || matches!(connection, Connection::Refused { .. }) {
            self.dialer.renew();
        }
    }

    /// The person signed in is no longer, here.
    pub(super) fn signed_out(&mut self, unsent: Unsent) {
        // The link speaks for this person.
        self.dialer.disconnect();
        self.forget_person(unsent);
        self.chat.effects.broadcast(TabMessage::SignedOut { unsent });
    }

    /// A message from another tab of this device.
    pub(super) fn on_tab_message(&mut self, news: TabMessage) {
        match news {
            TabMessage::SignedIn { me, epoch } => {
                // The server's next session decides who is right.
                let same = self.chat.account.is(me.id, epoch);
                if !same || !self.dialer.connection().is_up() {
                    self.dialer.renew();
                }
            }
            // This tab erases too: a write of its own may have come after the other one's.
            TabMessage::SignedOut { unsent } => {
                self.forget_person(unsent);
                if self.dialer.connection().is_up() {
                    self.dialer.renew();
                }
                self.chat.effects.changes.insert(Change::SignedOut(unsent));
            }
            TabMessage::Posted { items } => {
                let ids: Vec<_> = items.iter().map(|item| item.id).collect();
                let online = self.is_online();
                self.chat.on_items(TabMessage::Posted { items }, online);
                self.records.see_to_writing(&ids, &self.chat);
            }
            news => {
                let online = self.is_online();
                self.chat.on_items(news, online);
            }
        }
    }

    fn forget_person(&mut self, unsent: Unsent) {
        self.chat.everything_changed();
        self.forget_requests();
        self.people.forget_people();
        self.activity.forget_typing();
        self.chat.forget_person(unsent);
    }

    /// This device speaks for `me`, in the database's life `epoch`.
    pub(super) fn identify(&mut self, me: Person, epoch: Epoch) {
        let chat = &mut self.chat;
        let identity = Identity { me, epoch };
        if chat.account.identity() == Some(&identity) {
            return;
        }
        if let Some(old) = chat.account.speak_for(identity.clone())
            && (old.epoch != epoch || old.me.id != identity.me.id)
        {
            self.people.forget_people();
            chat.speak_for_another(&old);
        }
        let Identity { me, .. } = identity.clone();
        chat.names.learn(&me);
        chat.effects.writes.push(Write::PutIdentity(identity));
        chat.effects.broadcast(TabMessage::SignedIn { me, epoch });
        chat.everything_changed();
    }

    /// Somebody goes by another name.
    pub(super) fn renamed(&mut self) {
        let chat = &mut self.chat;
        if let Some(known) = chat.account.id().and_then(|me| chat.names.get(me))
            && let Some(identity) = chat.account.renamed(&known.name)
        {
            chat.effects.writes.push(Write::PutIdentity(identity.clone()));
        }
        self.people.renamed(&chat.names);
        chat.rooms.rename(&chat.names);
        chat.everything_changed();
        chat.effects.changes.extend([Change::Presence, Change::Notices]);
    }
}
