//! `https` and `wss`, against the npm server with a certificate of its own. Needs `openssl`, and the feature `rustls`.

#![cfg(all(feature = "rustls", feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use socketio_anywhere::rustls::{self, ClientConfig, RootCertStore};
use socketio_anywhere::{Binary, Client, Event, Transport};
use support::proxy::Proxy;
use support::{PATIENCE, Server, connect_error, connected, sleep, until};
use tokio::net::TcpStream;

const URL: &str = "SOCKETIO_TEST_TLS_URL";

/// A server with a certificate for `localhost` and its address that nobody trusts yet.
struct SecureServer {
    server: Server,
    folder: PathBuf,
    certificate: PathBuf,
}

impl SecureServer {
    fn start(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("socketio-tls-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (key, certificate) = (folder.join("key.pem"), folder.join("cert.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args([
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-subj",
                "/CN=localhost",
            ])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .expect("this test needs `openssl`");
        assert!(made.status.success(), "{made:?}");
        let read = |path| std::fs::read_to_string(path).unwrap();
        let tls = json!({"key": read(&key), "cert": read(&certificate)});
        Self {
            server: Server::with(&json!({"tls": tls}).to_string()),
            folder,
            certificate,
        }
    }

    fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.server.port)
    }

    /// A configuration that trusts its certificate.
    fn trusted(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(&self.certificate).unwrap();
        roots.add(certificate).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    }
}

impl Drop for SecureServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_certificate_that_the_system_trusts_is_taken_and_no_other() {
    let server = SecureServer::start("trust");
    let url = server.url();
    for transport in [Transport::WebSocket, Transport::Polling] {
        let stranger = Client::builder(&url)
            .transports([transport])
            .reconnection(false)
            .build()
            .unwrap();
        until(&mut stranger.events(), |event| match event {
            Event::ConnectError(error) if !error.refused => Some(()),
            Event::Connected { .. } => panic!("connected"),
            _ => None,
        })
        .await;
    }

    // A program may trust it, and nobody else does for that.
    let config = server.trusted();
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = Client::builder(&url)
            .transports([transport])
            .tls_config(config.clone())
            .build()
            .unwrap();
        let echo: String = client.emit_with_ack("echo", "trusted", PATIENCE).await.unwrap();
        assert_eq!(echo, "trusted");
    }

    // The system's roots are read from the environment, which a process should not change while it runs.
    let trusting = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trusting", "--ignored"])
        .env("SSL_CERT_FILE", &server.certificate)
        .env(URL, &url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&trusting.stdout);
    assert!(trusting.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "the other test runs it, with a certificate to trust"]
async fn trusting() {
    let url = std::env::var(URL).unwrap();
    for transports in [
        &[Transport::WebSocket][..],
        &[Transport::Polling],
        &[Transport::Polling, Transport::WebSocket],
    ] {
        let client = Client::builder(&url)
            .transports(transports.iter().copied())
            .build()
            .unwrap();
        let bytes: Binary = client
            .emit_with_ack("echo", &Binary(vec![7; 70_000]), PATIENCE)
            .await
            .unwrap();
        assert_eq!(bytes.0.len(), 70_000);
    }
}

#[tokio::test]
async fn client_c07_tls_goes_over_the_programs_own_stream_and_through_a_proxy() {
    let server = SecureServer::start("stream");
    let (config, port) = (server.trusted(), server.server.port);
    let proxy = Proxy::start().await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = |url: &str| {
            Client::builder(url)
                .transports([transport])
                .tls_config(config.clone())
                .reconnection(false)
        };
        let elsewhere = move |_, _| TcpStream::connect(("127.0.0.1", port));
        let own = client("https://localhost:1")
            .connector(elsewhere)
            .build()
            .unwrap();
        let echo: String = own.emit_with_ack("echo", "own", PATIENCE).await.unwrap();
        assert_eq!(echo, "own");
        // The name is the URL's, whatever the stream leads to.
        let impostor = client("https://chat.example:1")
            .connector(elsewhere)
            .build()
            .unwrap();
        let error = connect_error(&mut impostor.events()).await;
        assert!(error.message.contains("certificate"), "{error}");

        let before = proxy.tunnels.load(Ordering::Relaxed);
        let url = format!("http://ann:secret@{}", proxy.url);
        let through = client(&server.url()).proxy(&url).build().unwrap();
        let echo: String = through.emit_with_ack("echo", "through", PATIENCE).await.unwrap();
        assert_eq!(echo, "through");
        assert!(proxy.tunnels.load(Ordering::Relaxed) > before);
    }
}

#[tokio::test]
async fn client_c11_nothing_is_set_for_the_whole_process() {
    let _client = Client::builder("https://localhost:1").build().unwrap();
    sleep(Duration::from_millis(200)).await;
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

/// The roots are a pipe that nobody writes to: reading them does not end.
#[cfg(unix)]
#[tokio::test]
async fn client_c11_a_plain_url_reads_no_roots() {
    let server = Server::start();
    let pipe = std::env::temp_dir().join(format!("socketio-roots-{}", std::process::id()));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "plain", "--ignored"])
        .env("SSL_CERT_FILE", &pipe)
        .env(URL, server.url())
        .spawn()
        .unwrap();
    let ends = async {
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = tokio::time::timeout(2 * PATIENCE, ends).await;
    let _ = child.kill();
    std::fs::remove_file(&pipe).unwrap();
    assert!(ended.expect("it reads the roots").success());
}

#[tokio::test]
#[ignore = "the other test runs it, with roots that cannot be read"]
async fn plain() {
    let url = std::env::var(URL).unwrap();
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = Client::builder(&url).transports([transport]).build().unwrap();
        connected(&mut client.events()).await;
    }
}

#[tokio::test]
async fn a_server_without_tls_is_said_to_be_one() {
    let server = Server::start();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let client = Client::builder(server.url().replace("http:", "https:"))
        .tls_config(config)
        .reconnection(false)
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    let said = connect_error(&mut events).await.message;
    assert!(said.contains("does not speak TLS"), "{said}");
}
