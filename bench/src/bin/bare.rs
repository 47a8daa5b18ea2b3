//! The page that everything is weighed against: it reads JSON and writes it, and does nothing else.

#[cfg(target_family = "wasm")]
mod page {
    use serde_json::Value;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = console)]
        fn log(text: &str);

        /// Something that the optimiser cannot foresee.
        #[wasm_bindgen(js_name = prompt)]
        fn input() -> String;
    }

    pub(super) fn run() {
        #[cfg(feature = "executor")]
        wasm_bindgen_futures::spawn_local(async { read() });
        #[cfg(not(feature = "executor"))]
        read();
    }

    fn read() {
        match serde_json::from_str::<Value>(&input()) {
            Ok(value) => log(&value.to_string()),
            Err(error) => log(&error.to_string()),
        }
    }
}

fn main() {
    #[cfg(target_family = "wasm")]
    page::run();
}
