//! Has the embedded page embedded again when it was built again: its files change their names, which cargo cannot know.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_PAGE").is_some() {
        println!("cargo:rerun-if-changed=../web/dist");
    }
}
