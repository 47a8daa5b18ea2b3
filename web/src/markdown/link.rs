//! Which addresses are links, and where a bare one ends.

/// The longest address that is a link, in bytes.
const MAX_LEN: usize = 2048;

/// Parentheses within one another in an address.
const MAX_PARENTHESES: usize = 8;

const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// `(https://…)`, as it follows a link's words: how many bytes it takes, and where it leads.
pub(super) fn destination(text: &str) -> Option<(usize, String)> {
    let inner = text.strip_prefix('(')?;
    let mut depth = 0_usize;
    for (at, c) in inner.char_indices().take_while(|(at, _)| *at <= MAX_LEN) {
        match c {
            // Or texts like "[a]([a]([a](" would be read again and again.
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

/// An address without any mark around, at the start of `text`: its length in bytes, and where it leads. One that is too
/// long leads nowhere.
pub(super) fn bare(text: &str) -> Option<(usize, Option<String>)> {
    let scheme = SCHEMES[..2].iter().find(|scheme| begins_with(text, scheme));
    let is_www = scheme.is_none() && begins_with(text, "www.");
    let host_at = scheme.map_or_else(|| is_www.then_some(0), |scheme| Some(scheme.len()))?;
    let host = &text[host_at..];
    if !host.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
        return None;
    }
    let end = host_end(host);
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

/// Whether a person may be led there.
fn is_allowed(to: &str) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| begins_with(to, scheme) && to.len() > scheme.len())
}

fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Where an address ends that begins with this host; past [`MAX_LEN`] where it is too long.
fn host_end(host: &str) -> usize {
    let mut in_host = true;
    for (at, c) in host.char_indices() {
        in_host &= !matches!(c, '/' | '?' | '#');
        // Korean puts its particles right behind: "example.com에서". A host that is not all Latin goes on.
        let particle = in_host && !c.is_ascii() && host[..at].is_ascii() && host[..at].contains('.');
        // The words of a link may be an address themselves.
        let ends_words = host[at..].starts_with("](");
        if at > MAX_LEN
            || particle
            || ends_words
            || c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '`')
        {
            return at;
        }
    }
    host.len()
}

/// An address without the punctuation of the sentence it stands in.
fn trimmed(mut address: &str) -> &str {
    let count = |mark: char| address.chars().filter(|c| *c == mark).count();
    // How many more of each close than open.
    let mut surplus =
        [(')', '('), (']', '[')].map(|(close, open)| (close, count(close).saturating_sub(count(open))));
    while let Some(last) = address.chars().next_back() {
        let loose = surplus.iter_mut().find(|(close, _)| *close == last);
        match loose {
            Some((_, more)) if *more > 0 => *more -= 1,
            Some(_) => break,
            None if matches!(last, '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~') => {}
            None if matches!(last, '…' | '。' | '，' | '’' | '”' | '」' | '》') => {}
            None => break,
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address
}
