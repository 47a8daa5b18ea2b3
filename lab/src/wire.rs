//! A chat's connection that delays, loses and repeats requests as the faults say.

use std::future;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures::channel::oneshot;
use steadfast_client::link::{PendingAnswer, Wire, sleep, spawn};
use steadfast_client::session::{Ephemeral, Request, RequestError};

use crate::delay_queue::DelayQueue;
use crate::instruments::{Instruments, lock};

pub(crate) struct FaultyWire {
    wire: Arc<dyn Wire>,
    instruments: Arc<Instruments>,
    outgoing: Mutex<DelayQueue<Outgoing>>,
    this: Weak<Self>,
}

enum Outgoing {
    Request {
        request: Request,
        timeout: Duration,
        reply: oneshot::Sender<PendingAnswer>,
    },
    Emit(Ephemeral),
}

impl Wire for FaultyWire {
    fn dial(&self) {
        self.wire.dial();
    }

    fn hang_up(&self) {
        self.wire.hang_up();
    }

    fn cut(&self) {
        self.wire.cut();
    }

    fn is_up(&self) -> bool {
        self.wire.is_up()
    }

    fn request(&self, request: &Request, timeout: Duration) -> PendingAnswer {
        let (reply, sent) = oneshot::channel();
        self.leave(Outgoing::Request {
            request: request.clone(),
            timeout,
            reply,
        });
        // Lost with the connection before it was sent, it has no reply.
        Box::pin(async { sent.await.ok()?.await })
    }

    fn emit(&self, ephemeral: Ephemeral) {
        self.leave(Outgoing::Emit(ephemeral));
    }
}

impl FaultyWire {
    pub(crate) fn around(wire: Arc<dyn Wire>, instruments: Arc<Instruments>) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            wire,
            instruments,
            outgoing: Mutex::default(),
            this: this.clone(),
        })
    }

    /// The connection is down, and everything on its way out is lost.
    pub(crate) fn drop_outgoing(&self) {
        lock(&self.outgoing).clear();
    }

    fn leave(&self, outgoing: Outgoing) {
        let delay = self.instruments.faults().delay();
        let now = self.instruments.now();
        let mut lane = lock(&self.outgoing);
        match lane.enter(outgoing, delay, now) {
            Ok(outgoing) => self.send(outgoing),
            Err(at) => {
                let this = self.this.clone();
                spawn(async move {
                    sleep(at.saturating_sub(now)).await;
                    if let Some(this) = this.upgrade() {
                        this.send_arrived();
                    }
                });
            }
        }
    }

    fn send_arrived(&self) {
        let mut lane = lock(&self.outgoing);
        while let Some(outgoing) = lane.arrived(self.instruments.now()) {
            self.send(outgoing);
        }
    }

    fn send(&self, outgoing: Outgoing) {
        match outgoing {
            Outgoing::Emit(ephemeral) => {
                if self.instruments.faults().delivers_ephemeral() {
                    self.wire.emit(ephemeral);
                }
            }
            Outgoing::Request {
                request,
                timeout,
                reply,
            } => {
                let _awaited = reply.send(self.send_copies(&request, timeout));
            }
        }
    }

    /// Sends a request as often as the faults say. The reply is that to the first copy; to none, that there is none in time.
    fn send_copies(&self, request: &Request, timeout: Duration) -> PendingAnswer {
        if !self.is_up() {
            return Box::pin(future::ready(None));
        }
        let instruments = self.instruments.clone();
        let sent_at = instruments.now();
        let copies = instruments.sends(request);
        let replies: Vec<PendingAnswer> = (0..copies).map(|_| self.wire.request(request, timeout)).collect();
        let mut replies = replies.into_iter();
        let first = replies.next();
        for copy in replies {
            let instruments = instruments.clone();
            spawn(async move {
                if let Some(answer) = copy.await {
                    instruments.loses(&answer);
                }
            });
        }
        Box::pin(async move {
            let Some(first) = first else {
                sleep(timeout).await;
                return Some(Err(RequestError::Timeout));
            };
            let answer = first.await?;
            if instruments.loses(&answer) {
                sleep((sent_at + timeout).saturating_sub(instruments.now())).await;
                return Some(Err(RequestError::Timeout));
            }
            let delay = instruments.faults().delay();
            if !delay.is_zero() {
                sleep(delay).await;
            }
            Some(answer)
        })
    }
}
