//! The lines between tabs and nodes: ordered and slow; they may break, silently or not.

use std::collections::BTreeMap;
use std::time::Duration;

use socketio_anywhere::DisconnectReason;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{LinkEvent, LinkId};

use crate::script::Spot;
use crate::tab::TabId;
use crate::words;
use crate::world::{Happening, World};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct LineId(pub(crate) u64);

pub(crate) struct Line {
    pub(crate) tab: TabId,
    link: LinkId,
    pub(crate) node: usize,
    /// Nothing passes, and neither end knows.
    pub(crate) dead: bool,
    /// The tab has closed its end.
    left: bool,
    /// Nothing passes before this time; then everything does.
    stalled_until: Duration,
    /// When the last frame of each direction arrives: a line preserves order.
    last_up: Duration,
    last_down: Duration,
}

/// The most milliseconds a frame takes.
const SLOWEST: u64 = 60;

impl World {
    /// A tab dials. A load balancer chooses the node.
    pub(crate) fn dial(&mut self, tab: TabId, link: LinkId) {
        let id = LineId(self.next());
        let nodes = self.server.nodes.len();
        let line = Line {
            tab,
            link,
            node: self.rng.below(nodes),
            dead: false,
            left: false,
            stalled_until: Duration::ZERO,
            last_up: self.now,
            last_down: self.now,
        };
        self.lines.insert(id, line);
        if let Some(tab) = self.tab(tab) {
            tab.lines.insert(link, id);
        }
        let after = self.rng.millis(2, 80);
        self.plan(after, Happening::LineUp(id));
    }

    pub(crate) fn line_up(&mut self, id: LineId) {
        let Some(line) = self.lines.get(&id) else { return };
        let (tab, link, node) = (line.tab, line.link, line.node);
        if !self.devices[tab.device].network || !self.server.nodes[node].up {
            self.lines.remove(&id);
            if let Some(tab) = self.tab(tab) {
                tab.lines.remove(&link);
            }
            let event = LinkEvent::Closed {
                reason: DisconnectReason::TransportError,
                details: None,
            };
            return self.plan(Duration::ZERO, Happening::Link { tab, link, event });
        }
        for event in [LinkEvent::Opened, LinkEvent::Writable] {
            self.plan(Duration::ZERO, Happening::Link { tab, link, event });
        }
        self.greet(id);
    }

    pub(crate) fn send_up(&mut self, tab: TabId, link: LinkId, frame: Frame) {
        let Some(line) = self.tab(tab).and_then(|tab| tab.lines.get(&link).copied()) else {
            return;
        };
        if let Some(after) = self.travel(line, true) {
            self.plan(after, Happening::ToServer { line, frame });
        }
    }

    pub(crate) fn send_down(&mut self, line: LineId, frame: Frame) {
        if let Some(after) = self.travel(line, false) {
            self.plan(after, Happening::ToTab { line, frame });
        }
    }

    /// The delay of a frame, which arrives after all before it; `None` if it never arrives.
    fn travel(&mut self, id: LineId, up: bool) -> Option<Duration> {
        let takes = self.rng.millis(1, SLOWEST);
        let now = self.now;
        let line = self
            .lines
            .get_mut(&id)
            .filter(|line| !line.dead && (up || !line.left))?;
        let last = if up {
            &mut line.last_up
        } else {
            &mut line.last_down
        };
        *last = (now.max(line.stalled_until) + takes).max(*last);
        Some(*last - now)
    }

    pub(crate) fn at_tab(&mut self, id: LineId, frame: Frame) {
        if let Some(line) = self.lines.get(&id).filter(|line| !line.dead) {
            let (tab, link) = (line.tab, line.link);
            let event = LinkEvent::Received(frame);
            self.plan(Duration::ZERO, Happening::Link { tab, link, event });
        }
    }

    /// The tab closes its end: frames that it sent before may still arrive.
    pub(crate) fn close_at_tab(&mut self, id: LineId) {
        if let Some(after) = self.travel(id, true) {
            self.plan(
                after,
                Happening::LineEnds {
                    line: id,
                    at_tab: false,
                },
            );
        }
        // On a dead line, the node has to find out by itself.
        if let Some(line) = self.lines.get_mut(&id) {
            line.left = true;
        }
    }

    /// The node closes its end, or dies.
    pub(crate) fn close_at_node(&mut self, id: LineId) {
        if let Some(after) = self.travel(id, false) {
            self.plan(
                after,
                Happening::LineEnds {
                    line: id,
                    at_tab: true,
                },
            );
        }
    }

    pub(crate) fn line_ends(&mut self, id: LineId, at_tab: bool) {
        if !at_tab {
            self.forget_connection(id);
            self.lines.remove(&id);
            return;
        }
        let Some(line) = self.lines.get(&id).filter(|line| !line.dead) else {
            return;
        };
        let (tab, link) = (line.tab, line.link);
        self.lines.remove(&id);
        if self.tab(tab).and_then(|tab| tab.lines.remove(&link)).is_some() {
            let event = LinkEvent::Closed {
                reason: DisconnectReason::TransportClose,
                details: None,
            };
            self.plan(Duration::ZERO, Happening::Link { tab, link, event });
        }
    }

    /// The network cuts a tab's lines, and both ends notice.
    pub(crate) fn cut(&mut self, spot: Spot) {
        for id in self.lines_of(spot) {
            self.say(|| format!("{} loses its line", words::spot(spot)));
            self.forget_connection(id);
            self.line_ends(id, true);
        }
    }

    /// A tab's lines carry nothing any more, and neither end notices.
    pub(crate) fn half_open(&mut self, spot: Spot) {
        for id in self.lines_of(spot) {
            self.say(|| format!("{}'s line is dead, and neither end knows", words::spot(spot)));
            if let Some(line) = self.lines.get_mut(&id) {
                line.dead = true;
            }
        }
    }

    pub(crate) fn stall(&mut self, spot: Spot, lasts: Duration) {
        let until = self.now + lasts;
        for id in self.lines_of(spot) {
            self.say(|| format!("nothing passes on {}'s line for {lasts:?}", words::spot(spot)));
            if let Some(line) = self.lines.get_mut(&id) {
                line.stalled_until = until;
            }
        }
    }

    pub(crate) fn lines_of(&self, spot: Spot) -> Vec<LineId> {
        let tab = self.devices[spot.device].tabs[spot.slot].as_ref();
        let lines: Option<&BTreeMap<LinkId, LineId>> = tab.map(|tab| &tab.lines);
        lines.into_iter().flat_map(BTreeMap::values).copied().collect()
    }
}
