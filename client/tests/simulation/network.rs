//! Connections, and everything that goes wrong on them.

use std::time::Duration;

use steadfast_client::session::{Answer, Input, LinkEnd, Request, RequestId, ServerEvent};
use steadfast_shared::Person;
use steadfast_shared::event::{self, ClosingReason};
use steadfast_shared::http::SessionInfo;

use crate::device::{Link, TabId};
use crate::world::{Happening, World};

impl World {
    /// A packet's arrival, after all before it in its direction.
    pub(crate) fn travel(&mut self, conn: u64, up: bool) -> Duration {
        let arrives = self.now + self.dice.millis(1, 60);
        let last = self.fifo.entry((conn, up)).or_default();
        *last = arrives.max(*last);
        *last - self.now
    }

    pub(crate) fn plan_dial(&mut self, id: TabId, after: Duration) {
        if let Some(tab) = self.tab(id) {
            tab.dial += 1;
            let dial = tab.dial;
            self.plan(after, Happening::Dial { tab: id, dial });
        }
    }

    pub(crate) fn dial(&mut self, id: TabId, dial: u64) {
        if self.tab(id).is_none_or(|tab| tab.dial != dial) {
            return;
        }
        self.cut(id, Some(LinkEnd::ClosedHere));
        let reachable = self.server.up && self.devices[id.device].network;
        let Some(tab) = self.tab(id) else { return };
        if !reachable {
            tab.link = Link::Down;
            let after = self.dice.millis(500, 2_000);
            return self.plan_dial(id, after);
        }
        tab.link = Link::Dialling;
        let auth = tab.session.auth();
        // As on the wire.
        let auth: event::Auth = serde_json::from_str(&serde_json::to_string(&auth).unwrap()).unwrap();
        let cookie = self.devices[id.device].cookie.clone();
        let person = cookie
            .filter(|(epoch, _)| *epoch == self.server.epoch)
            .map(|(_, person)| person);
        let Some(person) = person else {
            let after = self.dice.millis(5, 60);
            return self.plan(after, Happening::Refused { tab: id, dial });
        };
        self.next_conn += 1;
        let conn = self.next_conn;
        self.connections.insert(conn, (id, person.clone()));
        if let Some(tab) = self.tab(id) {
            tab.link = Link::Up(conn);
        }
        self.input(id, Input::LinkUp);
        // The socket is in its rooms before the head is read, and `session` may be overtaken.
        let opened = self
            .server
            .open(&person, auth.epoch, &auth.cursors, &mut self.dice);
        let input = Input::Event(ServerEvent::Session(event::Session::Open(opened)));
        let after = self.dice.millis(1, 120);
        self.plan(
            after,
            Happening::Deliver {
                tab: id,
                conn,
                input: Box::new(input),
            },
        );
    }

    pub(crate) fn sign_in(&mut self, id: TabId) {
        if self.tab(id).is_none_or(|tab| tab.link != Link::Refused) {
            return;
        }
        if !self.server.up || !self.devices[id.device].network {
            let after = self.dice.millis(500, 1_000);
            return self.plan(after, Happening::SignIn(id));
        }
        let nickname = self.devices[id.device].nickname.clone();
        let me = self.server.sign_in(&nickname);
        let epoch = self.server.epoch;
        self.devices[id.device].cookie = Some((epoch, me.clone()));
        self.input(id, Input::SignedIn(SessionInfo::new(me, epoch)));
    }

    /// Ends a tab's connection. Packets under way to the server may still arrive, those to the tab do not.
    pub(crate) fn cut(&mut self, id: TabId, end: Option<LinkEnd>) {
        let Some(tab) = self.tab(id) else { return };
        let was = std::mem::replace(&mut tab.link, Link::Down);
        tab.asked.clear();
        if let Link::Up(conn) = was {
            self.connections.remove(&conn);
            if let Some(end) = end {
                self.input(id, Input::LinkDown(end));
            }
        }
    }

