//! Chromium, its driver, and a font with Hangul, for tests in a browser.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{apt, process};

/// Debian's packages of the three.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-noto-cjk"];

/// Chromium and its driver.
pub(crate) struct Browser {
    /// Chromium; `CHROMIUM` overrides it.
    pub(crate) chromium: PathBuf,
    /// Its WebDriver; `CHROMEDRIVER` overrides it.
    pub(crate) driver: PathBuf,
}

/// Finds the browser, and installs it with apt if it is missing.
pub(crate) fn browser() -> anyhow::Result<Browser> {
    if let Some(found) = found()
        && has_hangul()
    {
        return Ok(found);
    }
    apt::install(
        &PACKAGES,
        "Elsewhere: install Chromium, its driver and a CJK font, and name the programs in CHROMIUM and CHROMEDRIVER",
    )?;
    found().context("apt installed Chromium, but `chromium` or `chromedriver` is not on the PATH")
}

fn found() -> Option<Browser> {
    Some(Browser {
        chromium: named("CHROMIUM").or_else(|| process::find("chromium"))?,
        driver: named("CHROMEDRIVER").or_else(|| process::find("chromedriver"))?,
    })
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|file| file.is_file())
}

/// Without such a font Korean text shows as boxes, and screenshots prove nothing.
fn has_hangul() -> bool {
    match process::output("fc-list", &[":lang=ko", "file"]) {
        Some(fonts) => !fonts.is_empty(),
        None => Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file(),
    }
}
