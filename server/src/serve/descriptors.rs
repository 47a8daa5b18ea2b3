//! The operating system's limit of open files, which caps the number of connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::ConnectionLimits;

/// Reserved for files other than connections: the database, the listener, the runtime.
const OWN: usize = 64;

/// Raises the limit as far as the process may. Returns the number of connections it allows.
pub fn prepare(limits: &ConnectionLimits) -> usize {
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

/// The number of connections that a limit of open files allows.
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
