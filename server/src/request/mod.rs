//! Facts about a request, over HTTP and in a handshake alike.
//!
//! - [`below`]: removes the base path
//! - [`credentials`]: the cookie or the bearer token
//! - [`origin`]: the page that sent it
//! - [`client_address`]: the address that sent it

pub mod below;
pub mod client_address;
pub mod credentials;
pub mod origin;
