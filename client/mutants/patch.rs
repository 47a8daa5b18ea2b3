//! Mutants as patches: how one is written, and how all of them are woven into one copy of the source.
//!
//! A patch says in its first line what goes wrong, names the rules of which one must notice it, and has for each file the
//! lines to replace, without their numbers:
//!
//! ```text
//! The cursor moves over an entry that was not applied.
//!
//! Caught by: OneLog
//!
//! --- client/src/room/inbox.rs
//! @@
//!          self.keys.insert(key, entry.seq);
//! -        self.window.push_newest(entry);
//! ```
//!
//! `@@` begins another place in the same file. The lines of a place stand together, once in the file and inside one function;
//! their indentation does not matter.

use std::{collections::BTreeMap, fs, io, ops::Range, path::Path};

/// One mutant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Patch {
    /// Its file's name.
    pub(crate) name: String,
    /// The rules of which one must notice it.
    pub(crate) rules: Vec<String>,
    hunks: Vec<Hunk>,
}

/// A place to change.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hunk {
    file: String,
    before: Vec<String>,
    after: Vec<String>,
}

/// Where hunks belong.
type Places<'a> = Vec<(Range<usize>, &'a Hunk)>;

/// A function's body, and each mutant that has another one.
struct Body {
    lines: Range<usize>,
    mutants: Vec<(usize, String)>,
}

/// The patches in a folder, in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Patch>, String> {
    let unreadable = |error| format!("cannot read {}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let patches = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "patch"));
    patches
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            Patch::parse(&name, &fs::read_to_string(path).map_err(unreadable)?)
        })
        .collect()
}

/// All sources below a folder, by their paths; `name` is that of the folder.
pub(crate) fn sources(folder: &Path, name: &str) -> Result<BTreeMap<String, String>, String> {
    let unreadable = |path: &Path, error: io::Error| format!("cannot read {}: {error}", path.display());
    let mut sources = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let name = format!(
            "{name}/{}",
            path.file_name().unwrap_or_default().to_string_lossy()
        );
        if path.is_dir() {
            sources.extend(self::sources(&path, &name)?);
        } else {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            sources.insert(name, text);
        }
    }
    Ok(sources)
}

impl Patch {
    fn parse(name: &str, text: &str) -> Result<Self, String> {
        let wrong =
            |number: usize, problem: &str| format!("client/mutants/patches/{name}.patch:{number}: {problem}");
        let mut patch = Self {
            name: name.to_owned(),
            rules: Vec::new(),
            hunks: Vec::new(),
        };
        let mut file = None;
        for (line, number) in text.lines().zip(1..) {
            if let Some(rules) = line.strip_prefix("Caught by: ") {
                patch.rules = rules.split(", ").map(str::to_owned).collect();
            } else if let Some(path) = line.strip_prefix("--- ") {
                file = Some(path.to_owned());
            } else if let Some(file) = &file {
                patch
                    .hunk_line(file, line)
                    .map_err(|problem| wrong(number, problem))?;
            }
        }
        let has_reason = text.lines().next().is_some_and(|line| line.ends_with('.'));
        let problem = match &patch {
            _ if !has_reason => "the first line must be a sentence that says what goes wrong",
            Self { rules, .. } if rules.is_empty() => {
                "a line `Caught by: Rule, Rule` must name the rules that notice it"
            }
            Self { hunks, .. } if hunks.is_empty() => "it changes nothing",
            _ => return Ok(patch),
        };
        Err(wrong(1, problem))
    }

    fn hunk_line(&mut self, file: &str, line: &str) -> Result<(), &'static str> {
        if line == "@@" {
            self.hunks.push(Hunk {
                file: file.to_owned(),
                ..Hunk::default()
            });
            return Ok(());
        }
        let Some(mark) = line.chars().next() else {
            return Ok(());
        };
        let hunk = self.hunks.last_mut().ok_or("`@@` must begin a place to change")?;
        let code = line[mark.len_utf8()..].to_owned();
        match mark {
            ' ' => {
                hunk.before.push(code.clone());
                hunk.after.push(code);
            }
            '-' => hunk.before.push(code),
            '+' => hunk.after.push(code),
            _ => return Err("a line of a place to change begins with a space, `-` or `+`"),
        }
        Ok(())
    }

    /// What went wrong, and the way out.
    fn refused(&self, hunk: &Hunk, problem: &str) -> String {
        format!(
            "the mutant client/mutants/patches/{}.patch no longer applies: {problem}\n\n{}\n\n\
             Write the same fault against {} as it is now: the lines with a space or `-` must stand there once, in one function.",
            self.name,
            hunk.before.join("\n"),
            hunk.file,
        )
    }
}

