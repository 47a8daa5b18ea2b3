//! Builds the server from its configuration, serves, and shuts down.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use steadfast_shared::admin::OwnerLink;

#[cfg(unix)]
use crate::admin::socket::AdminSocket;
use crate::audit::Audit;
use crate::clock;
use crate::config::Config;
use crate::error::StartError;
use crate::http::attempts::{Attempts, Guesses};
use crate::http::client_address::{self, Addresses};
use crate::http::sign_ups::SignUps;
use crate::http::{self, headers, host};
use crate::journal::Journal;
use crate::passphrase::Passphrases;
use crate::realtime::{Realtime, Started};
use crate::request::below;
use crate::request::client_address::TrustedProxies;
use crate::request::origin::Origins;
use crate::serve::Acceptor;
use crate::store::{Store, StoreError, Token};

/// A server that is ready to listen.
pub struct App {
    config: Arc<Config>,
    store: Arc<dyn Store>,
    realtime: Realtime,
    writer: JoinHandle<()>,
    router: Router,
    journal: Journal,
    #[cfg(unix)]
    admin_socket: Option<AdminSocket>,
    /// The link that makes its first visitor the owner, if the server has no owner.
    pub owner_link: Option<OwnerLink>,
}

/// Opens the database and builds the server on it.
pub async fn build(config: Config) -> Result<App, StartError> {
    let limits = config.limits.data.storage();
    let store = config.database.open_whole(limits, clock::now()).await?;
    build_on(config, store).await
}

/// Builds the server on an open store.
pub async fn build_on(config: Config, store: Arc<dyn Store>) -> Result<App, StartError> {
    let config = Arc::new(config);
    #[cfg(feature = "page")]
    let page = page_files(&config);
    let audit = Audit::start();
    let journal = Journal::start(store.clone(), config.limits.data.clone());
    let sign_in_secret = Token::random().map_err(StartError::Random)?;
    let owner_link = first_owner_link(store.as_ref(), &config).await?;
    let shared = (config.clone(), store.clone(), audit.clone(), journal.clone());
    let mut admin_state = None;
    let (Started { realtime, writer }, router) =
        Realtime::start(config.clone(), store.clone(), audit, |realtime| {
            let (config, store, audit, journal) = shared;
            let attempts = Arc::new(Attempts::per_minute(config.limits.rates.sign_ins_per_minute));
            let requests = Arc::new(Attempts::per_minute(config.limits.rates.requests_per_minute));
            let shared = http::HttpState {
                guesses: Arc::new(Guesses::new(store.clone())),
                sign_ups: SignUps::start(store.clone()),
                sign_in_secret,
                store,
                realtime,
                config,
                attempts,
                requests,
                audit,
                passphrases: Passphrases::default(),
                #[cfg(feature = "page")]
                page,
                journal,
            };
            admin_state = Some(shared.clone());
            http::router(shared)
        })
        .await?;
    let router = guarded(router, &config);
    #[cfg(unix)]
    let admin_socket = admin_state.and_then(|shared| open_admin_socket(&config, shared));
    Ok(App {
        config,
        store,
        realtime,
        writer,
        router,
        journal,
        owner_link,
        #[cfg(unix)]
        admin_socket,
    })
}

/// The page's files, which are then prepared in the background.
#[cfg(feature = "page")]
fn page_files(config: &Config) -> Arc<http::page::PageFiles> {
    let page = Arc::new(http::page::PageFiles::new(config.base_path.clone()));
    page.prepare();
    page
}

/// Wraps the routes in the layers that check every request first.
fn guarded(router: Router, config: &Config) -> Router {
    let addresses = Addresses::new(TrustedProxies::new(config));
    let origins = Arc::new(Origins::new(config));
    // The layer added last sees a request first.
    let router = router
        .layer(from_fn_with_state(origins, host::check))
        .layer(from_fn_with_state(config.is_https(), headers::add))
        .layer(from_fn_with_state(addresses, client_address::note));
    let base = config.base_path.clone();
    if base.is_root() {
        return router;
    }
    // The base path must come off before routing.
    Router::new()
        .fallback_service(router)
        .layer(from_fn_with_state(base, below::strip))
}

/// Listens for `steadfast admin`. A failure is logged and does not stop the server.
#[cfg(unix)]
fn open_admin_socket(config: &Config, shared: http::HttpState) -> Option<AdminSocket> {
    let path = config.admin_socket();
    let opened = AdminSocket::open(&path, shared);
    opened
        .inspect_err(|error| {
            tracing::warn!(%error, path = %path.display(), "steadfast admin cannot reach this server");
        })
        .ok()
}

/// Creates a link for the first owner if there is no owner. Links printed earlier stay valid.
async fn first_owner_link(store: &dyn Store, config: &Config) -> Result<Option<OwnerLink>, StartError> {
    if store.has_owner().await? {
        return Ok(None);
    }
    let code = Token::random().map_err(StartError::Random)?;
    match http::admin::make_link(store, config, &code).await {
        // People can read without an owner.
        Err(StoreError::Full) => {
            tracing::warn!(
                "this server has no owner yet, and no link for one can be stored: the disk is full. Free some space, then run \
                 `steadfast admin owner-link`"
            );
            Ok(None)
        }
        link => Ok(Some(link?)),
    }
}

/// Binds the address that the configuration names.
pub async fn listen(config: &Config) -> Result<(TcpListener, SocketAddr), StartError> {
    let address = config.listen.clone();
    let bound = async {
        let listener = TcpListener::bind(&address).await?;
        let local = listener.local_addr()?;
        Ok((listener, local))
    };
    bound.await.map_err(|source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse { address },
        _ => StartError::Address { address, source },
    })
}

impl App {
    /// Serves until `stop` resolves, then shuts down in order: every acknowledged message is durable, every connection gets a
    /// reason, the database is closed. Each step has a time limit.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), StartError> {
        /// Time limit for responses in progress.
        const HTTP: Duration = Duration::from_secs(3);

        let (stopping, stopped) = oneshot::channel::<()>();
        let acceptor = Acceptor::new(listener, self.router, &self.config);
        let mut serving = tokio::spawn(acceptor.serve(async move {
            let _ = stopped.await;
        }));

        let mut lost = None;
        tokio::select! {
            _ = &mut serving => return Err(StartError::Serve(io::Error::other("the listener ended"))),
            () = stop => {}
            what = self.store.lost() => lost = Some(what),
        }
        let drain = self.config.drain();
        if lost.is_none() && !drain.is_zero() {
            tokio::select! {
                () = self.realtime.drain(drain) => {}
                _ = &mut serving => {}
                what = self.store.lost() => lost = Some(what),
            }
        }
        tracing::info!("shutting down");
        let _ = stopping.send(());
        #[cfg(unix)]
        drop(self.admin_socket);
        self.realtime.shut_down(self.writer).await;
        if tokio::time::timeout(HTTP, self.journal.flush()).await.is_err() {
            tracing::warn!("the sign-in log was not written in time");
        }
        if !serving.is_finished() && tokio::time::timeout(HTTP, &mut serving).await.is_err() {
            serving.abort();
        }
        if tokio::time::timeout(HTTP, self.store.close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
        match lost {
            Some(what) if self.config.database.file().is_none() => Err(StartError::Taken { what }),
            Some(what) => Err(StartError::Lost { what }),
            None => Ok(()),
        }
    }
}
