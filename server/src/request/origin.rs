//! The hosts this server answers for, and the pages that may send it requests.
//!
//! A page of another site can reach a server in the reader's own network in two ways: by a cross-origin request, which its
//! `Origin` gives away; or by pointing its own name here (DNS rebinding), which its `Host` gives away. Programs send no
//! `Origin` and are allowed.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, HeaderName, Uri};

use crate::config::Config;

/// The allowed hosts and origins.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// The server's public origin, for example `https://chat.example.org`.
    public: Option<String>,
    listed: Vec<String>,
}

/// The kind of page that sent a request. In the extensions of every request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RequestOrigin {
    /// This server's own page, or a program.
    Own,
    /// A page of a listed origin.
    Listed,
    Foreign,
}

impl RequestOrigin {
    /// From a request's extensions; foreign if nothing has classified it.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or(Self::Foreign)
    }
}

/// A requested host that this server answers for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    authority: String,
    /// Whether it is a name or an address of this machine.
    local: bool,
}

impl Host {
    /// Whether browsers treat pages from this host as secure, whatever the scheme.
    pub fn is_loopback(&self) -> bool {
        self.local && is_loopback(name(&self.authority))
    }
}

/// A host that this server does not answer for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownHost(pub String);

impl Origins {
    pub fn new(config: &Config) -> Self {
        Self {
            public: config.public_url.clone(),
            listed: config.allowed_origins.clone(),
        }
    }

    /// Checks that this server answers for the requested host; `local` is the address it was reached at.
    ///
    /// Accepted are names of this machine, the address itself, and the hosts of the origins that the operator listed.
    pub fn host(&self, uri: &Uri, headers: &HeaderMap, local: IpAddr) -> Result<Host, UnknownHost> {
        let requested = requested_host(uri, headers);
        let authority = requested.to_ascii_lowercase();
        let strange = || UnknownHost(printable(&requested));
        if authority.contains('@') || authority.parse::<Authority>().is_err() {
            return Err(strange());
        }
        let name = name(&authority);
        let is_local =
            is_loopback(name) || literal(name).is_some_and(|address| address == local.to_canonical());
        let named = self.public.iter().chain(&self.listed);
        let is_named = named
            .filter_map(|origin| origin.split_once("://"))
            .any(|(_, own)| self::name(own) == name);
        if !is_local && !is_named {
            return Err(strange());
        }
        Ok(Host {
            authority,
            local: is_local,
        })
    }

    /// Classifies the page that sent a request to this host, comparing scheme and port too.
    pub fn request_origin(&self, headers: &HeaderMap, host: &Host) -> RequestOrigin {
        let Some(origin) = sole(headers, ORIGIN) else {
            return RequestOrigin::Own;
        };
        let origin = origin.to_ascii_lowercase();
        let local = host.local && origin.strip_prefix("http://") == Some(without_port_80(&host.authority));
        if local || self.public.as_ref() == Some(&origin) {
            RequestOrigin::Own
        } else if self.listed.contains(&origin) {
            RequestOrigin::Listed
        } else {
            RequestOrigin::Foreign
        }
    }
}

fn requested_host(uri: &Uri, headers: &HeaderMap) -> String {
    match uri.authority() {
        Some(authority) => authority.as_str().to_owned(),
        None => sole(headers, HOST).unwrap_or_default(),
    }
}

/// The value of a header that may appear once; a repeated header gets a value that equals no other.
fn sole(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    match (values.next(), first.to_str()) {
        (None, Ok(value)) => Some(value.to_owned()),
        _ => Some("?".to_owned()),
    }
}

/// The name in a host that may have a port, without the trailing dot of the DNS root.
fn name(authority: &str) -> &str {
    let name = match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    };
    name.strip_suffix('.').unwrap_or(name)
}

fn literal(name: &str) -> Option<IpAddr> {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(name).parse().ok()?;
    Some(address.to_canonical())
}

/// These names are never looked up in DNS, so no attacker can point them here.
fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || literal(name).is_some_and(|address| address.is_loopback())
}

fn without_port_80(authority: &str) -> &str {
    authority.strip_suffix(":80").unwrap_or(authority)
}