/// Puts all mutants into the sources, which have their paths as keys: each function that some mutant changes gets one body more
/// for each of them, and chooses among them when it is called.
pub(crate) fn weave(sources: &mut BTreeMap<String, String>, patches: &[Patch]) -> Result<(), String> {
    for patch in patches {
        for hunk in &patch.hunks {
            if !sources.contains_key(&hunk.file) {
                return Err(patch.refused(hunk, &format!("there is no file {}", hunk.file)));
            }
        }
    }
    for (path, source) in sources {
        let lines: Vec<&str> = source.lines().collect();
        let mut bodies: BTreeMap<usize, Body> = BTreeMap::new();
        for (number, patch) in patches.iter().enumerate() {
            for (range, text) in changed_bodies(path, &lines, patch)? {
                let body = bodies.entry(range.start).or_insert_with(|| Body {
                    lines: range,
                    mutants: Vec::new(),
                });
                body.mutants.push((number, text));
            }
        }
        if !bodies.is_empty() {
            *source = woven(&lines, bodies);
        }
    }
    Ok(())
}

/// The bodies that a patch changes in one file: their place, and their text after the change.
fn changed_bodies(path: &str, lines: &[&str], patch: &Patch) -> Result<Vec<(Range<usize>, String)>, String> {
    let mut changes: BTreeMap<usize, (Range<usize>, Places<'_>)> = BTreeMap::new();
    for hunk in patch.hunks.iter().filter(|hunk| hunk.file == path) {
        let place = place_of(lines, &hunk.before).map_err(|problem| patch.refused(hunk, &problem))?;
        let body = body_around(lines, &place)
            .ok_or_else(|| patch.refused(hunk, "these lines are not inside one function"))?;
        let (_, hunks) = changes.entry(body.start).or_insert((body, Vec::new()));
        hunks.push((place, hunk));
    }
    let bodies = changes.into_values().map(|(body, mut hunks)| {
        hunks.sort_by_key(|(place, _)| place.start);
        let (mut text, mut next) = (Vec::new(), body.start);
        for (place, hunk) in hunks {
            text.extend_from_slice(&lines[next..place.start]);
            text.extend(hunk.after.iter().map(String::as_str));
            next = place.end;
        }
        text.extend_from_slice(&lines[next..body.end]);
        (body, text.join("\n"))
    });
    Ok(bodies.collect())
}

/// Where these lines stand.
fn place_of(lines: &[&str], before: &[String]) -> Result<Range<usize>, String> {
    let alike = |at: &usize| {
        let pairs = lines[*at..].iter().zip(before);
        pairs
            .take_while(|(line, before)| line.trim() == before.trim())
            .count()
    };
    let mut places = (0..lines.len()).filter(|at| !before.is_empty() && alike(at) == before.len());
    match (places.next(), places.next()) {
        (Some(at), None) => Ok(at..at + before.len()),
        (Some(one), Some(other)) => Err(format!(
            "its lines stand at line {} and at line {}; more context would tell the places apart",
            one + 1,
            other + 1
        )),
        (None, _) => {
            let nearest = (0..lines.len())
                .rev()
                .max_by_key(alike)
                .filter(|at| alike(at) > 0);
            Err(nearest.map_or_else(
                || "its lines are not in the file".to_owned(),
                |at| {
                    let here = at + alike(&at);
                    let line = lines.get(here).map_or("", |line| line.trim());
                    format!(
                        "its lines are not in the file. The likeliest place has at line {}: {line}",
                        here + 1
                    )
                },
            ))
        }
    }
}

/// The lines between the braces of the function around a place. The source is formatted, so its indentation tells.
fn body_around(lines: &[&str], place: &Range<usize>) -> Option<Range<usize>> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let outermost = lines[place.clone()].iter().filter(|line| !line.is_empty());
    let inside = outermost.map(|line| indent(line)).min()?;
    let head = (0..place.start)
        .rev()
        .find(|at| indent(lines[*at]) < inside && is_function(lines[*at]))?;
    let outside = indent(lines[head]);
    let opening =
        (head..place.start).find(|at| lines[*at].ends_with('{') && indent(lines[*at]) == outside)?;
    let closing =
        (place.end..lines.len()).find(|at| indent(lines[*at]) == outside && lines[*at].trim() == "}")?;
    // A function that ends before the place is not around it.
    let ends_before =
        (opening + 1..place.start).any(|at| indent(lines[at]) == outside && lines[at].trim() == "}");
    (!ends_before).then_some(opening + 1..closing)
}

