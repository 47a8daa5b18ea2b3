//! Quotes and lists, line by line; all other lines are prose, except code in a
//! [`fence`](super::fence).

use crate::markdown::fence::Unclosed;
use crate::markdown::{Inline, Label, ListItem, MarkdownBlock, SizeBudget, fence, inline};

/// Maximum nesting of quotes and lists; deeper marks show as typed.
const MAX_DEPTH: usize = 6;

/// A mark may be indented this far, as everywhere in Markdown.
pub(super) const MAX_INDENT: usize = 3;

/// A line indented this much further than an item's mark belongs to the item.
const INSIDE: usize = 2;

/// More empty lines in a row show as this many: nobody has to scroll past screens of nothing.
const EMPTY_LINES: usize = 3;

/// A number from here on is a year or a sum, not an item.
const NO_POINT_FROM: u32 = 1_000;

#[derive(Clone, Copy)]
pub(super) struct LinePlace<'b> {
    /// Nesting depth in quotes and lists.
    depth: usize,
    /// Whether it is inside an item, where a single item is a list, too.
    in_point: bool,
    budget: &'b SizeBudget,
}

impl<'b> LinePlace<'b> {
    pub(super) fn top(budget: &'b SizeBudget) -> Self {
        Self {
            depth: 0,
            in_point: false,
            budget,
        }
    }

    fn within(self, in_point: bool) -> Self {
        Self {
            depth: self.depth + 1,
            in_point,
            ..self
        }
    }
}

/// Parses lines of text.
pub(super) fn read(lines: &[&str], place: LinePlace<'_>) -> Vec<MarkdownBlock> {
    let mut blocks = Vec::new();
    let mut unclosed = Unclosed::default();
    let (mut prose_from, mut at) = (0, 0);
    while at < lines.len() && place.budget.has_left() {
        if let Some(fence) = fence::at_start(lines[at], &lines[at + 1..], &mut unclosed) {
            blocks.extend(prose(&lines[prose_from..at], place.budget));
            place.budget.spend(1);
            at += fence.lines;
            blocks.push(fence.code);
            blocks.extend(fence.behind.and_then(|line| prose(&[line], place.budget)));
            prose_from = at;
        } else if let Some((block, len)) = block_at(&lines[at..], at, place) {
            blocks.extend(prose(&lines[prose_from..at], place.budget));
            blocks.push(block);
            at += len;
            prose_from = at;
        } else if let Some((before, fence)) = fence::within(lines[at], &lines[at + 1..], &mut unclosed) {
            let prose_lines: Vec<&str> = lines[prose_from..at].iter().copied().chain([before]).collect();
            blocks.extend(prose(&prose_lines, place.budget));
            place.budget.spend(1);
            at += fence.lines;
            blocks.push(fence.code);
            blocks.extend(fence.behind.and_then(|line| prose(&[line], place.budget)));
            prose_from = at;
        } else {
            at += 1;
        }
    }
    blocks.extend(prose(&lines[prose_from..], place.budget));
    blocks
}

/// The quote or list that begins at the first of `lines`, which is line `at`, and the number of
/// lines it takes.
fn block_at(lines: &[&str], at: usize, place: LinePlace<'_>) -> Option<(MarkdownBlock, usize)> {
    if place.depth >= MAX_DEPTH {
        return None;
    }
    quote(lines, place).or_else(|| list(lines, place.in_point && at > 0, place))
}

fn prose(lines: &[&str], budget: &SizeBudget) -> Option<MarkdownBlock> {
    let first = lines.iter().position(|line| !is_blank(line))?;
    let last = lines.iter().rposition(|line| !is_blank(line))?;
    budget.spend(1);
    let lines = unescaped(&lines[first..=last]);
    let mut inlines = Vec::new();
    // An unclosed mark ends with its paragraph.
    for (index, paragraph) in lines.chunk_by(|a, b| is_blank(a) == is_blank(b)).enumerate() {
        if index % 2 == 0 {
            for piece in inline::read(&paragraph.join("\n"), budget) {
                inline::push(&mut inlines, piece);
            }
        } else {
            let empty = paragraph.len().min(EMPTY_LINES);
            inline::push(&mut inlines, Inline::Text("\n".repeat(empty + 1)));
        }
    }
    Some(MarkdownBlock::Prose(inlines))
}

