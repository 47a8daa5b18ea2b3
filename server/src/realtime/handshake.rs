//! Decides who may connect, and opens sessions.

use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use socketioxide::extract::{AckSender, Event, SocketRef};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::DisconnectReason;
use socketioxide::{SocketIo, TransportType};
use steadfast_shared::event::{Auth, ClosingReason};
use steadfast_shared::{HandshakeError, Role};

use super::Realtime;
use super::adapter::hint::Hint;
use super::allowance::Payer;
use super::args::{EventArgs, ShownAuth};
use super::connection::{ClientConnection, ClientSource, Polls};
use super::handshakes::{Permit, ShownToken};
use super::people::ConnectionPermit;
use super::resume::Resume;
use crate::request::client_address::{ClientAddress, network};
use crate::request::origin::RequestOrigin;
use crate::serve::peer::Peer;
use crate::store::{Device, Store, StoreError, Token};

/// Handles connections to the namespace `/`.
pub(super) fn listen(realtime: &Realtime, io: &SocketIo) {
    let (entering, authorizing) = (realtime.clone(), realtime.clone());
    let enter = move |socket: SocketRef| {
        let opening = entering.enter(&socket);
        let realtime = entering;
        async move {
            if let Some((connection, resume)) = opening {
                realtime.open(&socket, &connection, resume).await;
            }
        }
    };
    let authorize = async move |socket: SocketRef, auth: ShownAuth| {
        let answer = authorizing.authorize(&socket, auth).await;
        if let Err(refused) = &answer
            && let Some(ClientAddress(address)) = socket.req_parts().extensions.get()
        {
            let audit = &authorizing.0.audit;
            audit.connection_refused(*address, refused.error, &refused.to_string());
        }
        answer
    };
    io.ns("/", enter.with(authorize));
}

impl Realtime {
    /// Decides whether a socket may connect. If so, every handler is registered before the client learns of it.
    async fn authorize(&self, socket: &SocketRef, ShownAuth(auth): ShownAuth) -> Result<(), Refused> {
        if self.is_closing() {
            return Err(HandshakeError::Busy.into());
        }
        let request = socket.req_parts();
        if RequestOrigin::of(&request.extensions) == RequestOrigin::Foreign {
            return Err(HandshakeError::ForbiddenOrigin.into());
        }
        let auth = auth.ok_or(HandshakeError::InvalidAuth)?;
        let found = device_of(self.0.store.as_ref(), &auth, &request.extensions).await?;
        let source = source_of(&request.extensions);
        let payer = Payer {
            device: found.session,
            person: found.person.id,
            network: source.address.map(network),
        };
        let allowances = &self.0.allowances;
        allowances.take_connect(payer).map_err(Refused::busy_for)?;
        // Sessions are read a few at a time, in order of arrival.
        let _turn = self.0.handshakes.turn().await.map_err(Refused::busy_for)?;
        let limits = self.0.store.limits_of(found.person.id).await?;
        let runs_the_server = found.role == Role::Owner;
        let permit = self.0.people.admit(
            found.person.id,
            found.session,
            payer.network,
            runs_the_server,
            &limits,
        )?;
        let tab = auth.tab;
        let resume = self.resume_of(auth, &found).await?;
        allowances.spend_connect(payer, resume.rooms.len());
        if resume.profile.limits != limits {
            let own = &resume.profile.limits;
            self.0.people.limit_device(&permit.device, own);
        }
        let connection = Arc::new(ClientConnection::new(
            socket.id,
            found,
            permit.device.clone(),
            tab,
            resume.rooms.iter().map(|room| room.id),
            source,
            (socket.transport_type() == TransportType::Polling).then(Polls::new),
        ));
        self.answer_events(socket, &connection);
        socket.extensions.insert((connection, resume, Arc::new(permit)));
        Ok(())
    }

