//! Redis, from this machine's packages.

use crate::{apt, process};

/// Installs Redis with apt if it is missing.
pub(crate) fn prepare() -> anyhow::Result<()> {
    if process::find("redis-server").is_some() {
        return Ok(());
    }
    apt::install(
        &["redis-server"],
        "Elsewhere: install Redis 6 or newer, or Valkey, with `redis-server` on the PATH",
    )
}
