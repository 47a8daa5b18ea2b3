//! Where on its host the product lives: at the root, or below a path as `https://host/chat/`.

/// The path everything lives below. Empty at the root; otherwise it begins with a slash and ends with none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageRoot(String);

impl PageRoot {
    /// Reads the path that the server wrote into the page.
    pub fn new(path: &str) -> Self {
        Self(match path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        })
    }

    /// The address, on this host, of a path within the product: `/r/…` is `/chat/r/…`.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The name under which a browser keeps something for this product, and for no other on the same host.
    pub fn scoped(&self, name: &str) -> String {
        format!("{name}{}", self.0)
    }

    /// The name as this product knows it, of a key that a browser keeps under `scoped`; `None` for another product's on the same
    /// host, whose path may end with this one.
    pub fn unscoped<'a>(&self, scoped: &'a str) -> Option<&'a str> {
        scoped
            .strip_suffix(self.0.as_str())
            .filter(|name| !name.contains('/'))
    }

    /// The path within the product of an address on this host. One outside of it is the product's root.
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

/// Where this page's server lives.
#[cfg(target_arch = "wasm32")]
pub(crate) fn here() -> PageRoot {
    HERE.with(Clone::clone)
}

/// The whole address of this path of the product, as it can be given to others.
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