/// Lines of prose without the backslash that keeps them from being a quote or an item.
fn unescaped<'a>(lines: &[&'a str]) -> Vec<std::borrow::Cow<'a, str>> {
    let bare: Vec<Option<String>> = lines.iter().map(|line| without_backslash(line)).collect();
    let is_point = |at: usize| {
        let line = bare.get(at).and_then(Option::as_deref).or(lines.get(at).copied());
        line.is_some_and(|line| ListMark::of(line).is_some())
    };
    let each = lines.iter().enumerate().map(|(at, line)| {
        let saves = |bare: &str| {
            quoted(bare).is_some_and(|text| text.chars().any(char::is_alphabetic))
                || is_point(at) && (at > 0 && is_point(at - 1) || is_point(at + 1))
        };
        match &bare[at] {
            Some(bare) if saves(bare) => bare.clone().into(),
            _ => (*line).into(),
        }
    });
    each.collect()
}

/// `\> a`, `\- a` and `1\. a` without the backslash.
fn without_backslash(line: &str) -> Option<String> {
    let (indent, rest) = unindent(line, MAX_INDENT);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].strip_prefix('\\')?;
    let marks: &[char] = if digits == 0 {
        &['>', '-', '*', '+']
    } else {
        &['.', ')']
    };
    after
        .starts_with(marks)
        .then(|| format!("{}{}{after}", &line[..indent], &rest[..digits]))
}

/// Characters that a backslash turns into plain text.
pub(super) fn is_escapable(c: char) -> bool {
    matches!(c, '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '>')
}

fn quote(lines: &[&str], place: LinePlace<'_>) -> Option<(MarkdownBlock, usize)> {
    let inner: Vec<&str> = lines.iter().map_while(|line| quoted(line)).collect();
    let has_text = inner.iter().any(|line| !is_blank(line));
    // "> 5" alone is a comparison.
    let compares = place.depth == 0 && lines.len() == 1 && inner.iter().all(|line| is_sum(line));
    if !has_text || compares {
        return None;
    }
    place.budget.spend(1);
    Some((
        MarkdownBlock::Quote(read(&inner, place.within(false))),
        inner.len(),
    ))
}

fn is_sum(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii() && !c.is_ascii_alphabetic())
}

/// The rest of a quoted line. `>_<` is a face and `>>12` a reference to a post; neither is a quote.
fn quoted(line: &str) -> Option<&str> {
    let marks = unindent(line, MAX_INDENT).1;
    let rest = marks.trim_start_matches('>');
    if rest.len() == marks.len() || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    // "> . <" is a face, too.
    let inner = &marks[1..];
    (!inner.trim_end().ends_with('<')).then(|| inner.strip_prefix(' ').unwrap_or(inner))
}