    /// The network or the server ends a tab's connection; the socket dials again.
    pub(crate) fn lose(&mut self, id: TabId) {
        if self.tab(id).is_some_and(|tab| matches!(tab.link, Link::Up(_))) {
            self.note(|| format!("{id:?} loses its link"));
            self.cut(id, Some(LinkEnd::Lost));
            let after = self.dice.millis(50, 1_500);
            self.plan_dial(id, after);
        }
    }

    /// The server ends a tab's connection, and says why or not.
    pub(crate) fn shut_out(&mut self, id: TabId) {
        if self.tab(id).is_some_and(|tab| matches!(tab.link, Link::Up(_))) {
            let reasons = [
                ClosingReason::SlowConsumer,
                ClosingReason::Flooding,
                ClosingReason::Replaced,
            ];
            if let Some(reason) = self.dice.pick(&reasons).copied() {
                let closing = event::Session::Closing { reason };
                self.input(id, Input::Event(ServerEvent::Session(closing)));
            }
            self.cut(id, Some(LinkEnd::ClosedByServer));
        }
    }

    pub(crate) fn stop_server(&mut self, down: Duration) {
        self.note(|| "the server dies".into());
        self.server.up = false;
        let connected: Vec<TabId> = self.connections.values().map(|(tab, _)| *tab).collect();
        for tab in connected {
            self.lose(tab);
        }
        self.plan(down, Happening::ServerUp);
    }

    pub(crate) fn ask(&mut self, id: TabId, request: RequestId, ask: Request, timeout: Duration) {
        let Some(tab) = self.tab(id) else { return };
        tab.asked.insert(request);
        let Link::Up(conn) = tab.link else {
            panic!("{id:?} asks {ask:?} without a link");
        };
        let person = self.connections[&conn].1.clone();
        let after = self.travel(conn, true);
        self.plan(
            after,
            Happening::Arrive {
                tab: id,
                conn,
                person,
                request,
                ask: Box::new(ask),
            },
        );
        self.plan(timeout, Happening::Timeout { tab: id, request });
    }

    pub(crate) fn arrive(&mut self, id: TabId, conn: u64, person: &Person, request: RequestId, ask: Request) {
        let alive = self.connections.contains_key(&conn);
        // A packet of a dead connection may have been in the server's hands before it died.
        let same_epoch = self.server.people.get(&person.name) == Some(person);
        if !self.server.up || !same_epoch || (!alive && self.dice.chance(50)) {
            return;
        }
        let at = self.now.as_millis() as u64;
        let (answer, published) = match ask {
            Request::Send(items) => {
                let (answer, published) = self.server.send(person, items, at, &mut self.dice);
                (Answer::Send(answer), published)
            }
            Request::History(asked) => (Answer::History(self.server.history(&asked)), Vec::new()),
            Request::Sync(_) => (Answer::Sync(Ok(self.server.heads())), Vec::new()),
        };
        if !self.dice.chance(self.weather.lose_answers) {
            let result = Ok(answer);
            let after = self.travel(conn, false);
            let input = Box::new(Input::Answered { request, result });
            self.plan(after, Happening::Deliver { tab: id, conn, input });
        }
        for entries in published {
            let everybody: Vec<(u64, TabId)> =
                self.connections.iter().map(|(c, (tab, _))| (*c, *tab)).collect();
            for (conn, tab) in everybody {
                self.publish(conn, tab, &entries);
            }
        }
    }

    pub(crate) fn publish(&mut self, conn: u64, tab: TabId, entries: &event::Entries) {
        if self.dice.chance(self.weather.lose_entries) {
            return;
        }
        let copies = 1 + usize::from(self.dice.chance(self.weather.repeat_entries));
        for _ in 0..copies {
            let mut after = self.travel(conn, false);
            if self.dice.chance(self.weather.delay_entries) {
                after += self.dice.millis(10, 500);
            }
            let input = Input::Event(ServerEvent::Entries(entries.clone()));
            self.plan(
                after,
                Happening::Deliver {
                    tab,
                    conn,
                    input: Box::new(input),
                },
            );
        }
    }
}
