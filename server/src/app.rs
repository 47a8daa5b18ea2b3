//! From a configuration to a server that listens, and its end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::audit::Audit;
use crate::clock;
use crate::config::Config;
use crate::error::StartError;
use crate::http::attempts::Attempts;
use crate::http::client_address::{self, Addresses};
use crate::http::{self, headers, host};
use crate::passphrase::Passphrases;
use crate::realtime::{Realtime, Started};
use crate::request::base_path;
use crate::request::client_address::TrustedProxies;
use crate::request::origin::Origins;
use crate::serve::Acceptor;
use crate::store::Store;
use crate::store::sqlite::{PATIENCE, SqliteStore};

/// A server that is ready to listen.
pub struct App {
    config: Arc<Config>,
    store: Arc<dyn Store>,
    realtime: Realtime,
    writer: JoinHandle<()>,
    router: Router,
}

/// Opens the database and puts everything in its place.
pub async fn build(config: Config) -> Result<App, StartError> {
    let store = SqliteStore::open(&config.database, PATIENCE, clock::now()).await?;
    let store = store.limited(config.limits.storage());
    build_on(config, Arc::new(store)).await
}

/// Puts everything in its place around a store.
pub async fn build_on(config: Config, store: Arc<dyn Store>) -> Result<App, StartError> {
    let config = Arc::new(config);
    #[cfg(feature = "page")]
    let page = Arc::new(http::page::Page::new(config.base_path.clone()));
    #[cfg(feature = "page")]
    page.prepare();
    let audit = Audit::start();
    let shared = (config.clone(), store.clone(), audit.clone());
    let (Started { realtime, writer }, router) =
        Realtime::start(config.clone(), store.clone(), audit, |realtime| {
            let (config, store, audit) = shared;
            let per_minute = config.limits.sign_ins_per_minute;
            let attempts = Arc::new(Attempts::new(per_minute, per_minute.into()));
            http::router(http::Shared {
                store,
                realtime,
                config,
                attempts,
                audit,
                guesses: Arc::default(),
                passphrases: Passphrases::default(),
                #[cfg(feature = "page")]
                page,
            })
        })
        .await?;
    let addresses = Addresses::new(TrustedProxies::new(&config));
    let origins = Arc::new(Origins::new(&config));
    // The last one sees a request first.
    let router = router
        .layer(from_fn_with_state(origins, host::check))
        .layer(from_fn_with_state(config.is_https(), headers::add))
        .layer(from_fn_with_state(addresses, client_address::note));
    let base = config.base_path.clone();
    let router = if base.is_root() {
        router
    } else {
        // Before anything is routed.
        Router::new()
            .fallback_service(router)
            .layer(from_fn_with_state(base, base_path::strip))
    };
    Ok(App {
        config,
        store,
        realtime,
        writer,
        router,
    })
}

/// Listens where the configuration says.
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
    /// Serves until `stop` resolves, then ends everything in order: what was acknowledged is durable, every connection is
    /// told, the database is let go. Takes no longer than a bounded time.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), StartError> {
        /// How long answers that are under way may take.
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
        tracing::info!("shutting down");
        let _ = stopping.send(());
        self.realtime.shut_down(self.writer).await;
        if tokio::time::timeout(HTTP, &mut serving).await.is_err() {
            serving.abort();
        }
        if tokio::time::timeout(HTTP, self.store.close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
        match lost {
            Some(what) => Err(StartError::Lost { what }),
            None => Ok(()),
        }
    }
}
