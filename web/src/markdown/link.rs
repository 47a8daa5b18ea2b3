//! Which addresses are links, and where a bare one ends.

use crate::markdown::edge::{is_hangul, is_wide_punctuation};

/// Longest address that is a link, in bytes.
const MAX_LEN: usize = 2048;

/// Maximum nesting of parentheses in an address.
const MAX_PARENTHESES: usize = 8;

const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Korean particles, which directly follow a word and so are no part of an address.
const PARTICLES: [&str; 25] = [
    "가", "과", "까지", "나", "는", "도", "들", "랑", "로", "를", "만", "보다", "부터", "와", "으로", "은",
    "을", "의", "이", "에", "처럼", "하고", "한테", "께", "요",
];

/// Words that often directly follow an address.
const FOLLOWERS: [&str; 25] = [
    "입니다",
    "이에요",
    "예요",
    "이야",
    "이고",
    "인데",
    "라고",
    "이라",
    "라는",
    "에서",
    "에는",
    "에도",
    "으로",
    "로는",
    "여기",
    "참고",
    "보고",
    "보세요",
    "들어가",
    "확인",
    "까지",
    "부터",
    "하고",
    "한테",
    "처럼",
];

/// Extensions of files that may have an `@` in their name.
const FILES: [&str; 8] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css"];

/// `(https://…)` after a link's text: its length in bytes, and its target.
pub(super) fn destination(text: &str) -> Option<(usize, String)> {
    let inner = text.strip_prefix('(')?;
    let mut depth = 0_usize;
    for (at, c) in inner.char_indices().take_while(|(at, _)| *at <= MAX_LEN) {
        match c {
            // Otherwise texts such as "[a]([a]([a](" would be scanned again for each bracket.
            '(' if depth == MAX_PARENTHESES => return None,
            '(' => depth += 1,
            ')' if depth == 0 => {
                let to = &inner[..at];
                return is_allowed(to).then(|| (at + 2, to.to_owned()));
            }
            ')' => depth -= 1,
            c if c.is_whitespace() || c.is_control() => return None,
            _ => {}
        }
    }
    None
}

/// A bare address at the start of `text`, following `before`: its length in bytes, and its target.
/// One that is too long has no target.
pub(super) fn bare(before: Option<char>, text: &str) -> Option<(usize, Option<String>)> {
    let scheme = SCHEMES[..2].iter().find(|scheme| begins_with(text, scheme));
    let is_www = scheme.is_none() && begins_with(text, "www.");
    let host_at = scheme.map_or_else(|| is_www.then_some(0), |scheme| Some(scheme.len()))?;
    let host = &text[host_at..];
    if !host.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
        return None;
    }
    let end = end(host, before);
    if end > MAX_LEN {
        return Some((host_at + end, None));
    }
    let len = host_at + trimmed(&host[..end]).len();
    if is_www && len <= "www.".len() {
        return None;
    }
    let address = &text[..len];
    let to = if is_www {
        format!("https://{address}")
    } else {
        address.to_owned()
    };
    Some((len, Some(to)))
}

/// An e-mail address at the start of `text`, with at most `most` characters before its `@`: its
/// length in bytes, and its target.
pub(super) fn mail(text: &str, most: usize) -> Option<(usize, Option<String>)> {
    let at = text
        .bytes()
        .take(most + 1)
        .position(|byte| !is_local(char::from(byte)))?;
    let local = &text[..at];
    if local.is_empty() || local.ends_with('.') || !text[at..].starts_with('@') {
        return None;
    }
    let host = &text[at + 1..];
    let is_in_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let len = host
        .bytes()
        .take(MAX_LEN)
        .take_while(|byte| is_in_host(*byte))
        .count();
    let host = host[..len].trim_end_matches(['.', '-']);
    let behind = text[at + 1 + host.len()..].chars().next();
    let labels: Vec<&str> = host.split('.').collect();
    let is_host = labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
        && labels
            .last()
            .is_some_and(|last| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    // "git@github.com:a/b" is no e-mail address.
    let is_file = labels.last().is_some_and(|last| FILES.contains(last));
    if !is_host
        || is_file
        || matches!(behind, Some(':' | '/' | '@' | '_')) && !text[at + 1 + host.len()..].starts_with(": ")
    {
        return None;
    }
    let len = at + 1 + host.len();
    Some((len, Some(format!("mailto:{}", &text[..len]))))
}

/// Whether the character may precede the `@` of an e-mail address.
pub(super) fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')
}

