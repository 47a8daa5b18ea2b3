//! Facts about a request, over HTTP and in a handshake alike.
//!
//! - [`base_path`]: where on its host the server lives
//! - [`credentials`]: who asks: a cookie or a bearer token
//! - [`origin`]: which page it comes from
//! - [`client_address`]: which address it comes from

pub mod base_path;
pub mod client_address;
pub mod credentials;
pub mod origin;
