//! The client's address: the peer of the connection, or the address that the trusted proxies report.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use ipnet::IpNet;

use crate::config::Config;

/// The header to which each proxy appends its client's address.
pub const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address, used for limits, bans and the log. In the extensions of every request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ClientAddress(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let noted = parts.extensions.get().copied();
        noted.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The proxies whose header is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    /// Every peer is a proxy, and only the last address of its header is trusted.
    any_peer: bool,
}

impl TrustedProxies {
    pub fn new(config: &Config) -> Self {
        Self {
            networks: config.trusted_proxies.clone(),
            any_peer: config.trust_proxy,
        }
    }

    /// Whether this address is a trusted proxy.
    pub fn is_trusted(&self, address: IpAddr) -> bool {
        self.any_peer || self.is_named(address.to_canonical())
    }

    /// The client's address of a request on a connection from `peer`.
    ///
    /// Each proxy appends its client's address. So the list is read from its end while the writers are trusted; an untrusted
    /// client may have made up everything before its own address.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = peer.to_canonical();
        if !self.is_trusted(client) {
            return ClientAddress(client);
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let listed = lines.flat_map(|line| line.to_str().unwrap_or("unreadable").rsplit(','));
        for listed in listed {
            let Some(address) = address(listed.trim()) else {
                break;
            };
            client = address;
            if !self.is_named(client) {
                break;
            }
        }
        ClientAddress(client)
    }

    fn is_named(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// The network an address counts as: for IPv6 its first half, because the client may choose the rest.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

/// Reads an address as proxies write it, some with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare
        .parse()
        .or_else(|_| text.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(proxies: &TrustedProxies, peer: &str, lines: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        proxies.client(peer.parse().unwrap(), &headers).0.to_string()
    }

    fn named(networks: &[&str]) -> TrustedProxies {
        TrustedProxies {
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
            any_peer: false,
        }
    }

    #[test]
    fn fault_m06_the_list_is_read_from_its_end_past_the_proxies_that_are_trusted() {
        let proxies = named(&["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]);
        for (peer, lines, expected) in [
            // A stranger's header is not trusted.
            ("198.51.100.9", &["203.0.113.5"][..], "198.51.100.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.5"], "203.0.113.5"),
            ("10.0.0.1", &["127.0.0.1, 203.0.113.5"], "203.0.113.5"),
            // Two hops, in one line and in two.
            ("10.0.0.1", &["1.1.1.1, 203.0.113.5, 192.0.2.1"], "203.0.113.5"),
            (
                "10.0.0.1",
                &["1.1.1.1, 203.0.113.5", "192.0.2.1,10.9.9.9"],
                "203.0.113.5",
            ),
            // If all addresses are proxies, the farthest one counts.
            ("10.0.0.1", &["10.0.0.3,10.0.0.2"], "10.0.0.3"),
            // An unreadable part ends the list.
            ("10.0.0.1", &["203.0.113.5, unknown, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.5,"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.5:4711"], "203.0.113.5"),
            ("fd00::1", &["[2001:db8::5]:4711"], "2001:db8::5"),
            ("fd00::1", &["[2001:db8::5]"], "2001:db8::5"),
            ("::ffff:10.0.0.1", &["::ffff:203.0.113.5"], "203.0.113.5"),
        ] {
            assert_eq!(client(&proxies, peer, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn where_whoever_connects_is_trusted_only_the_last_address_is() {
        let proxies = TrustedProxies {
            any_peer: true,
            ..TrustedProxies::default()
        };
        assert_eq!(client(&proxies, "198.51.100.9", &[]), "198.51.100.9");
        assert_eq!(
            client(
                &proxies,
                "198.51.100.9",
                &["192.0.2.66", "192.0.2.7, 2001:db8::1"]
            ),
            "2001:db8::1"
        );
        assert_eq!(
            client(&proxies, "198.51.100.9", &["192.0.2.66, unknown"]),
            "198.51.100.9"
        );
    }

    #[test]
    fn a_client_counts_by_its_network() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::1".parse().unwrap();
        assert_eq!(network(one), network(other));
        assert_ne!(network(one), network("2001:db8:1:3::1".parse().unwrap()));
        let mapped = network("::ffff:192.0.2.1".parse().unwrap());
        assert_eq!(mapped, IpAddr::from([192, 0, 2, 1]));
    }

    #[test]
    fn nobody_is_trusted_where_nothing_is_set() {
        assert_eq!(
            client(&TrustedProxies::default(), "127.0.0.1", &["203.0.113.5"]),
            "127.0.0.1"
        );
    }
}
