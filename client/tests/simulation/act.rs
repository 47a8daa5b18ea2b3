//! Carries out people's actions and faults, and ends all faults.

use std::time::Duration;

use steadfast_client::session::{Input, MessageChange};
use steadfast_shared::{Emoji, EntryId, MessageText, RoomId, Seq};
use uuid::Uuid;

use crate::script::{Act, Change, Decision, Spot, Text, Weather};
use crate::server::{POISON, REFUSED};
use crate::tab::TabId;
use crate::words;
use crate::world::{Happening, World};

impl World {
    pub(crate) fn act(&mut self, act: &Act) {
        if let Some(words) = words::act(act) {
            self.say(|| words);
        }
        match *act {
            Act::Post { tab, room, text } => self.post(tab, room, text),
            Act::Burst { tab, room, many } => self.burst(tab, room, many),
            Act::Reply { tab, room, which } => {
                let message = self.message(tab, room, which, false);
                self.say_something(tab, room, Text::Plain, message.map(|(_, seq)| seq));
            }
            Act::Change {
                tab,
                room,
                which,
                change,
            } => self.change(tab, room, which, change),
            Act::Decide { tab, which, how } => self.decide(tab, which, how),
            Act::ScrollBack { tab, room } => self.person(tab, room, |room, _| Input::WantOlder(room)),
            Act::Read { tab, room } => self.person(tab, room, |room, seq| Input::Read { room, seq }),
            Act::Type { tab, room } => self.person(tab, room, |room, _| Input::Typing(room)),
            Act::Hide { tab } => {
                if let Some(id) = self.live(tab) {
                    self.input(id, Input::Flush);
                }
            }
            Act::Refresh { tab, gone } => {
                if let Some(id) = self.live(tab) {
                    self.kill(id);
                    let Spot { device, slot } = tab;
                    self.plan(gone, Happening::Start { device, slot });
                }
            }
            Act::Freeze { tab, lasts } => {
                let until = self.now + lasts + Duration::from_nanos(1);
                let now = self.now;
                let tab = self.live(tab).and_then(|id| self.tab(id));
                if let Some(tab) = tab.filter(|tab| tab.frozen_until <= now) {
                    tab.frozen_until = until;
                }
            }
            Act::Cut { tab } => self.cut(tab),
            Act::HalfOpen { tab } => self.half_open(tab),
            Act::Stall { tab, lasts } => self.stall(tab, lasts),
            Act::ShutOut { tab, reason } => self.shut_out(tab, reason),
            Act::Offline { device, lasts } => {
                self.devices[device].network = false;
                for slot in 0..self.devices[device].tabs.len() {
                    self.cut(Spot { device, slot });
                }
                self.plan(lasts, Happening::Online { device });
            }
            Act::Storage {
                device,
                trouble,
                lasts,
            } => self.trouble(device, trouble, lasts),
            Act::Crash { node, stage, down } => self.doom(node, stage, down),
            Act::Stick { node, lasts } => self.stick(node, lasts),
            Act::MoveGuest => self.move_guest(),
            Act::DatabaseBusy { lasts } => self.database_busy(lasts),
            Act::DatabaseFull { lasts } => self.database_full(lasts),
            Act::Wipe { same_rooms, down } => self.wipe(same_rooms, down),
            Act::Backup => self.back_up(),
            Act::Restore { by_hand, down } => self.restore_backup(by_hand, down),
        }
    }

    /// A tab that a person can use, and the id of the room with that number in it.
    fn usable_tab(&self, spot: Spot, room: usize) -> Option<(TabId, RoomId)> {
        let tab = self.devices[spot.device].tabs[spot.slot].as_ref()?;
        let name = format!("room {room}");
        let room = tab.session.rooms().find(|view| view.name == name)?.id;
        (tab.has_begun() && tab.frozen_until <= self.now).then_some((tab.id, room))
    }

