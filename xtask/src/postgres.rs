//! Postgres, from this machine's packages.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{apt, process};

/// Installs Postgres with apt if it is missing.
pub(crate) fn prepare() -> anyhow::Result<()> {
    if binaries().is_some() {
        return Ok(());
    }
    apt::install(
        &["postgresql"],
        "Elsewhere: install Postgres 14 or newer, with `initdb` and `postgres` on the PATH",
    )
}

/// Installs PgBouncer with apt if it is missing: a test shows that the server refuses it.
pub(crate) fn prepare_pooler() -> anyhow::Result<()> {
    if process::find("pgbouncer").is_some() || is_file(Path::new("/usr/sbin"), "pgbouncer") {
        return Ok(());
    }
    apt::install(
        &["pgbouncer"],
        "Elsewhere: install PgBouncer, with `pgbouncer` on the PATH",
    )
}

/// The folder with the newest version's programs: Debian does not put them on the PATH.
pub(crate) fn binaries() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    versions.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .rev()
        .chain(env::split_paths(&path))
        .find(|folder| {
            ["initdb", "postgres", "pg_isready"]
                .iter()
                .all(|name| is_file(folder, name))
        })
}

/// Whether this user is root, as whom Postgres refuses to run.
pub(crate) fn is_root() -> bool {
    process::output("id", &["-u"]).as_deref() == Some("0")
}

/// The user to run Postgres as if this one is root.
pub(crate) fn somebody() -> &'static str {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    if users.lines().any(|line| line.starts_with("postgres:")) {
        "postgres"
    } else {
        "nobody"
    }
}

fn is_file(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}
