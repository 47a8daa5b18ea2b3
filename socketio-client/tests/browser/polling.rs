//! Long-polling, as a browser does it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Reflect};
use socketio_anywhere::{DisconnectReason, Transport};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{FAR, PATIENCE, Server, connected, disconnected, in_time, in_worker, ms, sleep};

fn dispatch(event: &str) {
    let code = format!("dispatchEvent(new Event({event:?}))");
    Function::new_no_args(code.as_str())
        .call0(&js_sys::global())
        .unwrap();
}

/// The poll that the client ends when it is sent away has not been waited for yet.
#[wasm_bindgen_test]
async fn a_poll_that_is_ended_is_no_error_of_the_page() {
    let unhandled = Rc::new(Cell::new(0));
    let counted = unhandled.clone();
    let count = Closure::<dyn FnMut()>::new(move || counted.set(counted.get() + 1));
    let listen = |name: &str| {
        let global = js_sys::global();
        let function: Function = Reflect::get(&global, &name.into()).unwrap().unchecked_into();
        let event = "unhandledrejection".into();
        function
            .call2(&global, &event, count.as_ref().unchecked_ref())
            .unwrap();
    };
    listen("addEventListener");
    let client = Server::start()
        .client()
        .transports([Transport::Polling])
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("kick", &()).unwrap();
    disconnected(&mut events).await;
    sleep(ms(100)).await;
    listen("removeEventListener");
    assert_eq!(unhandled.get(), 0);
}

#[wasm_bindgen_test]
async fn client_c07_cookies_go_along_where_asked_to() {
    for credentials in [true, false] {
        let client = Server::start()
            .client_at("/cookie/")
            .transports([Transport::Polling])
            .with_credentials(credentials)
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        // The first handshake may bring one along from before; this one was told.
        client.emit("close", &()).unwrap();
        connected(&mut events).await;
        let cookie: Option<String> = client.emit_with_ack("header", "cookie", None).await.unwrap();
        let has = cookie.is_some_and(|cookie| cookie.contains("server="));
        assert_eq!(has, credentials);
    }
}

/// A page that the browser keeps for *back* comes back too.
#[wasm_bindgen_test]
async fn a_server_that_is_polled_learns_that_the_page_goes() {
    if in_worker() {
        return;
    }
    let server = Server::start();
    let watcher = server.client_at("/lobby/").build().unwrap();
    let clients = || watcher.emit_with_ack::<u32>("clients", &(), PATIENCE);
    let client = server
        .client_at("/lobby/")
        .transports([Transport::Polling])
        .reconnection_delay(FAR)
        .reconnection_delay_max(FAR)
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    while clients().await.unwrap() < 2 {
        sleep(ms(5)).await;
    }
    dispatch("pagehide");
    // Long before it misses a heartbeat.
    in_time(async {
        while clients().await.unwrap() > 1 {
            sleep(ms(5)).await;
        }
    })
    .await;
    assert_eq!(disconnected(&mut events).await, DisconnectReason::TransportClose);
    dispatch("pageshow");
    connected(&mut events).await;
}
