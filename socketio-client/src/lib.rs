//! A complete Socket.IO client, for wasm and native.
