//! The source tree, as the rules read it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::workspace;

/// A file under the top-level folder.
pub(super) struct Source {
    /// Its path from the top-level folder, with `/`.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
}

/// Our files below `folder` whose names end in one of `endings`.
pub(super) fn files(folder: &str, endings: &[&str]) -> anyhow::Result<Vec<Source>> {
    let mut paths = Vec::new();
    walk(&workspace::root().join(folder), &mut paths)?;
    paths.sort();
    paths
        .into_iter()
        .filter(|path| {
            endings
                .iter()
                .any(|ending| path.to_string_lossy().ends_with(ending))
        })
        .map(|path| {
            let text = fs::read_to_string(&path);
            let path = path.strip_prefix(workspace::root()).unwrap_or(&path);
            let path = path.to_string_lossy().replace('\\', "/");
            let text = text.with_context(|| format!("cannot read {path}"))?;
            Ok(Source { path, text })
        })
        .collect()
}

/// One file, by its path from the top-level folder.
pub(super) fn file(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(workspace::root().join(path)).with_context(|| format!("cannot read {path}"))
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    const NOT_OURS: [&str; 6] = [
        "target",
        "node_modules",
        "vendor",
        "dist",
        "test-results",
        "playwright-report",
    ];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir()
        && !NOT_OURS.contains(&&*name)
        && (!name.starts_with('.') || path == workspace::root())
    {
        for entry in fs::read_dir(path)? {
            walk(&entry?.path(), files)?;
        }
    }
    Ok(())
}
