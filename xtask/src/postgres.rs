//! Postgres, which the tests of the store start for themselves.

use std::{env, fs, path::Path};

use crate::apt;

/// Installs Postgres with apt where it is absent.
pub(crate) fn prepare() -> anyhow::Result<()> {
    if is_there() {
        return Ok(());
    }
    apt::install(
        &["postgresql"],
        "Elsewhere: install Postgres 14 or newer, with `initdb` and `postgres` on the PATH",
    )
}

/// Whether the programs are there: Debian keeps them off the PATH.
fn is_there() -> bool {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let versions = debian.map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    versions.chain(env::split_paths(&path)).any(|folder| {
        ["initdb", "postgres", "pg_isready"]
            .iter()
            .all(|name| is_file(&folder, name))
    })
}

fn is_file(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}
