//! Postgres and Redis without nodes, for commands that start servers themselves.

use std::path::Path;

use super::{guard::Guard, postgres::Postgres, redis::Redis};

/// They run for the lifetime of this value.
pub(crate) struct Services {
    postgres: Option<Postgres>,
    redis: Option<Redis>,
    guard: Option<Guard>,
}

impl Services {
    /// Starts the services that these peers of the load test need, and installs missing ones.
    pub(crate) fn start(peers: &str) -> anyhow::Result<Self> {
        let (with_redis, with_postgres) = (peers.contains("redis-"), peers.contains("postgres-"));
        if !with_redis && !with_postgres {
            return Ok(Self {
                postgres: None,
                redis: None,
                guard: None,
            });
        }
        crate::postgres::prepare()?;
        let guard = Guard::start()?;
        let redis = if with_redis {
            crate::redis::prepare()?;
            Some(Redis::start(&guard)?)
        } else {
            None
        };
        Ok(Self {
            postgres: Some(Postgres::start(&guard)?),
            redis,
            guard: Some(guard),
        })
    }

    /// A folder, and an empty database in Postgres if that is wanted.
    pub(crate) fn for_database(in_postgres: bool) -> anyhow::Result<Self> {
        if in_postgres {
            return Self::start("postgres-1");
        }
        Ok(Self {
            postgres: None,
            redis: None,
            guard: Some(Guard::start()?),
        })
    }

    pub(crate) fn postgres_url(&self) -> Option<String> {
        self.postgres.as_ref().map(Postgres::url)
    }

    /// The folder that is deleted with them; the current one if nothing was started.
    pub(crate) fn folder(&self) -> &Path {
        self.guard.as_ref().map_or(Path::new("."), Guard::folder)
    }

    /// Their addresses, as arguments.
    pub(crate) fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        if let Some(postgres) = &self.postgres {
            args.extend(["--postgres".to_owned(), postgres.url()]);
        }
        if let Some(redis) = &self.redis {
            args.extend(["--redis".to_owned(), redis.url()]);
        }
        args
    }
}
