//! Where a page connects.

use socketio_anywhere::Client;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::connect_error;

#[wasm_bindgen_test]
async fn the_pages_origin_needs_no_naming() {
    // The page of the test runner speaks no Socket.IO: the attempt fails there, and not at the URL.
    let client = Client::builder("").reconnection(false).build().unwrap();
    let error = connect_error(&mut client.events()).await;
    assert_eq!(error.message, "websocket error");
}
