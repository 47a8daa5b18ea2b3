//! Connections to Postgres and Redis by TLS.

use std::path::Path;

use steadfast_server::store::StorageLimits;
use steadfast_server::store::database::Database;

use crate::process::{command, line_with, started_with_log};
use crate::support::tls::Encrypted;

#[tokio::test]
async fn connections_are_encrypted_and_the_certificate_is_checked_where_that_is_asked_for() {
    let servers = Encrypted::start().await;
    let authority = servers.authority.display().to_string();
    let open = async |settings: &str| {
        let database = Database::Postgres(servers.postgres(settings));
        let store = database.open(StorageLimits::default(), 1).await;
        let store = store.map_err(|error| error.to_string())?;
        store.ping().await.map_err(|error| error.to_string())?;
        store.close().await;
        Ok::<_, String>(())
    };
    open("sslmode=require").await.unwrap();
    open(&format!("sslmode=verify-full&sslrootcert={authority}"))
        .await
        .unwrap();
    let unknown = open("sslmode=verify-full").await.unwrap_err();
    assert!(
        unknown.contains("certificate") && unknown.contains("chat at 127.0.0.1"),
        "{unknown}"
    );
    // This server takes nobody without TLS: so those above had it.
    let plain = open("sslmode=disable").await.unwrap_err();
    assert!(plain.contains("no encryption"), "{plain}");

    // Nodes find each other over both, by notifications and by Redis.
    let folder = tempfile::tempdir().unwrap();
    let url = servers.postgres(&format!("sslmode=verify-full&sslrootcert={authority}"));
    for adapter in ["postgres", &servers.redis()] {
        let mut node = command(Path::new(&url));
        node.args(["--adapter", adapter, "--admin-socket"])
            .arg(folder.path().join("socket"));
        node.env("SSL_CERT_FILE", &authority);
        let (_node, _, mut log) = started_with_log(node).await;
        line_with(&mut log, "the other nodes are connected").await;
    }
    let mut node = command(Path::new(&url));
    node.args(["--adapter", &servers.redis(), "--admin-socket"])
        .arg(folder.path().join("socket"));
    node.env_remove("SSL_CERT_FILE");
    let (_node, _, mut log) = started_with_log(node).await;
    let unheard = line_with(&mut log, "the other nodes are not connected").await;
    assert!(unheard.contains("certificate"), "{unheard}");
}
