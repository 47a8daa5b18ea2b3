//! Facts about a request, over HTTP and in a handshake alike.
//!
//! - [`below`]: the base path is taken off
//! - [`credentials`]: who asks: a cookie or a bearer token
//! - [`origin`]: which page it comes from
//! - [`client_address`]: which address it comes from

pub mod below;
pub mod client_address;
pub mod credentials;
pub mod origin;