/// Whether the address may be a link's target.
fn is_allowed(to: &str) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| begins_with(to, scheme) && to.len() > scheme.len())
}

fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The end of an address that begins with this host; past [`MAX_LEN`] if it is too long.
fn end(host: &str, before: Option<char>) -> usize {
    let (mut in_host, mut last) = (true, ' ');
    let mut open = Vec::new();
    for (at, c) in host.char_indices() {
        let rest = &host[at..];
        in_host &= !matches!(c, '/' | '?' | '#');
        let ends = match c {
            '(' | '[' | '{' => {
                let aside = c == '(' && last.is_ascii_alphanumeric() && rest[1..].starts_with(is_hangul);
                open.push(c);
                (in_host && at > 0) || aside || open.len() > MAX_PARENTHESES
            }
            ')' | ']' | '}' => open
                .pop()
                .is_none_or(|open| !matches!((open, c), ('(', ')') | ('[', ']') | ('{', '}'))),
            '<' | '>' | '"' | '`' | '|' | '\\' | '^' => true,
            '\'' => before == Some('\''),
            // A link's text may be an address itself, and marks may surround one.
            '*' | '~' | '_' => ends_mark(c, rest, before),
            ',' => begins_with(&rest[1..], "http"),
            c => {
                c.is_whitespace()
                    || c.is_control()
                    || ends_sentence(c)
                    || is_particle(rest, last, &host[..at], in_host)
            }
        };
        if ends || at > MAX_LEN {
            return at;
        }
        last = c;
    }
    host.len()
}

/// Non-ASCII punctuation, which addresses do not contain.
fn ends_sentence(c: char) -> bool {
    is_wide_punctuation(c)
        || matches!(
            c,
            '“' | '”' | '‘' | '’' | '…' | '‥' | '«' | '»' | '\u{200B}' | '\u{FEFF}'
        )
}

/// Marks around an address: doubled ones, and those that also precede it.
fn ends_mark(mark: char, rest: &str, before: Option<char>) -> bool {
    let behind = rest.trim_start_matches(mark);
    let width = rest.len() - behind.len();
    let continues = behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    match mark {
        '_' => before == Some('_') && !continues,
        _ => width > 1 || before == Some(mark) && !continues,
    }
}

/// Whether Korean text begins here, directly after the address: `example.com에서`, `/a를`. A host or a
/// path may contain Hangul itself, at the start of a segment: `https://한국.kr`, `/wiki/한국`.
fn is_particle(rest: &str, last: char, host: &str, in_host: bool) -> bool {
    if !rest.starts_with(is_hangul) {
        return in_host
            && rest.starts_with(|c: char| !c.is_ascii())
            && last.is_ascii_alphanumeric()
            && host.contains('.');
    }
    if !(last.is_ascii_alphanumeric() || matches!(last, '/' | '=' | '-' | '_' | '~') && !in_host) {
        return false;
    }
    if in_host && (host.contains('.') || host.contains(':')) {
        return true;
    }
    let run = rest.len() - rest.trim_start_matches(is_hangul).len();
    let (word, behind) = rest.split_at(run);
    // A text that continues like an address is part of it.
    if behind.starts_with(|c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '%' | '=' | '&' | '(')
    }) {
        return false;
    }
    if last.is_ascii_alphanumeric() {
        // Encyclopedias have titles such as "C언어"; elsewhere the sentence continues.
        let is_title = ["/wiki/", "/w/"].iter().any(|folder| host.contains(folder));
        let begins = FOLLOWERS.iter().any(|follower| word.starts_with(follower));
        !is_title || begins || PARTICLES.contains(&word)
    } else {
        // "https://a.com/에서": a particle would be the whole segment.
        last == '/' && PARTICLE_PARTS.contains(&word)
    }
}

/// Particles that are unlikely to be a page's name.
const PARTICLE_PARTS: [&str; 10] = [
    "에서",
    "에",
    "는",
    "를",
    "을",
    "은",
    "로",
    "으로",
    "입니다",
    "까지",
];

/// An address without the punctuation of the surrounding sentence.
fn trimmed(mut address: &str) -> &str {
    while let Some(last) = address.chars().next_back() {
        let is_loose = matches!(
            last,
            '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '·' | '–' | '—' | '(' | '[' | '{'
        );
        if !is_loose {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address
}
