//! The page's `view!`, in place of the one of Leptos.
//!
//! It reads the same markup. Leptos compiles code for each element, attribute and listener, most of it once for each
//! type; this macro makes one template of everything that is known at compile time, and a list of values for its
//! holes. `web/src/markup` builds elements from both, by the same code for all.

mod expand;
mod template;

use proc_macro::TokenStream;
use quote::quote;

/// A view. Elements become a `Markup`; components are left to Leptos.
#[proc_macro]
pub fn view(tokens: TokenStream) -> TokenStream {
    match expand::view(tokens.into()) {
        Ok(view) => view.into(),
        Err(error) => {
            let errors = error.into_compile_error();
            quote!({ #errors }).into()
        }
    }
}
