//! The URL of a server.

use crate::cut::{cut, position, without_end};
use crate::platform;
use crate::transport;

/// A server, and the namespace that its URL names.
#[derive(Clone, PartialEq, Eq)]
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
            let origin = platform::page_origin().ok_or("a URL without an origin works in a page only")?;
            return Self::absolute(&[&origin, url].concat(), path);
        }
        Self::absolute(url, path)
    }

    fn absolute(url: &str, path: &str) -> Result<Self, String> {
        let (secure, rest) = match cut(url, b':') {
            Some((scheme, rest)) if rest.starts_with("//") => {
                let is = |name: &str| scheme.eq_ignore_ascii_case(name);
                let secure = is("https") || is("wss");
                if !secure && !is("http") && !is("ws") {
                    return Err(["unknown scheme ", scheme].concat());
                }
                (secure, rest.get(2..).unwrap_or_default())
            }
            _ => (false, url),
        };
        let (rest, _) = cut(rest, b'#').unwrap_or((rest, ""));
        let (rest, query) = cut(rest, b'?').unwrap_or((rest, ""));
        let slash = position(rest, b'/').unwrap_or(rest.len());
        let (authority, namespace) = rest.split_at(slash);
        check_authority(authority)?;
        let path = encoded(trimmed(path));
        Ok(Self {
            secure,
            authority: authority.into(),
            path: match path.as_str() {
                "" => "/".to_owned(),
                path => ["/", path, "/"].concat(),
            },
            query: encoded(query),
            namespace: if namespace.is_empty() { "/" } else { namespace }.into(),
        })
    }

    pub(super) fn without_trailing_slash(&mut self) {
        if self.path.len() > 1 {
            self.path.pop();
        }
    }

    /// Whether it is on this device, whatever becomes of the network: `localhost`, as in engine.io-client.
    pub(super) fn is_localhost(&self) -> bool {
        let host = host_and_port(&self.authority);
        cut(host, b':').map_or(host, |(host, _)| host) == "localhost"
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
        let parts = [
            scheme,
            "://",
            authority,
            path,
            "?",
            query,
            separator,
            "EIO=4&transport=",
            transport,
        ];
        parts.concat()
    }
}

/// Without slashes at its ends.
fn trimmed(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix('/') {
        path = rest;
    }
    while let Some(rest) = without_end(path, b'/') {
        path = rest;
    }
    path
}

/// A URL for logs: without a name, a password, and a query, all of which may be secret. Why it is unusable, if it is.
pub(super) fn without_credentials(url: &str) -> String {
    match Endpoint::parse(url, "") {
        Ok(endpoint) => {
            let scheme = if endpoint.secure { "https://" } else { "http://" };
            let namespace = endpoint.namespace.as_str();
            [scheme, host_and_port(&endpoint.authority), namespace].concat()
        }
        Err(reason) => reason,
    }
}

/// Without a name and a password.
fn host_and_port(mut authority: &str) -> &str {
    while let Some((_, rest)) = cut(authority, b'@') {
        authority = rest;
    }
    authority
}

/// A host with an optional port.
fn check_authority(authority: &str) -> Result<(), String> {
    let host_and_port = host_and_port(authority);
    let mut usable = b"-._~".as_slice();
    let (host, port) = match host_and_port.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = cut(rest, b']').ok_or("an address in brackets does not end")?;
            // A rough check: a parser adds kilobytes of code to a page. An address that is invalid after all cannot be
            // dialled.
            usable = b":.";
            let plausible = |byte: u8| byte.is_ascii_hexdigit() || usable.contains(&byte);
            if !address.bytes().all(plausible) || address.bytes().filter(|byte| *byte == b':').count() < 2 {
                return Err(["no IPv6 address: ", address].concat());
            }
            (address, port)
        }
        None => host_and_port.split_at(position(host_and_port, b':').unwrap_or(host_and_port.len())),
    };
    // A browser writes these in Punycode: telling letters apart would need a table in the page.
    let is_international = |byte: u8| !byte.is_ascii() || byte == b'%';
    if cfg!(not(target_family = "wasm")) && host.bytes().any(is_international) {
        return Err(["write the host in Punycode, as in xn--bcher-kva.example: ", host].concat());
    }
    let is_usable =
        |byte: u8| byte.is_ascii_alphanumeric() || is_international(byte) || usable.contains(&byte);
    if host.is_empty() || !host.bytes().all(is_usable) {
        return Err("it names no host".into());
    }
    let number = port.bytes().skip(1).try_fold(0, |number, digit| {
        let number = number * 10 + u32::from(digit.wrapping_sub(b'0'));
        (digit.is_ascii_digit() && number <= u32::from(u16::MAX)).then_some(number)
    });
    if matches!(port, "" | ":") || number > Some(0) && port.starts_with(':') {
        Ok(())
    } else {
        // Without it: it is part of a password that has a slash unescaped.
        Err("the port is not one of 1 to 65535".into())
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
