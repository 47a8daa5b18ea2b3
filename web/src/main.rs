//! The page's entry point.

#[cfg(target_arch = "wasm32")]
fn main() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    steadfast_web::show();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is a page for a browser: build it with `trunk build`.");
}
