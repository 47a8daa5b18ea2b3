//! Measures the words of comments.

use super::{Measure, code::Code};

/// A doc comment with at most this many words usually repeats the name.
const SHORT: usize = 3;

pub(super) fn measures(code: &Code) -> Vec<Measure> {
    let (mut words, mut whats) = (0_usize, 0_usize);
    for file in code.product() {
        let comment = |line: &'_ str| {
            line.trim()
                .strip_prefix("//")
                .map(|text| text.trim_start_matches(['/', '!']).trim().to_owned())
        };
        for line in &file.lines {
            let Some(text) = comment(line) else { continue };
            for word in text.split_whitespace() {
                words += 1;
                whats += usize::from(
                    word.trim_matches(|c: char| !c.is_alphanumeric())
                        .eq_ignore_ascii_case("what"),
                );
            }
        }
    }
    let per_thousand = if words == 0 {
        0.0
    } else {
        whats as f64 * 1_000.0 / words as f64
    };
    vec![
        Measure::new("words in comments", &words, "", Vec::new()),
        Measure::new(
            "`what` per 1,000 of them",
            &format!("{per_thousand:.1}"),
            "≤ 3",
            Vec::new(),
        ),
        Measure::counted("doc comments of up to three words", "0", short_docs(code)),
    ]
}

/// Doc comments too short to say more than the name.
pub(super) fn short_docs(code: &Code) -> Vec<String> {
    let mut short = Vec::new();
    for file in code.product() {
        let is_doc = |line: Option<&String>| line.is_some_and(|line| line.trim_start().starts_with("///"));
        for (at, line) in file.lines.iter().enumerate() {
            let alone = !is_doc(at.checked_sub(1).and_then(|before| file.lines.get(before)))
                && !is_doc(file.lines.get(at + 1));
            let Some(text) = line.trim_start().strip_prefix("///") else {
                continue;
            };
            if alone && text.split_whitespace().count() <= SHORT {
                short.push(format!("{}:{}:{text}", file.path, at + 1));
            }
        }
    }
    short
}
