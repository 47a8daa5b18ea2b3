//! The way of a message: the files that the walkthrough of `docs/ARCHITECTURE.md` names.

use std::collections::BTreeSet;

use super::{super::source::file, Measure};

const DOCUMENT: &str = "docs/ARCHITECTURE.md";
const CHAPTER: &str = "## The life of a message";

pub(super) fn measures() -> anyhow::Result<Vec<Measure>> {
    let text = file(DOCUMENT)?;
    let chapter = text.split_once(CHAPTER).map_or("", |(_, rest)| rest);
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let names = chapter.split('`').skip(1).step_by(2);
    let files: BTreeSet<_> = names
        .filter(|name| name.contains("/src/") && name.ends_with(".rs"))
        .collect();
    let folders: BTreeSet<_> = files
        .iter()
        .filter_map(|file| file.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .collect();
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    Ok(vec![
        Measure::counted(
            "files that the walkthrough of a message names",
            "≤ 40",
            owned(files),
        ),
        Measure::counted("folders of those", "≤ 12", owned(folders)),
    ])
}
