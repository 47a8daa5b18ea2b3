//! The URL of a server.

use crate::transport;

/// A server, and the namespace that its URL names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Endpoint {
    pub(super) secure: bool,
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
        // Character by character: a substring search adds kilobytes of code.
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
        check_authority(authority)?;
        Ok(Self {
            secure,
            authority: authority.into(),
            path: match path.trim_matches('/') {
                "" => "/".to_owned(),
                path => format!("/{}/", encoded(path)),
            },
            query: encoded(query),
            namespace: namespace.into(),
        })
    }

    pub(super) fn without_trailing_slash(&mut self) {
        if self.path.len() > 1 {
            self.path.pop();
        }
    }

    /// Whether it is on this device, whatever becomes of the network: `localhost`, as in engine.io-client.
    pub(super) fn is_localhost(&self) -> bool {
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        host.split(':').next() == Some("localhost")
    }

    /// Appends names and values to the existing query.
    pub(super) fn add_query(&mut self, pairs: &[(String, String)]) {
        for (name, value) in pairs {
            if !self.query.is_empty() {
                self.query.push('&');
            }
            transport::push_encoded(&mut self.query, name, b"-_.~");
            self.query.push('=');
            transport::push_encoded(&mut self.query, value, b"-_.~");
        }
    }

    /// The URL for a WebSocket, without a session.
    pub(super) fn websocket_url(&self) -> String {
        self.url(if self.secure { "wss" } else { "ws" }, "websocket")
    }

    /// The URL of long-polling requests, without a session.
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

/// A host with an optional port.
fn check_authority(authority: &str) -> Result<(), String> {
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest
                .split_once(']')
                .ok_or("an address in brackets does not end")?;
            // A rough check: a parser adds kilobytes of code to a page. An address that is invalid after all cannot be
            // dialled.
            let plausible = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
            if !address.bytes().all(plausible) || address.bytes().filter(|byte| *byte == b':').count() < 2 {
                return Err(format!("no IPv6 address: {address}"));
            }
            (address, port)
        }
        None => match host_and_port.find(':') {
            Some(colon) => host_and_port.split_at(colon),
            None => (host_and_port, ""),
        },
    };
    // Every non-ASCII character passes: telling letters apart would need a table in the page.
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"-._~:%".contains(&byte);
    if host.is_empty() || !host.bytes().all(usable) {
        return Err("it names no host".into());
    }
    let port_is_good = match port.strip_prefix(':') {
        Some(port) => port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0),
        None => port.is_empty(),
    };
    if port_is_good {
        Ok(())
    } else {
        Err(format!("no port: {port}"))
    }
}

/// Escapes characters that a URL may not contain. Existing escapes stay.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    transport::push_encoded(&mut encoded, text, b"-._~!$&'()*+,;=:@/?%");
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_c08_a_query_may_hold_anything() {
        assert_eq!(
            websocket("http://a?name=Zoë B&q=%20", "/séance/"),
            "ws://a/s%C3%A9ance/?name=Zo%C3%AB%20B&q=%20&EIO=4&transport=websocket"
        );
    }

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
            "http://:80",
            "http://a:70000",
            "http://a:0",
            "http://a:b",
            "http://[::1",
            "http://[g]:1",
            "http://a[b",
        ] {
            assert!(Endpoint::parse(url, "/socket.io/").is_err(), "{url:?}");
        }
    }
}
