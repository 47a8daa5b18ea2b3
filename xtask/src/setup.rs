//! `cargo xtask setup`: what `trunk serve` needs.

use std::process::ExitCode;

use crate::{npm, tools};

/// Installs what building the page needs, and nothing that is there already.
pub(crate) fn setup() -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    tools::wasm_target()?;
    tools::trunk()?;
    tools::wasm_bindgen()?;
    npm::packages()?;
    println!("==> ready: `cargo run -p steadfast-server` and, beside it, `trunk serve`");
    Ok(ExitCode::SUCCESS)
}
