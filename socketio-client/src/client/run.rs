//! The one loop that does I/O: it carries out the machine's outputs, and feeds it the results.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::attempt::Targets;
use super::auth::{Credentials, PendingCredentials, presented};
use super::shared::Shared;
use crate::demand;
use crate::fifo::Fifo;
use crate::platform::{self, PageListener, Timer};
use crate::protocol::{Input, LinkEvent, LinkFailure, LinkId, Output, SocketKey};
use crate::time::Time;
use crate::transport::{Dial, Goodbye, Link, Target};

pub(super) struct Driver {
    shared: Arc<Shared>,
    dial: Dial,
    targets: Targets,
    auth: Credentials,
    /// Pending credentials. Those for a former connection are dropped.
    pending: Vec<(SocketKey, LinkId, PendingCredentials)>,
    /// Few, so a list does.
    links: Vec<(LinkId, Link)>,
    /// Links that were closed and are still sending.
    goodbyes: Vec<Goodbye>,
    timer: Option<(Time, Timer)>,
    /// A deadline was past when a timer was to be set for it.
    due: bool,
    /// Nothing is read from the links.
    paused: bool,
    _page: [Option<PageListener>; 3],
}

/// The number of rounds before the loop yields to other tasks.
const ROUNDS: usize = 64;

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        dial: Dial,
        targets: Targets,
        auth: Credentials,
        page: [Option<PageListener>; 3],
    ) -> Self {
        Self {
            shared,
            dial,
            targets,
            auth,
            pending: Vec::new(),
            links: Vec::new(),
            goodbyes: Vec::new(),
            timer: None,
            due: false,
            paused: false,
            _page: page,
        }
    }

    /// Ends with the last handle, or with its runtime.
    pub(super) async fn run(mut self) {
        poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ROUNDS {
            let finished = self.carry_out(cx);
            if finished && self.goodbyes.is_empty() {
                return Poll::Ready(());
            }
            if !(self.poll_links(cx) | self.poll_auth(cx) | self.poll_goodbyes(cx) | self.poll_timer(cx)) {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Carries out the machine's outputs; returns whether the client is finished.
    fn carry_out(&mut self, cx: &Context<'_>) -> bool {
        loop {
            let (output, wait, finished, last, paused) = self.shared.take(|inner| {
                inner.register_driver(cx);
                let output = inner.io.pop_front();
                inner.carrying_out = output.is_some();
                (
                    output,
                    inner.wait,
                    inner.finished && !inner.machine.is_leaving(),
                    inner.clock.last(),
                    inner.streams.is_paused() && !inner.finished,
                )
            });
            self.paused = paused;
            let Some(output) = output else {
                self.set_timer(wait, last);
                return finished;
            };
            #[cfg(feature = "tracing")]
            super::trace::output(&output);
            self.act(output);
        }
    }

    fn act(&mut self, output: Output) {
        match output {
            Output::Open { link, sid } => {
                if let Some(target) = self.target(link, sid.as_deref()) {
                    self.links
                        .push((link, Link::dial(&self.dial, &target, sid.as_deref())));
                }
            }
            Output::Request { link, sid, body }
                if cfg!(feature = "polling") && demand::polling::is_wanted() =>
            {
                if let Some(target) = self.target(link, sid.as_deref()) {
                    let request = Link::request(&self.dial, &target, sid.as_deref(), body);
                    self.links.push((link, request));
                }
            }
            Output::Send { link, frames } => {
                if let Some(link) = self.link(link) {
                    link.send(frames);
                }
            }
            Output::Barrier { link } => {
                if let Some(link) = self.link(link) {
                    link.barrier();
                }
            }
            Output::Close { link } => {
                self.close(link);
            }
            Output::Authenticate { socket, link } => self.authenticate(socket, link),
            Output::Request { .. }
            | Output::Event { .. }
            | Output::Sent { .. }
            | Output::Acked { .. }
            | Output::Wait(_) => {}
        }
    }

    /// The target of a link. If the program names an unusable server, the link fails.
    fn target(&mut self, link: LinkId, sid: Option<&str>) -> Option<Arc<Target>> {
        let dials = self.shared.untimed(|inner| inner.machine.dials());
        match self.targets.of(sid, dials) {
            Ok(target) => Some(target),
            Err(error) => {
                // Without a function that changes the address it is the builder's, which was checked.
                let details = if demand::attempts::is_wanted() {
                    error.to_string()
                } else {
                    String::new()
                };
                let event = LinkEvent::Failed(LinkFailure::new(details));
                self.input(Input::Link { link, event });
                None
            }
        }
    }

    fn authenticate(&mut self, socket: SocketKey, link: LinkId) {
        let own = if demand::own_auth::is_wanted() {
            self.shared.untimed(|inner| inner.auth_of(socket))
        } else {
            None
        };
        let auth = match (own, &mut self.auth) {
            (Some(value), _) => Some(value),
            (None, Credentials::None) => None,
            (None, Credentials::Value(value)) => Some(value.clone()),
            (None, _) if !demand::computed_auth::is_wanted() => None,
            (None, Credentials::Call(call)) => Some(presented(&call())),
            (None, Credentials::Async(call)) => {
                let pending = call();
                self.pending.push((socket, link, pending));
                return;
            }
        };
        self.input(Input::Authenticated { socket, link, auth });
    }

    fn poll_auth(&mut self, cx: &mut Context<'_>) -> bool {
        if !demand::computed_auth::is_wanted() {
            return false;
        }
        let mut ready = Vec::new();
        self.pending
            .retain_mut(|(socket, link, pending)| match pending.as_mut().poll(cx) {
                Poll::Ready(auth) => {
                    ready.push((*socket, *link, auth));
                    false
                }
                Poll::Pending => true,
            });
        let progress = !ready.is_empty();
        for (socket, link, auth) in ready {
            let auth = Some(presented(&auth));
            self.input(Input::Authenticated { socket, link, auth });
        }
        progress
    }

    fn input(&self, input: Input) {
        self.shared.with(|inner, now| inner.machine.handle(input, now));
    }

    fn poll_links(&mut self, cx: &mut Context<'_>) -> bool {
        let mut progress = false;
        let mut over = Vec::new();
        for (id, link) in self.links.iter_mut() {
            if let Poll::Ready(event) = link.poll(cx, !self.paused) {
                progress = true;
                if matches!(
                    event,
                    LinkEvent::Closed { .. } | LinkEvent::Failed(_) | LinkEvent::Answered(_)
                ) {
                    over.push(*id);
                }
                self.shared.with(|inner, now| {
                    let mut next = Some(event);
                    while let Some(event) = next {
                        inner.machine.handle(Input::Link { link: *id, event }, now);
                        // What has arrived besides, until there is work for this loop or a stream is full.
                        next = if inner.hand_out_all() {
                            None
                        } else {
                            link.arrived()
                        };
                    }
                });
            }
        }
        for id in over {
            self.close(id);
        }
        progress
    }

    fn link(&mut self, id: LinkId) -> Option<&mut Link> {
        self.links
            .iter_mut()
            .find_map(|(other, link)| (*other == id).then_some(link))
    }

    fn close(&mut self, id: LinkId) {
        if demand::computed_auth::is_wanted() {
            self.pending.retain(|(_, asked, _)| *asked != id);
        }
        let Some(at) = self.links.iter().position(|(other, _)| *other == id) else {
            return;
        };
        let (_, link) = self.links.swap_remove(at);
        if let Some(goodbye) = link.close() {
            self.goodbyes.push(goodbye);
            let goodbyes = self.goodbyes.len();
            self.shared.untimed(|inner| inner.goodbyes = goodbyes);
        }
    }

    fn poll_goodbyes(&mut self, cx: &mut Context<'_>) -> bool {
        let before = self.goodbyes.len();
        self.goodbyes
            .retain_mut(|goodbye| goodbye.as_mut().poll(cx).is_pending());
        let left = self.goodbyes.len();
        if left < before {
            self.shared.untimed(|inner| inner.goodbyes = left);
        }
        left < before
    }

    /// Sees to it that a timer goes off by `wait`. Most deadlines are moved on before their time, so a timer that goes off too early is
    /// kept: a tick too many costs less than a timer for every event. `last` is when the clock was last read.
    ///
    /// Nothing is set for what is due: such a timer is past when it goes off, would be taken for one that stood still, and be set again
    /// for ever.
    fn set_timer(&mut self, wait: Option<Time>, last: Time) {
        let Some(until) = wait else {
            self.timer = None;
            return;
        };
        // A timer that is due but has not fired stood still while the device slept.
        let good = |(set, _): &(Time, Timer)| (last..=until).contains(set);
        if !self.timer.as_ref().is_some_and(good) {
            let now = self.shared.with(|_, now| now);
            if until <= now {
                self.timer = None;
                self.due = true;
                return;
            }
            let after = until.saturating_sub(now).min(platform::FARTHEST);
            self.timer = Some((until, Timer::new(after)));
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        if !std::mem::take(&mut self.due) {
            let Some((_, timer)) = &mut self.timer else {
                return false;
            };
            if timer.poll(cx).is_pending() {
                return false;
            }
        }
        self.timer = None;
        self.input(Input::Tick);
        true
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Without the loop no wait would ever end.
        self.shared.untimed(|inner| {
            inner.io = Fifo::new();
            inner.goodbyes = 0;
            inner.finish(Some("the client's loop has ended"));
        });
    }
}
