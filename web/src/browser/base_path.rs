//! The product's path on its host: the root, or a path such as `https://host/chat/`.

/// The path all addresses begin with. Empty at the root; otherwise it begins with a slash and does
/// not end with one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageRoot(String);

impl PageRoot {
    /// Parses the path that the server wrote into the page.
    pub fn new(path: &str) -> Self {
        Self(match path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        })
    }

    /// The address on this host of a path within the product: `/r/…` becomes `/chat/r/…`.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The key under which this product, and no other on the same host, stores something.
    pub fn scoped(&self, name: &str) -> String {
        format!("{name}{}", self.0)
    }

    /// The product's own name for a `scoped` key; `None` for a key of another product on the same
    /// host, whose path may end with this one.
    pub fn unscoped<'a>(&self, scoped: &'a str) -> Option<&'a str> {
        scoped
            .strip_suffix(self.0.as_str())
            .filter(|name| !name.contains('/'))
    }

    /// The path within the product of an address on this host. An address outside of it means the
    /// root.
    pub fn within<'a>(&self, address: &'a str) -> &'a str {
        match address.strip_prefix(self.0.as_str()) {
            Some("") | None => "/",
            Some(path) if path.starts_with('/') => path,
            Some(_) => "/",
        }
    }
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static HERE: PageRoot = leptos::prelude::document()
        .query_selector("meta[name=base-path]")
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
        .map_or_else(PageRoot::default, |path| PageRoot::new(&path));
}

/// This page's base path.
#[cfg(target_arch = "wasm32")]
pub(crate) fn here() -> PageRoot {
    HERE.with(Clone::clone)
}

/// The full address of a path within the product, to share.
#[cfg(target_arch = "wasm32")]
pub(crate) fn link(path: &str) -> String {
    let origin = leptos::prelude::window().location().origin().unwrap_or_default();
    origin + &here().address(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_f31_an_address_below_a_path_reads_back() {
        for base in ["", "/", "/chat", "chat/", "/a/b/"] {
            let base = PageRoot::new(base);
            for path in ["/", "/r/7/41", "/join", "/api/session"] {
                assert_eq!(base.within(&base.address(path)), path, "{base:?}");
            }
        }
        assert_eq!(PageRoot::new("/chat/").address("/r/7"), "/chat/r/7");
        assert_eq!(PageRoot::new("/").address("/r/7"), "/r/7");
    }

    #[test]
    fn fault_f31_each_product_on_a_host_knows_its_own_keys_alone() {
        let bases = ["", "/chat", "/a/chat", "/chat/a"].map(PageRoot::new);
        for base in &bases {
            for other in &bases {
                let key = other.scoped("steadfast.draft.7");
                let known = (base == other).then_some("steadfast.draft.7");
                assert_eq!(base.unscoped(&key), known, "{base:?} {other:?}");
            }
        }
    }

    #[test]
    fn fault_f31_what_lies_outside_is_the_root() {
        let base = PageRoot::new("/chat");
        for address in ["/chat", "/", "/chatter/r/7", "/r/7"] {
            assert_eq!(base.within(address), "/", "{address}");
        }
    }
}
