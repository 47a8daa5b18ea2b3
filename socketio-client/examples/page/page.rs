//! What the page does.

use socketio_anywhere::{Client, Event};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, HtmlInputElement, UrlSearchParams};

/// Connects, and listens to the form. `None` if an element is not there.
pub(crate) fn start() -> Option<()> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let query = UrlSearchParams::new_with_str(&window.location().search().ok()?).ok()?;
    // Without a server named, it is the one that the page came from.
    let client = Client::builder(query.get("server").unwrap_or_default())
        .auto_connect(false)
        .build()
        .ok()?;
    send_what_is_typed(&document, client.clone())?;
    wasm_bindgen_futures::spawn_local(async move {
        show(&document, client).await;
    });
    Some(())
}

fn send_what_is_typed(document: &Document, client: Client) -> Option<()> {
    let form = document.get_element_by_id("form")?;
    let input: HtmlInputElement = document.get_element_by_id("input")?.dyn_into().ok()?;
    let submit = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        event.prevent_default();
        let text = input.value();
        // Typed while offline, it waits for the connection.
        if !text.is_empty() && client.emit("chat message", &text).is_ok() {
            input.set_value("");
        }
    });
    form.add_event_listener_with_callback("submit", submit.as_ref().unchecked_ref())
        .ok()?;
    // The form stays as long as the page does.
    submit.forget();
    Some(())
}

async fn show(document: &Document, client: Client) -> Option<()> {
    let status = document.get_element_by_id("status")?;
    let messages = document.get_element_by_id("messages")?;
    let mut events = client.events();
    let mut problem = String::new();
    client.connect();
    while let Some(event) = events.next().await {
        match event {
            Event::Connected { id } => {
                problem.clear();
                status.set_text_content(Some(&format!("connected as {id}")));
            }
            Event::Disconnected { reason, .. } => {
                status.set_text_content(Some(&format!("disconnected: {reason}")));
            }
            Event::ConnectError(error) => problem = format!("cannot connect ({error}): is there a server? "),
            Event::Reconnecting { delay, .. } => {
                status.set_text_content(Some(&format!("{problem}trying again in {delay:.1?}")));
            }
            Event::Message(message) if message.event == "chat message" => {
                let item = document.create_element("li").ok()?;
                item.set_text_content(message.parse::<String>().ok().as_deref());
                messages.append_child(&item).ok()?;
            }
            _ => {}
        }
    }
    Some(())
}
