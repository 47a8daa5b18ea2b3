//! `cargo xtask bench crowds`: how long other people's messages take while a few clients burden the server up to its limits, on both
//! databases.

use std::process::ExitCode;

use super::store::{Database, Kind, example};
use crate::process;
use crate::step::step;

/// The burdens of the example `crowd`.
const SCENARIOS: [&str; 4] = ["reconnect", "rooms", "topic", "back"];

pub(super) fn crowds() -> anyhow::Result<ExitCode> {
    let crowd = example("crowd")?;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for scenario in SCENARIOS {
            let database = Database::new(kind)?;
            step(&format!("{scenario}: {}", kind.name()), || {
                process::run(process::command(&crowd).args([scenario, "--database", &database.name]))
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