/// Whether a function begins in this line.
fn is_function(line: &str) -> bool {
    let Some((words, _)) = line.split_once("fn ") else {
        return false;
    };
    words
        .split_whitespace()
        .all(|word| word.starts_with("pub") || word == "async")
}

fn woven(lines: &[&str], bodies: BTreeMap<usize, Body>) -> String {
    let (mut text, mut next) = (String::new(), 0);
    let push = |text: &mut String, lines: &[&str]| {
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
    };
    for Body { lines: own, mutants } in bodies.into_values() {
        push(&mut text, &lines[next..own.start]);
        for (number, mutant) in mutants {
            text.push_str(&format!(
                "if crate::mutants::active({number}) {{\n{mutant}\n}} else "
            ));
        }
        text.push_str("{\n");
        push(&mut text, &lines[own.clone()]);
        text.push_str("}\n");
        next = own.end;
    }
    push(&mut text, &lines[next..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
impl Log {
    pub(crate) fn push(&mut self, entry: Entry) {
        if self.is_next(&entry) {
            self.entries.push(entry);
        }
    }

    fn is_next(&self, entry: &Entry) -> bool {
        entry.seq == self.high + 1
    }
}
";

    fn mutant(name: &str, hunk: &str) -> Patch {
        let text = format!("It breaks.\n\nCaught by: OneLog, OneRow\n\n--- log.rs\n@@\n{hunk}\n");
        Patch::parse(name, &text).unwrap()
    }

    fn weave_all(patches: &[Patch]) -> Result<String, String> {
        let mut sources = BTreeMap::from([("log.rs".to_owned(), SOURCE.to_owned())]);
        weave(&mut sources, patches).map(|()| sources.remove("log.rs").unwrap_or_default())
    }

    #[test]
    fn a_function_has_a_body_for_each_mutant_that_changes_it() {
        let woven = weave_all(&[
            mutant("a", " entry.seq == self.high + 1\n+ || true"),
            mutant("b", "-entry.seq == self.high + 1\n+false"),
        ]);
        let expected = "\
    fn is_next(&self, entry: &Entry) -> bool {
if crate::mutants::active(0) {
entry.seq == self.high + 1
 || true
} else if crate::mutants::active(1) {
false
} else {
        entry.seq == self.high + 1
}
    }
}
";
        let woven = woven.unwrap();
        assert!(woven.ends_with(expected), "{woven}");
        assert!(
            woven.starts_with(&SOURCE[..SOURCE.find("    fn").unwrap_or(0)]),
            "{woven}"
        );
    }

    #[test]
    fn a_patch_says_what_it_breaks_and_who_notices() {
        assert_eq!(mutant("a", "-x").rules, ["OneLog", "OneRow"]);
        let good = "It breaks.\nCaught by: A\n--- log.rs\n@@\n-x\n";
        assert!(Patch::parse("a", good).is_ok());
        for (without, problem) in [
            ("It breaks.", "a sentence"),
            ("Caught by: A", "Caught by"),
            ("@@", "`@@`"),
            ("--- log.rs", "changes nothing"),
        ] {
            let error = Patch::parse("a", &good.replace(without, "")).unwrap_err();
            assert!(
                error.starts_with("client/mutants/patches/a.patch:") && error.contains(problem),
                "{error}"
            );
        }
    }

    #[test]
    fn a_patch_that_does_not_apply_is_named_with_the_reason() {
        for (hunk, problem) in [
            ("-entry.seq == self.high + 2", "its lines are not in the file"),
            (
                " if self.is_next(&entry) {\n-self.lost.push(entry);",
                "line 4: self.entries.push(entry);",
            ),
            (" }", "its lines stand at line 5 and at line 6"),
            ("-impl Log {", "not inside one function"),
            (
                "-}\n \n fn is_next(&self, entry: &Entry) -> bool {",
                "not inside one function",
            ),
        ] {
            let error = weave_all(&[mutant("a", hunk)]).unwrap_err();
            let named = error.starts_with("the mutant client/mutants/patches/a.patch no longer applies: ");
            assert!(
                named && error.contains(problem) && error.contains("Write the same fault"),
                "{error}"
            );
        }
        let mut none = BTreeMap::new();
        let error = weave(&mut none, &[mutant("a", "-x")]).unwrap_err();
        assert!(error.contains("there is no file log.rs"), "{error}");
    }
}
