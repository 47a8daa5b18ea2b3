//! Parses settings, and describes the invalid ones.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::uri::Authority;
use ipnet::IpNet;

pub(super) fn origin(text: &str) -> Result<String, String> {
    let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, authority) = origin.split_once("://").unwrap_or_default();
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return Err("an origin is a scheme and a host, such as https://chat.example.org".into()),
    };
    // Browsers omit the scheme's default port.
    let authority = authority.strip_suffix(own_port).unwrap_or(authority);
    let plain = authority.is_ascii() && !authority.contains(['@', '/', '?', '#']);
    match authority.parse::<Authority>() {
        Ok(parsed) if plain && !parsed.host().is_empty() => Ok(format!("{scheme}://{authority}")),
        _ => Err("an origin is only a scheme and a host, such as https://chat.example.org; write a non-ASCII name as xn--…".into()),
    }
}

/// An address to listen on: an IP address or a host name, and a port.
pub(super) fn listening(text: &str) -> Result<String, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    if host.is_empty() || port.parse::<u16>().is_err() {
        return Err("name the address and the port, such as 127.0.0.1:3000 or [::1]:3000".into());
    }
    Ok(text.to_owned())
}

pub(super) fn invite(text: &str) -> Result<String, String> {
    match text.chars().count() {
        8..=256 => Ok(text.to_owned()),
        _ => Err("a code has 8 to 256 characters, so that it cannot be guessed".into()),
    }
}

/// How many of something there may be. None of them would let nobody in.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(0) => Err("at least 1: with 0 nobody could connect".into()),
        Ok(count) => Ok(count),
        Err(_) => Err("not a number".into()),
    }
}

/// A level, or levels of modules. `EnvFilter` would take any other word for the name of a module.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let is_level = |item: &str| {
        let level = item.split_once('=').map_or(item, |(_, level)| level);
        let level = level.trim().to_ascii_lowercase();
        ["off", "error", "warn", "info", "debug", "trace"].contains(&level.as_str())
    };
    match text.split(',').all(is_level) {
        true => Ok(text.to_owned()),
        false => Err(
            "a level is off, error, warn, info, debug or trace; a list has module=level, separated by commas"
                .into(),
        ),
    }
}

pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kb" => Some(1_000),
        "m" | "mb" => Some(1_000_000),
        "g" | "gb" => Some(1_000_000_000),
        "t" | "tb" => Some(1_000_000_000_000),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    number
        .zip(unit)
        .and_then(|(number, unit)| number.checked_mul(unit))
        .ok_or_else(|| "expected a whole number of bytes, such as 500MB or 2GB".into())
}

pub(super) fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(milliseconds @ 0..=3_600_000) => Ok(Duration::from_millis(milliseconds)),
        _ => Err("expected a whole number of milliseconds from 0 to 3600000".into()),
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=3_600) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected a whole number of seconds from 1 to 3600".into()),
    }
}

pub(super) fn whole_seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 0..=3_600) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected a whole number of seconds from 0 to 3600".into()),
    }
}

/// Parses a network; a single address is a network of its own.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpAddr>()
        .map(IpNet::from)
        .or_else(|_| text.parse::<IpNet>())
        .map(|net| net.trunc())
        .map_err(|_| "expected an address or a network, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("2 gb"), Ok(2_000_000_000));
        for wrong in ["", "MB", "1.5GB", "-1", "10 fathoms", "99999999999TB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_to_listen_on_has_a_port() {
        for right in ["127.0.0.1:3000", "[::1]:0", "localhost:8080"] {
            assert_eq!(listening(right), Ok(right.to_owned()));
        }
        for wrong in [
            "localhost",
            "127.0.0.1",
            ":3000",
            "localhost:",
            "localhost:http",
            "[::1]",
            "1.2.3.4:70000",
        ] {
            assert!(listening(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_that_is_soon_guessed_is_refused() {
        assert!(invite("1234567").is_err());
        assert_eq!(invite("lighthouse").unwrap(), "lighthouse");
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(origin("https://Chat.example/").unwrap(), "https://chat.example");
        assert!(origin("chat.example").is_err());
        assert_eq!(
            origin("https://chat.example:443").unwrap(),
            "https://chat.example"
        );
        assert_eq!(origin("http://[::1]:3000").unwrap(), "http://[::1]:3000");
        for wrong in [
            "https://chat.example/page",
            "https://",
            "https://a@chat.example",
            "https://chat.example?x",
            "ftp://chat.example",
            "https://채팅.example",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        assert_eq!(network("10.0.0.7").unwrap().to_string(), "10.0.0.7/32");
        assert_eq!(network(" 10.1.2.3/8 ").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("fd00::/8").unwrap().to_string(), "fd00::/8");
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_log_filter_has_levels() {
        for good in [
            "info",
            "WARN",
            "off",
            "info,steadfast_server::http=debug",
            "hyper=warn",
        ] {
            assert_eq!(log_filter(good).as_deref(), Ok(good));
        }
        for bad in ["", "warning", "verbose", "foo=bar", "info,", "steadfast_server"] {
            assert!(log_filter(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_is_not_a_limit() {
        assert_eq!(at_least_one("1"), Ok(1));
        for bad in ["0", "-1", "many", ""] {
            assert!(at_least_one(bad).is_err(), "{bad}");
        }
    }
}
