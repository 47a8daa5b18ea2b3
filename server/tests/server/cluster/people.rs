//! Those who speak and hear at several nodes, and the history they have seen.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use steadfast_server::store::{Span, Store};
use steadfast_shared::{EntryId, RoomId, Seq};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::person::{Addresses, Person, Seen};
use crate::support::Client;
use crate::support::server::sign_in;

/// How long people may take to go on after a fault.
const GOES_ON: Duration = Duration::from_secs(40);
/// How many entries they acknowledge until they are seen to go on.
const ENOUGH: usize = 40;

pub(super) struct People {
    room: RoomId,
    seen: Vec<watch::Receiver<Seen>>,
    tasks: Vec<JoinHandle<()>>,
    speaks: watch::Sender<bool>,
    /// The entries a failover may have lost, if there was one.
    at_risk: Option<AtRisk>,
}

/// The acknowledged entries after a place, up to so many of each person.
struct AtRisk {
    after: Seq,
    acknowledged: Vec<usize>,
}

impl People {
    /// So many, who begin at the nodes in turn.
    pub(super) async fn start(many: usize, nodes: &Addresses) -> Self {
        let addresses: Vec<SocketAddr> = nodes.lock().unwrap().clone();
        let http = reqwest::Client::new();
        let mut sessions = Vec::new();
        for nth in 0..many {
            let at = addresses[nth % addresses.len()];
            sessions.push(sign_in(&http, at, &format!("Person {nth}")).await);
        }
        let room = Client::open(addresses[0], &sessions[0], json!({})).await.room();
        let mut people = Self {
            room,
            seen: Vec::new(),
            tasks: Vec::new(),
            speaks: watch::Sender::new(true),
            at_risk: None,
        };
        for (nth, session) in sessions.into_iter().enumerate() {
            let person = Person::new(session, nodes.clone(), nth, room, people.speaks.subscribe());
            people.seen.push(person.seen());
            people.tasks.push(tokio::spawn(person.run()));
        }
        people
    }

    fn acknowledged(&self) -> usize {
        self.seen
            .iter()
            .map(|seen| seen.borrow().acknowledged.len())
            .sum()
    }

    /// The last place that somebody has heard of by an answer.
    pub(super) fn newest(&self) -> Seq {
        let newest = |seen: &watch::Receiver<Seen>| {
            let seen = seen.borrow();
            seen.acknowledged.iter().map(|(_, seq)| *seq).max()
        };
        self.seen.iter().filter_map(newest).max().unwrap_or(0)
    }

    /// Fails where one of them has.
    fn all_well(&self) {
        assert!(
            self.tasks.iter().all(|task| !task.is_finished()),
            "somebody was shown something wrong"
        );
    }

    pub(super) async fn go_on(&self, after: &str) {
        let (began, until) = (Instant::now(), Instant::now() + GOES_ON);
        let enough = self.acknowledged() + ENOUGH;
        while self.acknowledged() < enough {
            self.all_well();
            assert!(Instant::now() < until, "nobody goes on after {after}");
            sleep(Duration::from_millis(20)).await;
        }
        println!("{after}: {ENOUGH} more acknowledged after {:?}", began.elapsed());
    }

    /// Waits until everybody is shown more entries than this.
    pub(super) async fn see_beyond(&self, seq: Seq) {
        let until = Instant::now() + GOES_ON;
        let is_beyond = |seen: &watch::Receiver<Seen>| seen.borrow().shown.len() as Seq > seq;
        while !self.seen.iter().all(is_beyond) {
            self.all_well();
            assert!(Instant::now() < until, "not everybody is shown #{seq}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Entries after a place that were acknowledged until this moment may be lost.
    pub(super) fn may_have_lost(&mut self, after: Seq) {
        let acknowledged = |seen: &watch::Receiver<Seen>| seen.borrow().acknowledged.len();
        self.at_risk = Some(AtRisk {
            after,
            acknowledged: self.seen.iter().map(acknowledged).collect(),
        });
    }

    /// Everybody is shown all there is, each entry once and in one order, and all that was acknowledged is in its place, but for
    /// what may be lost. Answers how many entries are lost, and how often each was told to start afresh.
    pub(super) async fn check(mut self, store: &dyn Store) -> (usize, Vec<usize>) {
        self.speaks.send_replace(false);
        let stored = self.all_stored(store).await;
        let distinct: BTreeSet<_> = stored.iter().collect();
        assert_eq!(distinct.len(), stored.len(), "stored once");
        let (mut acknowledged, mut lost) = (0, 0);
        for (person, seen) in self.seen.iter().enumerate() {
            let seen = seen.borrow();
            assert_eq!(seen.shown, stored, "one order");
            for (nth, (id, seq)) in seen.acknowledged.iter().enumerate() {
                if stored.get(*seq as usize - 1) == Some(id) {
                    acknowledged += 1;
                } else {
                    let may_be_lost = self
                        .at_risk
                        .as_ref()
                        .is_some_and(|risk| *seq > risk.after && nth < risk.acknowledged[person]);
                    assert!(may_be_lost, "every ack is true: {id:?} is not at #{seq}");
                    assert!(!distinct.contains(id), "it is elsewhere");
                    lost += 1;
                }
            }
        }
        println!(
            "{acknowledged} acknowledged, {lost} lost, {} stored",
            stored.len()
        );
        assert!(acknowledged <= stored.len());
        self.tasks.drain(..).for_each(|task| task.abort());
        let resets = self.seen.iter().map(|seen| seen.borrow().resets);
        (lost, resets.collect())
    }

    /// The log, once everybody is shown as much.
    async fn all_stored(&self, store: &dyn Store) -> Vec<EntryId> {
        let until = Instant::now() + GOES_ON;
        let mut stored: Vec<EntryId> = Vec::new();
        loop {
            self.all_well();
            loop {
                let span = Span::After(stored.len() as u64);
                let page = store.page(self.room, span, 200).await.unwrap();
                if page.entries.is_empty() {
                    break;
                }
                for entry in page.entries {
                    assert_eq!(entry.seq, stored.len() as u64 + 1, "contiguous");
                    stored.push(entry.id);
                }
            }
            let all = |seen: &watch::Receiver<Seen>| seen.borrow().shown.len() == stored.len();
            if self.seen.iter().all(all) {
                return stored;
            }
            assert!(Instant::now() < until, "not everybody is shown everything");
            sleep(Duration::from_millis(100)).await;
        }
    }
}
