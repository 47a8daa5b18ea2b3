//! The administration API on a Unix socket, for the user who runs the server and for root.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use tokio::net::UnixListener;
use tokio::task::JoinHandle;

use crate::http::{HttpState, admin};
use crate::store::Actor;

/// The admin socket, removed when it is dropped.
#[derive(Debug)]
pub struct AdminSocket {
    path: PathBuf,
    serving: JoinHandle<()>,
}

impl AdminSocket {
    /// Listens. The caller holds the database's lock, so an existing socket file is a dead server's.
    ///
    /// # Errors
    /// If the operating system refuses, for example because the path exceeds a socket's limit (about 100 bytes).
    pub fn open(path: &Path, shared: HttpState) -> io::Result<Self> {
        let path = path.to_owned();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let router = Router::new()
            .merge(admin::routes())
            .layer(from_fn(as_operator))
            .with_state(shared)
            .into_make_service_with_connect_info::<OsUser>();
        let serving = tokio::spawn(async move {
            let Err(error) = axum::serve(listener, router).await else {
                return;
            };
            tracing::error!(%error, "the socket of steadfast admin has failed");
        });
        Ok(Self { path, serving })
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = fs::remove_file(&self.path);
    }
}

/// The operating system user at the other end.
#[derive(Clone, Copy, Debug)]
struct OsUser(Option<u32>);

impl Connected<IncomingStream<'_, UnixListener>> for OsUser {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|who| who.uid()))
    }
}

/// Admits the user who runs the server, and root.
async fn as_operator(
    ConnectInfo(OsUser(user)): ConnectInfo<OsUser>,
    mut request: Request,
    next: Next,
) -> Response {
    let own = rustix::process::geteuid().as_raw();
    match user {
        Some(user) if user == own || user == 0 => {
            request
                .extensions_mut()
                .insert(Actor::operator(format!("uid {user}")));
            next.run(request).await
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}
