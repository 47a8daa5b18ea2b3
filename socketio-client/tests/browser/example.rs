//! The example `page`: its code and its elements, in the page of the tests.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Document, Element, HtmlInputElement};

use crate::support::{Server, in_time, in_worker, ms, sleep};

#[path = "../../examples/page/page.rs"]
mod page;

const HTML: &str = include_str!("../../examples/page/index.html");

/// The example's page for a server, as somebody opens it. It ends with the page of the tests.
fn open(document: &Document, server: &str) -> Element {
    let window = web_sys::window().unwrap();
    let address = format!("?server={server}");
    let history = window.history().unwrap();
    history
        .replace_state_with_url(&JsValue::NULL, "", Some(&address))
        .unwrap();
    let (_, body) = HTML.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script").unwrap();
    let place = document.create_element("div").unwrap();
    place.set_inner_html(body);
    document.document_element().unwrap().append_child(&place).unwrap();
    page::start().expect("every element is there");
    place
}

async fn text_with(document: &Document, id: &str, part: &str) -> String {
    let element = document.get_element_by_id(id).unwrap();
    in_time(async {
        loop {
            let text = element.text_content().unwrap_or_default();
            if text.contains(part) {
                return text;
            }
            sleep(ms(20)).await;
        }
    })
    .await
}

#[wasm_bindgen_test]
async fn the_example_chats_and_says_what_to_do_without_a_server() {
    if in_worker() {
        return;
    }
    let document = web_sys::window().unwrap().document().unwrap();
    // The discard port, which browsers refuse to dial.
    let alone = open(&document, "http://127.0.0.1:9");
    let status = text_with(&document, "status", "trying again in").await;
    assert!(status.contains("is there a server?"), "{status}");
    alone.remove();

    let chat = open(&document, &Server::start().url());
    text_with(&document, "status", "connected as").await;
    let input: HtmlInputElement = document.get_element_by_id("input").unwrap().dyn_into().unwrap();
    input.set_value("from the example");
    let submit = web_sys::Event::new("submit").unwrap();
    let form = document.get_element_by_id("form").unwrap();
    form.dispatch_event(&submit).unwrap();
    text_with(&document, "messages", "from the example").await;
    assert_eq!(input.value(), "");
    chat.remove();
}
