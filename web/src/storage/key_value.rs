//! Texts by key, which are kept while the page is closed.

/// Texts by key, as a browser's localStorage keeps them.
pub trait KeyValue {
    /// The text of a key.
    fn get(&self, key: &str) -> Option<String>;
    /// Writes, and says whether it is kept.
    fn set(&mut self, key: &str, text: &str) -> bool;
    /// Removes; an absent one is no error.
    fn remove(&mut self, key: &str);
    /// Every key there is.
    fn keys(&self) -> Vec<String>;
}
