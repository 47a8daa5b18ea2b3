//! The URL, query and headers of each attempt at a connection.

use std::fmt;
use std::sync::Arc;

use super::endpoint::{self, Endpoint};
use crate::BuildError;
use crate::demand;
use crate::platform::MaybeSend;
use crate::transport::{self, Target};

/// One attempt at a connection, before it is made: see [`Builder::on_attempt`](super::Builder::on_attempt).
#[derive(Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of earlier attempts in the client's life.
    pub number: u64,
    /// The server, as in [`Client::builder`](super::Client::builder). Its path does not change the namespaces.
    pub url: String,
    /// Appended to the query of every request, after the URL's own; the client encodes it.
    pub query: Vec<(String, String)>,
    /// Headers of every request. On native targets only.
    pub headers: Vec<(String, String)>,
}

/// Without credentials: no name and password, no query, and of the names and values only the names.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("Attempt")
            .field("number", &self.number)
            .field("url", &endpoint::without_credentials(&self.url))
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .finish()
    }
}

pub(super) trait OnAttempt: FnMut(&mut Attempt) + MaybeSend {}

impl<F: FnMut(&mut Attempt) + MaybeSend> OnAttempt for F {}

/// The server as the program describes it.
pub(super) struct Server {
    pub(super) first: Attempt,
    pub(super) path: String,
    pub(super) trailing_slash: bool,
    pub(super) on_attempt: Option<Box<dyn OnAttempt>>,
}

impl Server {
    pub(super) fn endpoint(&self) -> Result<Endpoint, BuildError> {
        self.endpoint_of(&self.first)
    }

    fn endpoint_of(&self, attempt: &Attempt) -> Result<Endpoint, BuildError> {
        let mut endpoint = Endpoint::parse(&attempt.url, &self.path).map_err(BuildError::Url)?;
        if !self.trailing_slash {
            endpoint.without_trailing_slash();
        }
        endpoint.add_query(&attempt.query);
        transport::check(endpoint.secure, &attempt.headers)?;
        Ok(endpoint)
    }

    /// Asks the program for the attempt's target.
    fn target(&mut self, number: u64) -> Result<Arc<Target>, BuildError> {
        if !demand::attempts::is_wanted() {
            return self.target_of(&self.first);
        }
        let mut attempt = self.first.clone();
        attempt.number = number;
        if let Some(call) = &mut self.on_attempt {
            call(&mut attempt);
        }
        self.target_of(&attempt)
    }

    fn target_of(&self, attempt: &Attempt) -> Result<Arc<Target>, BuildError> {
        let endpoint = self.endpoint_of(attempt)?;
        Ok(Arc::new(Target {
            websocket_url: endpoint.websocket_url(),
            polling_url: if demand::polling::is_wanted() {
                endpoint.polling_url()
            } else {
                String::new()
            },
            #[cfg(not(target_family = "wasm"))]
            headers: attempt.headers.clone(),
        }))
    }
}

/// Most sessions with requests in flight: the current one, and those being left.
const SESSIONS: usize = 6;

/// The targets of the current attempt's links, and of the sessions before it.
pub(super) struct Targets {
    server: Box<Server>,
    dials: u64,
    target: Result<Arc<Target>, BuildError>,
    /// A session that is being left keeps its target.
    of_sessions: Vec<(String, Arc<Target>)>,
}

impl Targets {
    pub(super) fn new(server: Box<Server>) -> Self {
        Self {
            server,
            dials: 0,
            target: Err(BuildError::NoTransport),
            of_sessions: Vec::new(),
        }
    }

    /// The target of a link that joins the session `sid`, or begins one; `dials` is the number of attempts so far.
    pub(super) fn of(&mut self, sid: Option<&str>, dials: u64) -> Result<Arc<Target>, BuildError> {
        let sid = sid.filter(|_| demand::polling::is_wanted());
        let Some(sid) = sid else {
            if self.dials != dials {
                self.dials = dials;
                self.target = self.server.target(dials.saturating_sub(1));
            }
            return self.target.clone();
        };
        if let Some((_, target)) = self.of_sessions.iter().find(|(known, _)| known == sid) {
            return Ok(target.clone());
        }
        let target = self.target.clone()?;
        self.of_sessions.truncate(SESSIONS - 1);
        self.of_sessions.insert(0, (sid.to_owned(), target.clone()));
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_c07_an_attempt_goes_where_the_program_says_and_a_session_stays_where_it_began() {
        let mut targets = Targets::new(Box::new(Server {
            first: Attempt {
                number: 0,
                url: "http://a".into(),
                query: vec![("name".into(), "Zoë & co".into())],
                headers: Vec::new(),
            },
            path: "/socket.io/".into(),
            trailing_slash: false,
            on_attempt: Some(Box::new(|attempt: &mut Attempt| {
                attempt.url = ["http://a", "http://b", "gopher://c"][attempt.number as usize].into();
                attempt.query.push(("n".into(), attempt.number.to_string()));
            })),
        }));
        let url = |target: Result<Arc<Target>, BuildError>| target.map(|target| target.polling_url.clone());
        let query = "name=Zo%C3%AB%20%26%20co";
        let first = format!("http://a/socket.io?{query}&n=0&EIO=4&transport=polling");
        assert_eq!(url(targets.of(None, 1)), Ok(first.clone()));
        assert_eq!(
            url(targets.of(None, 1)),
            Ok(first.clone()),
            "asked once an attempt"
        );
        assert_eq!(url(targets.of(Some("s1"), 1)), Ok(first.clone()));
        let second = format!("http://b/socket.io?{query}&n=1&EIO=4&transport=polling");
        assert_eq!(url(targets.of(None, 2)), Ok(second.clone()));
        assert_eq!(url(targets.of(Some("s1"), 2)), Ok(first));
        assert_eq!(url(targets.of(Some("s2"), 2)), Ok(second));
        assert!(matches!(targets.of(None, 3), Err(BuildError::Url(_))));
    }
}