    fn person(&mut self, spot: Spot, room: usize, input: impl FnOnce(RoomId, u64) -> Input) {
        if let Some((tab, room)) = self.usable_tab(spot, room) {
            let head = self
                .server
                .database
                .room(room)
                .map_or(0, |log| log.entries.len() as u64);
            self.input(tab, input(room, head));
        }
    }

    /// A person presses Enter many times without a pause.
    fn burst(&mut self, spot: Spot, room: usize, many: usize) {
        self.say(|| {
            format!(
                "{many} messages are typed at {} in room {room}",
                words::spot(spot)
            )
        });
        let words = self.words.take();
        (0..many).for_each(|_| self.post(spot, room, Text::Plain));
        self.words = words;
    }

    /// A person presses Enter.
    fn post(&mut self, spot: Spot, room: usize, text: Text) {
        self.say_something(spot, room, text, None);
    }

    fn say_something(&mut self, spot: Spot, room: usize, text: Text, reply_to: Option<Seq>) {
        let Some((tab, room)) = self.usable_tab(spot, room) else {
            return;
        };
        if self.tab(tab).is_none_or(|tab| tab.session.can_post().is_err()) {
            return;
        }
        let id = self.fresh_id();
        let name = words::message(id);
        let text = match text {
            Text::Plain => name.clone(),
            Text::Refused => format!("{name} {REFUSED}"),
            Text::Poison => format!("{name} {POISON}"),
            Text::Long => format!("{name} {}", "long ".repeat(3_000)),
        };
        self.takes(tab, id);
        self.say(|| format!("{} posts {name}", words::tab(tab)));
        let at = self.now.as_millis() as u64;
        let text = MessageText::parse(&text).unwrap();
        let texts = self.history.texts.entry(id).or_default();
        texts.push(text.as_str().to_owned());
        self.input(
            tab,
            Input::Post {
                room,
                id,
                text,
                reply_to,
                at,
            },
        );
    }

    /// A tab takes a typed message, after all it took before.
    fn takes(&mut self, tab: TabId, id: EntryId) {
        let troubles = self.devices[tab.device].troubles;
        let life = if troubles > 0 { tab.life } else { 0 };
        let stretch = (tab.device, tab.slot, life, troubles);
        self.history.posted.entry(stretch).or_default().push(id);
        let session = self.devices[tab.device].tabs[tab.slot]
            .as_ref()
            .map(|tab| &tab.session);
        if let Some(me) = session.and_then(|session| session.account().me()) {
            self.history.posted_as.insert(id, me.id);
        }
    }

    /// One of the visible messages, and its place.
    fn message(&self, spot: Spot, room: usize, which: usize, own: bool) -> Option<(EntryId, Seq)> {
        let (tab, room) = self.usable_tab(spot, room)?;
        let tab = self.devices[tab.device].tabs[tab.slot].as_ref()?;
        let rows: Vec<_> = tab
            .session
            .timeline(room)
            .stored()
            .filter(|row| row.text().is_some() && (row.mine || !own))
            .filter_map(|row| Some((row.id, row.seq()?)))
            .collect();
        rows.get(which.checked_rem(rows.len())?).copied()
    }

    /// A person changes a visible message.
    fn change(&mut self, spot: Spot, room: usize, which: usize, change: Change) {
        let own = !matches!(change, Change::React { .. });
        let Some((message, seq)) = self.message(spot, room, which, own) else {
            return;
        };
        let Some((tab, room)) = self.usable_tab(spot, room) else {
            return;
        };
        if self.tab(tab).is_none_or(|tab| tab.session.can_post().is_err()) {
            return;
        }
        let id = self.fresh_id();
        self.takes(tab, id);
        self.history.changed.insert(id, message);
        let (name, of) = (words::message(id), words::message(message));
        self.say(|| format!("{} asks by {name}: {change:?} of {of}", words::tab(tab)));
        let change = match change {
            Change::Edit => {
                self.history.texts.entry(message).or_default().push(name.clone());
                let text = MessageText::parse(&name).unwrap();
                MessageChange::Edit { message: seq, text }
            }
            Change::Delete => {
                self.history.deleted.insert(message);
                MessageChange::Delete { message: seq }
            }
            Change::React { emoji, on } => {
                let emoji = Emoji::parse(emoji).unwrap();
                MessageChange::React {
                    message: seq,
                    emoji,
                    on,
                }
            }
        };
        let at = self.now.as_millis() as u64;
        self.input(tab, Input::Change { room, id, change, at });
    }