    /// Reads the session of a device, by the client's cursors.
    async fn resume_of(&self, auth: Auth, device: &Device) -> Result<Resume, Refused> {
        let (store, person) = (&self.0.store, device.person.id);
        // A room's view includes the person's read marker.
        let marks = self.0.writer.unwritten_marks(person);
        if !marks.is_empty()
            && let Err(error) = store.mark_read(&marks).await
        {
            tracing::warn!(%error, "read markers could not be written yet");
        }
        let cursors = (auth.epoch == Some(store.epoch())).then_some(auth.cursors);
        let resume = Resume::read(store.as_ref(), person, device.session, cursors).await?;
        let resume = Resume {
            watch: auth.watch,
            ..resume.ok_or(HandshakeError::Unauthorized)?
        };
        if !resume.reset.is_empty() {
            let rooms = resume.reset.len();
            tracing::warn!(
                rooms,
                "a device has entries that the restored database lacks: it reads these rooms again"
            );
        }
        Ok(resume)
    }

    /// Enters a connected socket. Runs before anything is awaited.
    fn enter(&self, socket: &SocketRef) -> Option<(Arc<ClientConnection>, Resume)> {
        let (connection, resume, admission) =
            socket
                .extensions
                .remove::<(Arc<ClientConnection>, Resume, Arc<ConnectionPermit>)>()?;
        let arrival = self.0.people.enter(&connection);
        drop(admission);
        if let Some(permit) = socket.req_parts().extensions.get::<Arc<Permit>>() {
            permit.connected();
        }
        if let Some(peer) = self.0.people.websocket_of(&connection) {
            peer.vouch();
            let _ = connection.websocket.set(peer);
        }
        self.note_seen(connection.device.session);
        for stale in arrival.replaced {
            self.0.closer.close(&stale, ClosingReason::Replaced);
        }
        if let Some(tab) = connection.tab {
            self.0.hub.adapter.send(&Hint::Tab {
                person: connection.user,
                session: connection.device.session,
                tab,
                since: connection.since,
            });
        }
        if let Some(reason) = arrival.signed_out {
            self.0.closer.close(&connection, reason);
            return None;
        }
        if !socket.connected() {
            // It disconnected before it was entered, so nothing else would clean up after it.
            self.0
                .closer
                .left(socket, &connection, DisconnectReason::TransportClose);
            return None;
        }
        Some((connection, resume))
    }

    /// One handler answers every event: a table with one for each would be most of what an idle socket holds of ours.
    fn answer_events(&self, socket: &SocketRef, connection: &Arc<ClientConnection>) {
        let (realtime, of_socket) = (self.clone(), connection.clone());
        socket.on_fallback(
            move |socket: SocketRef, Event(event): Event, args: EventArgs, ack: AckSender| {
                of_socket.message_received();
                realtime.answer_event(&event, &socket, &of_socket, &args, ack);
                ready(())
            },
        );
        let (realtime, connection) = (self.clone(), connection.clone());
        socket.on_disconnect(move |socket: SocketRef, reason: DisconnectReason| {
            realtime.0.closer.left(&socket, &connection, reason);
            ready(())
        });
    }
}

/// The device of the client's token, from its auth or a cookie.
async fn device_of(store: &dyn Store, auth: &Auth, request: &Extensions) -> Result<Device, Refused> {
    let token = auth
        .token
        .as_deref()
        .map(Token::shown)
        .or_else(|| request.get().map(|ShownToken(token)| token.clone()))
        .ok_or(HandshakeError::Unauthorized)?;
    let found = store.device(token.hash()).await?;
    Ok(found.ok_or(HandshakeError::Unauthorized)?)
}

/// Where a request comes from.
fn source_of(request: &Extensions) -> ClientSource {
    ClientSource {
        address: request.get().map(|ClientAddress(address)| *address),
        peer: request.get().map(|ConnectInfo(peer)| Peer::clone(peer)),
    }
}

/// A refused handshake, as CONNECT_ERROR reports it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Refused {
    error: HandshakeError,
    retry_after: Option<Duration>,
}

impl Refused {
    fn busy_for(wait: Duration) -> Self {
        Self {
            error: HandshakeError::Busy,
            retry_after: Some(wait),
        }
    }
}

impl From<HandshakeError> for Refused {
    fn from(error: HandshakeError) -> Self {
        let retry_after = None;
        Self { error, retry_after }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a handshake could not be answered");
        HandshakeError::Unavailable.into()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait = self.retry_after.map(|wait| wait.as_millis());
        let wait = wait.map(|wait| u64::try_from(wait).unwrap_or(u64::MAX).saturating_add(1));
        f.write_str(&self.error.with_retry_after(wait))
    }
}
