//! Serves the embedded page: compressed at build time, cached for ever if names carry hashes, with a strict security policy.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::HttpState;
use crate::config::BasePath;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Built;

const INDEX: &str = "index.html";

/// The base path's placeholder in the built page.
const BASE_AT_ROOT: &str = r#"name="base-path" content="""#;

/// The page's files, read on first use.
#[derive(Debug)]
pub struct PageFiles {
    base: BasePath,
    files: OnceLock<Files>,
}

#[derive(Debug)]
struct Files {
    by_name: HashMap<String, Arc<File>>,
    policy: HeaderValue,
}

#[derive(Debug)]
struct File {
    plain: Bytes,
    /// The compressed forms, smallest first.
    compressed: Vec<(Encoding, Bytes)>,
    etag: HeaderValue,
    mime: HeaderValue,
    immutable: bool,
}

/// A compression that browsers support. They accept Brotli over HTTPS and from localhost only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The suffix of a compressed file.
    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }
}

/// Answers all paths without a route of their own: with a file of the page, or with the page itself on navigation.
pub async fn serve(
    State(shared): State<HttpState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if uri.path().starts_with("/api/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let files = shared.page.files();
    let path = uri.path().trim_start_matches('/');
    let navigates = || {
        headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(accepts_html)
    };
    let name = match path {
        _ if files.by_name.contains_key(path) => path,
        "" => INDEX,
        _ if navigates() => INDEX,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match files.by_name.get(name) {
        Some(file) => answer(&files.policy, file, &headers),
        None => (StatusCode::NOT_FOUND, "this server was built without the page\n").into_response(),
    }
}

fn accepts_html(accept: &str) -> bool {
    accept.contains("text/html")
}

fn answer(policy: &HeaderValue, file: &File, headers: &HeaderMap) -> Response {
    let compressed = file
        .compressed
        .iter()
        .find(|(encoding, _)| takes(headers, *encoding));
    let (status, body) = if is_cached(headers, &file.etag) {
        (StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        let bytes = compressed.map_or(&file.plain, |(_, bytes)| bytes);
        (StatusCode::OK, Body::from(bytes.clone()))
    };
    let mut answer = (status, body).into_response();
    let mut set = |name: HeaderName, value: HeaderValue| answer.headers_mut().insert(name, value);
    set(ETAG, file.etag.clone());
    set(VARY, HeaderValue::from_static("accept-encoding"));
    set(
        CACHE_CONTROL,
        HeaderValue::from_static(match file.immutable {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        }),
    );
    set(CONTENT_TYPE, file.mime.clone());
    set(CONTENT_SECURITY_POLICY, policy.clone());
    set(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some((encoding, _)) = compressed
        && status == StatusCode::OK
    {
        set(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    answer
}

/// Whether the browser has this version cached. A proxy that compresses makes the tag weak.
fn is_cached(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    known.is_some_and(|known| {
        let mut tags = known.split(',').map(str::trim);
        tags.any(|tag| tag == "*" || etag == tag.strip_prefix("W/").unwrap_or(tag))
    })
}

fn takes(headers: &HeaderMap, encoding: Encoding) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter();
    let mut accepted = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    accepted.any(|one| {
        let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.parse::<f32>().ok());
        coding.trim() == encoding.name() && weight != Some(0.0)
    })
}

impl PageFiles {
    /// The page for a server below this base path.
    pub fn new(base: BasePath) -> Self {
        Self {
            base,
            files: OnceLock::new(),
        }
    }

    /// Reads the page ahead, so that the first visitor does not wait.
    pub fn prepare(self: &Arc<Self>) {
        let page = self.clone();
        tokio::task::spawn_blocking(move || {
            page.files();
        });
    }

    fn files(&self) -> &Files {
        self.files.get_or_init(|| {
            let names: Vec<String> = Built::iter()
                .filter(|name| {
                    !Encoding::ALL
                        .iter()
                        .any(|encoding| name.ends_with(encoding.suffix()))
                })
                .map(Cow::into_owned)
                .collect();
            let mut by_name: HashMap<String, Arc<File>> = names
                .iter()
                .filter_map(|name| Some((name.clone(), Arc::new(File::built(name)?))))
                .collect();
            let mut index = String::new();
            if let Some(file) = by_name.get_mut(INDEX) {
                let built = String::from_utf8_lossy(&file.plain).into_owned();
                index = below(&built, &names, &self.base);
                if index != built {
                    *file = Arc::new(File::new(INDEX, index.clone().into()));
                }
            }
            Files {
                by_name,
                policy: HeaderValue::from_str(&policy(&index))
                    .unwrap_or(HeaderValue::from_static("default-src 'none'")),
            }
        })
    }
}

/// Adapts the page to a server below a path: it is built for the root, so its file names and its base path are rewritten.
fn below(index: &str, names: &[String], base: &BasePath) -> String {
    if base.is_root() {
        return index.to_owned();
    }
    let base = base.as_str();
    let mut index = index.replace(BASE_AT_ROOT, &format!("name=\"base-path\" content=\"{base}\""));
    for name in names {
        for quote in ['"', '\''] {
            index = index.replace(
                &format!("{quote}/{name}{quote}"),
                &format!("{quote}{base}/{name}{quote}"),
            );
        }
    }
    index
}

impl File {
    /// A built file, with its compressed forms.
    fn built(name: &str) -> Option<Self> {
        let mut file = Self::new(name, bytes_of(Built::get(name)?.data));
        for encoding in Encoding::ALL {
            if let Some(built) = Built::get(&format!("{name}{}", encoding.suffix()))
                && built.data.len() < file.plain.len()
            {
                file.compressed.push((encoding, bytes_of(built.data)));
            }
        }
        Some(file)
    }

    fn new(name: &str, plain: Bytes) -> Self {
        let digest = Sha256::digest(&plain);
        let etag = format!("\"{}\"", STANDARD.encode(&digest[..12]));
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        let mime = match mime.type_() {
            mime_guess::mime::TEXT => format!("{mime}; charset=utf-8"),
            _ => mime.to_string(),
        };
        Self {
            plain,
            compressed: Vec::new(),
            etag: HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\"")),
            mime: HeaderValue::from_str(&mime)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            immutable: has_hash(name),
        }
    }
}

/// Avoids a copy if the data is part of the binary.
fn bytes_of(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}

/// Whether a file's name changes with its content, as Trunk's do: `web-0123456789abcdef_bg.wasm`.
fn has_hash(name: &str) -> bool {
    name.split(['-', '_', '.', '/'])
        .any(|part| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The security policy: only this server's files run, and of inline scripts and styles only those of the built page.
fn policy(index: &str) -> String {
    let scripts = hashes(index, "script");
    let styles = hashes(index, "style");
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'{styles}; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The hashes of a page's inline elements with this tag.
fn hashes(html: &str, tag: &str) -> String {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    let mut hashes = String::new();
    let mut rest = html;
    while let Some(start) = rest.find(&open) {
        rest = &rest[start + open.len()..];
        let Some((attributes, content)) = rest.split_once('>') else {
            break;
        };
        let Some(end) = content.find(&close) else { break };
        let inline = &content[..end];
        if !inline.trim().is_empty() && !attributes.contains("src=") {
            hashes += &format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(inline)));
        }
        rest = &content[end..];
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_page_that_the_browser_has_is_not_sent_again_whatever_a_proxy_made_of_its_tag() {
        let etag = HeaderValue::from_static("\"abc\"");
        for known in ["\"abc\"", "W/\"abc\"", "\"x\", W/\"abc\"", "*"] {
            assert!(is_cached(&with(IF_NONE_MATCH, known), &etag), "{known}");
        }
        for other in ["\"abd\"", "abc", "W/\"abcd\"", ""] {
            assert!(!is_cached(&with(IF_NONE_MATCH, other), &etag), "{other}");
        }
        assert!(!is_cached(&HeaderMap::new(), &etag));
    }

    #[test]
    fn a_file_is_sent_as_the_browser_takes_it() {
        let mut file = File::new("app.js", Bytes::from_static(b"plain"));
        let encodings =
            Encoding::ALL.map(|encoding| (encoding, Bytes::from_static(encoding.name().as_bytes())));
        file.compressed.extend(encodings);
        for (accepted, sent) in [
            ("br", Some("br")),
            ("gzip, br", Some("br")),
            ("gzip;q=0.8, br;q=0.1", Some("br")),
            ("br ; q=1", Some("br")),
            ("gzip, deflate", Some("gzip")),
            ("br;q=0, gzip", Some("gzip")),
            ("gzip, br; q=0.000", Some("gzip")),
            ("", None),
            ("brotli", None),
            ("gzip;q=0", None),
        ] {
            let answer = answer(
                &HeaderValue::from_static(""),
                &file,
                &with(ACCEPT_ENCODING, accepted),
            );
            let encoding = answer.headers().get(CONTENT_ENCODING);
            assert_eq!(
                encoding.map(HeaderValue::as_bytes),
                sent.map(str::as_bytes),
                "{accepted}"
            );
            assert_eq!(answer.headers()[VARY], "accept-encoding");
        }
    }

    #[test]
    fn the_policy_knows_the_inline_scripts_of_the_page() {
        let html =
            r#"<script type="module">alert(1)</script><script src="/a.js"></script><style>a{}</style>"#;
        let policy = policy(html);
        assert!(
            policy.contains("'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            "{policy}"
        );
        assert_eq!(policy.matches("sha256-").count(), 2, "{policy}");
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn fault_f31_a_page_below_a_path_names_its_files_there() {
        let html = r#"<meta name="base-path" content="" /><link href="/a-1.css"/><script>import '/a-1.js'; see('/other')</script>"#;
        let names = ["a-1.css".to_owned(), "a-1.js".to_owned()];
        let chat = BasePath::parse("/chat").unwrap();
        assert_eq!(
            below(html, &names, &chat),
            r#"<meta name="base-path" content="/chat" /><link href="/chat/a-1.css"/><script>import '/chat/a-1.js'; see('/other')</script>"#
        );
        assert_eq!(below(html, &names, &BasePath::default()), html);
    }

    #[test]
    fn only_names_with_hashes_are_cached_for_ever() {
        assert!(has_hash("steadfast-web-0123456789abcdef_bg.wasm"));
        assert!(has_hash("snippets/leptos-0123456789abcdef/inline0.js"));
        assert!(!has_hash("index.html"));
        assert!(!has_hash("favicon.svg"));
    }
}
