//! The adapter between nodes, as a setting.

use std::fmt;

use redis::{Client, IntoConnectionInfo, ProtocolVersion};

use crate::store::database::Database;

#[derive(Clone, PartialEq, Eq)]
pub enum AdapterChoice {
    /// Other nodes learn of changes by polling alone.
    None,
    /// Notifications of the database server.
    Postgres,
    /// Publish and subscribe on a Redis server, by its URL, which may contain a password.
    Redis(String),
}

/// Why an adapter setting is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdapterError {
    /// An adapter connects several nodes, and SQLite allows only one.
    #[error(
        "--adapter {adapter} needs --database postgres://…: a SQLite file is served by one process, which needs no adapter"
    )]
    OneProcess {
        /// The chosen adapter, without a password.
        adapter: AdapterChoice,
    },
    /// The URL is not valid.
    #[error("not the URL of a Redis server ({0}): write it as redis://user:password@host:6379")]
    Url(String),
}

impl AdapterChoice {
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "postgres" => Ok(Self::Postgres),
            url if ["redis:", "rediss:", "redis+unix:"]
                .iter()
                .any(|scheme| url.starts_with(scheme)) =>
            {
                RedisServer::parse(url).map_err(|error| error.to_string())?;
                Ok(Self::Redis(url.to_owned()))
            }
            _ => Err(
                "an adapter is none, postgres, or the URL of a Redis server such as redis://host:6379".into(),
            ),
        }
    }

    /// The chosen adapter if it fits the database, or the database's default.
    pub(crate) fn of(chosen: Option<&Self>, database: &Database) -> Result<Self, AdapterError> {
        let is_file = database.file().is_some();
        match chosen {
            None if is_file => Ok(Self::None),
            None => Ok(Self::Postgres),
            Some(Self::None) => Ok(Self::None),
            Some(adapter) if is_file => Err(AdapterError::OneProcess {
                adapter: adapter.clone(),
            }),
            Some(adapter) => Ok(adapter.clone()),
        }
    }
}

/// A Redis server by its URL.
#[derive(Clone, Debug)]
pub(crate) struct RedisServer {
    pub(crate) client: Client,
}

impl RedisServer {
    pub(crate) fn parse(url: &str) -> Result<Self, AdapterError> {
        let unreadable = |error: redis::RedisError| AdapterError::Url(error.to_string());
        let info = url.into_connection_info().map_err(unreadable)?;
        // Only RESP3 carries messages and replies on one connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(unreadable)?;
        Ok(Self { client })
    }

    /// Its address, without a password.
    pub(crate) fn name(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }
}

impl fmt::Display for AdapterChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Postgres => f.write_str("postgres"),
            Self::Redis(url) => match RedisServer::parse(url) {
                Ok(server) => write!(f, "redis://{}", server.name()),
                Err(_) => f.write_str("redis://…"),
            },
        }
    }
}

impl fmt::Debug for AdapterChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_is_named_in_words_or_by_a_url_and_never_shows_its_password() {
        assert_eq!(AdapterChoice::parse("none"), Ok(AdapterChoice::None));
        assert_eq!(AdapterChoice::parse("postgres"), Ok(AdapterChoice::Postgres));
        for url in [
            "redis://chat:secret@cache.example:6380/2",
            "rediss://:secret@cache.example:6380",
        ] {
            let redis = AdapterChoice::parse(url).unwrap();
            assert_eq!(redis.to_string(), "redis://cache.example:6380");
            assert!(!format!("{redis:?}").contains("secret"));
        }
        for wrong in [
            "",
            "memory",
            "redis",
            "redis:",
            "redis://host:port",
            "http://host",
        ] {
            assert!(AdapterChoice::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_has_no_adapter_and_a_database_in_postgres_its_own_unless_another_one_is_named() {
        let file = Database::from("chat.db");
        let postgres = Database::Postgres("postgres://db.example/chat".into());
        let redis = AdapterChoice::Redis("redis://:secret@cache.example".into());
        assert_eq!(AdapterChoice::of(None, &file), Ok(AdapterChoice::None));
        assert_eq!(AdapterChoice::of(None, &postgres), Ok(AdapterChoice::Postgres));
        for chosen in [AdapterChoice::None, AdapterChoice::Postgres, redis.clone()] {
            assert_eq!(AdapterChoice::of(Some(&chosen), &postgres), Ok(chosen));
        }
        let refused = AdapterChoice::of(Some(&redis), &file).unwrap_err().to_string();
        assert!(
            refused.contains("--database postgres://") && !refused.contains("secret"),
            "{refused}"
        );
        assert!(AdapterChoice::of(Some(&AdapterChoice::Postgres), &file).is_err());
    }
}
