//! Coming back with the page.

use js_sys::Function;
use socketio_anywhere::{Builder, DisconnectReason, Event, State};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{FAR, Server, connected, disconnected, in_worker, next, quiet, shut_out, until};

/// A client that would wait for very long.
fn patient() -> Builder {
    Server::start()
        .client_at("/gate/")
        .reconnection_delay(FAR)
        .reconnection_delay_max(FAR)
}

/// Lets an event happen to the window, or to the document.
fn dispatch(target: &str, event: &str) {
    run(&format!("{target}.dispatchEvent(new Event({event:?}))"));
}

fn run(code: &str) {
    Function::new_no_args(code).call0(&js_sys::global()).unwrap();
}

fn is_waiting(state: &State) -> bool {
    matches!(state, State::WaitingToReconnect { .. })
}

#[wasm_bindgen_test]
async fn a_page_that_is_back_does_not_wait() {
    for (target, event) in [
        ("document", "visibilitychange"),
        ("document", "resume"),
        ("self", "pageshow"),
        ("self", "online"),
    ] {
        // A worker hears of the network alone.
        if in_worker() && event != "online" {
            continue;
        }
        let client = patient().build().unwrap();
        let mut events = client.events();
        shut_out(&client, &mut events, 0).await;
        assert!(matches!(next(&mut events).await, Event::Reconnecting { .. }));
        dispatch(target, event);
        assert!(
            matches!(next(&mut events).await, Event::Connecting { attempt: 0 }),
            "{event}"
        );
        connected(&mut events).await;
        // Connected, there is nothing to do.
        dispatch(target, event);
        assert!(quiet(&mut events).await);
    }
}

#[wasm_bindgen_test]
async fn a_browser_that_goes_offline_ends_the_connection_and_makes_it_anew_once_it_is_back() {
    let client = Server::start()
        .client()
        .reconnection_delay(FAR)
        .reconnection_delay_max(FAR)
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    dispatch("self", "offline");
    assert_eq!(disconnected(&mut events).await, DisconnectReason::TransportClose);
    assert!(is_waiting(&client.state()));
    dispatch("self", "online");
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn a_page_that_goes_away_changes_nothing() {
    if in_worker() {
        return;
    }
    let client = patient().build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 0).await;
    next(&mut events).await;
    run("Object.defineProperty(document, 'hidden', {value: true, configurable: true})");
    dispatch("document", "visibilitychange");
    let still = is_waiting(&client.state());
    run("delete document.hidden");
    assert!(still);
    client.wake();
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn waking_may_be_left_to_the_program_and_revives_nobody() {
    let client = patient().wake_on_visible(false).build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 0).await;
    next(&mut events).await;
    dispatch("self", "online");
    assert!(is_waiting(&client.state()));
    client.disconnect();
    client.wake();
    assert!(matches!(client.state(), State::Disconnected { .. }));

    let given_up = Server::start()
        .client_at("/gate/")
        .reconnection_attempts(0)
        .build()
        .unwrap();
    let mut events = given_up.events();
    shut_out(&given_up, &mut events, 0).await;
    until(&mut events, |event| {
        matches!(event, Event::ReconnectFailed).then_some(())
    })
    .await;
    dispatch("self", "online");
    given_up.wake();
    assert!(quiet(&mut events).await);
}
