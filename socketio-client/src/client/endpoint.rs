//! Where the server is.

use crate::transport;

/// A server, and the namespace that its URL names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Endpoint {
    secure: bool,
    authority: String,
    path: String,
    query: String,
    pub(super) namespace: String,
}

impl Endpoint {
    pub(super) fn parse(url: &str, path: &str) -> Result<Self, String> {
        if url.is_empty() || url.starts_with('/') {
            let origin = transport::page_origin().ok_or("a URL without an origin works in a page only")?;
            return Self::absolute(&format!("{origin}{url}"), path);
        }
        Self::absolute(url, path)
    }

    fn absolute(url: &str, path: &str) -> Result<Self, String> {
        // By characters: a search for a text takes kilobytes of code.
        let (scheme, rest) = url
            .split_once(':')
            .and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix('/')?.strip_prefix('/')?)))
            .unwrap_or(("http", url));
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(format!("unknown scheme {scheme}")),
        };
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, namespace) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        let unusable = |character: char| character.is_whitespace() || character.is_control();
        if authority.is_empty() || url.contains(unusable) || path.contains(unusable) {
            return Err("the URL names no host, or holds spaces".into());
        }
        Ok(Self {
            secure,
            authority: authority.into(),
            path: match path.trim_matches('/') {
                "" => "/".to_owned(),
                path => format!("/{path}/"),
            },
            query: query.into(),
            namespace: namespace.into(),
        })
    }

    /// What a WebSocket dials.
    pub(super) fn websocket_url(&self) -> String {
        self.url(if self.secure { "wss" } else { "ws" }, "websocket")
    }

    /// What long-polling asks.
    pub(super) fn polling_url(&self) -> String {
        self.url(if self.secure { "https" } else { "http" }, "polling")
    }

    fn url(&self, scheme: &str, transport: &str) -> String {
        let Self {
            authority,
            path,
            query,
            ..
        } = self;
        let separator = if query.is_empty() { "" } else { "&" };
        format!("{scheme}://{authority}{path}?{query}{separator}EIO=4&transport={transport}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn websocket(url: &str, path: &str) -> String {
        Endpoint::parse(url, path).unwrap().websocket_url()
    }

    #[test]
    fn a_url_names_a_server_and_perhaps_a_namespace() {
        assert_eq!(
            websocket("http://localhost:3000", "/socket.io/"),
            "ws://localhost:3000/socket.io/?EIO=4&transport=websocket"
        );
        assert_eq!(
            websocket("https://chat.example/admin?a=b", "chat"),
            "wss://chat.example/chat/?a=b&EIO=4&transport=websocket"
        );
        assert_eq!(
            websocket("[::1]:80", "/"),
            "ws://[::1]:80/?EIO=4&transport=websocket"
        );
        let endpoint = Endpoint::parse("https://chat.example/admin?a=b", "/x").unwrap();
        assert_eq!(endpoint.namespace, "/admin");
        assert_eq!(Endpoint::parse("http://a", "/x").unwrap().namespace, "/");
    }

    #[test]
    fn polling_asks_over_http() {
        let endpoint = Endpoint::parse("wss://a", "/x").unwrap();
        assert_eq!(endpoint.polling_url(), "https://a/x/?EIO=4&transport=polling");
    }

    #[test]
    fn an_unusable_url_is_refused() {
        for url in [
            "ftp://a",
            "http://",
            "http:///x",
            "http://a b",
            "http://a\r\nX: y",
        ] {
            assert!(Endpoint::parse(url, "/socket.io/").is_err(), "{url:?}");
        }
    }
}
