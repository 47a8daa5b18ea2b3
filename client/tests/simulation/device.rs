//! Devices: durable data, pending writes, the leader's lock, and messages between tabs.

use std::collections::VecDeque;
use std::time::Duration;

use steadfast_client::Disk;
use steadfast_client::record::{Restored, StorageError, Write};
use steadfast_client::session::{Input, StoreTicket};
use steadfast_client::tab_message::TabMessage;
use steadfast_shared::{EntryId, Epoch, Person};

use crate::script::Trouble;
use crate::tab::{Tab, TabId};
use crate::world::{Happening, World};

const NAMES: [&str; 4] = ["Ann", "Bob", "Mina", "Jun"];

pub(crate) struct Device {
    pub(crate) owner: &'static str,
    /// The data that is durable.
    pub(crate) disk: Restored,
    /// Pending writes, in order: the tab, its ticket, and the writes.
    writing: VecDeque<(TabId, StoreTicket, Vec<Write>)>,
    /// The person for whom the server takes the device.
    pub(crate) cookie: Option<(Epoch, Person)>,
    pub(crate) tabs: Vec<Option<Tab>>,
    /// The tab that holds the lock.
    elected: Option<TabId>,
    pub(crate) network: bool,
    pub(crate) trouble: Option<Trouble>,
    /// How often its storage began or ceased to fail.
    pub(crate) troubles: u32,
    /// Its people have left it for good.
    pub(crate) left: bool,
}

impl Device {
    pub(crate) fn new(owner: usize, slots: usize) -> Self {
        Self {
            owner: NAMES[owner % NAMES.len()],
            disk: Restored::default(),
            writing: VecDeque::new(),
            cookie: None,
            tabs: (0..slots).map(|_| None).collect(),
            elected: None,
            network: true,
            trouble: None,
            troubles: 0,
            left: false,
        }
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Tab> {
        self.tabs.iter().flatten()
    }

    /// Whether an item of the outbox is durable.
    pub(crate) fn has_written(&self, item: EntryId) -> bool {
        self.disk.outbox.iter().any(|written| written.id == item)
    }

    fn stalls(&self) -> bool {
        self.trouble == Some(Trouble::Stalled)
    }

    /// The data that a tab reads: everything durable. `None` if it cannot be read.
    fn read(&self) -> Option<Restored> {
        if self.trouble == Some(Trouble::Broken) {
            return None;
        }
        let mut held = self.disk.clone();
        held.outbox
            .iter_mut()
            .for_each(|item| item.disk = Disk::default());
        Some(held)
    }
}

impl World {
    /// A tab asks its storage for its data.
    pub(crate) fn load(&mut self, tab: TabId) {
        let after = self.rng.millis(1, 30);
        if self.devices[tab.device].stalls() {
            self.devices[tab.device].tabs[tab.slot]
                .iter_mut()
                .for_each(|tab| tab.waits_for_storage = true);
        } else {
            self.plan(after, Happening::Loaded(tab));
        }
    }

    /// The data that a tab reads. If that fails, the tab continues with nothing, and reads again later.
    pub(crate) fn held(&mut self, tab: TabId) -> Restored {
        let held = self.devices[tab.device].read();
        if held.is_none() {
            let after = self.rng.millis(1_000, 5_000);
            self.plan(after, Happening::Loaded(tab));
        }
        held.unwrap_or_default()
    }

    pub(crate) fn read_for_election(&mut self, tab: TabId) {
        if self.tab(tab).is_none() {
            return;
        }
        if self.devices[tab.device].stalls() {
            let after = self.rng.millis(500, 1_000);
            return self.plan(after, Happening::Elect(tab));
        }
        let stored = self.held(tab).outbox;
        let after = self.rng.millis(0, 5);
        self.plan(after, Happening::Elected { tab, stored });
    }

    pub(crate) fn trouble(&mut self, device: usize, trouble: Trouble, lasts: Duration) {
        if self.devices[device].trouble.is_none() {
            if trouble != Trouble::Full {
                let held = self.devices[device].live().flat_map(|tab| tab.session.outbox());
                self.history.adrift.extend(held.map(|item| item.id));
            }
            self.devices[device].trouble = Some(trouble);
            self.devices[device].troubles += 1;
            self.plan(lasts, Happening::StorageWell { device });
        }
    }

