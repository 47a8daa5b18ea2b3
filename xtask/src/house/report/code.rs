//! The code of the shipped crates, with tests told apart.

use super::{
    super::source::{Source, files},
    SHIPPED,
};

/// All Rust files of the shipped crates.
pub(super) struct Code {
    pub(super) files: Vec<File>,
}

/// A Rust file.
pub(super) struct File {
    pub(super) path: String,
    /// Its lines up to its tests.
    pub(super) lines: Vec<String>,
    /// The number of lines of its tests.
    tests: usize,
}

impl Code {
    pub(super) fn read() -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for krate in SHIPPED {
            all.extend(files(krate, &[".rs"])?.into_iter().map(File::new));
        }
        Ok(Self { files: all })
    }

    /// The files that are shipped.
    pub(super) fn product(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.lines.is_empty())
    }

    /// Files, lines of code, comments and tests of each crate; blank lines do not count.
    pub(super) fn sizes(&self) -> Vec<String> {
        let row = |name: &str, files: &[&File]| {
            let product: Vec<_> = files.iter().filter(|file| !file.lines.is_empty()).collect();
            let count = |comment: bool| {
                let lines = product.iter().flat_map(|file| &file.lines);
                lines
                    .map(|line| line.trim())
                    .filter(|line| !line.is_empty() && line.starts_with("//") == comment)
                    .count()
            };
            let tests: usize = files.iter().map(|file| file.tests).sum();
            format!(
                "{name:18}{:>7}{:>9}{:>10}{tests:>9}",
                product.len(),
                count(false),
                count(true)
            )
        };
        let mut rows = Vec::new();
        for krate in SHIPPED {
            let prefix = format!("{krate}/");
            let files: Vec<_> = self
                .files
                .iter()
                .filter(|file| file.path.starts_with(&prefix))
                .collect();
            rows.push(row(krate, &files));
        }
        rows.push(row("all", &self.files.iter().collect::<Vec<_>>()));
        rows
    }
}

impl File {
    fn new(source: Source) -> Self {
        let Source { path, text } = source;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let in_src = path.split('/').nth(1) == Some("src");
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_test =
            !in_src || path.contains("/tests/") || matches!(name, "tests.rs" | "test.rs" | "proptests.rs");
        let product = if is_test { 0 } else { without_tests(&lines) };
        let tests = lines
            .iter()
            .skip(product)
            .filter(|line| !line.trim().is_empty())
            .count();
        Self {
            path,
            lines: lines.into_iter().take(product).collect(),
            tests,
        }
    }

    /// Blocks whose first line satisfies `begins`, each with the number of that line and its lines, including the closing
    /// one.
    pub(super) fn blocks<'a>(
        &'a self,
        begins: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = (usize, &'a [String])> {
        self.lines.iter().enumerate().filter_map(move |(at, line)| {
            if !begins(line.trim_start()) {
                return None;
            }
            let indentation = line.len() - line.trim_start().len();
            let closes = |line: &String| {
                let inner = line.trim_start();
                line.len() - inner.len() == indentation
                    && (inner.starts_with('}') || inner.starts_with(')') && inner.ends_with(';'))
            };
            let rest = self.lines.get(at..)?;
            // A declaration without a body.
            if line.trim_end().ends_with(';') || line.trim_end().ends_with("{}") {
                return None;
            }
            let end = rest.iter().skip(1).position(closes)? + 2;
            Some((at + 1, rest.get(..end)?))
        })
    }
}

/// The number of lines before the file's tests, which stand at its end.
fn without_tests(lines: &[String]) -> usize {
    let starts = |pair: &[String]| {
        pair.first().is_some_and(|line| line.starts_with("#[cfg(test)]"))
            && pair
                .get(1)
                .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    lines.windows(2).position(starts).unwrap_or(lines.len())
}

/// The name after a keyword, as in `pub(crate) struct Name<T>`.
pub(super) fn defined<'a>(line: &'a str, keywords: &[&str]) -> Option<&'a str> {
    let mut rest = line;
    if let Some(public) = rest.strip_prefix("pub") {
        rest = public;
        if let Some(scope) = rest.strip_prefix('(') {
            rest = scope.split_once(')')?.1;
        }
        rest = rest.strip_prefix(' ')?;
    }
    for modifier in ["const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(modifier).unwrap_or(rest);
    }
    let (keyword, name) = rest.split_once(' ')?;
    if !keywords.contains(&keyword) {
        return None;
    }
    let end = name
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(name.len());
    name.get(..end).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_found() {
        let types = ["struct", "enum"];
        assert_eq!(defined("pub(super) struct Code {", &types), Some("Code"));
        assert_eq!(defined("enum Kind<T> {", &types), Some("Kind"));
        assert_eq!(defined("pub async fn go(", &["fn"]), Some("go"));
        assert_eq!(defined("let structure = 1;", &types), None);
    }

    #[test]
    fn a_block_ends_where_its_indentation_does() {
        let text = "fn one() {\n    if x {\n    }\n}\n\nfn two();\n#[cfg(test)]\nmod tests {\n}\n";
        let file = File::new(Source {
            path: "server/src/a.rs".to_owned(),
            text: text.to_owned(),
        });
        let blocks: Vec<_> = file
            .blocks(|line| line.starts_with("fn "))
            .map(|(at, lines)| (at, lines.len()))
            .collect();
        assert_eq!(blocks, [(1, 4)]);
        assert_eq!(file.tests, 3);
    }
}
