//! Native programs: the cookies of the server, like `withCredentials` in the JavaScript client, so that a proxy that assigns
//! sessions to servers by cookie finds the same server again. A host gets those alone that it has set.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::platform::wall;

/// Most cookies kept; further ones are dropped.
const MOST: usize = 64;
/// The longest cookie, in bytes.
const LONGEST: usize = 4096;

/// The cookies set by one host. Clones, and those of other hosts, share one store.
#[derive(Clone, Default)]
pub(crate) struct Cookies {
    store: Arc<Mutex<Vec<Cookie>>>,
    host: String,
}

struct Cookie {
    host: String,
    name: String,
    value: String,
    /// Time since 1970; `None` lasts until the client ends.
    expires: Option<Duration>,
    secure: bool,
}

impl Cookies {
    /// The cookies of a host, from the same store.
    pub(crate) fn of(&self, host: &str) -> Self {
        Self {
            store: self.store.clone(),
            host: host.to_ascii_lowercase(),
        }
    }

    /// Stores the values of `Set-Cookie`.
    pub(crate) fn store<'a>(&self, lines: impl Iterator<Item = &'a [u8]>) {
        for line in lines {
            if let Ok(line) = std::str::from_utf8(line)
                && line.len() <= LONGEST
            {
                self.set(line, wall().into());
            }
        }
    }

    fn set(&self, line: &str, now: Duration) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let mut cookie = Cookie {
            host: self.host.clone(),
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            expires: None,
            secure: false,
        };
        let mut aged = false;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            if key.eq_ignore_ascii_case("secure") {
                cookie.secure = true;
            } else if key.eq_ignore_ascii_case("max-age")
                && let Ok(seconds) = value.parse::<i64>()
            {
                aged = true;
                let seconds = u64::try_from(seconds).unwrap_or_default();
                cookie.expires = Some(now.saturating_add(Duration::from_secs(seconds)));
            } else if key.eq_ignore_ascii_case("expires") && !aged {
                cookie.expires = date(value);
            }
        }
        let mut cookies = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let is_former = |kept: &Cookie| kept.name == cookie.name && kept.host == cookie.host;
        cookies.retain(|kept| !is_former(kept) && !kept.is_over(now));
        if !cookie.name.is_empty() && !cookie.is_over(now) && cookies.len() < MOST {
            cookies.push(cookie);
        }
    }

    /// The value of `Cookie`, after the program's own cookies; `None` if there are none.
    pub(crate) fn header(&self, own: Option<&str>, secure: bool) -> Option<String> {
        self.header_at(own, secure, wall().into())
    }

    fn header_at(&self, own: Option<&str>, secure: bool, now: Duration) -> Option<String> {
        let cookies = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = cookies
            .iter()
            .filter(|cookie| cookie.host == self.host)
            .filter(|cookie| !cookie.is_over(now) && (secure || !cookie.secure))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value));
        let all: Vec<String> = own.map(str::to_owned).into_iter().chain(kept).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl Cookie {
    fn is_over(&self, now: Duration) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// `Wdy, DD Mon YYYY HH:MM:SS GMT`, with `-` for spaces as some servers write it. An unparsable text sets no expiry.
fn date(text: &str) -> Option<Duration> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let text = text.replace('-', " ");
    let mut words = text.split_whitespace().skip(1);
    let day: u64 = words.next()?.parse().ok()?;
    let month = u64::try_from(MONTHS.find(words.next()?)?).ok()? / 3;
    let year: u64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    if year > 9999 || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if year < 1970 {
        return Some(Duration::ZERO);
    }
    // Days since 1970, counted from March, so that a leap day is the last day of a year.
    let (years, months) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(Duration::from_secs(
        days * 86_400 + hour * 3600 + minute * 60 + second,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_a_cookie_is_read() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 1_445_412_480),
            ("Tue, 29-Feb-2028 12:00:01 GMT", 1_835_438_401),
            ("Thu, 01 Jan 1903 00:00:00 GMT", 0),
        ] {
            assert_eq!(date(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "soon",
            "Thu, 01 Foo 1970 00:00:00 GMT",
            "Thu, 99 Jan 1970 00:00:00 GMT",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn client_c07_cookies_are_kept_as_long_as_they_hold() {
        let (cookies, now) = (Cookies::default(), Duration::from_secs(1_800_000_000));
        let header = |own, secure, later| cookies.header_at(own, secure, now + Duration::from_secs(later));
        assert_eq!(header(None, true, 0), None);
        for line in [
            "server=a; Path=/; HttpOnly",
            "short=1; Max-Age=60; Expires=Wed, 21 Oct 2015 07:28:00 GMT",
            "old=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT",
            "safe=1; Secure",
            "nothing",
            "=x",
        ] {
            cookies.set(line, now);
        }
        assert_eq!(
            header(None, true, 0).as_deref(),
            Some("server=a; short=1; safe=1")
        );
        assert_eq!(
            header(Some("own=1"), false, 60).as_deref(),
            Some("own=1; server=a")
        );
        cookies.set("server=b", now);
        cookies.set("short=; Max-Age=0", now);
        assert_eq!(header(None, false, 0).as_deref(), Some("server=b"));
        for number in 0..1000 {
            cookies.set(&format!("c{number}=1"), now);
        }
        assert_eq!(cookies.store.lock().unwrap().len(), MOST);
    }

    #[test]
    fn a_host_gets_only_the_cookies_that_it_has_set() {
        let (cookies, now) = (Cookies::default(), Duration::from_secs(1_800_000_000));
        let (one, other) = (cookies.of("a.example"), cookies.of("b.example"));
        one.set("session=secret", now);
        assert_eq!(other.header_at(None, true, now), None);
        other.set("session=other", now);
        let again = cookies.of("A.example").header_at(None, true, now);
        assert_eq!(again.as_deref(), Some("session=secret"));
    }
}
