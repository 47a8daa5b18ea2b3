//! `cargo xtask setup`: prepares a machine for `trunk serve`.

use std::process::ExitCode;

use crate::{npm, tools};

/// Installs the tools for building the page, unless they are installed already.
pub(crate) fn setup() -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    tools::wasm_target()?;
    tools::trunk()?;
    tools::wasm_bindgen()?;
    npm::packages()?;
    println!("==> ready: `cargo run -p steadfast-server` and, beside it, `trunk serve`");
    Ok(ExitCode::SUCCESS)
}