/// Consecutive items. A single one is no list, unless it has nested items.
fn list(lines: &[&str], alone: bool, place: LinePlace<'_>) -> Option<(MarkdownBlock, usize)> {
    let first = ListMark::of(lines[0])?;
    let mut points: Vec<(ListMark<'_>, Vec<&str>)> = Vec::new();
    let mut at = 0;
    while let Some(mark) = lines.get(at).and_then(|line| ListMark::of(line)) {
        let follows = points.last().is_none_or(|(before, _)| mark.follows(before));
        if !follows || points.len() >= place.budget.left() {
            break;
        }
        let inside = at + 1..at + 1 + mark.reach(&lines[at + 1..]);
        let rest = lines[inside.clone()]
            .iter()
            .map(|line| unindent(line, mark.width).1);
        let inner: Vec<&str> = [mark.text].into_iter().chain(rest).collect();
        points.push((mark, inner));
        at = inside.end;
        // Blank lines may separate items.
        let gap = lines[at..].iter().take_while(|line| is_blank(line)).count();
        let continues = lines.get(at + gap).and_then(|line| ListMark::of(line));
        if let (Some(next), Some((last, _))) = (continues, points.last())
            && next.follows(last)
        {
            at += gap;
        }
    }
    let has_points =
        |(_, inner): &(ListMark<'_>, Vec<&str>)| inner[1..].iter().any(|line| ListMark::of(line).is_some());
    if !(points.len() > 1 || alone || points.iter().any(has_points)) || are_dates(&points) {
        return None;
    }
    place.budget.spend(points.len());
    let items = points.into_iter().map(|(mark, inner)| ListItem {
        number: mark.number,
        blocks: read(&inner, place.within(true)),
    });
    let items = items.collect();
    Some((
        MarkdownBlock::List {
            label: first.label,
            items,
        },
        at,
    ))
}

/// "5. 3 회의" above "6. 4 휴가": dates, whose numbers are followed by other numbers.
fn are_dates(points: &[(ListMark<'_>, Vec<&str>)]) -> bool {
    points[0].0.number.is_some_and(|number| number > 1)
        && points
            .iter()
            .all(|(mark, _)| mark.text.starts_with(|c: char| c.is_ascii_digit()))
}

/// The beginning of an item.
struct ListMark<'a> {
    label: Label,
    number: Option<u32>,
    indent: usize,
    /// The column its text starts at.
    width: usize,
    text: &'a str,
}

impl<'a> ListMark<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (indent, rest) = unindent(line, MAX_INDENT);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<u32> = match digits {
            0 => None,
            // An item shows its number, which would lose the leading zero.
            _ if digits > 1 && rest.starts_with('0') => return None,
            _ => Some(
                rest[..digits]
                    .parse()
                    .ok()
                    .filter(|number| *number < NO_POINT_FROM)?,
            ),
        };
        let mut after = rest[digits..].chars();
        let label = match (after.next()?, number.is_some()) {
            ('-', false) => Label::Dash,
            ('*', false) => Label::Asterisk,
            ('+', false) => Label::Plus,
            ('.', true) => Label::Dot,
            (')', true) => Label::Parenthesis,
            _ => return None,
        };
        let text = after.as_str().strip_prefix(' ')?;
        if is_rule(text) || number.is_some() && is_date(text) {
            return None;
        }
        Some(Self {
            label,
            number,
            indent,
            width: indent + digits + 2,
            text,
        })
    }

    /// Whether this item continues the previous one's list. Numbers must increase.
    fn follows(&self, before: &Self) -> bool {
        self.label == before.label && (self.number.is_none() || self.number > before.number)
    }

    /// How many of the lines below belong to the item.
    fn reach(&self, lines: &[&str]) -> usize {
        let mut reach = 0;
        for (index, line) in lines.iter().enumerate() {
            if is_blank(line) {
                continue;
            }
            // A tab counts as the spaces it is displayed as.
            let indent = unindent(line, usize::MAX).0;
            let tabs = line[..indent].matches('\t').count();
            if indent + tabs * (INSIDE - 1) < self.indent + INSIDE {
                break;
            }
            reach = index + 1;
        }
        reach
    }
}

/// Nothing, or the rest of a horizontal rule: "- - -".
fn is_rule(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || matches!(c, '-' | '*' | '_' | '+'))
}

/// "5. 3. 회의" and "12. 25" are dates.
fn is_date(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    let ends = rest.strip_prefix('.').unwrap_or(rest);
    digits > 0 && (ends.trim().is_empty() || rest.starts_with('.') && ends.starts_with([' ', '(']))
}

/// A line without its leading white space, at most `most` characters of it, and the number removed.
pub(super) fn unindent(line: &str, most: usize) -> (usize, &str) {
    let indent = line
        .bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
        .min(most);
    (indent, &line[indent..])
}

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}
