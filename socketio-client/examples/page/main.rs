//! A chat in a page, for the server of the Socket.IO tutorial: it sends `chat message` and shows those of everyone.
//!
//! ```sh
//! cargo build -p socketio-anywhere --example page --target wasm32-unknown-unknown
//! wasm-bindgen --target web --no-typescript --out-dir socketio-client/examples/page/dist \
//!     target/wasm32-unknown-unknown/debug/examples/page.wasm
//! python3 -m http.server --directory socketio-client/examples/page 8000
//! ```
//!
//! Then open <http://localhost:8000/?server=http://localhost:3000>. Without a server the page says so, and goes on trying; one that will do is
//! `node socketio-client/tests/servers/server.mjs e2e/node_modules 3000` in this crate's repository.

#[cfg(target_family = "wasm")]
mod page;

fn main() {
    #[cfg(target_family = "wasm")]
    if page::start().is_none() {
        web_sys::console::error_1(&"not the page that this belongs to".into());
    }
}
