//! Native programs: HTTP for long-polling, with connections kept alive between requests.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Answer;
use crate::DisconnectReason;

#[cfg(feature = "rustls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "rustls"))]
type Connector = HttpConnector;

/// A POST is answered at once; a GET may wait as long as the machine does.
const POST_TIMEOUT: Duration = Duration::from_secs(30);

/// Makes requests, with a pool of connections. The connections live on the runtime of the first request.
#[derive(Clone)]
pub(crate) struct Http(Result<Client<Connector, String>, String>);

impl Http {
    pub(crate) fn new(secure: bool) -> Self {
        Self(connector(secure).map(|connector| Client::builder(TokioExecutor::new()).build(connector)))
    }
}

#[cfg_attr(
    not(feature = "rustls"),
    expect(clippy::unnecessary_wraps, reason = "as with TLS")
)]
fn connector(
    #[cfg_attr(not(feature = "rustls"), expect(unused_variables, reason = "for TLS"))] secure: bool,
) -> Result<Connector, String> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    #[cfg(feature = "rustls")]
    {
        http.enforce_http(false);
        let builder =
            hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(super::platform::tls(secure)?);
        Ok(builder.https_or_http().enable_http1().wrap_connector(http))
    }
    #[cfg(not(feature = "rustls"))]
    Ok(http)
}

/// GETs, or POSTs a body. Anything but success is an error, and so is a body of more than `max` bytes.
pub(super) async fn request(
    http: Http,
    url: String,
    headers: Vec<(String, String)>,
    max: usize,
    body: Option<String>,
) -> Answer {
    let failed = |details: String| (DisconnectReason::TransportError, details);
    let client = http.0.map_err(failed)?;
    let is_post = body.is_some();
    let mut request = Request::builder().uri(url);
    if is_post {
        request = request
            .method(Method::POST)
            .header(CONTENT_TYPE, "text/plain;charset=UTF-8");
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request
        .body(body.unwrap_or_default())
        .map_err(|error| failed(error.to_string()))?;
    let answer = async {
        let response = client
            .request(request)
            .await
            .map_err(|error| failed(chain(&error)))?;
        let (status, mut body) = (response.status(), response.into_body());
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| failed(chain(&error)))?;
            if let Some(data) = frame.data_ref() {
                bytes.extend_from_slice(data);
            }
            if bytes.len() > max {
                return Err((DisconnectReason::ParseError, "payload too large".to_owned()));
            }
        }
        let body = String::from_utf8(bytes)
            .map_err(|_| (DisconnectReason::ParseError, "payload is not UTF-8".to_owned()))?;
        if !status.is_success() {
            return Err(failed(format!("{status} {body}")));
        }
        Ok(body)
    };
    if is_post {
        tokio::time::timeout(POST_TIMEOUT, answer)
            .await
            .unwrap_or_else(|_| Err(failed("timeout".into())))
    } else {
        answer.await
    }
}

/// An error with what caused it: the outermost alone says little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
