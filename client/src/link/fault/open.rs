//! The injector of a program that breaks nothing: it lets everything through.

use std::future::Ready;
use std::time::Duration;

use super::super::{ChatInner, platform, socket};
use crate::session::{Ephemeral, Input, Output, Request, RequestId, ServerEvent, Session};

pub(in super::super) struct FaultInjector;

impl FaultInjector {
    pub(in super::super) fn new() -> Self {
        Self
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a gate that delays keeps the question"
    )]
    pub(in super::super) fn ask(
        &self,
        inner: &ChatInner,
        request: RequestId,
        ask: Request,
        timeout: Duration,
    ) {
        let Some(answer) = inner.ask(&ask, timeout) else {
            return;
        };
        let this = inner.this.clone();
        platform::spawn(async move {
            let result = answer.await;
            if let Some(inner) = this.upgrade() {
                inner.input(Input::Answered { request, result });
            }
        });
    }

    pub(in super::super) fn tell(&self, inner: &ChatInner, ephemeral: Ephemeral) {
        socket::tell(&inner.client, ephemeral);
    }

    pub(in super::super) fn event(&self, inner: &ChatInner, event: ServerEvent) {
        inner.input(Input::Event(event));
    }

    pub(in super::super) fn stall(&self) -> Option<Ready<()>> {
        None
    }

    pub(in super::super) fn dialling(&self, _inner: &ChatInner) {}

    pub(in super::super) fn connected(&self, _inner: &ChatInner) {}

    pub(in super::super) fn disconnected(&self) {}

    pub(in super::super) fn before(&self, _session: &Session, _input: &Input, _now: Duration) {}

    pub(in super::super) fn output(&self, _output: &Output, _now: Duration) {}

    pub(in super::super) fn after(&self, _session: &Session, _now: Duration) {}
}
