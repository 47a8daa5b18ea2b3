//! What the members' clients log, on standard error. Off unless asked for: a line per event would be measured, too.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The environment variable with the filter, as `socketio_anywhere=debug`.
pub(crate) const VARIABLE: &str = "STEADFAST_LOAD_LOG";

/// # Errors
/// If the filter is none.
pub(crate) fn subscriber<W>(
    filter: &str,
    to: W,
) -> anyhow::Result<impl tracing_subscriber::util::SubscriberInitExt>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter)?;
    Ok(tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(to)
        .finish())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use socketio_anywhere::Client;
    use tracing_subscriber::util::SubscriberInitExt;

    use super::*;

    #[tokio::test]
    async fn a_connection_that_fails_is_logged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let file = Arc::new(File::create(&path).unwrap());
        let _guard = subscriber("socketio_anywhere=debug", file).unwrap().set_default();
        // The discard port: nobody listens there.
        let client = Client::builder("http://127.0.0.1:9")
            .auto_connect(false)
            .build()
            .unwrap();
        let mut events = client.events();
        client.connect();
        while let Some(event) = events.next().await {
            if matches!(event, socketio_anywhere::Event::ConnectError(_)) {
                break;
            }
        }
        let log = std::fs::read_to_string(path).unwrap();
        assert!(
            log.contains("not connected") && log.contains("namespace"),
            "{log:?}"
        );
    }
}