    pub(crate) fn storage_well(&mut self, device: usize) {
        let stalled = self.devices[device].stalls();
        let troubled = self.devices[device].trouble.take().is_some();
        self.devices[device].troubles += u32::from(troubled);
        if !stalled {
            return;
        }
        for _ in 0..self.devices[device].writing.len() {
            let after = self.rng.millis(1, 40);
            self.plan(after, Happening::Write { device });
        }
        let waiting: Vec<TabId> = self.devices[device]
            .tabs
            .iter_mut()
            .flatten()
            .filter_map(|tab| std::mem::take(&mut tab.waits_for_storage).then_some(tab.id))
            .collect();
        for tab in waiting {
            let after = self.rng.millis(1, 30);
            self.plan(after, Happening::Loaded(tab));
        }
    }

    /// A tab asks its storage to write.
    pub(crate) fn store(&mut self, tab: TabId, ticket: StoreTicket, writes: Vec<Write>) {
        self.devices[tab.device].writing.push_back((tab, ticket, writes));
        let after = self.rng.millis(1, 40);
        self.plan(after, Happening::Write { device: tab.device });
    }

    /// The oldest pending write succeeds or fails.
    pub(crate) fn write(&mut self, device: usize) {
        let here = &mut self.devices[device];
        if here.stalls() {
            return;
        }
        let Some((tab, ticket, writes)) = here.writing.pop_front() else {
            return;
        };
        let only_removes = writes.iter().all(|write| matches!(write, Write::RemoveOutbox(_)));
        let result = match here.trouble {
            Some(Trouble::Broken) => Err(StorageError::Failed("broken".into())),
            Some(Trouble::Full) if !only_removes => Err(StorageError::Full),
            _ => {
                writes.into_iter().for_each(|write| here.disk.apply(write));
                Ok(())
            }
        };
        self.plan(
            Duration::ZERO,
            Happening::Tell {
                tab,
                input: Box::new(Input::Stored { ticket, result }),
            },
        );
    }

    /// A tab is gone, and the lock is free. Its pending writes reach the disk up to some point, before any other tab reads:
    /// a browser aborts uncommitted ones.
    pub(crate) fn tab_is_gone(&mut self, id: TabId) {
        let device = &self.devices[id.device];
        let written = device.writing.iter().filter(|(tab, ..)| *tab == id).count();
        let mut kept = if device.stalls() {
            0
        } else {
            self.rng.below(written + 1)
        };
        while kept > 0
            && let Some((tab, ..)) = self.devices[id.device].writing.front()
        {
            kept -= usize::from(*tab == id);
            self.write(id.device);
        }
        self.devices[id.device].writing.retain(|(tab, ..)| *tab != id);
        self.elect(id.device);
    }

    /// Gives the free lock to a tab.
    pub(crate) fn elect(&mut self, device: usize) {
        let live: Vec<TabId> = self.devices[device].live().map(|tab| tab.id).collect();
        if self.devices[device]
            .elected
            .is_some_and(|elected| live.contains(&elected))
        {
            return;
        }
        let chosen = self.rng.pick(&live).copied();
        self.devices[device].elected = chosen;
        if let Some(tab) = chosen {
            // A tab waits for the lock once it has read its storage; a frozen one never takes it.
            let after = self.rng.millis(31, 80);
            if !self.rng.chance(self.weather.never_told) {
                self.plan(after, Happening::Elect(tab));
            }
        }
    }

    /// A tab sends a message to the other tabs of its device.
    pub(crate) fn broadcast_to_tabs(&mut self, from: TabId, news: &TabMessage) {
        // As over a BroadcastChannel: only what is serialised arrives.
        let mut news = news.clone();
        if let TabMessage::Posted { items } = &mut news {
            items.iter_mut().for_each(|item| item.disk = Disk::default());
        }
        let others: Vec<TabId> = self.devices[from.device].live().map(|tab| tab.id).collect();
        for to in others.into_iter().filter(|to| *to != from) {
            let arrives = self.now + self.rng.millis(0, 15);
            let last = self.last_message.entry((from, to)).or_default();
            *last = arrives.max(*last);
            let after = *last - self.now;
            let input = Box::new(Input::TabMessage(news.clone()));
            self.plan(after, Happening::Tell { tab: to, input });
        }
    }
}