/// A host from a request, safe to show to people.
fn printable(host: &str) -> String {
    const LONGEST: usize = 100;
    let printable = host.chars().filter(char::is_ascii_graphic).take(LONGEST);
    printable.collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 5));

    fn headers(host: &'static str, origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        headers
    }

    fn public() -> Origins {
        Origins {
            public: Some("https://chat.example".into()),
            listed: vec![
                "http://localhost:8080".into(),
                "https://other.example:8443".into(),
            ],
        }
    }

    fn answers(origins: &Origins, host: &'static str) -> bool {
        let uri = Uri::from_static("/api/session");
        origins.host(&uri, &headers(host, None), LOCAL).is_ok()
    }

    fn request_origin(origins: &Origins, host: &'static str, origin: &'static str) -> RequestOrigin {
        let (uri, headers) = (Uri::from_static("/"), headers(host, Some(origin)));
        let host = origins.host(&uri, &headers, LOCAL).unwrap();
        origins.request_origin(&headers, &host)
    }

    #[test]
    fn fault_h09_only_names_of_this_machine_and_those_the_operator_named_are_answered_for() {
        let unnamed = Origins::default();
        for own in [
            "localhost",
            "LocalHost:3000",
            "localhost.:3000",
            "chat.localhost:3000",
            "127.0.0.1:3000",
            "127.0.0.2",
            "[::1]:3000",
            "[::ffff:127.0.0.1]",
            "192.168.1.5:3000",
        ] {
            assert!(answers(&unnamed, own), "{own}");
        }
        for strange in [
            "",
            "?",
            ":3000",
            "evil.example",
            "evil.example:3000",
            "localhost.evil.example",
            "127.0.0.1.nip.io:3000",
            "notlocalhost",
            "192.168.1.6",
            "10.0.0.1:3000",
            "localhost@evil.example",
            "evil.example@localhost",
            "127.0.0.1 evil.example",
            "chat.example",
            "2130706433",
            "0x7f.1",
        ] {
            assert!(!answers(&unnamed, strange), "{strange}");
        }
        for named in [
            "chat.example",
            "CHAT.example.",
            "chat.example:443",
            "other.example",
            "localhost:3000",
        ] {
            assert!(answers(&public(), named), "{named}");
        }
        for strange in ["evil.example", "chat.example.evil.example", "xchat.example"] {
            assert!(!answers(&public(), strange), "{strange}");
        }
    }

    #[test]
    fn fault_h09_a_host_that_is_there_twice_or_in_the_target_is_the_one_that_counts() {
        let mut twice = headers("localhost", None);
        twice.append(HOST, HeaderValue::from_static("localhost"));
        let uri = Uri::from_static("/");
        assert!(Origins::default().host(&uri, &twice, LOCAL).is_err());
        let absolute = Uri::from_static("http://evil.example/");
        assert!(
            Origins::default()
                .host(&absolute, &headers("localhost", None), LOCAL)
                .is_err()
        );
    }

    #[test]
    fn fault_l02_a_page_is_compared_with_its_scheme_and_its_port() {
        let local = Origins::default();
        for (host, origin, expected) in [
            ("localhost:3000", "http://localhost:3000", RequestOrigin::Own),
            ("LOCALHOST:3000", "http://localhost:3000", RequestOrigin::Own),
            ("127.0.0.1:80", "http://127.0.0.1", RequestOrigin::Own),
            ("[::1]:3000", "http://[::1]:3000", RequestOrigin::Own),
            ("192.168.1.5:3000", "http://192.168.1.5:3000", RequestOrigin::Own),
            ("localhost:3000", "https://localhost:3000", RequestOrigin::Foreign),
            ("localhost:3000", "http://localhost:3001", RequestOrigin::Foreign),
            ("localhost:3000", "http://127.0.0.1:3000", RequestOrigin::Foreign),
            ("localhost:3000", "null", RequestOrigin::Foreign),
            ("localhost:3000", "file://", RequestOrigin::Foreign),
            ("localhost:3000", "http://evil.example", RequestOrigin::Foreign),
        ] {
            assert_eq!(
                request_origin(&local, host, origin),
                expected,
                "{origin} at {host}"
            );
        }
        for (host, origin, expected) in [
            ("chat.example", "https://chat.example", RequestOrigin::Own),
            ("127.0.0.1:3000", "https://chat.example", RequestOrigin::Own),
            ("127.0.0.1:3000", "http://127.0.0.1:3000", RequestOrigin::Own),
            ("127.0.0.1:3000", "http://localhost:8080", RequestOrigin::Listed),
            (
                "chat.example",
                "https://other.example:8443",
                RequestOrigin::Listed,
            ),
            ("chat.example", "http://chat.example", RequestOrigin::Foreign),
            (
                "chat.example",
                "https://chat.example:8443",
                RequestOrigin::Foreign,
            ),
            ("chat.example", "https://other.example", RequestOrigin::Foreign),
            ("chat.example", "https://sub.chat.example", RequestOrigin::Foreign),
        ] {
            assert_eq!(
                request_origin(&public(), host, origin),
                expected,
                "{origin} at {host}"
            );
        }
    }
}
