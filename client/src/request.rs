//! A request to the server has an id, and may stay without an answer.

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestId(pub u64);

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// None came in time.
    #[error("no answer in time")]
    Timeout,
    /// The link went down first.
    #[error("the link went down")]
    Disconnected,
    /// One came, of no known shape.
    #[error("an answer of no known shape")]
    Malformed,
}
