//! Native programs: the streams under the links. TCP, or the program's own connector; then TLS.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::BuildError;
use crate::packet::payload::to_base64;

/// A stream of bytes.
pub(crate) trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Bytes for T {}

pub(crate) type Stream = Box<dyn Bytes>;
type Connecting = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

/// Connects to a host and a port.
#[derive(Clone)]
pub(crate) struct Connector {
    connect: Arc<dyn Fn(String, u16) -> Connecting + Send + Sync>,
    #[cfg(feature = "rustls")]
    tls: Tls,
}

/// The longest answer of a proxy, in bytes.
const PROXY_ANSWER: usize = 8 << 10;

impl Connector {
    pub(crate) fn tcp() -> Self {
        Self::new(|host, port| async move {
            let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        })
    }

    pub(crate) fn new<F, S>(connect: impl Fn(String, u16) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self {
            connect: Arc::new(move |host, port| {
                let connecting = connect(host, port);
                Box::pin(async move { Ok(Box::new(connecting.await?) as Stream) })
            }),
            #[cfg(feature = "rustls")]
            tls: Tls::default(),
        }
    }

    /// Connects through an HTTP proxy, with CONNECT.
    pub(crate) fn proxy(url: &str) -> Result<Self, BuildError> {
        // Errors end up in logs.
        let without_credentials = url.rsplit_once('@').map_or(url, |(_, server)| server);
        let refused = || BuildError::Proxy(without_credentials.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(refused)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| refused())?),
            _ => (authority, 80),
        };
        if host.is_empty() || host.contains(['/', '?', '#', ' ']) {
            return Err(refused());
        }
        let (host, tcp) = (host.to_owned(), Self::tcp());
        let authorization = credentials.map(|credentials| {
            let mut line = "Proxy-Authorization: Basic ".to_owned();
            to_base64(&mut line, credentials.as_bytes());
            line + "\r\n"
        });
        let authorization = authorization.unwrap_or_default();
        Ok(Self::new(move |to_host, to_port| {
            let connecting = (tcp.connect)(host.clone(), port);
            let proxy = format!("the proxy {host}:{port}");
            let to = format!("{to_host}:{to_port}");
            let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{authorization}\r\n");
            async move {
                let stream = connecting.await.map_err(|error| {
                    io::Error::new(error.kind(), format!("{proxy} cannot be reached: {error}"))
                })?;
                tunnel(stream, &request).await.map_err(|error| {
                    io::Error::new(error.kind(), format!("{proxy} opens no tunnel: {error}"))
                })
            }
        }))
    }

    #[cfg(feature = "rustls")]
    pub(crate) fn set_tls(&mut self, config: Arc<rustls::ClientConfig>) {
        self.tls = Tls(Arc::new(std::sync::OnceLock::from(Ok(config))));
    }

    /// Connects, and adds TLS if the connection is to be secure.
    pub(crate) async fn connect(&self, host: &str, port: u16, secure: bool) -> io::Result<Stream> {
        let stream = (self.connect)(host.to_owned(), port).await?;
        if !secure {
            return Ok(stream);
        }
        #[cfg(feature = "rustls")]
        {
            let name = host.trim_matches(['[', ']']).to_owned();
            let name = rustls::pki_types::ServerName::try_from(name).map_err(io::Error::other)?;
            let connector = tokio_rustls::TlsConnector::from(self.tls.config()?);
            Ok(Box::new(connector.connect(name, stream).await.map_err(no_tls)?))
        }
        #[cfg(not(feature = "rustls"))]
        Err(io::Error::other("https and wss need the feature `rustls`"))
    }
}

/// Asks a proxy for a tunnel to the server.
async fn tunnel(mut stream: Stream, request: &str) -> io::Result<Stream> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    // Byte by byte, because the following bytes are the server's.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == PROXY_ANSWER {
            return Err(io::Error::other("its answer is too long"));
        }
        answer.push(stream.read_u8().await.map_err(|error| match error.kind() {
            kind @ io::ErrorKind::UnexpectedEof => {
                io::Error::new(kind, "it closed the connection instead of answering")
            }
            _ => error,
        })?);
    }
    let answer = String::from_utf8_lossy(&answer);
    let line = answer.lines().next().unwrap_or_default();
    if line
        .split(' ')
        .nth(1)
        .is_some_and(|status| status.starts_with('2'))
    {
        return Ok(stream);
    }
    Err(io::Error::other(format!("it says: {line}")))
}

/// Says what it means that the server's first message is not one of TLS.
#[cfg(feature = "rustls")]
fn no_tls(error: io::Error) -> io::Error {
    use rustls::{Error, InvalidMessage};
    let of_tls = error.get_ref().and_then(|error| error.downcast_ref());
    match of_tls {
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => io::Error::new(
            error.kind(),
            "the server does not speak TLS: is the port right, and is it http?",
        ),
        _ => error,
    }
}

/// The TLS configuration: the program's, or one with the operating system's roots, which are read when first needed, and
/// this crate's own provider. No process-wide default is set.
#[cfg(feature = "rustls")]
#[derive(Clone, Default)]
struct Tls(Arc<std::sync::OnceLock<Result<Arc<rustls::ClientConfig>, String>>>);

#[cfg(feature = "rustls")]
impl Tls {
    fn config(&self) -> io::Result<Arc<rustls::ClientConfig>> {
        let config = self.0.get_or_init(|| with_the_systems_roots().map(Arc::new));
        config.clone().map_err(io::Error::other)
    }
}

#[cfg(feature = "rustls")]
fn with_the_systems_roots() -> Result<rustls::ClientConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let errors: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(format!(
            "the operating system has no root certificates: {}",
            errors.join("; ")
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_c07_an_unusable_proxy_is_refused() {
        for url in [
            "http://proxy",
            "http://a:b@proxy:8080",
            "http://[::1]:3128/",
            "http://[::1]",
        ] {
            assert!(Connector::proxy(url).is_ok(), "{url}");
        }
        for url in [
            "proxy:8080",
            "https://proxy",
            "http://",
            "http://proxy:x",
            "http://proxy/path",
            "socks5://a",
        ] {
            assert!(Connector::proxy(url).is_err(), "{url}");
        }
        let error = Connector::proxy("https://me:secret@proxy").err().unwrap();
        assert_eq!(
            error,
            BuildError::Proxy("proxy".into()),
            "without the credentials"
        );
    }
}
