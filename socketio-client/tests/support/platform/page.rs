//! The running npm server that a page or a worker talks to.

/// The `tests/servers/server.mjs` at `SOCKETIO_TEST_SERVER`, which all tests share.
pub struct Server;

impl Server {
    pub fn start() -> Self {
        Self
    }

    pub fn url(&self) -> String {
        let Some(server) = option_env!("SOCKETIO_TEST_SERVER") else {
            panic!("build these tests with SOCKETIO_TEST_SERVER set to a running tests/servers/server.mjs");
        };
        server.to_owned()
    }
}

/// Whether these tests run in a worker: it has no document.
pub fn in_worker() -> bool {
    !js_sys::Reflect::has(&js_sys::global(), &"document".into()).unwrap()
}
