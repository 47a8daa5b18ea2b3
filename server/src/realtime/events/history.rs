//! History pages, and comparing cursors with heads.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::{Cursors, Heads, HistoryRequest, Page, Reply};
use steadfast_shared::{ErrorCode, WireError, limit};

use crate::realtime::args::EventArgs;
use crate::realtime::connection::{ClientConnection, Cost};
use crate::realtime::{COST_BYTES, Realtime, cost_of};
use crate::store::Span;

/// Most reads that one connection may have in flight.
pub(in crate::realtime) const READS_IN_FLIGHT: usize = 16;

impl Realtime {
    /// `history`: one page.
    ///
    /// A connection's pages are read one after another, each only once the client has read the previous one: a client that
    /// requests pages without reading them takes no more memory than one page.
    pub(in crate::realtime) fn history(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        let (request, span) = match self.check_history(connection, args) {
            Ok(checked) => checked,
            Err(error) => return self.handle::<Page>(connection, ack, || Err(error)),
        };
        ClientConnection::count(&connection.events);
        let (realtime, connection) = (self.clone(), connection.clone());
        tokio::spawn(async move {
            let reply = realtime.page(&connection, &request, span).await;
            connection.in_flight.fetch_sub(1, Ordering::Relaxed);
            realtime.answer(&connection, ack, &Reply::from(reply));
        });
    }

    fn check_history(
        &self,
        connection: &ClientConnection,
        args: &EventArgs,
    ) -> Result<(HistoryRequest, Span), WireError> {
        self.charge_costly(connection, cost_of(args))?;
        let request: HistoryRequest = args.read()?;
        connection.member_of(request.room)?;
        let given = [
            request.after.map(Span::After),
            request.before.map(Span::Before),
            request.around.map(Span::Around),
            request.since.map(Span::Since),
        ];
        let mut given = given.into_iter().flatten();
        let span = given.next().unwrap_or(Span::Newest);
        if given.next().is_some() {
            return Err(WireError::new(
                ErrorCode::Invalid,
                "give only one of after, before, around and since",
            ));
        }
        if request.limit == Some(0) {
            return Err(WireError::new(ErrorCode::Invalid, "the limit must be at least 1"));
        }
        if connection.in_flight.fetch_add(1, Ordering::Relaxed) >= READS_IN_FLIGHT {
            connection.in_flight.fetch_sub(1, Ordering::Relaxed);
            return Err(WireError::new(
                ErrorCode::Busy,
                "too many pages requested at once: wait for the responses",
            ));
        }
        Ok((request, span))
    }

    async fn page(
        &self,
        connection: &ClientConnection,
        request: &HistoryRequest,
        span: Span,
    ) -> Result<Page, WireError> {
        let _turn = connection.turn().await?;
        if let Some(peer) = self.0.people.peer_of(connection) {
            peer.caught_up(self.0.config.limits.times.stall).await;
        }
        let _reads = self.0.readers.turn(connection.user).await;
        let most = request
            .limit
            .unwrap_or(limit::PAGE_ENTRIES)
            .min(limit::PAGE_ENTRIES);
        let page = self
            .0
            .store
            .page(request.room, span, most)
            .await
            .map_err(|error| {
                tracing::error!(%error, "history could not be read");
                WireError::new(
                    ErrorCode::Unavailable,
                    "the history cannot be read right now: try again",
                )
            })?;
        // Long pages cost more, because over polling the server cannot tell whether the previous one was read.
        let bytes: usize = page.entries.iter().map(steadfast_shared::Entry::text_bytes).sum();
        // The person may have been removed from the room during the read.
        connection.member_of(request.room)?;
        connection
            .device
            .spend(u32::try_from(bytes / COST_BYTES).unwrap_or(u32::MAX));
        Ok(page)
    }

    /// `sync`: the heads of the person's rooms.
    pub(in crate::realtime) fn sync(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        let checked = self
            .charge(connection, Cost::Events(cost_of(args)))
            .and_then(|()| {
                let cursors: Cursors = args.read()?;
                if cursors.len() > limit::CURSORS {
                    let message = format!("more than {} rooms", limit::CURSORS);
                    return Err(WireError::new(ErrorCode::TooLarge, message));
                }
                Ok(())
            });
        if let Err(error) = checked {
            return self.handle::<Heads>(connection, ack, || Err(error));
        }
        ClientConnection::count(&connection.events);
        let (realtime, connection) = (self.clone(), connection.clone());
        tokio::spawn(async move {
            // A server that cannot read the store must not answer that nothing is missing.
            let reply = if realtime.is_stale() {
                Err(WireError::new(
                    ErrorCode::Unavailable,
                    "the server cannot read the database right now: try again",
                ))
            } else {
                Ok(realtime.0.hub.heads(&connection).await)
            };
            realtime.answer(&connection, ack, &Reply::from(reply));
        });
    }
}
