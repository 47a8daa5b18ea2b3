//! The id of a request to the server, and why it may have no answer.

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestId(pub u64);

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// No answer came in time.
    #[error("no answer in time")]
    Timeout,
    /// The link went down first.
    #[error("the link went down")]
    Disconnected,
    /// The answer has an unknown shape.
    #[error("an answer of no known shape")]
    Malformed,
}
