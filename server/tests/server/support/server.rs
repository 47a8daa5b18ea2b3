//! A server of one test's own: in this process, on any free port, on a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::app;
use steadfast_server::config::{Config, Limits};
use steadfast_server::store::Store;
use steadfast_shared::http::SessionInfo;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Client;
use super::database::TestDatabase;

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) http: reqwest::Client,
    /// The code of the link that makes the first owner.
    owner_code: Option<String>,
    folder: Option<TempDir>,
    /// Dropped after the server.
    _database: Option<TestDatabase>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// The leftovers of a stopped server.
pub(crate) struct Stopped {
    folder: TempDir,
    database: Option<TestDatabase>,
}

impl Stopped {
    /// The settings of another server on the same database.
    pub(crate) fn config(&self) -> Config {
        let folder = self.folder.path();
        let name = match &self.database {
            Some(database) => database.name_in(folder),
            None => folder.join("chat.db").into(),
        };
        Config {
            admin_socket: Some(folder.join("admin.sock")),
            ..Config::new(name)
        }
    }
}

/// Disables draining, which would delay tests that are not about it.
fn ending_at_once(mut config: Config) -> Config {
    config.limits.times.drain.get_or_insert(Duration::ZERO);
    config
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts with other limits.
    pub(crate) async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let database = TestDatabase::chosen().await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(database.name_in(folder.path()));
        config.admin_socket = Some(folder.path().join("admin.sock"));
        config.limits.times.presence_grace = Duration::from_millis(500);
        change(&mut config.limits);
        Self {
            _database: Some(database),
            ..Self::on(folder, config).await
        }
    }

    pub(crate) async fn on(folder: TempDir, config: Config) -> Self {
        let config = ending_at_once(config);
        let (listener, address) = app::listen(&config).await.unwrap();
        let app = app::build(config).await.unwrap();
        Self::serve(folder, listener, address, app)
    }

    /// Starts on the given store.
    pub(crate) async fn on_store(folder: TempDir, config: Config, store: Arc<dyn Store>) -> Self {
        let config = ending_at_once(config);
        let (listener, address) = app::listen(&config).await.unwrap();
        let app = app::build_on(config, store).await.unwrap();
        Self::serve(folder, listener, address, app)
    }

    fn serve(folder: TempDir, listener: tokio::net::TcpListener, address: SocketAddr, app: app::App) -> Self {
        let (stop, stopped) = oneshot::channel();
        let owner_code = app.owner_link.as_ref().map(|link| link.code.clone());
        let serving = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            app.serve(listener, stopped).await.unwrap();
        });
        Self {
            address,
            http: reqwest::Client::new(),
            owner_code,
            folder: Some(folder),
            _database: None,
            stop: Some(stop),
            serving,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Signs a device in.
    pub(crate) async fn sign_in(&self, nickname: &str) -> SessionInfo {
        sign_in(&self.http, self.address, nickname).await
    }

    /// Signs up the first owner, by the link that the server printed.
    pub(crate) async fn own(&self, nickname: &str) -> SessionInfo {
        let code = self.owner_code.as_deref().expect("a server that nobody owns");
        let payload = json!({ "nickname": nickname, "with_token": true, "owner_code": code });
        let answer = self
            .http
            .post(self.url("/api/session"))
            .json(&payload)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// Makes a signed-in person the first owner.
    pub(crate) async fn claim(&self, session: &SessionInfo) -> SessionInfo {
        let code = self.owner_code.as_deref().expect("a server that nobody owns");
        let request = self
            .http
            .post(self.url("/api/owner"))
            .json(&json!({ "code": code }));
        let token = session.token.as_deref().unwrap();
        let answer = request.bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        let owner: SessionInfo = answer.json().await.unwrap();
        SessionInfo {
            token: session.token.clone(),
            ..owner
        }
    }

    /// Signs up the first owner and connects them.
    pub(crate) async fn join_as_owner(&self, nickname: &str) -> Client {
        let session = self.own(nickname).await;
        self.connect(&session, json!({})).await
    }

    /// Signs a device in and connects it. Returns the client with its session opened.
    pub(crate) async fn join(&self, nickname: &str) -> Client {
        let session = self.sign_in(nickname).await;
        self.connect(&session, json!({})).await
    }

    /// Connects a signed-in device; `auth` goes with its token.
    pub(crate) async fn connect(&self, session: &SessionInfo, auth: Value) -> Client {
        Client::open(self.address, session, auth).await
    }

    /// Ends the server as SIGTERM does. Returns its leftovers.
    pub(crate) async fn stop(mut self) -> Stopped {
        let _ = self.stop.take().unwrap().send(());
        (&mut self.serving).await.unwrap();
        Stopped {
            folder: self.folder.take().unwrap(),
            database: self._database.take(),
        }
    }

    /// Starts on the leftovers of a stopped server.
    pub(crate) async fn again(stopped: Stopped, config: Config) -> Self {
        Self {
            _database: stopped.database,
            ..Self::on(stopped.folder, config).await
        }
    }
}

pub(crate) async fn sign_in(http: &reqwest::Client, address: SocketAddr, nickname: &str) -> SessionInfo {
    let payload = json!({ "nickname": nickname, "with_token": true });
    let answer = http
        .post(format!("http://{address}/api/session"))
        .json(&payload)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}
