//! How many files the operating system lets this process have open, of which every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Limits;

/// Kept for everything that is no connection: the database's files, the listener, the runtime's own.
const OWN: usize = 64;

/// Raises the limit as far as the process may. Answers how many connections it leaves room for.
pub fn prepare(limits: &Limits) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            current
        }
    };
    let allowed = allowed.map_or(usize::MAX, |allowed| {
        usize::try_from(allowed).unwrap_or(usize::MAX)
    });
    let wanted = limits.max_connections + limits.max_http_connections + OWN;
    if allowed < wanted {
        tracing::warn!(
            "the system allows {allowed} open files, and {wanted} may be needed: raise the limit (LimitNOFILE with \
             systemd, ulimit -n in a shell), or lower --max-connections"
        );
    }
    room(allowed)
}

/// How many connections so many open files leave room for.
fn room(allowed: usize) -> usize {
    allowed.saturating_sub(OWN).max(allowed / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_kept_for_the_database_however_few_there_are() {
        assert_eq!(room(1_024), 960);
        assert_eq!(room(100), 50);
        assert_eq!(room(usize::MAX), usize::MAX - OWN);
    }
}
