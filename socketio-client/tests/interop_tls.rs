//! `https` and `wss`, against the npm server with a certificate of its own. Needs `openssl`, and the feature `rustls`.

#![cfg(all(feature = "rustls", feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use socketio_anywhere::rustls::{self, ClientConfig, RootCertStore};
use socketio_anywhere::{Binary, Client, Event, Transport};
use support::{PATIENCE, Server, until};

const URL: &str = "SOCKETIO_TEST_TLS_URL";

#[tokio::test]
async fn a_certificate_that_the_system_trusts_is_taken_and_no_other() {
    let folder = std::env::temp_dir().join(format!("socketio-client-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (key, cert) = (folder.join("key.pem"), folder.join("cert.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args([
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .expect("this test needs `openssl`");
    assert!(made.status.success(), "{made:?}");
    let read = |path| std::fs::read_to_string(path).unwrap();
    let server = Server::with(&json!({"tls": {"key": read(&key), "cert": read(&cert)}}).to_string());
    let url = format!("https://127.0.0.1:{}", server.port);

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
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&cert).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = Client::builder(&url)
            .transports([transport])
            .tls_config(config.clone())
            .build()
            .unwrap();
        let echo: String = client.emit_with_ack("echo", "trusted", PATIENCE).await.unwrap();
        assert_eq!(echo, "trusted");
    }

    // What the system trusts is read from the environment, which a process should not change while it runs.
    let trusting = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trusting", "--ignored"])
        .env("SSL_CERT_FILE", &cert)
        .env(URL, &url)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
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
async fn client_c11_nothing_is_set_for_the_whole_process_and_plain_http_needs_no_roots() {
    let server = Server::start();
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = server.client().transports([transport]).build().unwrap();
        support::connected(&mut client.events()).await;
    }
    let _client = Client::builder("https://localhost:1").build().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}
