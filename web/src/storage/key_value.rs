//! Texts by key that outlive the page.

/// Texts by key, as localStorage keeps them.
pub trait KeyValue {
    fn get(&self, key: &str) -> Option<String>;
    /// Writes a text. Returns whether it was stored.
    fn set(&mut self, key: &str, text: &str) -> bool;
    /// Removes a key; it need not exist.
    fn remove(&mut self, key: &str);
    fn keys(&self) -> Vec<String>;
}
