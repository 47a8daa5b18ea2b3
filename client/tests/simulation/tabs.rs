//! The life of tabs: the shell around each session, its storage and the other tabs.

use std::time::Duration;

use steadfast_client::Disk;
use steadfast_client::news::PeerNews;
use steadfast_client::record::{StorageError, Write};
use steadfast_client::session::{Input, Output};

use crate::device::{Tab, TabId};
use crate::world::{Happening, World, brief};

impl World {
    pub(crate) fn start(&mut self, device: usize, slot: usize) {
        if self.devices[device].tabs[slot].is_some() {
            return;
        }
        self.lives += 1;
        let id = TabId {
            device,
            slot,
            life: self.lives,
        };
        self.note(|| format!("{id:?} starts"));
        let seed = self.dice.roll();
        self.devices[device].tabs[slot] = Some(Tab::new(id, self.options.clone(), seed));
        let after = self.dice.millis(1, 30);
        self.plan(after, Happening::Restore(id));
    }

    pub(crate) fn restore(&mut self, id: TabId) {
        if self.tab(id).is_none() {
            return;
        }
        let mut restored = self.devices[id.device].disk.clone();
        // What is written, and not how far writing got, is on a disk.
        for item in &mut restored.outbox {
            item.disk = Disk::default();
        }
        self.input(id, Input::Restored(restored));
        self.plan_dial(id, Duration::ZERO);
        self.elect(id.device);
    }

    /// Gives the lock to a tab where nobody has it.
    pub(crate) fn elect(&mut self, device: usize) {
        let live: Vec<TabId> = self.devices[device].live().map(|tab| tab.id).collect();
        if self.devices[device]
            .elected
            .is_none_or(|elected| !live.contains(&elected))
        {
            let chosen = self.dice.pick(&live).copied();
            self.devices[device].elected = chosen;
            if let Some(id) = chosen {
                // After its own start; never, for a tab that is frozen as soon as it is elected.
                let after = self.dice.millis(31, 80);
                if !self.dice.chance(self.weather.frozen) {
                    self.plan(after, Happening::Elect(id));
                }
            }
        }
    }

    /// Ends a tab, whatever it was doing. What it had asked to be written may or may not get to the disk.
    pub(crate) fn kill(&mut self, id: TabId) {
        self.note(|| format!("{id:?} ends"));
        self.cut(id, None);
        let device = &mut self.devices[id.device];
        device.tabs[id.slot] = None;
        let mine = device.writing.iter().filter(|(tab, ..)| *tab == id).count();
        let mut kept = self.dice.below(mine + 1);
        let device = &mut self.devices[id.device];
        device.writing.retain(|(tab, ..)| {
            let keep = *tab != id || kept > 0;
            kept -= usize::from(*tab == id && kept > 0);
            keep
        });
        self.elect(id.device);
    }

    pub(crate) fn input(&mut self, id: TabId, input: Input) {
        let now = self.now;
        if self.tab(id).is_none() {
            return;
        }
        self.note(|| format!("{id:?} <- {}", brief(&input)));
        if let Input::Discard(item) = &input {
            self.history.discarded.insert(*item);
        }
        let mut outputs = Vec::new();
        if let Some(tab) = self.tab(id) {
            tab.session.handle(input, now);
            loop {
                match tab.session.poll_output() {
                    Output::Wait(until) => {
                        tab.timer += 1;
                        let timer = tab.timer;
                        if let Some(until) = until {
                            // A timer may be late; a deadline in the past would be a busy loop.
                            let after = until.saturating_sub(now).max(Duration::from_millis(1));
                            self.plan(after, Happening::Tick { tab: id, timer });
                        }
                        break;
                    }
                    output => outputs.push(output),
                }
            }
        }
        for output in outputs {
            self.carry_out(id, output);
        }
        // Often enough to see whatever lasts, seldom enough to try many worlds.
        self.steps += 1;
        if self.steps.is_multiple_of(self.look_every) {
            crate::check::a_tab(self, id);
        }
    }

    pub(crate) fn carry_out(&mut self, id: TabId, output: Output) {
        match output {
            Output::Request {
                request,
                ask,
                timeout,
            } => self.ask(id, request, ask, timeout),
            Output::Emit(_) | Output::Changed(_) | Output::Wait(_) => {}
            Output::Store { ticket, writes } => {
                self.devices[id.device].writing.push_back((id, ticket, writes));
                let after = self.dice.millis(1, 40);
                self.plan(after, Happening::Commit { device: id.device });
            }
            Output::Tell(news) => self.tell(id, &news),
            Output::Reconnect { after } => self.plan_dial(id, after),
        }
    }

    pub(crate) fn tell(&mut self, from: TabId, news: &PeerNews) {
        // As over a BroadcastChannel: what is not serialised does not arrive.
        let mut news = news.clone();
        if let PeerNews::Posted { items } = &mut news {
            items.iter_mut().for_each(|item| item.disk = Disk::default());
        }
        let others: Vec<TabId> = self.devices[from.device].live().map(|tab| tab.id).collect();
        for to in others.into_iter().filter(|to| *to != from) {
            let arrives = self.now + self.dice.millis(0, 15);
            let last = self.told.entry((from, to)).or_default();
            *last = arrives.max(*last);
            let after = *last - self.now;
            self.plan(
                after,
                Happening::Local {
                    tab: to,
                    input: Box::new(Input::Heard(news.clone())),
                },
            );
        }
    }

    pub(crate) fn commit(&mut self, device: usize) {
        let Some((tab, ticket, writes)) = self.devices[device].writing.pop_front() else {
            return;
        };
        let result = if self.devices[device].full
            && writes
                .iter()
                .any(|write| !matches!(write, Write::RemoveOutbox(_)))
        {
            Err(StorageError::Full)
        } else {
            for write in writes {
                self.devices[device].disk.apply(write);
            }
            Ok(())
        };
        self.input(tab, Input::Stored { ticket, result });
    }
}
