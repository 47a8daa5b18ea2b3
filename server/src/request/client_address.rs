//! Where a request comes from: the other end of its connection, or who the proxy in front says it is.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::peer::Peer;

/// The header proxies append the address to that they were asked from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address a request counts for.
///
/// Of what the header says only the last address is the proxy's own word; whatever stands before it, the client may have
/// written itself.
pub fn client_address(peer: &Peer, headers: &HeaderMap, trust_proxy: bool) -> IpAddr {
    let own = peer.address().ip();
    if !trust_proxy {
        return own;
    }
    told(headers).unwrap_or(own)
}

fn told(headers: &HeaderMap) -> Option<IpAddr> {
    let all = headers.get_all(FORWARDED_FOR).iter().next_back()?;
    all.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_last_address_is_the_proxys_word() {
        let mut headers = HeaderMap::new();
        assert_eq!(told(&headers), None);
        headers.append(FORWARDED_FOR, HeaderValue::from_static("192.0.2.66"));
        headers.append(FORWARDED_FOR, HeaderValue::from_static("192.0.2.7, 2001:db8::1"));
        assert_eq!(told(&headers), "2001:db8::1".parse().ok());
        headers.append(FORWARDED_FOR, HeaderValue::from_static("unknown"));
        assert_eq!(told(&headers), None);
    }
}