    /// A person decides about an item of the outbox.
    fn decide(&mut self, spot: Spot, which: usize, how: Decision) {
        let Some(id) = self.live(spot) else { return };
        let now = self.now;
        let Some(tab) = self
            .tab(id)
            .filter(|tab| tab.has_begun() && tab.frozen_until <= now)
        else {
            return;
        };
        let now = tab.session.account().identity();
        let items: Vec<(EntryId, bool, bool)> = tab
            .session
            .outbox()
            .map(|item| {
                (
                    item.id,
                    item.rejection_for(now).is_some(),
                    item.body.changes().is_some(),
                )
            })
            .collect();
        let Some((item, rejected, changes)) = items.get(which % items.len().max(1)).copied() else {
            return;
        };
        self.history.touched.insert(item);
        let name = words::message(item);
        match (how, rejected) {
            (Decision::Retry, true) => {
                self.say(|| format!("{} retries {name}", words::tab(id)));
                self.input(id, Input::Retry(item));
            }
            (Decision::Edit, true) if !changes => {
                let new_id = self.fresh_id();
                let new_name = words::message(new_id);
                self.say(|| format!("{} edits {name}, which becomes {new_name}", words::tab(id)));
                self.history.touched.insert(new_id);
                self.history.discarded.insert(item);
                self.history.texts.insert(new_id, vec![new_name.clone()]);
                let text = MessageText::parse(&new_name).unwrap();
                let at = self.now.as_millis() as u64;
                self.input(
                    id,
                    Input::Edit {
                        id: item,
                        new_id,
                        text,
                        at,
                    },
                );
            }
            _ => {
                self.say(|| format!("{} discards {name}", words::tab(id)));
                self.history.discarded.insert(item);
                self.input(id, Input::Discard(item));
            }
        }
    }

    fn fresh_id(&mut self) -> EntryId {
        let number = self.next();
        // From a clock that jumps about, because ids need not sort.
        EntryId(Uuid::from_u128(
            (u128::from(self.rng.roll()) << 64) | u128::from(number),
        ))
    }

    /// Ends every fault. Some people may also leave: by signing off, or by closing the lid.
    pub(crate) fn heal(&mut self) {
        self.say(|| "every fault ends".to_owned());
        let leaves = self.rng.chance(30).then(|| self.rng.below(self.devices.len()));
        if let Some(device) = leaves.filter(|_| self.devices.len() > 1) {
            self.leave(device);
        }
        self.weather = Weather {
            never_told: self.weather.never_told,
            // Losses on the way are not counted as faults, and continue.
            lose_news: self.weather.lose_news,
            ..Weather::default()
        };
        self.server_heals();
        for device in 0..self.devices.len() {
            self.devices[device].network = true;
            self.storage_well(device);
            for slot in 0..self.devices[device].tabs.len() {
                self.plan(Duration::from_millis(10), Happening::Start { device, slot });
            }
        }
    }

    fn leave(&mut self, device: usize) {
        self.say(|| format!("the person at device {device} leaves"));
        let silently = self.rng.chance(50);
        self.devices[device].left = true;
        for slot in 0..self.devices[device].tabs.len() {
            let spot = Spot { device, slot };
            if silently {
                self.half_open(spot);
            }
            if let Some(id) = self.live(spot) {
                self.kill(id);
            }
        }
    }
}
