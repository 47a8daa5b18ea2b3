//! Native programs: HTTP for long-polling, with kept-alive connections.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Method, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tower_service::Service;

use super::connector::{Connector, Stream};
use super::cookies::Cookies;
use super::{Answer, NoAnswer, Target};
use crate::DisconnectReason;
use crate::protocol::{Cause, LinkFailure};

/// A POST is answered at once; a GET may take as long as the machine waits.
const POST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an unused connection is used again. Less than servers keep it, a round trip included (Node.js: 5 s): a POST that leaves while
/// the server closes the connection is lost, and cannot be repeated safely.
const IDLE: Duration = Duration::from_secs(3);

/// Makes requests, with a pool of connections. The connections live on the runtime of the first request.
#[derive(Clone)]
pub(crate) struct Http(Client<ToServer, String>);

impl Http {
    pub(crate) fn new(connector: Connector) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        Self(builder.pool_idle_timeout(IDLE).build(ToServer(connector)))
    }
}

#[derive(Clone)]
struct ToServer(Connector);

impl Service<Uri> for ToServer {
    type Response = Pooled;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Pooled>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.0.clone();
        Box::pin(async move {
            let secure = uri.scheme_str() == Some("https");
            let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
            let host = uri.host().unwrap_or_default();
            Ok(Pooled(TokioIo::new(connector.connect(host, port, secure).await?)))
        })
    }
}

/// A connection of the pool.
struct Pooled(TokioIo<Stream>);

impl Connection for Pooled {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pooled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for Pooled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Makes a GET, or POSTs a body. Anything but success is an error, and so is a body of more than `max` bytes.
pub(super) async fn request(
    http: Http,
    url: String,
    target: std::sync::Arc<Target>,
    cookies: Option<Cookies>,
    max: usize,
    body: Option<String>,
) -> Answer {
    let is_post = body.is_some();
    let secure = url.starts_with("https:");
    let uri: Uri = url.parse().map_err(failed)?;
    let cookies = cookies.map(|all| all.of(uri.host().unwrap_or_default()));
    let mut request = Request::builder().uri(uri);
    if is_post {
        request = request
            .method(Method::POST)
            .header(CONTENT_TYPE, "text/plain;charset=UTF-8");
    }
    let (headers, cookie) = target.headers(cookies.as_ref(), secure);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let request = request.body(body.unwrap_or_default()).map_err(failed)?;
    let answer = answer(http, request, cookies, max);
    if is_post {
        tokio::time::timeout(POST_TIMEOUT, answer)
            .await
            .unwrap_or_else(|_| Err(NoAnswer::Failed(LinkFailure::new("timeout"))))
    } else {
        answer.await
    }
}

/// Makes the request, stores the answer's cookies, and reads its body.
async fn answer(http: Http, request: Request<String>, cookies: Option<Cookies>, max: usize) -> Answer {
    let response = http.0.request(request).await.map_err(failed)?;
    if let Some(cookies) = cookies {
        let lines = response.headers().get_all(SET_COOKIE);
        cookies.store(lines.iter().map(AsRef::as_ref));
    }
    let status = response.status();
    let (most, to) = if status.is_success() {
        (max, None)
    } else {
        let to = response.headers().get(LOCATION).map(|to| to.as_bytes().to_vec());
        (LinkFailure::MAX_BODY, to)
    };
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(failed)?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
        if bytes.len() > most {
            break;
        }
    }
    if !status.is_success() {
        return Err(NoAnswer::Failed(super::refusal(status, &bytes, to.as_deref())));
    }
    if bytes.len() > max {
        return Err(unreadable("payload too large"));
    }
    String::from_utf8(bytes).map_err(|_| unreadable("payload is not UTF-8"))
}

fn unreadable(details: &str) -> NoAnswer {
    NoAnswer::Closed(DisconnectReason::ParseError, details.to_owned())
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> NoAnswer {
    let mut failure = LinkFailure::new(super::chain(&error));
    failure.cause = Some(Cause(std::sync::Arc::new(error)));
    NoAnswer::Failed(failure)
}
