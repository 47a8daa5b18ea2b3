//! The sizes of functions, types and folders, and names with several meanings.

use std::collections::BTreeMap;

use super::{
    Measure,
    code::{Code, defined},
};

/// A longer function does not fit on a screen.
const FUNCTION_LINES: usize = 50;
const FOLDER_FILES: usize = 15;

const TYPES: [&str; 5] = ["struct", "enum", "trait", "type", "union"];

/// One type per platform, or with and without a feature: a build has only one of the two.
const TWINS: [&str; 7] = [
    "BoxFuture",
    "BoxStream",
    "MaybeSend",
    "MaybeSync",
    "PageListener",
    "Runtime",
    "Timer",
];

pub(super) fn measures(code: &Code) -> Vec<Measure> {
    let (types, homonyms) = homonyms(code);
    let (fields, methods) = (largest(fields(code)), largest(methods(code)));
    vec![
        Measure::new("type names", &types, "", Vec::new()),
        Measure::counted("type names defined more than once", "≤ 12", homonyms),
        Measure::counted(
            "functions over 50 lines",
            "",
            long_functions(code, FUNCTION_LINES),
        ),
        Measure::new("fields of the largest type", &fields.0, "≤ 20", fields.1),
        Measure::new("methods of the largest type", &methods.0, "≤ 40", methods.1),
        Measure::counted("folders over 15 files", "0", large_folders(code)),
    ]
}

/// The number of types, and the names that several of them share.
pub(super) fn homonyms(code: &Code) -> (usize, Vec<String>) {
    let mut types = BTreeMap::<&str, Vec<String>>::new();
    for file in code.product() {
        for (number, line) in file.lines.iter().enumerate() {
            // Types inside a block belong to it, like associated types.
            if let Some(name) = defined(line, &TYPES) {
                types
                    .entry(name)
                    .or_default()
                    .push(format!("{}:{}", file.path, number + 1));
            }
        }
    }
    let several = types
        .iter()
        .filter(|(name, places)| places.len() > 1 && !TWINS.contains(name));
    let several = several
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect();
    (types.len(), several)
}

/// Functions of more lines than that, components among them.
pub(super) fn long_functions(code: &Code, most: usize) -> Vec<String> {
    let mut long = Vec::new();
    for file in code.product() {
        for (at, lines) in file.blocks(|line| defined(line, &["fn"]).is_some()) {
            if lines.len() > most {
                let name = lines
                    .first()
                    .and_then(|line| defined(line.trim_start(), &["fn"]))
                    .unwrap_or_default();
                long.push(format!("{} lines: {name} ({}:{at})", lines.len(), file.path));
            }
        }
    }
    long
}

/// The number of fields of each struct, by its name and its file's crate.
pub(super) fn fields(code: &Code) -> BTreeMap<String, usize> {
    let mut fields = BTreeMap::new();
    for file in code.product() {
        for (_, lines) in file.blocks(|line| defined(line, &["struct"]).is_some()) {
            let Some(first) = lines.first() else { continue };
            let inner = first.len() - first.trim_start().len() + 4;
            let is_field = |line: &&String| {
                let text = line.trim_start();
                line.len() - text.len() == inner
                    && !text.starts_with(['/', '#', ')', '}'])
                    && text.contains(": ")
            };
            let count = lines.iter().skip(1).filter(is_field).count();
            let name = defined(first.trim_start(), &["struct"]).unwrap_or_default();
            fields.insert(of(name, &file.path), count);
        }
    }
    fields
}

/// The number of methods of each type in all its `impl` blocks, except those of traits.
pub(super) fn methods(code: &Code) -> BTreeMap<String, usize> {
    let mut methods = BTreeMap::new();
    for file in code.product() {
        let inherent =
            |line: &str| line.starts_with("impl") && line.ends_with('{') && !line.contains(" for ");
        for (_, lines) in file.blocks(inherent) {
            let Some(first) = lines.first() else { continue };
            let name = first.trim_start().trim_start_matches("impl").trim_start();
            let name = if name.starts_with('<') {
                name.split_once("> ").map_or(name, |(_, rest)| rest)
            } else {
                name
            };
            let end = name
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(name.len());
            let count = lines
                .iter()
                .filter(|line| defined(line.trim_start(), &["fn"]).is_some())
                .count();
            *methods
                .entry(of(name.get(..end).unwrap_or(name), &file.path))
                .or_default() += count;
        }
    }
    methods
}

fn of(name: &str, path: &str) -> String {
    format!("{name} ({})", path.split('/').next().unwrap_or_default())
}

/// The greatest number, and the top ten.
fn largest(counted: BTreeMap<String, usize>) -> (usize, Vec<String>) {
    let mut all: Vec<_> = counted.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let most = all.first().map_or(0, |(_, count)| *count);
    (
        most,
        all.into_iter()
            .take(10)
            .map(|(name, count)| format!("{count}: {name}"))
            .collect(),
    )
}

pub(super) fn large_folders(code: &Code) -> Vec<String> {
    let mut folders = BTreeMap::<&str, usize>::new();
    for file in code.product() {
        if let Some((folder, _)) = file.path.rsplit_once('/') {
            *folders.entry(folder).or_default() += 1;
        }
    }
    let large = folders.into_iter().filter(|(_, files)| *files > FOLDER_FILES);
    large
        .map(|(folder, files)| format!("{files}: {folder}"))
        .collect()
}
