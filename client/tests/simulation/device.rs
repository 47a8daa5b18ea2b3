//! Devices with their storage and tabs: a shell around each session, with faults in place of I/O.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use steadfast_client::record::{Restored, Write};
use steadfast_client::session::{Options, RequestId, Session, Ticket};
use steadfast_shared::{EntryId, Epoch, Person, RoomId, Seq};

pub(crate) struct Device {
    pub(crate) nickname: String,
    /// What is durable.
    pub(crate) disk: Restored,
    /// What is being written, in order: by which tab, and for which ticket.
    pub(crate) writing: VecDeque<(TabId, Ticket, Vec<Write>)>,
    /// Whom the server takes the device for.
    pub(crate) cookie: Option<(Epoch, Person)>,
    pub(crate) tabs: Vec<Option<Tab>>,
    /// Which tab has the lock.
    pub(crate) elected: Option<TabId>,
    pub(crate) network: bool,
    /// Writes fail while this is set.
    pub(crate) full: bool,
}

/// One life of one tab. A refresh makes another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct TabId {
    pub(crate) device: usize,
    pub(crate) slot: usize,
    pub(crate) life: u32,
}

pub(crate) struct Tab {
    pub(crate) id: TabId,
    pub(crate) session: Session,
    pub(crate) link: Link,
    /// Of the timer last asked for; older ones are void.
    pub(crate) timer: u64,
    /// Of the dial last begun or planned.
    pub(crate) dial: u64,
    pub(crate) asked: BTreeSet<RequestId>,
    pub(crate) seen: Seen,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Link {
    Down,
    /// Dialled; the handshake is on its way.
    Dialling,
    Up(u64),
    /// Refused for good, until somebody signs in.
    Refused,
}

/// What a tab has shown, to hold it to it.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) epoch: Option<Epoch>,
    /// Own rows.
    pub(crate) rows: HashSet<(RoomId, EntryId)>,
    pub(crate) sent: HashMap<EntryId, Seq>,
    pub(crate) cursors: BTreeMap<RoomId, Seq>,
}

impl Device {
    pub(crate) fn new(nickname: &str, slots: usize) -> Self {
        Self {
            nickname: nickname.to_owned(),
            disk: Restored::default(),
            writing: VecDeque::new(),
            cookie: None,
            tabs: (0..slots).map(|_| None).collect(),
            elected: None,
            network: true,
            full: false,
        }
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Tab> {
        self.tabs.iter().flatten()
    }
}

impl Tab {
    pub(crate) fn new(id: TabId, options: Options, seed: u64) -> Self {
        Self {
            id,
            session: Session::new(options, seed),
            link: Link::Down,
            timer: 0,
            dial: 0,
            asked: BTreeSet::new(),
            seen: Seen::default(),
        }
    }
}
